"""The microcontroller's rules: what cuts, what stays cut, and what lets go again."""

import pytest

from tests.firmware_host import WHOLE, Board, cut, moving, number

NONE = cut("NONE")


def is_off(board: Board) -> bool:
    """No duty, and no edge for the gate."""
    return board.out.duty == 0 and not board.out.gate


# After a reset, and the way back.


@pytest.mark.parametrize(
    ("before", "after"), [("STOP", "STOP"), ("MEMORY", "MEMORY"), ("NONE", "RESET")]
)
def test_a_reset_keeps_the_cut_or_is_one(before: str, after: str) -> None:
    assert Board(boot_cut=before).tick() == cut(after)


def test_a_cut_that_there_is_not_counts_as_a_reset() -> None:
    board = Board()
    board.c.safety_begin(board.safety, number("CUT_MEMORY") + 1, 7)
    assert board.cut == cut("RESET")
    assert board.safety.presence.session == 7


@pytest.mark.parametrize(("kept", "session"), [(0, 0), (63, 63), (64, 0), (255, 0)])
def test_it_begins_knowing_nothing_but_cut_and_session(kept: int, session: int) -> None:
    board = moving()
    board.c.safety_begin(board.safety, cut("STOP"), kept)
    presence, lease = board.safety.presence, board.safety.lease
    assert (presence.session, presence.open, presence.start_down) == (session, False, True)
    assert not board.c.safety_foot_on(board.safety)
    assert (lease.silent_ms, list(lease.restart_ms)) == (65535, [65535] * 2)
    assert board.safety.machine.idle_ms == 65535
    assert not any(board.c.safety_setting(board.safety, one) for one in range(8))
    assert list(board.safety.reference_kpa) == [0, 0]
    limits = [(one.level, one.above) for one in board.safety.limits]
    assert limits == [(65535, 65535)] * 2
    assert not board.live


def test_only_its_own_name_acknowledges_a_cut() -> None:
    board = Board()
    board.kpa = [0.0, 0.0]
    board.tick(150)
    for name in ("STOP", "LINK", "NONE"):
        assert board.tick(acknowledged=cut(name)) == cut("RESET")
    assert board.tick(acknowledged=cut("RESET")) == NONE


@pytest.mark.parametrize("channel", [0, 1])
def test_no_cut_goes_while_a_foot_presses(channel: int) -> None:
    board = Board()
    board.kpa = [0.0, 0.0]
    board.tick(150)
    board.kpa[channel] = 4.0
    assert board.tick(acknowledged=board.cut) == cut("RESET")
    board.kpa[channel] = 3.8
    assert board.tick(acknowledged=board.cut) == NONE


def test_no_cut_goes_before_the_pressure_can_be_known() -> None:
    parameters = dict(WHOLE)
    level = parameters.pop("LEVEL")
    board = Board(parameters)
    board.kpa = [0.0, 0.0]
    assert board.tick(150, acknowledged=board.cut) == cut("RESET")
    assert board.set(LEVEL=level)
    assert board.tick(acknowledged=board.cut) == NONE


def test_no_cut_goes_while_its_cause_lasts() -> None:
    board = Board()
    board.kpa = [0.0, 0.0]
    board.tick(150)
    assert board.tick(acknowledged=board.cut, stop_pressed=True) == cut("RESET")
    assert board.tick(acknowledged=board.cut) == NONE


def test_the_first_reason_is_kept() -> None:
    board = moving()
    assert board.tick(stop=True) == cut("STOP")
    assert board.tick(60, failed=cut("SELF_TEST"), heel_end_open=True) == cut("STOP")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"stop": True, "hurt": 1}, "STOP"),
        ({"stop_pressed": True}, "STOP"),
        ({"hurt": 3, "failed": 20}, "LEVEL"),
        ({"hurt": 2}, "RISE"),
        ({"failed": 18}, "SELF_TEST"),
        ({"failed": 20}, "MEMORY"),
        ({"hello": True}, "LINK"),
    ],
)
def test_what_must_cut_cuts_in_the_same_tick(fields: dict[str, int], name: str) -> None:
    board = moving()
    assert board.tick(**fields) == cut(name)
    assert is_off(board)
    assert board.session == 0


