"""What the local issuer answers over HTTP: its documents, its page to sign in, and its token endpoint."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from infra.local.cloud import HOST
from infra.local.issuer import Issuer
from infra.local.sign_in import METHOD, Query, RefusedError, Request, SignIn, WrongClientError
from infra.pages.applications import FOLDER

AUTHORIZE, TOKEN, STYLE = "/authorize", "/token", "/sign-in.css"
_SHEETS = (
    FOLDER / "shared/style/tokens.css",
    FOLDER / "shared/style/page.css",
    Path(__file__).with_name("sign_in.css"),
)
_FORM_BYTES_MAX = 16_384
_HTML = "text/html; charset=utf-8"
_ANYBODY = {"Access-Control-Allow-Origin": "*"}
_PAGE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

Reply = tuple[int, str, bytes, Mapping[str, str]]
"""Status, type, body and further headers."""


class Answers:
    def __init__(self, issuer: Issuer, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        endpoints = {
            "authorization_endpoint": issuer.url + AUTHORIZE,
            "token_endpoint": issuer.url + TOKEN,
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": [METHOD],
            "token_endpoint_auth_methods_supported": ["none"],
            "ui_locales_supported": ["zh-CN", "en"],
        }
        self._documents: dict[str, Mapping[str, Any]] = {
            "/.well-known/openid-configuration": {**issuer.discovery, **endpoints},
            "/.well-known/jwks.json": issuer.key_set,
        }

    def get(self, path: str, query: Query) -> Reply:
        if path in self._documents:
            return _json(200, self._documents[path])
        if path == STYLE:
            return 200, "text/css; charset=utf-8", b"".join(sheet.read_bytes() for sheet in _SHEETS), {}
        if path == AUTHORIZE:
            return self._authorize(query)
        return _json(404, {"error": "not_found"})

    def post(self, path: str, form: Query) -> Reply:
        if path != TOKEN:
            return _json(404, {"error": "not_found"})
        headers = {"Cache-Control": "no-store"}
        try:
            return _json(200, self._sign_in.token(form), headers)
        except RefusedError as refused:
            return _json(400, {"error": str(refused)}, headers)

    def _authorize(self, query: Query) -> Reply:
        try:
            request = self._sign_in.requested(query)
        except WrongClientError as error:
            return 400, _HTML, _page(query, None, str(error)), _PAGE
        if request.error:
            return 302, _HTML, b"", {**_PAGE, "Location": request.returned(error=request.error)}
        if "person" not in query:
            return 200, _HTML, _page(query, request), _PAGE
        code = self._sign_in.code(request, query["person"])
        answer = {"code": code} if code else {"error": "access_denied"}
        return 302, _HTML, b"", {**_PAGE, "Location": request.returned(**answer)}


def _page(query: Query, request: Request | None, reason: str = "") -> bytes:
    # It takes a tenth of a second, and only whoever signs in needs it.
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    zh = query.get("ui_locales", "zh").lower().startswith("zh")
    source = Path(__file__).with_name("sign_in.html").read_text("utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(source)
    people = request.people() if request else []
    return template.render(
        zh=zh,
        title=("请选择您是谁" if zh else "Who are you?") if people else ("无法登录" if zh else "Cannot sign in"),
        people=[(person, f"{AUTHORIZE}?{urlencode({**query, 'person': person.sub})}") for person in people],
        other=f"{AUTHORIZE}?{urlencode({**query, 'ui_locales': 'en' if zh else 'zh-CN'})}",
        reason=reason,
    ).encode()


@contextmanager
def published(issuer: Issuer, sign_in: SignIn, port: int) -> Iterator[None]:
    """The issuer answers on loopback `port` during the block. Raises OSError if it is taken."""
    server = _Server((HOST, port), _handler(Answers(issuer, sign_in)))
    thread = threading.Thread(target=server.serve_forever, name="issuer", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints nothing: the gateway has gone, as it does when the stack ends."""


def _handler(answers: Answers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            self._answer(*answers.get(path, _pairs(query)))

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "0")
            if not length.isdecimal() or int(length) > _FORM_BYTES_MAX:
                self._answer(*_json(400, {"error": "invalid_request"}))
                return
            form = self.rfile.read(int(length)).decode("utf-8", "replace")
            self._answer(*answers.post(self.path, _pairs(form)))

        def do_OPTIONS(self) -> None:
            allowed = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "*"}
            self._answer(204, "", b"", {**_ANYBODY, **allowed})

        def _answer(self, status: int, kind: str, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "X-Content-Type-Options": "nosniff"}.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Logs nothing."""

    return Handler


def _pairs(text: str) -> dict[str, str]:
    """The parameters; none is repeated (RFC 6749, 3.1), the last one counts."""
    return dict(parse_qsl(text, keep_blank_values=True))


def _json(status: int, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    return status, "application/json", json.dumps(document).encode(), {**_ANYBODY, **(headers or {})}
