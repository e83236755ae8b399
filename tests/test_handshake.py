"""How a microcontroller is met, and how it is told that it does not fit."""

import re

import pytest

from firmware_bridge.handshake import (
    FAILED,
    HELLO_EVERY_S,
    PATIENCE_S,
    SET_EVERY_S,
    Handshake,
    too_slow,
)
from firmware_bridge.mcu_settings import parameters
from firmware_bridge.messages import (
    VERSION,
    Failed,
    Hello,
    Identity,
    Parameter,
    ParameterIndex,
    Set,
    Status,
)
from hardware.calibration import Calibration
from hardware.errors import HardwareError, MissingHardwareError
from tests.fake_mcu import PORT, SETTINGS

WANTED = parameters(SETTINGS, Calibration())
WHO = Identity(1, 0, VERSION, 1, 2, 7, 1, 0, 0xBEEF, 3)
CONFIGURED = Status._make([0] * len(Status._fields))._replace(configured=True)


def taken(asked: Set) -> Parameter:
    return Parameter(1, 0, asked.parameter, asked.value, True)


class Meeting:
    """A meeting, and the time it takes."""

    def __init__(self) -> None:
        self.shake, self.now_s = Handshake(PORT, WANTED, 0.0), 0.0

    def asked(self) -> object:
        return self.shake.due(self.now_s)

    def hear(self, frame: Identity | Parameter | Status, after_s: float = 0.003) -> None:
        self.now_s += after_s
        self.shake.hear(frame, self.now_s)

    def configure(self, after_s: float = 0.003) -> None:
        """Every parameter is set and taken."""
        for index in WANTED:
            asked = self.asked()
            assert asked == Set(0, 0, index, WANTED[index])
            assert isinstance(asked, Set)
            self.hear(taken(asked), after_s)


def test_a_meeting_from_hello_to_configured() -> None:
    meeting = Meeting()
    assert meeting.asked() == Hello(0, 0)
    meeting.hear(WHO)
    meeting.configure()
    assert meeting.asked() is None
    assert not meeting.shake.done
    meeting.hear(CONFIGURED)
    assert meeting.shake.done
    assert meeting.shake.identity == WHO
    assert meeting.asked() is None
    assert meeting.shake.overdue(100.0, 1) is None


def test_hello_is_said_again_and_again_while_a_boot_loader_sleeps() -> None:
    meeting = Meeting()
    said_at_s = []
    while meeting.now_s < PATIENCE_S:
        if meeting.asked() is not None:
            said_at_s.append(meeting.now_s)
        meeting.now_s += 0.001
    assert len(said_at_s) == round(PATIENCE_S / HELLO_EVERY_S)


def test_a_status_before_the_identity_proves_nothing() -> None:
    meeting = Meeting()
    meeting.hear(CONFIGURED)
    assert not meeting.shake.done
    meeting.hear(Parameter(1, 0, 0, 0, True))
    assert not meeting.shake.done


def test_a_parameter_is_set_again_until_it_is_in_force() -> None:
    meeting = Meeting()
    meeting.hear(WHO)
    first = meeting.asked()
    assert isinstance(first, Set)
    assert meeting.asked() is None
    meeting.now_s += SET_EVERY_S
    assert meeting.asked() == first
    meeting.hear(taken(first)._replace(accepted=False))
    meeting.hear(taken(first)._replace(value=first.value + 1))
    meeting.hear(taken(first)._replace(parameter=first.parameter + 1))
    meeting.now_s += SET_EVERY_S
    assert meeting.asked() == first
    meeting.hear(taken(first))
    second = meeting.asked()
    assert isinstance(second, Set)
    assert second.parameter == first.parameter + 1


def test_one_that_restarts_on_the_way_is_met_from_the_beginning() -> None:
    meeting = Meeting()
    meeting.hear(WHO)
    meeting.configure()
    meeting.hear(CONFIGURED._replace(configured=False))
    assert meeting.asked() == Hello(0, 0)
    meeting.hear(WHO)
    meeting.configure()
    meeting.hear(CONFIGURED)
    assert meeting.shake.done


# What does not fit.


def told(frame: Identity) -> str:
    with pytest.raises(HardwareError) as caught:
        Meeting().hear(frame)
    assert PORT in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("version", [0, VERSION + 1, 127])
