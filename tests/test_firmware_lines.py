"""The firmware scales a pressure without dividing; it must be the division all the same."""

from tests.firmware_host import rules

SPAN_10PA = 7500
FOOT_10PA = 400


def test_counts_are_those_of_the_division() -> None:
    c, ffi = rules().c, rules().ffi
    line = ffi.new("struct line *")
    for span in (0, *range(60, 901, 7), 899, 900):
        line.span = span
        c.line_limits(line)
        assert line.foot == -(-span * FOOT_10PA // SPAN_10PA), "rounded up: never felt too early"
        for pressure_10pa in (0, 1, *range(399, 7501, 53), 7499, 7500):
            assert c.counts_of(line, pressure_10pa) == span * pressure_10pa // SPAN_10PA
