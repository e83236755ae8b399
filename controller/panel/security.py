"""The door: which names the panel answers to, which pages may ask, who must be paired.

Every request passes `Door` before any handler:
- Host must be a configured name, this machine's name, localhost, or the very address the
  connection came in on (a rebinding attack arrives under a name, never under our address).
  Anything else is 421.
- On the WebSocket and on every request that changes something, Origin must be the scheme, host
  and port it was reached by. Without Origin (every browser sends it there) only a client that is
  no browser remains, so it may pass unless Sec-Fetch-Site says another site asked.
- What is not named as open needs a paired phone; a route nobody thought of is closed.
`Armour`, outside it, puts the headers on every answer and turns a crash into a plain sentence.
"""

import ipaddress
import logging
import re
import socket
from collections.abc import Callable, Iterable

from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.panel.problems import problem

COOKIE = "footloop_phone"
URGENT = frozenset({"/api/v1/stop", "/api/v1/lower"})
OPEN = URGENT | {"/", "/healthz", "/openapi.json", "/api/v1/pair"}
READING = frozenset({"GET", "HEAD", "OPTIONS"})
HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(:[0-9]{1,5})?", re.IGNORECASE)
HEADERS = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer Chromium sends Origin: null
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=(),"
    " accelerometer=(), gyroscope=(), magnetometer=(), display-capture=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

log = logging.getLogger(__name__)


def own_names() -> frozenset[str]:
    """The names by which this machine calls itself."""
    name = socket.gethostname().lower()
    return frozenset({"localhost", "127.0.0.1", "::1", name, f"{name.split('.')[0]}.local"})


def header(scope: Scope, name: bytes) -> list[str]:
    """Every value of one header."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def is_urgent(scope: Scope) -> bool:
    """Stop and lower: never refused, never shed, never made to wait."""
    return scope.get("method") == "POST" and scope["path"] in URGENT


def judge_host(scope: Scope, hosts: frozenset[str], settable: str | None = None) -> str | None:
    """A sentence when the name is not ours, None when it is. `settable`: where names are given."""
    given = header(scope, b"host")
    match = HOST.fullmatch(given[0]) if len(given) == 1 else None
    if match is None:
        return "The request must carry exactly one valid Host header."
    name = match[1].strip("[]").lower().rstrip(".")
    if name in hosts or _is_own_address(name, scope):
        return None
    otherwise = f", or, if that is its name, give it to it: {settable}" if settable else ""
    return f"This device does not answer to the name {name!r}. Use its address{otherwise}."


def _is_own_address(name: str, scope: Scope) -> bool:
    here = str((scope.get("server") or ("",))[0]).split("%")[0]
    try:
        return _address(name) == _address(here)
    except ValueError:
        return False


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


def judge_origin(scope: Scope) -> str | None:
    """A sentence when another page is asking, None when our own page or no browser is."""
    if scope["type"] == "http" and scope["method"] in READING:
        return None
    origins = header(scope, b"origin")
    scheme = "https" if scope["scheme"] in {"https", "wss"} else "http"
    ours = f"{scheme}://{header(scope, b'host')[0]}".lower()
    if any(origin.lower() != ours for origin in origins) or len(origins) > 1:
        return "Another web page asked for this; only the device's own page may."
    if not set(header(scope, b"sec-fetch-site")) <= {"same-origin", "none"}:
        return "Another web site asked for this; only the device's own page may."
    return None


def token_of(scope: Scope) -> str | None:
    """The token in the phone's cookie, if there is exactly one."""
    pairs = [one.strip().partition("=") for one in ";".join(header(scope, b"cookie")).split(";")]
    tokens = [value for name, _, value in pairs if name == COOKIE]
    return tokens[0] if len(tokens) == 1 else None


class Door:
    """Lets in what the rules above allow; notes the phone's name and when it came, in the scope."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str],
        names_settable: str | None,
        phone_of: Callable[[str | None], str | None],
        is_open: Callable[[Scope], bool],
        clock: Callable[[], float],
    ) -> None:
        self._app = app
        self._clock = clock
        self._hosts = own_names() | {host.strip("[]").lower().rstrip(".") for host in hosts}
        self._names_settable = names_settable
        self._phone_of = phone_of
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        scope["arrived_at_s"] = self._clock()
        refusal = self._judge(scope)
        await (refusal or self._app)(scope, receive, send)

    def _judge(self, scope: Scope) -> JSONResponse | None:
        if (wrong := judge_host(scope, self._hosts, self._names_settable)) is not None:
            return problem(421, wrong)
        if (wrong := judge_origin(scope)) is not None:
            return problem(403, wrong)
        scope["phone"] = self._phone_of(token_of(scope))
        if scope["phone"] is None and scope["path"] not in OPEN and not self._is_open(scope):
            return problem(401, "This phone is not paired with the device yet.")
        return None


class Armour:
    """The outermost layer: headers on every answer, a sentence instead of a stack trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def armoured(message: Message) -> None:
            nonlocal started
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, armoured)
        except Exception:
            log.exception("The panel failed at %s", scope.get("path"))
            if started or scope["type"] != "http":
                raise
            await problem(500, "The panel made a mistake; nothing was changed.")(
                scope, receive, armoured
            )
