"""The production controller over the real firmware, in lock-step: whole stories, no wall clock."""

import os
import pty
import tty
from collections.abc import Callable

import pytest

from controller.limits import Limits
from controller.loop import Loop
from controller.modes import Mode, State
from controller.session import Machine, Person, Session
from controller.trips import Trip
from controller.wish import Wish
from firmware_bridge.line import Port
from firmware_bridge.port import SerialPort, open_port
from hardware.errors import HardwareError
from hardware.roller import Cut, Sample
from sim.board import Board, BoardPort, met
from tests.board_bench import powered

LIMITS = Limits()


class Story:
    """A loop over the board, ticked by hand; it plays the engine, the journal and the people."""

    def __init__(self, port: Callable[[Board], Port] = BoardPort) -> None:
        self.plant, self.board = powered()
        self.port = port(self.board)
        self.asked = Wish()
        self.cuts: list[Cut] = []
        session = Session.new(Person(), Machine(), LIMITS)
        self._loop = Loop(met(self.board, self.port), self.board, self, session, LIMITS)
        self._due_s = self.board.now_s()
        self.advance(1.0)

    # What the loop sees.

    def wish(self) -> Wish:
        return self.asked

    def publish(self, state: State, session: Session, sample: Sample, now_s: float) -> None:
        self.asked = self.asked._replace(recorded=state.sitting.number)
        self.cut = sample.cut
        if sample.cut is not None and self.cuts[-1:] != [sample.cut]:
            self.cuts.append(sample.cut)

    # What a test does.

    @property
    def mode(self) -> Mode:
        return self._loop.state.mode

    @property
    def trip(self) -> Trip | None:
        return None if self._loop.state.stop is None else self._loop.state.stop.trip

    def advance(self, seconds: float) -> None:
        for _ in range(round(seconds / LIMITS.tick_s)):
            self._loop.tick(self._due_s)
            self._due_s += LIMITS.tick_s
            self.board.wait_until(self._due_s)

    def until(self, mode: Mode, at_most_s: float) -> None:
        end_s = self._due_s + at_most_s
        while self.mode is not mode:
            assert self._due_s < end_s, (self.mode, self.trip, self.cuts)
            self.advance(LIMITS.tick_s)

    def ask(self, verb: str) -> None:
        count = f"{verb}_count"
        self.asked = self.asked._replace(**{count: getattr(self.asked, count) + 1})

    def press(self) -> None:
        self.plant.set_button("start", True)
        self.advance(0.1)
        self.plant.set_button("start", False)
        self.advance(0.1)

    def roll(self) -> None:
        self.press()
        self.plant.foot_on()
        self.until(Mode.ARMED, 10.0)
        self.ask("start")
        self.until(Mode.RUNNING, 5.0)

    def off_by(self, at_most_s: float) -> None:
        """The motor is without power from then on."""
        self.advance(at_most_s)
        assert not self.plant.truth().motor_powered


class Terminal:
    """A pseudo-terminal between board and pyserial; bytes cross it at every read and write."""

    def __init__(self, board: Board) -> None:
        self._cable = BoardPort(board)
        self._board_end, self._far_end = pty.openpty()
        tty.setraw(self._far_end)
        os.set_blocking(self._board_end, False)
        self.serial: SerialPort = open_port(os.ttyname(self._far_end))

    def read(self) -> bytes:
        if said := self._cable.read():
            os.write(self._board_end, said)
        return self.serial.read()

    def write(self, data: bytes) -> None:
        self.serial.write(data)
        self._cable.write(os.read(self._board_end, 4096))

    def discard(self) -> None:
        self.serial.discard()

    def close(self) -> None:
        self.serial.close()
        os.close(self._board_end)
        os.close(self._far_end)


def test_a_board_that_was_powered_on_is_acknowledged_by_whoever_meets_it() -> None:
    story = Story()
    assert story.cuts == [Cut.RESET]
    assert story.mode is Mode.IDLE


