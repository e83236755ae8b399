"""What a phone is shown of the engine's state: the fields of the API, and how old they are."""

from typing import Any

from pydantic import BaseModel

from controller.panel.client import NO_ENGINE, Heard

STALE_S = 1.0  # from here on a picture is not the present any more
SILENT = (
    "No news from the engine for {age_s:.0f} seconds. If the roller moves, use the stop switch on"
    " the device."
)


class StopShown(BaseModel):
    """A latched stop: why, where, at which level, and the way back."""

    rule: str
    reason: str
    at_s: float
    pressure_kpa: float | None
    place: float | None
    level: int
    next_level: int
    rest: bool = False
    reference_kpa: float | None = None
    until: list[str]


class Shown(BaseModel):
    """The state as `GET /api/v1/state` and the WebSocket give it."""

    mode: str | None = None
    level: int | None = None
    wanted_level: int | None = None
    level_max: int | None = None
    pressure_kpa: float | None = None
    reference_kpa: float | None = None
    place: float | None = None
    foot: str | None = None
    program: str | None = None
    phase: str | None = None
    left_s: float | None = None
    reason: str | None = None
    words: str = NO_ENGINE
    stop: StopShown | None = None
    session_open: bool = False
    holder: str | None = None
    can: list[str] = []
    device_name: str | None = None
    at_s: float | None = None
    age_s: float | None = None


NOTHING = Shown().model_dump()


def shown(heard: Heard, now_s: float, phone: str | None) -> dict[str, Any]:
    """The state for one phone; what the engine sends beyond the API's fields stays inside."""
    if heard.state is None:
        return NOTHING
    state = {name: heard.state.get(name, missing) for name, missing in NOTHING.items()}
    if phone is not None and state["holder"] == phone:
        state["holder"] = "this phone"
    state["age_s"] = round(max(0.0, now_s - heard.at_s), 3)
    return state


def truthful_words(state: dict[str, Any]) -> str:
    """The engine's words, unless they are too old to be believed."""
    age_s = state["age_s"]
    if age_s is not None and not age_s <= STALE_S:
        return SILENT.format(age_s=age_s)
    return str(state["words"])
