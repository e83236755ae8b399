"""How the loop kept time. Pure."""


class Pace:
    """How the loop kept time. `late_s` is the worst, `overruns` counts missed periods."""

    def __init__(self) -> None:
        self.ticks = 0
        self.overruns = 0
        self.worst_late_s = 0.0

    def count(self, late_s: float, tick_s: float) -> None:
        """One tick began `late_s` after its time."""
        self.ticks += 1
        if late_s > self.worst_late_s:
            self.worst_late_s = late_s
        if late_s >= tick_s:
            self.overruns += 1