def test_after_a_cut_it_brakes_for_a_tenth_of_a_second_and_lets_go() -> None:
    board = moving()
    board.tick(stop=True)
    for _ in range(100):
        assert is_off(board)
        assert board.out.brake
        assert board.out.enabled
        board.tick()
    assert not board.out.brake
    assert not board.out.enabled


def test_a_cut_closes_the_session_and_the_acknowledgement_moves_nothing() -> None:
    board = moving()
    board.tick(stop=True)
    board.kpa = [0.0, 0.0]
    board.tick(150)
    assert board.tick(acknowledged=cut("STOP")) == NONE
    board.kpa = [20.0, 20.0]
    board.asked["session"] = 1
    for _ in range(300):
        board.tick()
        assert is_off(board)


# T11: the host's lease.


def silent_for(board: Board, count: int) -> None:
    board.silent = True
    board.tick(count)
    board.silent = False
    board.tick(driven=True)


def test_the_lease_ends_within_25_ms() -> None:
    board = moving()
    board.tick(driven=True)
    board.silent = True
    held = 0
    while board.out.duty:
        board.tick()
        held += 1
    assert held == 22  # 1 ms for the way to the first tick, 1 for the tick, 1 for a slow clock
    assert is_off(board)
    assert board.cut == NONE


def test_back_within_200_ms_goes_on_softly_and_is_counted() -> None:
    board = moving(20)
    silent_for(board, 198)
    assert (board.cut, board.safety.lease.restarts) == (NONE, 1)
    duties = []
    for _ in range(460):
        duties.append(board.out.duty)
        board.tick()
    assert duties[0] == 0
    assert duties[-1] == 20
    late = [now for now, _ in enumerate(duties) if duties[now] > 44 * (now + 1) / 1000]
    assert not late  # 44 a second
    assert min(now for now, duty in enumerate(duties) if duty == 20) < 20 / 44 * 1000 * 1.02
    board.duty = 60
    board.tick(100)
    assert board.out.duty == 60  # the softness is over once the duty is reached


def test_softness_outlives_a_pause() -> None:
    board = moving(20)
    silent_for(board, 50)
    board.duty = 0
    board.tick(20)
    board.duty = 20
    board.tick(100)
    assert 0 < board.out.duty < 6


@pytest.mark.parametrize(("count", "name"), [(198, "NONE"), (199, "LINK"), (400, "LINK")])
def test_longer_silence_is_latched(count: int, name: str) -> None:
    board = moving()
    silent_for(board, count)
    assert board.cut == cut(name)
    board.tick(10)
    assert board.safety.lease.restarts == (name == "NONE")


def test_longer_silence_is_latched_without_waiting_for_the_host() -> None:
    board = moving()
    board.tick(driven=True)
    board.silent = True
    assert board.tick(199) == NONE
    assert board.tick() == cut("LINK")


@pytest.mark.parametrize(("calm_ms", "name"), [(59_999, "LINK"), (60_000, "NONE")])
def test_the_third_restart_in_a_minute_is_latched(calm_ms: int, name: str) -> None:
    board = moving(10)
    for _ in range(2):
        silent_for(board, 30)
        assert board.cut == NONE
        board.tick(300)
        assert board.out.duty == 10
    board.safety.lease.restart_ms[1] = calm_ms - 31  # the time until the next
    silent_for(board, 30)
    assert board.cut == cut(name)
    assert board.safety.lease.restarts == 3


def test_the_gate_alone_is_a_lease_too() -> None:
    board = moving()
    board.duty = 0
    board.tick(10)
    assert board.live
    silent_for(board, 250)
    assert board.cut == cut("LINK")


def test_at_rest_silence_is_no_fault() -> None:
    board = moving()
    board.duty, board.asked["gate"] = 0, False
    board.tick(10)
    silent_for(board, 5_000)
    assert (board.cut, board.safety.lease.restarts) == (NONE, 0)


def test_the_link_is_acknowledged_like_all_else() -> None:
    board = moving()
    silent_for(board, 250)
    board.kpa = [0.0, 0.0]
    board.tick(150)
    assert board.tick(acknowledged=cut("LINK")) == NONE


def test_a_hello_drops_the_lease() -> None:
    board = moving()
    board.duty, board.asked["gate"] = 0, False
    board.tick(120)
    board.silent = True
    board.tick(hello=True)
    assert not board.out.enabled
    assert board.cut == NONE