def test_a_converter_that_cannot_read_its_reference_is_told_at_the_start() -> None:
    _, board = powered()
    board.mcu.apply_mv(14, 600.0)  # the reference's channel
    with pytest.raises(HardwareError, match="failed its self-test"):
        met(board, BoardPort(board))


def test_a_session_with_pain_and_the_way_back() -> None:
    story = Story()
    story.roll()
    story.advance(2.0)
    assert story.plant.truth().position_cm > 1.0
    story.plant.press(60.0, rise_s=0.03, hold_s=0.5)
    story.until(Mode.STOPPED, 0.5)
    assert story.trip in (Trip.RISE, Trip.LEVEL)
    story.off_by(0.1)
    assert story.cuts[1] in (Cut.RISE, Cut.LEVEL)
    story.plant.foot_off()
    story.advance(31.0)
    story.ask("acknowledge")
    story.until(Mode.IDLE, 0.1)
    story.advance(1.5)
    assert story.mode is Mode.IDLE
    story.plant.lean(-2.5)  # level 2 accepts less
    story.roll()


def test_a_persons_stop_latches_on_both_sides() -> None:
    story = Story()
    story.roll()
    story.ask("stop")
    story.until(Mode.STOPPED, 0.1)
    story.off_by(0.05)
    assert story.cuts == [Cut.RESET, Cut.STOP]
    story.ask("acknowledge")
    story.advance(0.05)
    assert story.mode is Mode.STOPPED, "with a foot on, the board would not let go"
    story.plant.foot_off()
    story.advance(0.5)
    story.ask("acknowledge")
    story.advance(0.05)
    assert (story.mode, story.cut) == (Mode.IDLE, None)


def test_a_session_through_pyserial_and_a_pseudo_terminal() -> None:
    story = Story(Terminal)
    story.roll()
    story.advance(1.0)
    assert story.plant.truth().motor_powered
    story.ask("stop")
    story.until(Mode.STOPPED, 0.1)
    story.off_by(0.05)
    story.port.close()


def test_the_wired_switch_stops_and_is_read_back() -> None:
    story = Story()
    story.roll()
    story.plant.set_stop(True)
    story.until(Mode.STOPPED, 0.1)
    assert story.trip is Trip.STOP
    story.off_by(0.05)


def test_a_pulled_cable_stops_and_nothing_starts_when_it_is_back() -> None:
    story = Story()
    story.roll()
    cable = story.port
    assert isinstance(cable, BoardPort)
    cable.pulled = True
    story.off_by(0.05)
    story.until(Mode.STOPPED, 0.5)
    assert story.trip is Trip.LINK
    cable.pulled = False
    story.advance(10.0)
    assert story.mode is Mode.STOPPED
    assert not story.plant.truth().motor_powered
    assert Cut.LINK in story.cuts


def test_a_board_that_hears_nothing_stops_and_is_told_as_a_lost_link() -> None:
    """The real one: it answers every drive and every question, and then talks to itself."""
    story = Story()
    story.roll()
    cable = story.port
    assert isinstance(cable, BoardPort)
    cable.cut_outward = True
    story.off_by(0.030)
    story.until(Mode.STOPPED, 0.1)
    assert story.trip is Trip.LINK
    cable.cut_outward = False
    story.advance(2.0)
    assert story.mode is Mode.STOPPED
    assert not story.plant.truth().motor_powered


def test_a_foot_that_is_lifted_holds_and_goes_on_in_the_same_session() -> None:
    story = Story()
    story.roll()
    story.advance(1.0)
    story.plant.foot_off()
    story.until(Mode.HOLD, 1.0)
    story.off_by(0.05)
    story.plant.foot_on()
    story.advance(5.0)
    story.ask("continue")
    story.until(Mode.RUNNING, 5.0)
    assert story.cuts == [Cut.RESET]
