"""A scripted host for the real firmware on its board, in simulated time, with everything recorded.

A `Host` says what a controller would: who is there, what this machine is, a DRIVE every 4 ms. It
hears all that the board says, and notes every millisecond what the driver's inputs and the plant
itself did, so that a test judges by the truth. What lies between the two is `to_mcu` and `to_host`:
a test puts a bad line there. Nothing here waits.
"""

from collections.abc import Callable
from typing import NamedTuple, Self

from firmware_bridge.layout import Direction
from firmware_bridge.messages import (
    BAUD,
    Acknowledge,
    CutCode,
    Drive,
    Frame,
    Hello,
    HostFrame,
    Identity,
    Parameter,
    ParameterIndex,
    Set,
    Status,
    Stop,
)
from firmware_bridge.wire import Decoder, encode
from sim.board import Board
from sim.person import Person
from sim.roller import SimRoller, Truth
from tests.firmware_build import SIMULATOR, build_firmware, need
from tests.timing_host import PARAMETERS

PERIOD_S, STEP_S = 0.004, 0.001
REFERENCE_KPA = 25
DUTY = 100  # 1/500: about 3 cm/s
SETTINGS = PARAMETERS
MOST_DUTY = SETTINGS[ParameterIndex.MOST_DUTY]
SERVICE_DUTY = SETTINGS[ParameterIndex.SERVICE_DUTY]
BRISK = Person(landing_n=19.0, settle_n_s=200.0, wander_sd_kpa=0.0)  # a foot that knows its way
LANDING_S = 0.8
Line = Callable[[bytes], bytes]


class Moment(NamedTuple):
    """What was so at the end of a millisecond."""

    at_s: float
    duty: float  # at the driver's inputs, -1..1
    truth: Truth

    @property
    def driven(self) -> bool:
        """The firmware asks the motor to turn, whether the gate lets it or not."""
        return self.duty != 0.0


def unchanged(data: bytes) -> bytes:
    """A good line."""
    return data


def new_board(seed: int = 1, person: Person = BRISK, *, noise: bool = True) -> Board:
    """A board with the firmware as it would be flashed, just powered, in a machine of its own."""
    need(*SIMULATOR)
    return Board(build_firmware(), SimRoller(seed, person=person, noise=noise))


