"""The pages and their files: served as they lie in kiosk_ui, under a policy that lets nothing else in."""

import asyncio
import mimetypes
from pathlib import Path

import msgspec
from aiohttp import web

import kiosk_ui
from controller.web.auth import Credential, token
from controller.web.live import DOOR, set_cookie
from controller.web.problems import Problem
from controller.web.site import SITE, Site

ROOT = kiosk_ui.ROOT
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml",
         ".woff2": "font/woff2", ".ftl": "text/plain", ".json": "application/json"}  # fmt: skip
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)
# page -> folder in kiosk_ui, roles whose cookie the demo hands out with it
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "/kiosk/{id}": ("kiosk", ("kiosk",)),
    "/tv/{id}": ("tv", ("tv",)),
    "/booth/{id}": ("booth", ("booth",)),
    "/counter/{id}": ("counter", ("staff",)),
    "/technician": ("technician", ("technician",)),
    "/t/{code}": ("ticket", ()),
    "/login": ("login", ()),
    "/wall": ("wall", ("kiosk", "tv", "booth", "staff", "technician")),
}


async def page(request: web.Request) -> web.StreamResponse:
    """One page. The demo signs it in by itself; a real point's page brings its token (`#token=`) or signs in."""
    site = request.app[SITE]
    route = request.match_info.route.resource
    folder, roles = PAGES[route.canonical if route else ""]
    if roles and site.demo is None and not request.app[DOOR].roles.intersection(roles):
        raise Problem("forbidden", "this page is behind another door of this point")
    path = ROOT / folder / "index.html"
    if (folder == "wall" and site.demo is None) or not await asyncio.to_thread(path.is_file):
        raise Problem("not-found", "there is no such page at this point")
    response = await _file(path)
    response.headers["Content-Security-Policy"] = policy(site)
    seen = folder in {"booth", "counter", "wall"}  # who sits there may be seen and heard by an expert
    devices = "camera=(self), microphone=(self)" if seen else "camera=(), microphone=()"
    response.headers["Permissions-Policy"] = f"{devices}, geolocation=(), usb=(), serial=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if site.demo is not None:
        for role in roles:
            _sign_in(response, request, site, role)
    return response


async def asset(request: web.Request) -> web.StreamResponse:
    """A file below kiosk_ui, of a kind that pages use."""
    path = await asyncio.to_thread(_below, request.match_info["path"])
    if path is None:
        raise Problem("not-found", "there is no such file")
    response = await _file(path)
    response.headers["Cache-Control"] = "no-cache"
    return response


def openapi(request: web.Request, who: Credential) -> web.Response:
    from controller.web.openapi import document  # the table it reads names this handler

    site = request.app[SITE]
    body = msgspec.json.encode(document(site.build or "0", demo=site.demo is not None))
    return web.Response(body=body, content_type="application/json")


def policy(site: Site) -> str:
    if site.demo is None:
        return CSP.format(ancestors="'none'")
    frames = f"; frame-src 'self' {_origin(site.demo.sim)} {_origin(site.demo.central)}"
    return CSP.format(ancestors="'self'") + frames


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def _sign_in(response: web.StreamResponse, request: web.Request, site: Site, role: str) -> None:
    """The demo's cookies: of the surface in the path, or of the first one there is."""
    named = request.match_info.get("id", "")
    config = site.config
    surfaces = {"kiosk": [k.id for k in config.kiosks], "tv": [s.id for s in config.screens],
                "booth": [b.id for b in config.booths]}  # fmt: skip
    known = surfaces.get(role, [""])
    if not known:
        return
    id_ = named if named in known else known[0]
    set_cookie(response, role, token(site.secret, role, id_), request.app[DOOR])  # type: ignore[arg-type]  # why: PAGES names roles


def _below(name: str) -> Path | None:
    """The file that pages may have under this name, whatever strange name it is."""
    try:
        path = (ROOT / name).resolve(strict=True)
    except (OSError, ValueError):
        return None
    return path if path.suffix in TYPES and path.is_relative_to(ROOT) and path.is_file() else None


async def _file(path: Path) -> web.Response:
    body = await asyncio.to_thread(path.read_bytes)
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=body, content_type=kind, charset=charset)
