"""The kernel's PWM: found by its device's name, driven through the library in a fake folder."""

from pathlib import Path

import pytest

from hardware.errors import AccessError, HardwareError, MissingHardwareError
from hardware.pwm import find_chip, open_pwm
from hardware.roller import BRAKE, Drive
from hardware.wiring import Wiring
from tests.fake_chips import FakeSysfs
from tests.mock_pi import Rig

WIRING = Wiring(pwm="hardware")
PI_5 = ("107d517a80", "1f00098000", "1f0009c000")


@pytest.mark.parametrize(
    ("devices", "number", "channels"),
    [
        (("fe20c800", "fe20c000"), 1, {12: 0, 13: 1, 18: 0, 19: 1}),  # Pi 4
        (("3f20c000",), 0, {12: 0, 13: 1, 18: 0, 19: 1}),  # Pi 3, Zero 2 W
        (PI_5, 1, {12: 0, 13: 1, 18: 2, 19: 3}),
        (("1f00098000", "1f0009c000"), 0, {12: 0, 13: 1, 18: 2, 19: 3}),
    ],
)
def test_the_chip_is_the_one_of_the_header_whatever_its_number(
    tmp_path: Path, devices: tuple[str, ...], number: int, channels: dict[int, int]
) -> None:
    chip = find_chip(WIRING, FakeSysfs(tmp_path, devices).folder)
    assert (chip.number, dict(chip.channels)) == (number, channels)


@pytest.mark.parametrize("devices", [(), ("fe20c800",), ("107d517a80", "1f0009c000")])
def test_without_the_overlay_it_says_which_line_to_add(
    tmp_path: Path, devices: tuple[str, ...]
) -> None:
    line = "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4"
    with pytest.raises(MissingHardwareError, match=f"`{line}` to /boot/firmware/config.txt"):
        find_chip(WIRING, FakeSysfs(tmp_path, devices).folder)


def test_a_missing_overlay_keeps_the_roller_from_opening_and_releases_all(tmp_path: Path) -> None:
    rig = Rig(WIRING, folder=tmp_path)
    for path in rig.pwm_folder.glob("pwmchip*/device"):
        path.unlink()
    with pytest.raises(MissingHardwareError, match="dtoverlay"):
        rig.open()
    assert rig.bridge() == [0.0, 0.0, 0.0]
    assert rig.pin("enable_pin").function == "input"


def test_on_a_pi_5_pin_19_is_channel_3(tmp_path: Path) -> None:
    sysfs = FakeSysfs(tmp_path, PI_5)
    line = open_pwm(WIRING, sysfs.folder, sysfs.make)(19)
    line.value = 0.25
    assert line.value == 0.25
    assert sysfs.level(1, 3) == 0.25
    line.off()
    assert sysfs.level(1, 3) == 0.0


def test_a_channel_that_is_there_from_before_starts_at_0(tmp_path: Path) -> None:
    sysfs = FakeSysfs(tmp_path)
    open_line = open_pwm(WIRING, sysfs.folder, sysfs.make)
    open_line(12).value = 1.0  # and then its process died
    assert sysfs.level(1, 0) == 1.0
    open_line(12)
    assert sysfs.level(1, 0) == 0.0


def test_a_folder_that_may_not_be_written_is_an_access_error(tmp_path: Path) -> None:
    sysfs = FakeSysfs(tmp_path)
    (sysfs.folder / "pwmchip1" / "export").unlink()
    with pytest.raises(AccessError, match=r"PWM of pin 13 .*group gpio"):
        open_pwm(WIRING, sysfs.folder, sysfs.make)(13)


def test_the_bridge_is_driven_braked_and_left_at_rest(tmp_path: Path) -> None:
    rig = Rig(WIRING, folder=tmp_path)
    roller = rig.open()
    for duty, seen in ((0.5, [1.0, 0.5, 1.0]), (-0.25, [0.75, 1.0, 1.0])):
        roller.drive(Drive(duty=duty, brake=False, enabled=True, gate=False))
        assert rig.bridge() == seen
    roller.drive(BRAKE)
    assert rig.bridge() == [1.0, 1.0, 1.0]
    assert not {12, 13} & {number for number, _ in rig.pi.trace}, "the pins are the kernel's"
    roller.close()
    assert rig.bridge() == [0.0, 0.0, 0.0]
    for channel in (0, 1):
        assert (rig.pwm_folder / "pwmchip1" / f"pwm{channel}" / "enable").read_text() == "0\n"


def test_a_duty_that_cannot_be_written_is_an_error_without_a_gate_edge(tmp_path: Path) -> None:
    rig = Rig(WIRING, folder=tmp_path)
    roller = rig.open()
    duty = rig.pwm_folder / "pwmchip1" / "pwm0" / "duty_cycle"
    duty.unlink()
    duty.mkdir()
    with pytest.raises(HardwareError, match="could not be set"):
        roller.drive(Drive(duty=0.5, brake=False, enabled=True, gate=True))
    assert rig.gate_edges() == 0
    assert rig.levels("enable_pin") == [0.0]
    with pytest.raises(HardwareError, match="could not be released"):
        roller.close()
    assert rig.pi.pins == {}, "everything else was released"