class Host:
    """Whoever sits at the other end of the board's serial line."""

    def __init__(self, board: Board | None = None) -> None:
        """Plug in. Nothing is said before a test says so."""
        self.board = board or new_board()
        self.plant, self.mcu = self.board.plant, self.board.mcu
        self.to_mcu: Line = unchanged
        self.to_host: Line = unchanged
        self.session: int | None = None  # to speak for; None: the one that the board tells
        self.settings = dict(SETTINGS)  # what it will tell the firmware of this machine
        self.sequence = 0
        self.pressed_at_s = 0.0  # when the button was last pressed
        self.said: list[bytes] = []  # before the line
        self.heard: list[Frame] = []  # behind it
        self.moments: list[Moment] = []
        self._decoder = Decoder(Direction.TO_HOST)
        self.statuses: list[Status] = []  # those among what was heard

    # What is said and heard.

    def say(self, data: bytes, *, baud: int = BAUD) -> None:
        """Put bytes on the line."""
        self.said.append(data)
        self.mcu.send(self.to_mcu(data), baud=baud)

    def send(self, kind: Callable[..., HostFrame], *values: int) -> None:
        """Say a frame with the next sequence."""
        self.sequence = (self.sequence + 1) % 256
        session = self.session if self.session is not None else self._told_session()
        self.say(encode(kind(self.sequence, session, *values)))

    def _told_session(self) -> int:
        return self.statuses[-1].session if self.statuses else 0

    @property
    def status(self) -> Status:
        """The newest that was heard."""
        return self.statuses[-1]

    @property
    def cut(self) -> CutCode:
        """What the board has latched, as last heard."""
        return CutCode(self.status.cut)

    @property
    def identity(self) -> Identity:
        """The newest that was heard."""
        return next(one for one in reversed(self.heard) if isinstance(one, Identity))

    @property
    def now_s(self) -> float:
        """Simulated seconds since power-on."""
        return self.board.now_s()

    # Time.

    def wait(self, duration_s: float) -> Self:
        """Let so much time pass, and say nothing."""
        until_s = self.now_s + duration_s - STEP_S / 2
        while self.now_s < until_s:
            self.board.wait_until(self.now_s + STEP_S)
            duty = self.mcu.duty("PB1") - self.mcu.duty("PB2")
            self.moments.append(Moment(self.now_s, duty, self.plant.truth()))
            self._hear(bytes(byte for _, byte in self.mcu.receive()))
        return self

    def _hear(self, data: bytes) -> None:
        frames = self._decoder.feed(self.to_host(data))
        self.heard += frames
        self.statuses += (one for one in frames if isinstance(one, Status))

    def drive(
        self, duration_s: float = PERIOD_S, duty: int = 0, *, gate: bool | None = None
    ) -> Self:
        """DRIVE every 4 ms; with a duty the gate is pulsed, too, unless told otherwise."""
        for _ in range(round(duration_s / PERIOD_S)):
            enabled = duty != 0
            pulsed = enabled if gate is None else gate
            self.send(Drive, duty, not enabled, enabled, pulsed, REFERENCE_KPA)
            self.wait(PERIOD_S)
        return self

    # The way to a session.

    def greet(self) -> Self:
        """Ask who is there until it tells, which it does once it has started."""
        heard = len(self.heard)
        while not any(isinstance(one, Identity) for one in self.heard[heard:]):
            self.send(Hello)
            self.wait(0.010)
        return self

    def configure(self) -> Self:
        """Tell the firmware what this machine is."""
        for index, value in self.settings.items():
            self.send(Set, index, value)
            self.wait(PERIOD_S)
        answers = [one for one in self.heard if isinstance(one, Parameter)][-len(self.settings) :]
        assert all(one.accepted for one in answers)
        return self

    def acknowledge(self) -> Self:
        """Take note of what is cut, as the firmware tells it, and look again."""
        if self.cut is not CutCode.NONE:
            self.send(Acknowledge, self.cut)
        return self.drive(2 * PERIOD_S)

    def press_start(self, duration_s: float = 0.040) -> Self:
        """Press the device's own start button, and release it."""
        self.pressed_at_s = self.now_s
        self.plant.set_button("start", True)
        self.drive(duration_s)
        self.plant.set_button("start", False)
        return self.drive(0.040)

    def stop(self) -> Self:
        """Say STOP, once."""
        self.send(Stop)
        return self.wait(PERIOD_S)

    def ready(self) -> Self:
        """Everything up to the press of the button: known, nothing cut, a foot on the roller."""
        self.greet().configure().acknowledge()
        self.plant.foot_on()
        self.drive(LANDING_S)
        assert self.cut is CutCode.NONE
        assert self.status.foot_on
        return self

    def open_session(self) -> Self:
        """Everything up to an open session, with nothing moving yet."""
        self.ready().press_start()
        assert self.status.session != 0
        return self

    def rolling(self, duty: int = DUTY, duration_s: float = 0.6) -> Self:
        """A session in which the motor has been turning for a while."""
        self.open_session().drive(duration_s, duty)
        assert self.status.driving
        assert self.moments[-1].truth.speed_cm_s * duty > 0.0
        assert self.moments[-1].truth.motor_powered
        return self


def driven_again_s(host: Host, since_s: float) -> float | None:
    """How long after `since_s` the motor was first driven; None: it was not."""
    later = (one.at_s - since_s for one in host.moments if one.at_s > since_s and one.driven)
    return next(later, None)


def off_after_s(host: Host, since_s: float) -> float | None:
    """How long after `since_s` the firmware no longer drove the motor; None: it still does."""
    later = (one.at_s - since_s for one in host.moments if one.at_s > since_s and not one.driven)
    return next(later, None)
