"""The configuration: its template is its defaults; every error is told at once, with its cure."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from controller import limits as limit_table
from controller.limits import Limits
from controller.session import Machine, Person
from controller.settings import Settings, SettingsError, config_option, load, whole_path
from controller.settings_keys import KEYS, template
from hardware.wiring import CHOICES, OPTIONAL, Wiring, pins

RATES = {"tick_s"}
"""Set by the loop's rate, not under [limits]."""
BOUNDS = [(name, bounds) for name, bounds in limit_table.bounds().items() if name not in RATES]


def loaded(folder: Path, text: str) -> Settings:
    path = folder / "footloop.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def errors(folder: Path, text: str) -> list[str]:
    """Every problem of `text`, without the file's name that stands before each."""
    with pytest.raises(SettingsError) as raised:
        loaded(folder, text)
    lines = str(raised.value).splitlines()
    path = f"{folder / 'footloop.toml'}: "
    assert all(line.startswith(path) for line in lines)
    return [line.removeprefix(path) for line in lines]


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    found = loaded(tmp_path, "")
    assert found.person == Person()
    assert found.machine == Machine()
    assert found.limits == Limits()
    assert found.wiring == Wiring()
    assert (found.host, found.port, found.names) == ("0.0.0.0", 8080, ())  # noqa: S104
    assert found.folder == Path("~/.local/state/footloop").expanduser()


def test_the_template_loads_and_is_the_defaults(tmp_path: Path) -> None:
    assert loaded(tmp_path, template()) == loaded(tmp_path, "")


def test_the_template_with_every_limit_switched_on_is_the_defaults_too(tmp_path: Path) -> None:
    names = "|".join(name for name, _ in BOUNDS)
    text = re.sub(rf"^# ({names}) = ", r"\1 = ", template(), flags=re.MULTILINE)
    assert len(tomllib.loads(text)["limits"]) == len(BOUNDS)
    assert loaded(tmp_path, text) == loaded(tmp_path, "")


def test_the_template_comments_every_key() -> None:
    text = template()
    for key in KEYS:
        assert re.search(rf"^# .*{re.escape(key.comment)}.*\n{key.name} = ", text, re.MULTILINE)
    document = tomllib.loads(text)
    assert set(document["wiring"]) == {one.name for one in fields(Wiring)}
    assert "# driver: DRV8874 or DRV8876\n" in text
    assert "# current_ohm of a DRV8876: 330 to 1320\n" in text


