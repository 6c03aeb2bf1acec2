"""What must not leave the box with a bundle for support: secrets by their values, and what looks like one or a person.

Values win over patterns: every secret that this box knows is looked for in every byte that goes out. Patterns catch
what a log may hold of others'. An advisor's pseudonym is still a person's: each becomes a number, the same throughout.
"""

import re
from collections.abc import Iterable

REMOVED = "(removed)"
NEVER = frozenset({"code", "code_hash", "token", "secret", "cookie", "authorization", "password"})
SHORTEST = 4  # characters of a value that is looked for: a shorter one would eat half the text
LOOKS = (
    re.compile(r"(?i)(?:bearer|authorization:\s*\w+)\s+[^\s\"]{8,}"),
    re.compile(r"(?i)\b(?:token|secret|password|passwd|cookie|luukku_[a-z]+_\w+)\"?\s*[:=]\s*\"?[^\s\"&,;}]{4,}"),
    re.compile(r"\"code(?:_hash)?\"\s*:\s*\"[^\"]*\""),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\b\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]\b"),  # a Finnish personal identity code
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"(?<=/t/)[A-Za-z0-9_-]{4,}"),  # a customer's own page
)


class Redactor:
    """Takes out `secrets` and whatever looks like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({one for one in secrets if len(one) >= SHORTEST}, key=len, reverse=True)
        self._advisors: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Any text: a log, the output of a program."""
        for secret in self._secrets:
            text = text.replace(secret, REMOVED)
        for look in LOOKS:
            text = look.sub(REMOVED, text)
        for name, number in self._advisors.items():
            if len(name) >= SHORTEST:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", number, text)
        return text

    def value(self, value: object) -> object:
        """Plain JSON values, without the members that nobody outside may see."""
        if isinstance(value, dict):
            return {name: self._member(name, part) for name, part in value.items() if name.lower() not in NEVER}
        if isinstance(value, list):
            return [self.value(part) for part in value]
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, REMOVED)
        return value

    def _member(self, name: str, part: object) -> object:
        if name == "advisor" and isinstance(part, str) and part:
            return self._advisors.setdefault(part, f"advisor-{len(self._advisors) + 1}")
        return self.value(part)
