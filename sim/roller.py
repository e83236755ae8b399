"""SimRoller: the whole plant behind the Roller contract. Its clock is the loop's clock.

`wait_until()` is the only thing that lets time pass, in steps of `dt_s` and one shorter step
for what is left; time is counted in whole microseconds (as floats, which are quicker), so
nothing drifts. Within a step: person, foot, gate, motor. The same seed and the same calls give
the same bytes, and reading more or less often changes nothing but the noise of the readings.

Hands (`foot_on()`, `press()`, ...) and `truth()` are for scenarios and oracles; the controller
sees `read()` and `drive()` only.
"""

from math import ceil
from random import Random
from typing import NamedTuple

from hardware.errors import HardwareError
from hardware.roller import REST, Buttons, Drive, Sample, SensorStatus
from sim import foot as sole
from sim import gate as power
from sim import motor as rail
from sim import person as leg
from sim.foot import KPA_PER_N
from sim.sensor import RANGE_KPA, Channels, Sabotage, exactly, sabotaged

_US = 1e6
_PERSON, _FOOT, _MOTOR, _GATE = leg.Person(), sole.Foot(), rail.Motor(), power.Gate()
_OK, _SATURATED = SensorStatus.OK, SensorStatus.SATURATED  # a global is looked up far faster
_new = tuple.__new__  # half the price of Sample(...), which goes through a second call


class Truth(NamedTuple):
    """The plant itself, without sensors: what an oracle judges by."""

    pressure_kpa: float
    position_cm: float  # from home toward the toes
    speed_cm_s: float
    gate_on: bool
    motor_powered: bool  # the bridge puts a voltage other than 0 on the motor
    motor_current_ma: float  # signed, in the winding, wherever it closes


