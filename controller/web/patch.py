"""RFC 7396 JSON merge patch: what to send so that a page's state becomes ours."""

from typing import Any


def diff(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The smallest merge patch from `old` to `new`. Lists are replaced whole; a member that is gone becomes null.

    A member whose new value is None is sent as null too: to a page a missing member and null are one.
    """
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            inner = diff(before, value)
            if inner:
                patch[key] = inner
        elif value != before or (key not in old and value is not None):
            patch[key] = value
    return patch


def apply(state: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """What a page does with a patch (RFC 7396, section 2)."""
    out = dict(state)
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        elif isinstance(value, dict):
            before = out.get(key)
            out[key] = apply(before if isinstance(before, dict) else {}, value)
        else:
            out[key] = value
    return out


def without_nulls(value: Any) -> Any:
    """A state as a page that applies patches can hold it: no member is null."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value