def test_values_reach_their_places(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        person = { level = 5, foot_length_cm = 24, first_foot = "right" }
        machine.travel_cm = 18.5
        engine = { rate_hz = 1000, folder = "~/rollers" }
        panel = { host = "127.0.0.1", port = 9000, names = ["footloop.lan"] }
        limits.level_kpa = 60
        """,
    )
    assert found.person == Person(5, 24.0, "right")
    assert found.machine == Machine(18.5)
    assert found.limits == Limits(level_kpa=60, tick_s=0.001)
    assert found.folder == Path.home() / "rollers"
    assert (found.host, found.port, found.names) == ("127.0.0.1", 9000, ("footloop.lan",))


@pytest.mark.parametrize("part", ["gate", "pressure_b", "current", "led_red", "buzzer", "hx711"])
def test_an_optional_part_may_be_missing(tmp_path: Path, part: str) -> None:
    names = [name for name in OPTIONAL if name.startswith(part)]
    text = "\n".join(["[wiring]", *(f'{name} = "none"' for name in names)])
    wiring = loaded(tmp_path, text).wiring
    assert names
    assert all(getattr(wiring, name) is None for name in names)


@pytest.mark.parametrize("name", sorted(set(pins(Wiring())) - set(OPTIONAL)))
def test_a_part_that_is_always_fitted_cannot_be_missing(tmp_path: Path, name: str) -> None:
    (told,) = errors(tmp_path, f'[wiring]\n{name} = "none"')
    assert told.startswith(f'[wiring] {name} = "none", but this part is always fitted: ')


def test_what_is_no_choice_and_no_pin_is_told_with_what_may_stand_there(tmp_path: Path) -> None:
    assert errors(tmp_path, '[wiring]\npwm = "none"') == [
        "[wiring] pwm is 'none': choose one of software, hardware"
    ]
    text = '[wiring]\ngate_pin = "x"\nstop_pin = 2.5'
    assert errors(tmp_path, text) == [
        "[wiring] gate_pin = 'x': must be a whole number or \"none\"",
        "[wiring] stop_pin = 2.5: must be a whole number",
    ]


def test_half_a_gate_is_told(tmp_path: Path) -> None:
    (told,) = errors(tmp_path, '[wiring]\ngate_sense_pin = "none"')
    assert "gate_pin stands alone" in told


@pytest.mark.parametrize(("name", "bounds"), BOUNDS)
def test_a_limit_may_be_tightened_as_far_as_its_bounds_and_no_further(
    tmp_path: Path, name: str, bounds: limit_table.Bounds
) -> None:
    for end in (bounds.low, bounds.high):
        assert getattr(loaded(tmp_path, f"[limits]\n{name} = {end}").limits, name) == end
    below, above = bounds.low - 0.001, bounds.high * 1.001 + 0.001
    for value in (below, above, "nan", "inf", "-inf", "true", '"much"', "[1]"):
        (told,) = errors(tmp_path, f"[limits]\n{name} = {value}")
        assert told.startswith(f"[limits] {name} = ")
        assert told.endswith(f": must be {limit_table.allowed(name)} ({bounds.source})")


@pytest.mark.parametrize("value", ["1.5", "2.0", "1e0"])
def test_a_limit_that_counts_is_whole(tmp_path: Path, value: str) -> None:
    (told,) = errors(tmp_path, f"[limits]\nlevel_samples = {value}")
    assert told == (
        f"[limits] level_samples = {float(value)}: must be a whole number from 1 to 2 samples "
        "(T1: in a row)"
    )


def test_every_default_lies_within_its_bounds() -> None:
    assert (
        limit_table.problems({one.name: getattr(Limits(), one.name) for one in fields(Limits)})
        == []
    )


WRONG = [
    ("person", "level", ["0", "11", "3.0", "true", '"3"', "nan"]),
    ("person", "foot_length_cm", ["19.9", "33", '"26"', "nan", "inf", "false"]),
    ("person", "first_foot", ['"both"', "1", '""', "[]"]),
    ("machine", "travel_cm", ["9", "26", "nan", "[20]"]),
    ("machine", "encoder", ['"yes"', "1", "0"]),
    ("engine", "rate_hz", ["99", "1001", "250.0", "250.5", "true"]),
    ("engine", "folder", ['""', '"  "', "1", "[]"]),
    ("signals", "quiet", ["0", "1", '"yes"', "[]"]),
    ("panel", "host", ['""', "1", '" "', '"a\\u0000b"', '"füße"', '"localhost "']),
    ("panel", "port", ["0", "65536", "80.0", '"http"', "true"]),
    ("panel", "names", ['"footloop"', "[1]", '[""]', "{}"]),
]


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [(section, name, value) for section, name, values in WRONG for value in values],
)
def test_a_wrong_value_is_told_with_key_range_and_what_it_is_for(
    tmp_path: Path, section: str, name: str, value: str
) -> None:
    (told,) = errors(tmp_path, f"[{section}]\n{name} = {value}")
    key = next(key for key in KEYS if (key.section, key.name) == (section, name))
    assert told.startswith(f"[{section}] {name} = ")
    assert told.endswith(f": must be {key.allowed} ({key.comment})")


@pytest.mark.parametrize(
    "text", ["[person]\nlevel = 3.5", "[engine]\nrate_hz = 250.5", "[panel]\nport = 80.5"]
)
def test_a_half_is_told_that_it_must_be_whole(tmp_path: Path, text: str) -> None:
    (told,) = errors(tmp_path, text)
    assert "must be a whole number from " in told


def test_every_key_is_tried_with_wrong_values() -> None:
    assert [(key.section, key.name) for key in KEYS] == [row[:2] for row in WRONG]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[feet]\nlevel = 3", "[feet]: there is no such section; known: engine, limits, machine"),
        ("level = 3", "[level]: there is no such section"),
        ("person = 3", "person: must be a section, [person]"),
        ("limits = [1]", "limits: must be a section, [limits]"),
        ("[person]\nlevle = 3", "[person] levle: there is no such key; known: level, foot_length"),
        ("[wiring]\nnose = 3", "[wiring] nose: there is no such key; `footloop init` writes"),
        ("[wiring]\ngate = 3", "[wiring] gate: there is no such key; did you mean gate_pin?"),
        (
            "[wiring]\nadc_chip = 3",
            "[wiring] adc_chip = 3: must be one of MCP3008, MCP3208, ADS1115",
        ),
        (
            '[wiring]\ndriver = "DRV8876"\ncurrent_ohm = 2490',
            "[wiring] current_ohm = 2490: a DRV8876 takes 330 to 1320 ohm",
        ),
        ('[wiring]\ndriver = "L298N"', "[wiring] driver is 'L298N': choose one of DRV8874, DRV"),
        (
            "[limits]\nspeed = 3",
            "[limits] speed: there is no such limit; `footloop init` writes a file",
        ),
        (
            "[limits]\nlevel_kPa = 60",
            "[limits] level_kPa: there is no such limit; did you mean level_kpa or level_",
        ),
        ("[limits]\ntick_s = 0.001", "[limits] tick_s: set rate_hz in [engine] instead"),
    ],
)
def test_what_is_unknown_is_told(tmp_path: Path, text: str, says: str) -> None:
    (told,) = errors(tmp_path, text)
    assert told.startswith(says)


@pytest.mark.parametrize("name", [one.name for one in fields(Wiring) if one.name not in CHOICES])
@pytest.mark.parametrize("value", ["1.5", "true", '"GPIO4"', "[]"])
def test_a_pin_is_a_whole_number(tmp_path: Path, name: str, value: str) -> None:
    (told,) = errors(tmp_path, f"[wiring]\n{name} = {value}")
    assert told.startswith(f"[wiring] {name} = ")
    assert "must be a whole number" in told


@pytest.mark.parametrize(
    "wiring",
    [
        'adc_chip = "ADS1115"\npressure_b_channel = 4\ncurrent_channel = 5',
        'pressure_b_channel = "none"\nhx711_data_pin = 4\nhx711_clock_pin = 25',
    ],
)
def test_the_loop_is_not_quicker_than_its_converter(tmp_path: Path, wiring: str) -> None:
    engine = "[engine]\nrate_hz = {}\n[wiring]\n" + wiring
    (told,) = errors(tmp_path, engine.format(501))
    assert told.startswith("[engine] rate_hz = 501: must be at most 500")
    assert loaded(tmp_path, engine.format(500)).limits.tick_s == 0.002


def test_two_parts_on_one_pin_are_told(tmp_path: Path) -> None:
    wiring = Wiring()
    told = errors(tmp_path, f"[wiring]\ngate_pin = {wiring.enable_pin}")
    assert told
    assert all(line.startswith("[wiring] ") for line in told)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    told = errors(
        tmp_path,
        """
        surprise = 1
        [person]
        level = 99
        foot_length_cm = "long"
        [engine]
        speed = 1
        [panel]
        port = 0
        [limits]
        level_kpa = 90
        gap_s = "never"
        [wiring]
        gate_pin = 1.5
        """,
    )
    assert len(told) == 8


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    file = tmp_path / "not yet.toml"
    with pytest.raises(SettingsError) as raised:
        load(file)
    assert str(raised.value) == (
        f"{file}: there is no such file; write it with: footloop init --config '{file}'"
    )


def test_the_usual_file_needs_no_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SettingsError, match=r"write it with: footloop init$"):
        load(Path("~/.config/footloop/footloop.toml"))
    assert config_option(whole_path(Path("~/.config/footloop/footloop.toml"))) == ""
    assert config_option(Path("spare.toml")) == " --config spare.toml"


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read .* mend its name"):
        load(tmp_path / ("x" * 300))


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (told,) = errors(tmp_path, "[person]\nlevel = = 3\n")
    assert told.startswith("is not TOML: ")
    assert "line 2" in told


def test_a_key_that_is_there_twice_is_told(tmp_path: Path) -> None:
    (told,) = errors(tmp_path, "[person]\nlevel = 3\nlevel = 4\n")
    assert told.startswith("is not TOML: ")


def test_what_is_no_text_and_what_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"level = \xff")
    for path in (tmp_path / "bytes.toml", tmp_path):
        with pytest.raises(SettingsError, match="cannot be read"):
            load(path)
