"""From the 12 V to the motor: gate and driver, part by part and wire by wire. Pure.

The values of the gate's pump, of its coil's diodes and of the current's filter are derived: the
test `tests/test_part_values.py` runs a model of each over the tolerances of its parts. Nobody has
built them yet, and the page says so. Of the DRV8874 only what its data sheet is known to say.
"""

from typing import NamedTuple

from hardware.wiring import RANGE_V, Wiring, full_scale_ma


class Part(NamedTuple):
    """One part, or one terminal of a chip."""

    name: str
    value: str
    wires: str  # where each of its ends goes, and what it is for


R1_OHM = 330.0
C1_UF = 1.0
R2_KOHM = 4.7  # empties C1 between edges; else a pin stuck high would be fed several times as long
C2_UF = 1.0
R3_KOHM = 33.0
TRIMMER_KOHM = 100.0
R4_KOHM = 100.0
ZENER_V = 10.0
COIL_OHM = (200.0, 480.0)
TRIMMED_MS = (36, 40)  # two neighbours of what the stop-test can read at 250 Hz
UNTRIMMED_MS = (16, 62)

GATE_DRAWING = (
    "pump's pin --+--[R1]--[C1]--+--A--+--[D2 >|]--B--+-----------+-------[R4]-- base of Q1",
    "             |              |     |              |           |",
    "          [10 kΩ]         [R2]  [D1]           [C2]   [R3, trimmer]",
    "             |              |     |              |           |",
    "ground ------+--------------+-----+--------------+-----------+------------- emitter of Q1",
    "",
    "12 V, fused -- contact 1 of the stop switch --+-----[coil of K1]-----+-- collector of Q1",
    "                                              |                      |",
    "                                              +--[D4 >|]----[|< D3]--+",
    "",
)
GATE_PARTS = (
    Part("R1", f"{R1_OHM:g} Ω", "pump's pin to C1"),
    Part("C1", f"{C1_UF:g} µF film, ± 10 %", "R1 to point A"),
    Part("R2", f"{R2_KOHM:g} kΩ", "A to ground"),
    Part("D1", "BAT85 (Schottky)", "ring (cathode) to A, other end to ground"),
    Part("D2", "BAT85 (Schottky)", "ring to point B, other end to A"),
    Part("C2", f"{C2_UF:g} µF film, ± 10 %", "B to ground"),
    Part(
        "R3, trimmer",
        f"{R3_KOHM:g} kΩ, {TRIMMER_KOHM:g} kΩ",
        "in series from B to ground: the bleed resistor. The trimmer's wiper is joined to one of "
        "its ends; begin in the middle",
    ),
    Part("R4", f"{R4_KOHM:g} kΩ", "B to the base of Q1"),
    Part(
        "Q1",
        "BC517 (Darlington)",
        "emitter to ground, collector to the coil; check the order of its pins in its data sheet. "
        "No MOSFET here: the thresholds of its kind spread too far for 3.3 V",
    ),
    Part(
        "K1, relay",
        f"12 V, {COIL_OHM[0]:g}-{COIL_OHM[1]:g} Ω",
        "coil of 25 to 60 mA; two change-over contacts, each for 8 A at 12 V DC; releases within "
        "5 ms; for example a G2RL-2 DC12 (360 Ω), better one with force-guided contacts. One end "
        "of the coil to Q1, the other through contact 1 of the stop switch to the fused 12 V",
    ),
    Part("D3", "1N4148", "ring to the ring of D4, other end to Q1's collector"),
    Part(
        "D4",
        f"zener {ZENER_V:g} V, 0.5 W",
        "ring to the ring of D3, other end to the coil's other end: so the coil lets go two to "
        "three times sooner than with D3 alone",
    ),
)
_STOP_SWITCH = "The stop switch latches and has two normally closed contacts. Contact 1 lies in the"
GATE = (
    "The relay's first pole sits between driver and motor: common to motor wire 1, normally open "
    "to the driver's OUT1, normally closed to motor wire 2, which is also on OUT2. Released, it "
    "shorts the motor, which brakes it.",
    "Its second pole is the sense contact: common to 3.3 V, normally open to the sense pin. With "
    "force-guided contacts it cannot say open while the first is welded.",
    f"{_STOP_SWITCH} supply of the gate's relay: pressed, the relay drops, whatever any program "
    "does.",
    "The pump must hold 25 to 35 ms after its last edge, and the contact be open within 50 ms. As "
    f"soldered it may hold {UNTRIMMED_MS[0]} to {UNTRIMMED_MS[1]} ms: trim the bleed resistor "
    "until `footloop stop-test` is below 50 ms. Best, at rate_hz = 250: where the longest of six "
    f"“pulses withheld: gate off after” just changes between {TRIMMED_MS[0]} and {TRIMMED_MS[1]} "
    "ms. Less resistance lets go sooner. Then seal the trimmer.",
    "These values are calculated over the tolerances of the parts; nobody has built this gate yet. "
    "Believe the stop-test, not this page.",
)
NO_GATE = (
    "No gate is wired: THIS MACHINE IS NOT FAIL-SAFE. A program that dies can leave the motor "
    "on; Footloop says so and keeps to the lowest levels. Wire gate_pin and gate_sense_pin.",
    f"{_STOP_SWITCH} driver's 12 V supply, and is for 6 A at 12 V DC: pressed, the motor has no "
    "power, whatever any program does.",
)

