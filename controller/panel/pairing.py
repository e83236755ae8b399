"""Who may come in: a code shown by the device, typed on the phone, once.

Holding + and − for 2 s on the device opens a window of 120 s with a fresh six-digit code. Five
wrong tries, or one right one, close it until the next press. A paired phone carries a 256-bit
token; only its SHA-256 is kept here. Time comes from outside, so tests never wait.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from controller.signs import PAIRING_S

TRIES = 5
PHONES = 16  # the phone paired longest ago makes room

CLOSED = (
    "Pairing is closed. Hold + and − on the device for 2 seconds, then type the code it shows"
    " within 2 minutes."
)


class PairingError(Exception):
    """The code opened nothing; the text says what to do."""


class Pairing:
    """The window, the code and the phones that are in."""

    def __init__(self, show_code: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._show_code = show_code
        self._clock = clock
        self._presses: int | None = None
        self._code = ""
        self._open_until_s = clock()
        self._tries_left = 0
        self._phones: dict[str, str] = {}
        self._named = 0

    def hear(self, state: Mapping[str, Any]) -> None:
        """Open a window when the engine's count of presses has grown since the last state."""
        presses = int(state.get("pairing_count", 0))
        if self._presses is not None and presses > self._presses:
            self._open()
        self._presses = presses

    @property
    def left_s(self) -> float:
        """How long a code can still be typed; 0 when none can."""
        return max(0.0, self._open_until_s - self._clock()) if self._tries_left > 0 else 0.0

    def pair(self, code: str, old_token: str | None = None) -> str:
        """Exchange the right code for a new token; an older token of this phone ends."""
        if not self.left_s > 0.0:
            raise PairingError(CLOSED)
        if not hmac.compare_digest(code.encode(), self._code.encode()):
            self._tries_left -= 1
            raise PairingError(self._wrong())
        self._tries_left = 0
        self._phones.pop(_digest(old_token or ""), None)
        return self._let_in()

    def phone(self, token: str | None) -> str | None:
        """The name of the phone that carries this token, or None."""
        return self._phones.get(_digest(token)) if token else None

    def _open(self) -> None:
        self._code = f"{secrets.randbelow(1_000_000):06d}"
        self._open_until_s = self._clock() + PAIRING_S
        self._tries_left = TRIES
        self._show_code(self._code)

    def _wrong(self) -> str:
        if self._tries_left == 0:
            return "That is not the code, and it was the last try. " + CLOSED
        tries = "1 try is" if self._tries_left == 1 else f"{self._tries_left} tries are"
        return f"That is not the code the device shows: {tries} left."

    def _let_in(self) -> str:
        token = secrets.token_urlsafe(32)
        while len(self._phones) >= PHONES:
            del self._phones[next(iter(self._phones))]
        self._named += 1
        self._phones[_digest(token)] = f"phone {self._named}"
        return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
