"""The simulated device's light as the page draws it: the sign of the engine, in its own rhythm."""

import json
from pathlib import Path
from typing import Any

import pytest

from controller.signs import Sign, Sound
from sim import hands
from tests.panel_help import World


def told(sign: Sign, sound: Sound | None = None) -> dict[str, Any]:
    return hands.shining({"sign": sign.name, "sound": None if sound is None else sound.name})


def drawn(frames: list[dict[str, float]], part: float) -> float:
    """What a browser makes of the frames at a part of the round."""
    at = max(number for number, frame in enumerate(frames[:-1]) if frame["offset"] <= part)
    before, after = frames[at], frames[at + 1]
    way = after["offset"] - before["offset"]
    rise = after["opacity"] - before["opacity"]
    return before["opacity"] + (rise * (part - before["offset"]) / way if way else 0.0)


@pytest.mark.parametrize("sign", Sign)
def test_the_page_draws_what_the_device_shows(sign: Sign) -> None:
    light = told(sign)["light"]
    frames, rhythm = light["frames"], sign.rhythm
    assert (frames[0]["offset"], frames[-1]["offset"]) == (0.0, 1.0)
    assert [frame["offset"] for frame in frames] == sorted(frame["offset"] for frame in frames)
    assert light["period_ms"] == rhythm.period_s * 1000.0
    for number in range(200):
        part = (number + 0.5) / 200
        assert drawn(frames, part) == pytest.approx(rhythm.level(part * rhythm.period_s)), part
    assert json.loads(json.dumps(light, allow_nan=False)) == light


@pytest.mark.parametrize("sign", Sign)
def test_the_page_has_its_colour(sign: Sign) -> None:
    css = (Path(hands.__file__).parent / "page" / "hands.css").read_text("utf-8")
    assert f".screen .{told(sign)['light']['colour']} {{ background: #" in css


@pytest.mark.parametrize("sign", Sign)
def test_whoever_sees_no_colour_and_no_motion_reads_it(sign: Sign) -> None:
    says = told(sign)["says"]
    assert says.startswith(f"Light: {sign.looks}. ")
    assert sign.meaning[1:] in says


def test_the_mute_buzzer_is_told_too() -> None:
    assert told(Sign.PAIN, Sound.STOP)["says"].endswith(" Buzzer: three long tones.")
    assert "Buzzer" not in told(Sign.PAIN)["says"]


def test_without_an_engine_it_is_dark() -> None:
    assert hands.shining(None) == {"light": None, "says": "The light is dark."}


def test_an_eye_needs_no_paired_phone(tmp_path: Path) -> None:
    state = {"sign": "SENSOR", "sound": None}
    routes = hands.routes(tmp_path / "nobody", hands.Display(), lambda: state)
    seen = World(extra_routes=routes).stranger().get("/sim/look").json()
    assert seen["says"].startswith("Light: red, 3 blinks")
    assert seen["light"]["colour"] == "red"
    assert seen["error"] == hands.NO_WORLD


def test_a_jump_stays_a_jump() -> None:
    frames = told(Sign.PERSON)["light"]["frames"]
    assert frames[1]["offset"] == frames[2]["offset"]
    assert (frames[1]["opacity"], frames[2]["opacity"]) == (1.0, 0.0)
