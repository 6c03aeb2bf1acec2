"""The expert's desk as a page: its own files, and those of kiosk_ui that it uses; nothing else is served."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files

from aiohttp import web

import kiosk_ui
from controller.central.problems import Problem

TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml",
         "woff2": "font/woff2", "ftl": "text/plain"}  # fmt: skip
LANGUAGES = ("fi", "sv", "en")
DESK = (
    "index.html", "desk.css", "stage.css", "main.js", "line.js", "sign-in.js", "ring.js", "time.js", "devices.js",
    "call.js", "booth-leg.js", "files.js", "text.js", "captions.js", "forms.js", "notices.js", "view.js",
    "view-waiting.js", "view-session.js", "view-document.js", "view-side.js", "view-forms.js", "view-devices.js",
    "rows.js", "focus.js", "tools.js",
)  # fmt: skip
SHARED = (
    "vendor/lit/lit-html.js", "vendor/lit/directive.js", "vendor/lit/directive-helpers.js",
    "vendor/lit/directives/live.js", "vendor/lit/directives/repeat.js", "vendor/lit/directives/keyed.js",
    "vendor/fluent/index.js", "vendor/fluent/builtins.js", "vendor/fluent/bundle.js", "vendor/fluent/memoizer.js",
    "vendor/fluent/resolver.js", "vendor/fluent/resource.js", "vendor/fluent/scope.js", "vendor/fluent/types.js",
    "vendor/icons.svg", "vendor/tokens.css", "vendor/fonts/source-sans-3-latin.woff2",
    "vendor/fonts/source-sans-3-latin-ext.woff2", "shared/tokens.css", "shared/base.css", "shared/i18n.js",
    "shared/icons.js", "shared/page.js", "shared/api.js", "shared/signals.js", "shared/talk.js", "shared/talk-mend.js",
    "shared/talk-peer.js", "shared/talk-stats.js", "shared/talk-text.js", "shared/talk-tune.js",
)  # fmt: skip


def desk_headers(frame_ancestors: Sequence[str]) -> dict[str, str]:
    """Only this page of central may use camera, microphone and screen."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors {ancestors}; require-trusted-types-for 'script'; trusted-types lit-html",
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }


def read_desk() -> dict[str, bytes]:
    """Every file by its address below /expert/ or /ui/. Raises OSError."""
    folder = files("controller.central").joinpath("desk")
    own = {f"expert/{name}": folder.joinpath(name).read_bytes() for name in DESK}
    words = {
        f"ui/i18n/{one}/desk.ftl": folder.joinpath("i18n").joinpath(one).joinpath("desk.ftl").read_bytes()
        for one in LANGUAGES
    }
    return own | words | {f"ui/{name}": (kiosk_ui.ROOT / name).read_bytes() for name in SHARED}


class DeskPages:
    def __init__(self, contents: dict[str, bytes], frame_ancestors: Sequence[str]) -> None:
        self._contents, self._headers = contents, desk_headers(frame_ancestors)
        self._tags = {name: hashlib.sha256(body).hexdigest()[:32] for name, body in contents.items()}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/expert", self.page),
            web.get("/expert/{name}", self.file),
            web.get("/ui/{name:.+}", self.file),
        ]

    async def page(self, request: web.Request) -> web.Response:
        return self._answer(request, "expert/index.html")

    async def file(self, request: web.Request) -> web.Response:
        return self._answer(request, request.path.removeprefix("/"))

    def _answer(self, request: web.Request, name: str) -> web.Response:
        """The file, unless the browser has this very one."""
        if name not in self._contents:
            raise Problem(404, "not-found", "No such file.")
        kind = TYPES[name.rpartition(".")[2]]
        charset = "utf-8" if kind.startswith("text/") else None
        headers = {**self._headers, "ETag": f'"{self._tags[name]}"'}
        if any(tag.value == self._tags[name] for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=self._contents[name], content_type=kind, charset=charset, headers=headers)