def test_another_version_of_the_wire_is_refused(version: int) -> None:
    said = told(WHO._replace(protocol=version))
    assert f"version {version}" in said
    assert f"version {VERSION}" in said
    assert "footloop flash" in said


@pytest.mark.parametrize("bit", Failed)
def test_a_failed_self_test_is_told_with_its_cure(bit: Failed) -> None:
    assert FAILED[bit] in told(WHO._replace(self_test=bit))


def test_every_failure_is_told_and_so_is_one_that_we_do_not_know() -> None:
    said = told(WHO._replace(self_test=Failed.FLASH | Failed.RAM))
    assert FAILED[Failed.FLASH] in said
    assert FAILED[Failed.RAM] in said
    assert "code 128" in told(WHO._replace(self_test=128))


def test_a_firmware_that_cannot_use_what_is_fitted_is_refused() -> None:
    said = told(WHO._replace(capabilities=WANTED[ParameterIndex.FITTED] & ~1))
    assert "(gate)" in said


def test_a_link_that_is_too_slow_for_the_heartbeat_is_refused() -> None:
    meeting = Meeting()
    meeting.hear(WHO)
    meeting.configure(after_s=0.017)
    with pytest.raises(HardwareError, match=r"takes 17 ms .* latency timer"):
        meeting.hear(CONFIGURED)


def test_of_what_came_between_two_looks_the_quickest_is_believed() -> None:
    meeting = Meeting()
    meeting.hear(WHO)
    for _ in WANTED:
        asked = meeting.asked()
        assert isinstance(asked, Set)
        looked_at_s = meeting.now_s + 0.009
        meeting.now_s += 0.030
        meeting.shake.hear(taken(asked), looked_at_s)
    meeting.hear(CONFIGURED)
    assert meeting.shake.done


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("/dev/ttyUSB3", r"\$\(readlink -f /dev/ttyUSB3\)\)/latency_timer\), or take a direct"),
        ("/dev/serial/by-id/usb-1a86", r"readlink -f /dev/serial/by-id/usb-1a86\)"),
        ("socket://10.0.0.7:4000", "will do: take a direct cable$"),
    ],
)
def test_the_latency_timer_to_set_is_that_of_this_port(name: str, cure: str) -> None:
    said = str(too_slow(name, 0.017))
    assert re.search(cure, said), said
    assert "ttyUSB0" not in said


def test_the_quickest_answer_counts_and_only_one_to_a_first_question() -> None:
    meeting = Meeting()
    meeting.hear(WHO)
    for number, index in enumerate(WANTED):
        asked = meeting.asked()
        assert isinstance(asked, Set)
        if number % 2:
            meeting.now_s += SET_EVERY_S
            assert meeting.asked() == asked
            meeting.hear(taken(asked), 0.001)  # perhaps to the first question: not quick
        else:
            meeting.hear(taken(asked), 0.009 if index is ParameterIndex.LEVEL else 0.030)
    meeting.hear(CONFIGURED)
    assert meeting.shake.done


# What takes too long.


def test_silence_and_babble_are_told_apart() -> None:
    shake = Handshake(PORT, WANTED, 0.0)
    assert shake.overdue(PATIENCE_S - 0.001, 0) is None
    silent, babble = shake.overdue(PATIENCE_S, 0), shake.overdue(PATIENCE_S, 1)
    assert isinstance(silent, MissingHardwareError)
    assert "Nothing answers" in str(silent)
    assert "another device" in str(babble)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_board_that_talks_and_never_answers_is_not_taken_for_another_device(
    restarts: bool,
) -> None:
    meeting = Meeting()
    if restarts:
        meeting.hear(WHO)
        meeting.configure()
    meeting.hear(CONFIGURED._replace(configured=False))
    said = str(meeting.shake.overdue(PATIENCE_S, 32))
    assert "restarts again and again, or hears nothing; check its supply and the cable" in said
    assert "another device" not in said


def test_what_does_not_take_its_settings_is_given_up() -> None:
    meeting = Meeting()
    meeting.hear(WHO)
    assert meeting.shake.overdue(2 * PATIENCE_S - 0.001, 10) is None
    assert "does not take A_ZERO" in str(meeting.shake.overdue(2 * PATIENCE_S, 10))
    meeting.configure()
    assert "does not take what it was set" in str(meeting.shake.overdue(2 * PATIENCE_S, 10))
