"""`plan` beside a kernel whose state is set by hand, tick by tick."""

from typing import Any

from controller.buttons import AT_REST
from controller.limits import Limits
from controller.modes import Mode, Request, Sitting, State
from controller.session import Machine, Person, Session, plan
from controller.watch import Reason, Watch
from controller.wish import Wish
from tests.kernel_world import sample_of

RATE_HZ = 50
"""Slower than plans are made: every tick is planned."""


class Planner:
    """`plan` with its memory, beside a kernel whose state is set by hand."""

    def __init__(self, rate_hz: int = RATE_HZ, level: int = 5, **state: Any) -> None:
        self.rate_hz, self.tick = rate_hz, 0
        self.session = Session.new(Person(level=level), Machine(), Limits())
        self.session = self.session._replace(pad=AT_REST)
        self.wish = Wish(recorded=1)
        self.state = State(Mode.IDLE, 0.0, Watch(0.0), **state)
        self.plan()

    @property
    def now_s(self) -> float:
        return self.tick / self.rate_hz

    def plan(self, kpa: float = 20.0, **fields: Any) -> Request:
        """One tick."""
        self.state = self.state._replace(watch=self.state.watch._replace(now_s=self.now_s))
        sample = sample_of(kpa, self.now_s, **fields)
        self.session, request = plan(self.session, self.wish, sample, self.state, self.now_s)
        self.tick += 1
        return request

    def ask(self, kpa: float = 20.0, **wish: Any) -> Request:
        """One tick with another wish."""
        self.wish = self.wish._replace(**wish)
        return self.plan(kpa)

    def grow(self, *counts: str) -> Request:
        """One tick in which these counts have grown."""
        return self.ask(**{name: getattr(self.wish, name) + 1 for name in counts})

    def spend(self, seconds: float, **fields: Any) -> list[Request]:
        return [self.plan(**fields) for _ in range(round(seconds * self.rate_hz))]

    def be(self, mode: Mode, why: Reason | None = None, duty: float = 0.0) -> "Planner":
        """The kernel's mode from now on."""
        sitting = self.state.sitting._replace(why=why)
        self.state = self.state._replace(mode=mode, sitting=sitting, duty=duty)
        return self

    def opened(self, number: int = 1) -> "Planner":
        """The kernel has opened a session."""
        self.state = self.state._replace(sitting=Sitting(number=number, opened_at_s=self.now_s))
        return self

    def closed(self) -> "Planner":
        self.state = self.state._replace(sitting=self.state.sitting.closed(Reason.ENDED))
        return self

    def home(self) -> Request:
        """RUNNING, and the heel's switch seen."""
        self.opened().plan()
        self.be(Mode.RUNNING).plan()
        return self.plan(heel_end_open=True)