# T14 and T7: gate, ends, motor.


def test_the_gate_off_while_pulsed() -> None:
    board = moving()
    assert board.tick(29, gate_on=False) == NONE
    board.tick()
    assert board.tick(29, gate_on=False) == NONE
    assert board.tick(gate_on=False) == cut("GATE_OFF")


def test_the_gate_on_without_a_pulse() -> None:
    board = moving()
    board.duty, board.asked["gate"] = 0, False
    board.tick(5)
    assert board.tick(54, gate_on=True) == NONE
    assert board.tick(gate_on=True) == cut("GATE_ON")
    board.kpa = [0.0, 0.0]
    board.tick(150, gate_on=True)
    assert board.tick(gate_on=True, acknowledged=board.cut) == cut("GATE_ON")
    assert board.tick(acknowledged=board.cut) == NONE


def test_a_machine_without_a_gate_has_no_gate_faults() -> None:
    board = moving(parameters={**WHOLE, "FITTED": 0})
    assert board.tick(200, gate_on=False) == NONE
    board.duty, board.asked["gate"] = 0, False
    assert board.tick(200, gate_on=True) == NONE


def test_both_ends_at_once() -> None:
    board = moving()
    both = {"heel_end_open": True, "toe_end_open": True}
    assert board.tick(**both) == NONE
    board.tick()
    board.tick(**both)
    assert board.tick(**both) == cut("ENDS_BOTH")


@pytest.mark.parametrize(("duty", "end"), [(60, "heel"), (-60, "toe")])
def test_an_end_that_is_left_closes(duty: int, end: str) -> None:
    board = moving(duty)
    assert board.tick(999, **{f"{end}_end_open": True}) == NONE
    board.tick()
    assert board.tick(999, **{f"{end}_end_open": True}) == NONE
    assert board.tick(**{f"{end}_end_open": True}) == cut("END_STUCK")


@pytest.mark.parametrize(("duty", "end"), [(50, "heel"), (-50, "toe")])
def test_a_duty_that_may_not_move_it_leaves_no_end(duty: int, end: str) -> None:
    board = moving(duty)
    assert board.tick(2000, **{f"{end}_end_open": True}) == NONE


@pytest.mark.parametrize(("duty", "end"), [(60, "toe"), (-60, "heel")])
def test_an_open_end_blocks_its_way_at_once(duty: int, end: str) -> None:
    board = moving(duty)
    board.tick(**{f"{end}_end_open": True})
    assert board.out.duty == 0
    assert board.out.gate
    board.duty = -duty
    board.tick(300, **{f"{end}_end_open": True})
    assert board.out.duty == -duty


ENCODER = {**WHOLE, "FITTED": 5}


def test_a_driven_motor_turns() -> None:
    board = Board(ENCODER)
    board.settle()
    board.press()
    board.duty = 101
    board.tick(240, travelled=1)
    assert board.tick(99, travelled=0) == NONE
    board.tick(travelled=-1)
    assert board.tick(99, travelled=0) == NONE
    assert board.tick(travelled=0) == cut("MOTOR")


def test_a_slow_motor_may_stand_and_so_may_one_without_an_encoder() -> None:
    assert moving(100, ENCODER).tick(500) == NONE
    assert moving(200).tick(500) == NONE


@pytest.mark.parametrize("step", [1, -1])
def test_a_motor_at_rest_stands(step: int) -> None:
    board = moving(100, ENCODER)
    board.duty = 0
    board.tick(200, travelled=5)  # it runs out
    assert board.tick(20, travelled=step) == NONE
    assert board.tick(travelled=step) == cut("MOTOR")
    board.kpa = [0.0, 0.0]
    board.tick(150)
    assert board.tick(acknowledged=cut("MOTOR")) == NONE
    assert board.tick(20, travelled=step) == NONE
    assert board.tick(travelled=step) == cut("MOTOR")


@pytest.mark.parametrize("travelled", [-32768, -300, 300, 32767])
def test_no_count_of_the_encoder_is_too_much(travelled: int) -> None:
    board = moving(100, ENCODER)
    board.duty = 0
    board.tick(250, travelled=0)
    board.tick(10, travelled=-1 if travelled > 0 else 1)
    assert board.tick(travelled=travelled) == cut("NONE")
    assert board.tick(travelled=travelled) == cut("MOTOR")
