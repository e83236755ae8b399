"""What else can go wrong in the chip itself: registers, time, the program counter, a loose wire."""

import pytest

from firmware_bridge.messages import CutCode, Fitted, Parameter, ParameterIndex, Set
from sim.mcu import CYCLES_PER_MS, ResetCause, What
from tests.firmware_build import FIRMWARE, symbols
from tests.mcu_host import DUTY, MOST_DUTY, PERIOD_S, SETTINGS, STEP_S, Host, off_after_s

DDRB, OCR1B = 0x24, 0x8A
SREG, INTERRUPTS = 0x5F, 0x80
MCUSR, PORTD, R2 = 0x54, 0x2B, 2
TO_ITSELF = bytes.fromhex("ffcf")  # rjmp
CUT_S = 0.003
LARGEST_PULSE = 2 * 350 - 1
REGISTERS = {
    "DDRB": (0x24, 0x02),
    "DDRC": (0x27, 0x01),
    "DDRD": (0x2A, 0x80),
    "PORTB": (0x25, 0x10),
    "PORTC": (0x28, 0x08),
    "PORTD": (0x2B, 0x20),
    "MCUCR": (0x55, 0x10),
    "PRR": (0x64, 0x08),
    "CLKPR": (0x61, 0x01),
    "SPCR": (0x4C, 0x40),
    "TWCR": (0xBC, 0x04),
    "WDTCSR": (0x60, 0x08),
    "WDTCSR, how long": (0x60, 0x04),
    "TCCR1B": (0x81, 0x02),
    "ICR1": (0x86, 0x40),
    "ICR1, high": (0x87, 0x01),
    "TCCR2A": (0xB0, 0x01),
    "TCCR2B": (0xB1, 0x01),
    "OCR2A": (0xB3, 0x01),
    "ADCSRA": (0x7A, 0x01),
    "EICRA": (0x69, 0x01),
    "UBRR0": (0xC4, 0x01),
    "UCSR0B": (0xC1, 0x04),
    "UCSR0C": (0xC2, 0x08),
}


@pytest.fixture(scope="module")
def resting() -> Host:
    """A board with nothing cut; each register changes in turn."""
    return Host().greet().configure().acknowledge()


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_that_changed_cuts_and_is_set_right(resting: Host, name: str) -> None:
    host, (address, bits) = resting, REGISTERS[name]
    healthy = host.mcu.data[address] & bits
    host.mcu.data[address] ^= bits
    host.wait(2 * STEP_S).drive(2 * PERIOD_S)
    assert host.cut is CutCode.SELF_TEST
    assert host.mcu.data[address] & bits == healthy
    assert host.acknowledge().status.cut == CutCode.NONE


def test_it_stops_for_a_register_and_works_again() -> None:
    host = Host().rolling()
    since_s = host.now_s
    host.mcu.data[DDRB] ^= 0x02
    host.drive(0.04, DUTY)
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= CUT_S
    host.plant.foot_off()
    host.drive(0.6).acknowledge()
    assert host.cut is CutCode.NONE
    host.plant.foot_on()
    host.drive(0.8).press_start().drive(0.3, DUTY)
    assert host.moments[-1].truth.motor_powered


def pause(host: Host, ms: float) -> None:
    """The loop stands still for so long; interrupts go on."""
    host.mcu.run(1, stepping=True)
    while not host.mcu.data[SREG] & INTERRUPTS:
        host.mcu.run(1, stepping=True)
    at = host.mcu.instruction
    healthy = bytes(host.mcu.flash[at : at + 2])
    host.mcu.flash[at : at + 2] = TO_ITSELF
    host.mcu.run(round(ms * CYCLES_PER_MS))
    host.mcu.flash[at : at + 2] = healthy


def test_a_millisecond_that_was_missed_cuts() -> None:
    host = Host().rolling()
    since_s = host.now_s
    pause(host, 3.0)
    host.drive(0.02, DUTY)
    off_s = off_after_s(host, since_s)
    assert off_s is not None
    assert off_s <= 0.003 + CUT_S
    assert host.cut is CutCode.SELF_TEST
    assert [one for one in host.board.events if one.what is What.RESET][1:] == []


