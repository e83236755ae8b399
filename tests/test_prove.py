"""Every proof of the firmware is as the table expects it, and a broken firmware is not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_bridge import prove
from firmware_bridge.prove import FIRMWARE, WIDTHS, Proof, ProofError
from tests.host_build import needed

PROOFS = {proof.harness: proof for proof in prove.proofs()}

BROKEN = [
    ("crc_is_linear", "crc.h", "crc <<= 1;", "crc = (crc << 1) + 1;"),
    ("crc_steps", "crc.h", "bit < 7", "bit < 6"),
    ("changes_show_in_mcu_frames", "crc.h", "CRC_UP(CRC_POLYNOMIAL)", "CRC_UP(0x000003UL)"),
    ("any_byte_to_the_firmware", "frame.c", "place < HOST_BODY_BYTES", "place < 9"),
    ("any_byte_to_the_firmware", "protocol.h", "out->duty <= 500", "out->duty <= 501"),
    ("a_frame_has_one_mark", "frame.c", "framing->count = 1;", "framing->count = place + 1;"),
    ("host_round_trip", "protocol.h", "- 512);", "- 511);"),
    ("status_round_trip", "protocol.h", "out->gate_on = (body[8]", "out->gate_on = (body[9]"),
    ("two_samples_over_the_level_hurt", "pain.c", "channel->over++;", "channel->over = 1;"),
    ("once_cut_it_rests_until_it_is_acknowledged", "safety.c", "== safety->cut &&", "!= 0 &&"),
    ("what_must_cut_cuts_at_once", "safety.c", "in->stop || in->stop_pressed", "in->stop"),
    ("without_a_lease_nothing_moves", "safety.c", "LEASE_MS - 3", "LEASE_MS + 2"),
    ("nothing_moves_without_a_person", "safety.c", "return safety->presence.open && ", "return "),
    ("what_is_held_was_pressed_since_the_reset", "safety.c", "held = press ||", "held = true ||"),
    ("a_foot_is_felt_by_all_that_is_fitted", "safety.c", "lines[1].span == 0 ||", "true ||"),
    ("only_a_press_opens_a_session", "safety.c", "CUT_NONE || in->hello ||", "CUT_NONE ||"),
]


@pytest.fixture(autouse=True)
def _tools() -> None:
    needed("cbmc")
    needed("avr-gcc")


@pytest.mark.parametrize("harness", PROOFS)
def test_it_is_as_expected(
    harness: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """For the `int` that is flashed; `make prove` tries the other width, too."""
    outcome = prove.run(PROOFS[harness], min(WIDTHS), tmp_path)
    assert not outcome.wrong
    record_property("figure", prove.line(outcome))


@pytest.mark.parametrize(("harness", "file", "right", "broken"), BROKEN)
def test_a_broken_firmware_is_found(
    harness: str, file: str, right: str, broken: str, tmp_path: Path
) -> None:
    firmware = tmp_path / "firmware"
    shutil.copytree(FIRMWARE, firmware)
    text = (firmware / file).read_text()
    assert right in text
    (firmware / file).write_text(text.replace(right, broken))
    assert prove.run(PROOFS[harness], 32, tmp_path, firmware).wrong


def test_a_harness_in_which_nothing_must_fail_is_refused(tmp_path: Path) -> None:
    (tmp_path / "proofs").mkdir()
    source = 'void empty(void) { __CPROVER_assume(0); __CPROVER_assert(0, "no"); }'
    (tmp_path / "proofs" / "empty.c").write_text(source)
    outcome = prove.run(Proof("empty.c", "empty", "", 1), 32, tmp_path, tmp_path)
    assert outcome.wrong == ("nothing in it must fail, so it may be empty; end it with REACHED()",)


def test_a_harness_that_ends_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "proofs").mkdir()
    shutil.copy(FIRMWARE / "proofs" / "proof.h", tmp_path / "proofs")
    source = '#include "proof.h"\nvoid empty(void) { ASSUME(false); REACHED(); }'
    (tmp_path / "proofs" / "empty.c").write_text(source)
    outcome = prove.run(Proof("empty.c", "empty", "", 1), 16, tmp_path, tmp_path)
    assert [text.split(": ", 1)[1] for text in outcome.wrong] == [
        "must fail: the end is reached: SUCCESS"
    ]


def test_a_harness_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProofError, match="cbmc failed"):
        prove.run(Proof("crc_proofs.c", "no_such", "", 1), 32, tmp_path)


def test_a_missing_prover_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProofError, match="cbmc is missing: `make setup-dev`"):
        prove.run(PROOFS["crc_steps"], 32, tmp_path)


def test_the_record_names_what_holds(tmp_path: Path) -> None:
    outcome = prove.run(PROOFS["not_every_change_shows"], 32, tmp_path)
    assert '"holds": true' in prove.record([outcome])
