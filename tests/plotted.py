"""Lines in a small picture, as SVG text: the same numbers give the same bytes."""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 60, 150, 34, 46  # room for what is written around the frame
INKS = ("#1f5fa8", "#c2571a", "#2c8a4b", "#8a3ea0", "#6b6b6b")
TICKS = 6  # about so many on an axis

Point = tuple[float, float]


class Line(NamedTuple):
    """A name and its points."""

    name: str
    points: Sequence[Point]


class Axis(NamedTuple):
    """Where the values of one axis begin and end, and where a tick stands."""

    low: float
    high: float
    step: float

    def share(self, value: float) -> float:
        """Where `value` lies, 0..1."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """The values that are written."""
        count = round((self.high - self.low) / self.step)
        return [self.low + number * self.step for number in range(count + 1)]


def axis(values: Sequence[float]) -> Axis:
    """Round numbers around `values`: steps of 1, 2 or 5 times a power of ten."""
    low, high = min(values), max(values)
    rough = (high - low) / TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(power * nice for nice in (1.0, 2.0, 5.0, 10.0) if power * nice >= rough)
    return Axis(floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step)


def plot(title: str, across: str, up: str, lines: Sequence[Line]) -> str:
    """One picture."""
    x = axis([point[0] for line in lines for point in line.points])
    y = axis([point[1] for line in lines for point in line.points])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 20, title, "start", bold=True),
        *_grid(x, y),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, across, "middle"),
        f'<g transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2:g}) rotate(-90)">'
        + _text(0, 0, up, "middle")
        + "</g>",
    ]
    for number, line in enumerate(lines):
        parts += _drawn(line, number, x, y)
    return "\n".join([*parts, "</svg>", ""])


def _at(x: Axis, y: Axis, point: Point) -> str:
    across = LEFT + x.share(point[0]) * (WIDTH - LEFT - RIGHT)
    up = HEIGHT - BOTTOM - y.share(point[1]) * (HEIGHT - TOP - BOTTOM)
    return f"{across:.1f},{up:.1f}"


def _text(across: float, down: float, text: str, anchor: str, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{across:g}" y="{down:g}" text-anchor="{anchor}"{weight} fill="#222222">'
        f"{text}</text>"
    )


def _grid(x: Axis, y: Axis) -> list[str]:
    parts = []
    for value in x.ticks():
        begin, end = _at(x, y, (value, y.low)), _at(x, y, (value, y.high))
        parts.append(f'<path d="M{begin} L{end}" stroke="#dddddd"/>')
        parts.append(
            _text(float(begin.split(",")[0]), HEIGHT - BOTTOM + 16, f"{value:g}", "middle")
        )
    for value in y.ticks():
        begin, end = _at(x, y, (x.low, value)), _at(x, y, (x.high, value))
        parts.append(f'<path d="M{begin} L{end}" stroke="#dddddd"/>')
        parts.append(_text(LEFT - 6, float(begin.split(",")[1]) + 4, f"{value:g}", "end"))
    return parts


def _drawn(line: Line, number: int, x: Axis, y: Axis) -> list[str]:
    ink = INKS[number]
    way = " L".join(_at(x, y, point) for point in line.points)
    down = TOP + 12 + 18 * number
    return [
        f'<path d="M{way}" fill="none" stroke="{ink}" stroke-width="1.8"/>',
        f'<path d="M{WIDTH - RIGHT + 10},{down - 4} h16" stroke="{ink}" stroke-width="3"/>',
        _text(WIDTH - RIGHT + 31, down, line.name, "start"),
    ]