def test_a_loop_that_is_too_slow_for_long_is_bitten() -> None:
    """It always comes round, though a millisecond is missed each time."""
    host = Host().rolling()
    host.board.events.clear()
    for _ in range(20):
        pause(host, 2.1)
        host.mcu.run(CYCLES_PER_MS)
    host.drive(PERIOD_S)
    assert [one.value for one in host.board.events][:1] == [ResetCause.WATCHDOG]


def test_a_millisecond_that_is_only_late_is_none_that_was_missed() -> None:
    host = Host().rolling()
    pause(host, 0.3)
    host.drive(0.04, DUTY)
    assert (host.cut, host.moments[-1].driven) == (CutCode.NONE, True)


def test_a_pulse_is_never_longer_than_the_longest_there_may_be() -> None:
    """The memory of the duty is spoilt, anywhere in the millisecond."""
    host, largest = Host().rolling(), 0
    duty = bytes((host.mcu.data[OCR1B] + 1 >> 1, 0))
    memory = range(symbols(FIRMWARE)["safety"], symbols(FIRMWARE)["_end"])
    places = [at for at in memory if bytes(host.mcu.data[at : at + 2]) == duty]
    for step in range(160):
        host.drive(PERIOD_S, DUTY)
        host.mcu.run(step * 100)
        for at in places:
            host.mcu.data[at : at + 2] = (500).to_bytes(2, "little")
        host.mcu.run(CYCLES_PER_MS)
        largest = max(largest, int.from_bytes(host.mcu.data[OCR1B : OCR1B + 2], "little"))
    assert 2 * MOST_DUTY < largest <= LARGEST_PULSE


@pytest.mark.parametrize(
    ("fitted", "counted"), [(SETTINGS[ParameterIndex.FITTED], True), (1, False)]
)
def test_an_encoder_that_is_not_there_is_not_listened_to(fitted: int, counted: bool) -> None:
    host = Host()
    host.settings[ParameterIndex.FITTED] = fitted
    assert bool(fitted & Fitted.ENCODER) == counted
    host.greet().configure().acknowledge()
    before = host.status.encoder
    for _ in range(20):
        for level in (False, True):
            host.mcu.drive("PD2", level)
            host.mcu.run(2000)
    host.drive(0.02)
    assert (host.status.encoder - before) % 1024 == (20 if counted else 0)


def test_the_open_end_of_the_line_is_pulled_up() -> None:
    host = Host().greet()
    assert host.mcu.data[PORTD] & 1


@pytest.mark.parametrize(
    ("left", "told"), [(2, ResetCause.EXTERNAL), (4, ResetCause.BROWN_OUT), (0xA7, 0)]
)
def test_a_boot_loader_tells_in_r2_why_there_was_a_reset(left: int, told: int) -> None:
    host = Host().greet()
    host.mcu.reset(ResetCause.EXTERNAL)
    host.mcu.data[MCUSR], host.mcu.data[R2] = 0, left
    host.wait(0.2).greet()
    assert (host.identity.reset_cause, host.identity.boots) == (told, 2)


def test_two_parameters_at_once_are_answered_each_as_it_was_set() -> None:
    host = Host().greet().configure()
    for pause in range(12):
        for index, value in ((ParameterIndex.LEVEL, 7000 + pause), (ParameterIndex.MOST_DUTY, 999)):
            host.send(Set, index, value)
            host.mcu.run(pause * 1500)
        host.wait(0.01)
    answers = [one for one in host.heard if isinstance(one, Parameter)][len(SETTINGS) :]
    assert {(one.parameter, one.accepted) for one in answers} == {
        (ParameterIndex.LEVEL, True),
        (ParameterIndex.MOST_DUTY, False),
    }


def test_a_reset_while_the_cut_is_written_down_leaves_what_was_before() -> None:
    host = Host().rolling()
    host.stop().drive(0.02)
    kept = symbols(FIRMWARE)["retained"]
    host.mcu.data[kept] = CutCode.LEVEL  # and its sum not yet
    host.mcu.reset(ResetCause.BROWN_OUT)
    host.wait(0.2).greet()
    assert host.cut is CutCode.STOP
    assert host.identity.boots == 2
