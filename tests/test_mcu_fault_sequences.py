"""Faults of the link in any order, mended or not: after the first stop nothing moves by itself."""

from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.modes import Mode
from tests.mcu_engine import McuEngine
from tests.test_mcu_faults import FAULTS, OFF_S, begun, mend

TURNS = st.lists(
    st.tuples(st.sampled_from(sorted(FAULTS)), st.floats(0.004, 0.7), st.booleans()),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40)
@given(turns=TURNS)
def test_no_sequence_of_faults_makes_anything_move(turns: list[tuple[str, float, bool]]) -> None:
    """Each fault lasts for a while, and is then mended, or not before the next one comes."""
    engine: McuEngine = deepcopy(begun())
    stopped = False
    for what, seconds, mended in turns:
        FAULTS[what][0](engine.bench)
        engine.run(seconds)
        if mended:
            mend(engine.bench)
        if not stopped and engine.state.mode is Mode.STOPPED:
            stopped = True
            engine.run(OFF_S).driven_ms = 0  # a frame may be on its way for 50 ms
    mend(engine.bench)
    engine.run(1.0)
    if stopped:
        assert engine.driven_ms == 0
        assert engine.state.mode is Mode.STOPPED
