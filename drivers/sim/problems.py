"""Errors of the simulators' control API: RFC 9457 problem documents."""

from aiohttp import web


def problem(status: int, name: str, title: str, detail: str) -> web.Response:
    body = {"type": f"/problems/{name}", "title": title, "status": status, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")
