"""What is known of this machine's calibration, and what it costs, for a person to read."""

from datetime import date
from pathlib import Path

from controller.calibration_file import load_for
from controller.settings import Settings
from controller.words import cautions
from hardware.calibration import KPA_PER_N, Element, Trust
from hardware.roller import Sample
from hardware.wiring import b_fitted


def described(name: str, element: Element, today: date) -> list[str]:
    """Tell an element's age, its points and the ends of its range."""
    if element.measured_on is None:
        lines = [f"{name}: never measured, nominal values"]
    else:
        on = date.fromordinal(element.measured_on)
        lines = [f"{name}: measured on {on}, {(today - on).days} days ago"]
    for raw, load_n in element.points:
        lines.append(f"  {raw:.5f} of the range is {load_n:.2f} N, {load_n * KPA_PER_N:.1f} kPa")
    end_n = element.load_n(element.saturated_from)
    lines.append(
        f"  saturated from {element.saturated_from:.4f}: {end_n:.1f} N, {end_n * KPA_PER_N:.1f} kPa"
    )
    off = f"below {element.open_below:.4f}" if element.open_below else "cannot be told from no load"
    lines.append(f"  a wire that is off: {off}")
    return lines


def shown(found: Settings, file: Path, today: date) -> list[str]:
    """What `--show` prints. Raises `CalibrationError`."""
    calibration = load_for(found.wiring, file)
    trust = calibration.trust(today.toordinal(), b_fitted=b_fitted(found.wiring))
    lines = [f"{file}: {'checksum ok' if file.exists() else 'there is no such file'}"]
    lines += described("pressure_a", calibration.pressure_a, today)
    if b_fitted(found.wiring):
        lines += described("pressure_b", calibration.pressure_b, today)
    lacks = lacking(found, trust)
    return lines + (lacks or [f"level: up to {found.limits.top_level:.0f}"])


def lacking(found: Settings, trust: Trust) -> list[str]:
    """What a person must know of this machine, as it is configured, before it moves."""
    b_kpa = 0.0 if b_fitted(found.wiring) else None
    gate_on = None if found.wiring.gate_pin is None else False
    return cautions(Sample(0.0, 0.0, b_kpa, gate_on=gate_on), trust, found.limits)
