"""The one page, in one answer: style and script are inlined from `page/`, the state is written in.

Everything up to the body is compressed once at the start; for each request only the body, with the
state in it, goes through a copy of that compressor. The policy names style and script by their
hashes, so nothing that slips into the page can run. With scripts off the page still says what is
happening, and Stop and Gentler are plain forms.
"""

import base64
import hashlib
import zlib
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import quote

from fastapi.responses import Response

from controller.limits import LEVELS
from controller.panel.view import truthful_words
from controller.words import ZONES

SCRIPTS = ("panel.js", "show.js", "touch.js")  # one module, in this order
SHORT = 60  # longer words are told as a headline and the rest, as in panel.js
GZIP = 31  # zlib's window bits for a gzip container
MODES = {
    None: "No engine",
    "IDLE": "At rest",
    "ARMED": "Ready",
    "SOFT_START": "Starting",
    "RUNNING": "Running",
    "EASED": "Eased",
    "WINDING_DOWN": "Ending",
    "HOLD": "Paused",
    "STOPPED": "Stopped",
    "SERVICE": "Service",
}


@dataclass(frozen=True)
class PageExtras:
    """What another layer adds to the page: a banner on top, its own part below, a look."""

    banner: str = ""  # plain text, shown on top of every screen
    html: str = ""  # trusted markup, below the panel's own
    css: str = ""
    script: str = ""  # a module of its own; "footloop:state" events on document carry the state
    title: str = "Footloop"
    icon: str = ""  # SVG source instead of the panel's own icon


class Screen:
    """Renders the page for one phone at one instant."""

    def __init__(self, extras: PageExtras | None = None) -> None:
        extras = extras or PageExtras()
        style = _source("panel.css") + extras.css
        own = "".join(_source(name) for name in SCRIPTS)
        scripts = [text for text in (own, extras.script) if text]
        self.policy = _policy(style, scripts)
        self._head = Template(_source("head.html")).substitute(
            title=escape(extras.title),
            icon="data:image/svg+xml," + quote(extras.icon or _source("icon.svg")),
            style=style,
            scripts="".join(f'<script type="module">{text}</script>' for text in scripts),
        )
        self._body = Template(
            Template(_source("body.html")).safe_substitute(
                sole=_source("sole.svg"),
                banner=_kept(
                    f'<p class="banner">{escape(extras.banner)}</p>' * bool(extras.banner)
                ),
                extras=_kept(extras.html),
            )
        )
        self._compressor = zlib.compressobj(9, zlib.DEFLATED, GZIP)
        self._packed = self._compressor.compress(self._head.encode())

    def answer(self, state: dict[str, Any], phone: str | None, gzip: bool) -> Response:
        """The page as a response."""
        body = self._body.substitute(_words(state, phone))
        headers = {"Content-Security-Policy": self.policy, "Vary": "Accept-Encoding, Cookie"}
        if not gzip:
            return Response(self._head + body, 200, headers, "text/html; charset=utf-8")
        rest = self._compressor.copy()
        content = self._packed + rest.compress(body.encode()) + rest.flush()
        headers["Content-Encoding"] = "gzip"
        return Response(content, 200, headers, "text/html; charset=utf-8")


def _kept(markup: str) -> str:
    """Markup in which the template finds no names of its own."""
    return markup.replace("$", "$$")


def _words(state: dict[str, Any], phone: str | None) -> dict[str, str]:
    level = state["level"]
    words = truthful_words(state) if phone else ""
    end = words.find(". ") + 1 if len(words) > SHORT else 0
    return {
        "who": "paired" if phone else "guest",
        "mode": escape(str(state["mode"] or "")) if phone else "",
        "mode_words": escape(MODES.get(state["mode"], str(state["mode"]))),
        "words": escape(words[: end or None]),
        "more": escape(words[end + 1 :] if end else ""),
        "level": "–" if level is None else str(int(level)),
        "speeds": ",".join(f"{row.speed_cm_s:g}" for row in LEVELS.values()),
        "zones": ",".join(f"{end:g} {name}" for end, name in ZONES),
    }


def _policy(style: str, scripts: list[str]) -> str:
    allowed = " ".join(_hash(text) for text in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; img-src data:;"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _source(name: str) -> str:
    return files("controller.panel").joinpath("page", name).read_text("utf-8")
