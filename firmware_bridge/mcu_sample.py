"""What a frame of the microcontroller says, as the roller's contract has it. Pure."""

from firmware_bridge.mcu_settings import DUTY_UNITS, FULL_COUNTS, McuSettings
from firmware_bridge.messages import LAYOUTS, CutCode, Drive, Status
from hardware import roller
from hardware.calibration import Calibration
from hardware.roller import Buttons, Cut, Sample

CUTS: dict[int, Cut | None] = {
    code: None if code is CutCode.NONE else Cut[code.name] for code in CutCode
}
"""A code without a cut is found before anything runs."""
REFERENCE = next(field for field in LAYOUTS[Drive].fields if field.name == "reference_kpa")


def sample_of(
    status: Status,
    taken_at_s: float,
    settings: McuSettings,
    calibration: Calibration,
    own_cut: Cut | None = None,
) -> Sample:
    """Return `status`, taken then; `own_cut`: what this side of the link has found wrong."""
    a = calibration.pressure_a.reading(status.pressure_a / FULL_COUNTS)
    b_kpa = current_ma = None
    if settings.pressure_b:
        b_kpa = calibration.pressure_b.reading(status.pressure_b / FULL_COUNTS).pressure_kpa
    if settings.current:
        current_ma = status.current / FULL_COUNTS * settings.current_full_scale_ma
    return Sample(
        taken_at_s,
        a.pressure_kpa,
        b_kpa,
        a.status,
        current_ma,
        status.heel_end_open,
        status.toe_end_open,
        status.stop_pressed,
        status.gate_on if settings.gate else None,
        Buttons(status.start_down, status.plus_down, status.minus_down),
        CUTS[status.cut] or own_cut,
    )


def frame_of(drive: roller.Drive, session: int) -> Drive:
    """Return `drive` as it is sent, within `session`; never more than was asked for."""
    kpa = drive.reference_kpa
    return Drive(
        sequence=0,
        session=session,
        duty=int(drive.duty * DUTY_UNITS),  # toward 0
        brake=drive.brake,
        enabled=drive.enabled,
        gate=drive.gate,
        reference_kpa=int(min(kpa, REFERENCE.high)) if kpa > REFERENCE.low else REFERENCE.low,
    )