FILTER_KOHM = 1.0
FILTER_UF = 1.0


def current_wires(wiring: Wiring) -> str:
    """Return what the current's channel needs, and its scale."""
    ohm, full_a = wiring.current_ohm, full_scale_ma(wiring) / 1000.0
    filter_ms = (ohm / 1000.0 + FILTER_KOHM) * FILTER_UF
    return (
        f"{_kohm(ohm)} from IPROPI to ground, close to the driver; from IPROPI {FILTER_KOHM:g} "
        f"kΩ in series to this channel; {FILTER_UF:g} µF from the channel to ground, close to the "
        f"converter. That is a filter of {filter_ms:.3g} ms, for the motor's PWM; no capacitor at "
        f"IPROPI itself, it would slow the driver's own limit. A {wiring.driver} then gives "
        f"{RANGE_V / full_a:.2f} V for each A, and {RANGE_V:g} V are {full_a:.2f} A. With another "
        "driver or resistor set driver and current_ohm: T7 believes them"
    )


def _kohm(ohm: int) -> str:
    return f"{ohm / 1000.0:g} kΩ"


def driver(wiring: Wiring) -> tuple[Part, ...]:
    """The driver's terminals that go elsewhere than to a GPIO pin."""
    gated, measured = wiring.gate_pin is not None, wiring.current_channel is not None
    kohm, full_a = _kohm(wiring.current_ohm), full_scale_ma(wiring) / 1000.0
    behind = "" if gated else ", through contact 1 of the stop switch"
    current = "its way to the Pi is told above" if measured else "no channel: it is not watched"
    out1 = "normally open contact of the relay's first pole" if gated else "motor wire 1"
    return (
        Part(
            "VM",
            "12 V",
            f"from the fuse{behind}; 100 nF ceramic and 100 µF, each for 25 V or more, from here "
            "to PGND, close to the chip",
        ),
        Part("GND, PGND", "ground", "and the metal pad below the chip"),
        Part("OUT1", "motor", out1),
        Part("OUT2", "motor", "motor wire 2"),
        Part("PMODE", "3.3 V", "PWM mode; it is read when the chip wakes, so wire it for good"),
        Part(
            "VREF",
            "3.3 V",
            f"with the {kohm} at IPROPI the chip limits the motor at {full_a:.2f} A",
        ),
        Part(
            "IMODE", "ground", "an overcurrent switches off and tries again; check the data sheet"
        ),
        Part(
            "IPROPI",
            f"{kohm} to ground",
            f"the motor's current; {current}",
        ),
        Part("nFAULT", "open", "an open-drain output; Footloop does not read it"),
        Part(
            "VCP, CPH, CPL",
            "chip alone",
            "100 nF for 16 V from VCP to VM, 22 nF for 25 V or more from CPH to CPL; a carrier "
            "board has them: check the data sheet",
        ),
    )


DRIVER = (
    "Take a DRV8874: the motor draws 5.5 A stalled, and a DRV8876 gives 3.5 A at most and another "
    "current at IPROPI, so that driver in [wiring] must name it. Its logic takes the Pi's 3.3 V as "
    "they are.",
    "A carrier board may bring its own resistor at IPROPI (also called CS) and its own VREF. With "
    "the power off, measure from IPROPI to ground: all together must be current_ohm of [wiring].",
)