class SimRoller:
    """A simulated machine, the foot on it, and the time they live in."""

    def __init__(
        self,
        seed: int = 1,
        dt_s: float = 0.001,
        *,
        person: leg.Person = _PERSON,
        foot: sole.Foot = _FOOT,
        motor: rail.Motor = _MOTOR,
        gate: power.Gate = _GATE,
        noise: bool = True,
    ) -> None:
        """Build a plant at rest at home, the foot in the air. `dt_s` 10 µs..4 ms."""
        if not 1e-5 <= dt_s <= 0.004:
            raise ValueError(f"dt_s is {dt_s}: the plant steps by 0.00001 to 0.004 s")
        if not (motor.overtravel_cm < 2.0 and motor.travel_cm + 2.0 <= foot.length_cm):
            raise ValueError(f"a rail of {motor.travel_cm} cm does not stay under the foot")
        self._step_us = float(round(dt_s * _US))
        self._dt_s = self._step_us / _US
        self._now_us = self._now_s = 0.0
        self._person = leg.PersonState(person, Random(seed))
        self._contact = sole.Contact(foot)
        self._carriage = rail.Carriage(motor)
        self._gate = power.GateState(gate)
        self._measure = Channels(seed + 1_000_003).measure if noise else exactly
        self._pressure_kpa = self._volts = 0.0
        self._drive: Drive | None = REST  # the last one; none may be after close()
        self._bridge_closed = self._edges = self._stop = self._closed = False
        self._buttons = Buttons()
        self._sabotage: Sabotage | None = None
        self._last = Sample(0.0, 0.0)

    # The contract.

    @property
    def name(self) -> str:
        """What the panel shows, so that nobody takes it for a machine."""
        return "simulated roller"

    def read(self) -> Sample:
        """Sample the plant now."""
        if self._closed:
            raise HardwareError("the simulated roller was closed: make a new one")
        a_kpa, b_kpa = self._measure(self._pressure_kpa)
        carriage = self._carriage
        position_m = carriage.position_m
        contact = self._gate.contact
        current_ma = carriage.current_a * 1000.0 if contact else 0.0  # sensed in the bridge
        values = (
            self._now_s,
            a_kpa,
            b_kpa,
            _OK if a_kpa < RANGE_KPA else _SATURATED,
            current_ma if current_ma > 0.0 else 0.0 - current_ma,
            position_m <= 0.0,
            position_m >= carriage.toe_end_m,
            self._stop,
            contact,
            self._buttons,
            None,
        )
        sample = _new(Sample, values)
        if self._sabotage is not None:
            return sabotaged(sample, self._last, self._sabotage)
        self._last = sample
        return sample

    def drive(self, drive: Drive) -> None:
        """Set the bridge if it shall change; give the gate its edge if asked."""
        if drive is not self._drive:
            self._set_bridge(drive)
        if self._edges:
            power.give_edge(self._gate)

    def _set_bridge(self, drive: Drive) -> None:
        duty, brake, enabled, edges, _, _ = drive
        if not -1.0 <= duty <= 1.0:
            raise ValueError(f"duty is {duty}: it must lie in -1..1")
        if self._closed:
            raise HardwareError("the simulated roller was closed: make a new one")
        self._volts = duty * self._carriage.motor.supply_v if enabled else 0.0
        self._bridge_closed = enabled and (brake or duty != 0.0)
        self._drive, self._edges = drive, edges

    def close(self) -> None:
        """Come to rest: bridge off, no more edges. The plant's time may still go on."""
        if not self._closed:
            self.drive(REST)
            self._closed, self._drive = True, None

    # The clock.

    def now_s(self) -> float:
        """Return the simulated time, seconds since the plant was built."""
        return self._now_s

    def wait_until(self, at_s: float) -> None:
        """Let the plant live until `at_s`; an instant that has passed costs nothing."""
        at_us = at_s * _US - 0.001  # the float nearest to a whole µs means that µs
        now_us, contact, carriage = self._now_us, self._contact, self._carriage
        person = self._person
        while not at_us <= now_us:
            next_us, dt_s = now_us + self._step_us, self._dt_s
            if not at_us > next_us - 1.0:  # what is left is less than a step
                next_us = float(ceil(at_us))
                dt_s = (next_us - now_us) / _US
            load_n = leg.advance(person, self._pressure_kpa, carriage.position_m, dt_s)
            if person.presses_stop:
                self.set_stop(True)
            force_n = sole.advance(contact, load_n, carriage.position_m, carriage.speed_m_s, dt_s)
            self._pressure_kpa = force_n * KPA_PER_N
            if power.advance(self._gate, not self._stop, dt_s):
                rail.advance(carriage, self._volts, self._bridge_closed, force_n, dt_s)
            else:  # the released contact shorts it
                rail.advance(carriage, 0.0, True, force_n, dt_s)
            self._now_us = now_us = next_us
            self._now_s = next_us / _US
        if at_s > self._now_s:  # by less than a nanosecond: who waits until then, has waited
            self._now_s = at_s

    # Hands, and the truth.

    def truth(self) -> Truth:
        """Return what is, not what is sensed."""
        carriage, contact = self._carriage, self._gate.contact
        return Truth(
            pressure_kpa=self._pressure_kpa,
            position_cm=carriage.position_m * 100.0,
            speed_cm_s=carriage.speed_m_s * 100.0,
            gate_on=contact,
            motor_powered=contact and self._volts != 0.0,
            motor_current_ma=carriage.current_a * 1000.0,
        )

    def act(self, doing: leg.Act) -> None:
        """Let the person begin `doing`."""
        leg.act(self._person, doing)

    def lay_out(self) -> None:
        """Work the whole sole out now, and not on the way: a real clock does not wait for it."""
        rail_m = self._carriage.motor.overtravel_cm / 100.0
        sole.lay_out(self._contact, -rail_m, self._carriage.toe_end_m + rail_m)

    def lay_in_lane(self, lane_mm: float) -> None:
        """Shift the foot sideways: the head's middle runs so far right of the foot's."""
        sole.lay(self._contact, lane_mm)

    def foot_on(self) -> None:
        """Lay the foot on the roller; it has given its weight after about two seconds."""
        self.act(leg.FootOn())

    def foot_off(self) -> None:
        """Lift the foot; the pressure is gone after about 0.2 s."""
        self.act(leg.FootOff())

    def press(self, newtons: float, rise_s: float = 0.2, hold_s: float = 0.5) -> None:
        """Bear down on the roller by `newtons` more, hold, let go."""
        self.act(leg.Press(newtons, rise_s, hold_s))

    def lean(self, newtons: float) -> None:
        """Let the leg rest heavier by so much from now on; below 0 lighter."""
        self.act(leg.Lean(newtons))

    def flinch(self) -> None:
        """Kick, and pull the foot away."""
        self.act(leg.Flinch())

    def set_button(self, button: str, down: bool) -> None:
        """Hold down or release "start", "plus" or "minus"."""
        if button not in Buttons._fields:
            raise ValueError(f"no button {button!r}: there are {', '.join(Buttons._fields)}")
        self._buttons = self._buttons._replace(**{button: down})

    def set_stop(self, down: bool) -> None:
        """Press or release the wired stop switch."""
        self._stop, self._person.presses_stop = down, False

    def unplug_sensor(self) -> None:
        """Pull the wire of pressure channel A."""
        self._sabotage = Sabotage.UNPLUGGED

    def freeze_sensor(self) -> None:
        """Make pressure channel A repeat its last value."""
        self._sabotage = Sabotage.FROZEN

    def stall_sensor(self) -> None:
        """Make the sensors deliver nothing new."""
        self._sabotage = Sabotage.STALLED

    def restore_sensor(self) -> None:
        """Undo what was done to pressure channel A."""
        self._sabotage = None
