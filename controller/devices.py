"""How the roller is reached: this Pi's own pins, or a microcontroller on a port.

What the firmware limits by itself is limited here a little sooner, so that what ends first is what
can say why.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from controller import calibration_file
from controller.limits import LEVELS, Limits
from controller.motion import duty_of
from controller.settings import Settings, SettingsError
from firmware_bridge.mcu_clock import MOST_DRIFT
from firmware_bridge.mcu_roller import McuRoller, open_mcu
from firmware_bridge.mcu_settings import McuSettings, line_of
from firmware_bridge.monitor import described
from hardware.calibration import Calibration, Element
from hardware.errors import HardwareError
from hardware.wiring import RANGE_V, full_scale_ma

GPIO, MCU = "gpio", "mcu:"
NO_LIGHT = "a microcontroller has neither light nor buzzer: the page says everything"
FASTEST_HZ = 500
"""Each tick a drive and a stop or acknowledgement, 160 bits, must fit on the line."""
CONVERTER, RATIO = "ATmega328P", 5.0 / RANGE_V
"""It converts by itself, and its range is wider than that of a converter on the Pi."""
SOONER = 1.0 - MOST_DRIFT
"""Of a time that the firmware counts, too: its clock may be so much quicker."""


def mcu_port(device: str) -> str | None:
    """The microcontroller's port; None: the roller hangs on this Pi's pins."""
    return device.removeprefix(MCU) if device.startswith(MCU) else None


def suited(found: Settings, device: str) -> Settings:
    """`found` as it serves on `device`. Raises `SettingsError` for what cannot."""
    if mcu_port(device) is None:
        return _without_encoder(found)
    limits, hard = found.limits, Limits()
    if limits.tick_s * FASTEST_HZ < 1.0 - 1e-9:
        raise SettingsError(
            f"[engine] rate_hz = {1.0 / limits.tick_s:.0f}: must be at most {FASTEST_HZ} with a "
            "microcontroller, as its line carries no more"
        )
    if found.wiring.hx711_data_pin is not None:
        raise SettingsError(
            "[wiring] hx711_data_pin: a microcontroller reads both pressure elements by itself; "
            'set hx711_data_pin and hx711_clock_pin to "none" and give pressure_b_channel'
        )
    sooner = replace(
        limits,
        session_time_s=min(limits.session_time_s, SOONER * hard.session_time_s),
        away_s=min(limits.away_s, SOONER * hard.away_s),
        hold_s=min(limits.hold_s, SOONER * hard.away_s),
    )
    return found._replace(limits=sooner, wiring=replace(found.wiring, adc_chip=CONVERTER))


def _without_encoder(found: Settings) -> Settings:
    if found.machine.encoder:
        raise SettingsError(
            "[machine] encoder = true: must be false on this Pi's own pins, as only a "
            "microcontroller reads an encoder"
        )
    return found


def calibration_file_of(device: str, folder: Path) -> Path:
    """Where the calibration through this device is kept: another converter reads differently."""
    file = calibration_file.file_of(folder)
    return file if mcu_port(device) is None else file.with_stem(f"{file.stem}-mcu")


def calibrations(found: Settings) -> list[tuple[Settings, Path]]:
    """What to show: the calibration of the pins, and the microcontroller's once there is one.

    Raises `SettingsError` as `suited()`.
    """
    pins, mcu = (calibration_file_of(device, found.folder) for device in (GPIO, MCU))
    return [(found, pins), *([(suited(found, MCU), mcu)] if mcu.exists() else [])]


def misfits(device: str, name: str, element: Element) -> list[str]:
    """Why an element that was weighed well is of no use through this device; empty: it is."""
    try:
        if mcu_port(device) is not None:
            line_of(name, element)
    except HardwareError as error:
        return [f"{error}."]
    return []


def mcu_settings(found: Settings) -> McuSettings:
    """What the microcontroller must know of this machine."""
    limits, wiring = found.limits, found.wiring
    top_cm_s = min(LEVELS[int(limits.top_level)].speed_cm_s, limits.top_speed_cm_s)
    return McuSettings(
        level_kpa=limits.level_kpa,
        most_duty=duty_of(top_cm_s, limits),
        service_duty=duty_of(limits.service_cm_s, limits),
        stale_s=limits.stale_s,
        gate=wiring.gate_pin is not None and wiring.gate_sense_pin is not None,
        pressure_b=wiring.pressure_b_channel is not None,
        current=wiring.current_channel is not None,
        encoder=found.machine.encoder,
        current_full_scale_ma=full_scale_ma(wiring) * RATIO,
    )


def open_on(
    port: str,
    found: Settings,
    calibration: Calibration,
    *,
    clock: Callable[[], float],
    tell: Callable[[str], None],
) -> McuRoller:
    """Open the roller behind a microcontroller and tell who was met. Raises `HardwareError`."""
    roller = open_mcu(port, mcu_settings(found), calibration, clock=clock, tell=tell)
    for line in described(roller.identity):
        tell(f"{port}: {line}")
    tell(NO_LIGHT)
    return roller
