"""Charts as SVG files that are readable on light and dark pages, drawn without any library.

A chart paints its own background, in the colours that the reader's system asks for, so that it does not matter which
page it is on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Bar", "Panel", "Series", "bar_chart", "line_chart"]

WIDTH = 760
CHARACTER = 6.6  # estimated width of a character, pixels
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 14px; font-weight: 600 }
.page { fill: #ffffff } .grid { stroke: #d0d7de } .axis { stroke: #59636e }
.s0 { fill: #0969da; stroke: #0969da } .s1 { fill: #868f99; stroke: #868f99 } .s2 { fill: #bc4c00; stroke: #bc4c00 }
.s3 { fill: #8250df; stroke: #8250df } .s4 { fill: #1a7f37; stroke: #1a7f37 } .s5 { fill: #bf3989; stroke: #bf3989 }
.line { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 6 4 } rect { stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .page { fill: #0d1117 } .grid { stroke: #30363d } .axis { stroke: #9198a1 }
.s0 { fill: #4493f8; stroke: #4493f8 } .s1 { fill: #7d8590; stroke: #7d8590 } .s2 { fill: #db6d28; stroke: #db6d28 }
.s3 { fill: #a371f7; stroke: #a371f7 } .s4 { fill: #3fb950; stroke: #3fb950 } .s5 { fill: #db61a2; stroke: #db61a2 }
}
"""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar with the text at its end; `series` chooses the colour."""

    value: float
    text: str
    series: int


@dataclass(frozen=True, kw_only=True)
class Series:
    """Points that are joined by lines, with a vertical range for each; a single point is a horizontal line."""

    name: str
    points: Sequence[tuple[float, float]]
    deviations: Sequence[float] = ()


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One pair of axes."""

    x_label: str
    y_label: str
    series: Sequence[Series]
    logarithmic: bool = False  # horizontal axis


def bar_chart(title: str, names: Sequence[str], rows: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    """Return a chart of horizontal bars, one group for each row; `names` are those of the series."""
    left = 16 + CHARACTER * max(len(label) for label, _ in rows)
    right = 16 + CHARACTER * max(len(bar.text) for _, bars in rows for bar in bars)
    scale = (WIDTH - left - right) / max(bar.value for _, bars in rows for bar in bars)
    parts = []
    y = 56.0
    for label, bars in rows:
        parts.append(_text(left - 8, y + 8 * len(bars) + 3, label, "end"))
        for bar in bars:
            width = max(1.0, bar.value * scale)
            parts.append(
                f'<rect class="s{bar.series}" x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="13" rx="2"/>'
            )
            parts.append(_text(left + width + 5, y + 11, bar.text))
            y += 16
        y += 10
    return _document(title, _legend(names, y=42) + parts, height=y + 2)


def line_chart(title: str, panels: Sequence[Panel]) -> str:
    """Return a chart with panels next to each other."""
    width = WIDTH / len(panels)
    height = 300.0
    parts = []
    for number, panel in enumerate(panels):
        parts += _panel(panel, left=number * width + 56, right=(number + 1) * width - 16, top=60, bottom=height - 44)
    names = [series.name for series in panels[0].series]
    return _document(title, _legend(names, y=42) + parts, height=height)


def _panel(panel: Panel, *, left: float, right: float, top: float, bottom: float) -> list[str]:
    xs = [x for series in panel.series for x, _ in series.points if len(series.points) > 1]
    ys = [
        y + sign * deviation
        for series in panel.series
        for (_, y), deviation in zip(series.points, series.deviations or [0.0] * len(series.points), strict=True)
        for sign in (-1, 1)
    ]
    y_ticks = _ticks(min(ys), max(ys))
    x_ticks = sorted(set(xs)) if panel.logarithmic else _ticks(0.0, max(xs))
    place_x = _scale(x_ticks[0], x_ticks[-1], left, right, logarithmic=panel.logarithmic)
    place_y = _scale(y_ticks[0], y_ticks[-1], bottom, top)
    parts = []
    for y in y_ticks:
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{place_y(y):.1f}" y2="{place_y(y):.1f}"/>')
        parts.append(_text(left - 6, place_y(y) + 4, f"{y:g}", "end"))
    for x in x_ticks:
        parts.append(_text(place_x(x), bottom + 18, f"{x:g}", "middle"))
    parts.append(f'<line class="axis" x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
    parts.append(_text((left + right) / 2, bottom + 36, panel.x_label, "middle"))
    middle = (top + bottom) / 2
    parts.append(
        f'<text x="{left - 42:.1f}" y="{middle:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 {left - 42:.1f} {middle:.1f})">{escape(panel.y_label)}</text>'
    )
    for number, series in enumerate(panel.series):
        parts += _curve(series, number, place_x, place_y, left, right)
    return parts


def _curve(
    series: Series,
    number: int,
    place_x: Callable[[float], float],
    place_y: Callable[[float], float],
    left: float,
    right: float,
) -> list[str]:
    if len(series.points) == 1:
        y = place_y(series.points[0][1])
        return [f'<line class="s{number} line dashed" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>']
    points = [(place_x(x), place_y(y)) for x, y in series.points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts = [f'<polyline class="s{number} line" style="fill:none" points="{line}"/>']
    parts += [f'<circle class="s{number}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    for (x, _), (_, y), deviation in zip(points, series.points, series.deviations, strict=False):
        low, high = place_y(y - deviation), place_y(y + deviation)
        parts.append(f'<line class="s{number}" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>')
    return parts


def _scale(
    first: float, last: float, start: float, end: float, *, logarithmic: bool = False
) -> Callable[[float], float]:
    if logarithmic:
        span = math.log(last / first)
        return lambda value: start + (end - start) * math.log(value / first) / span
    return lambda value: start + (end - start) * (value - first) / (last - first)


def _ticks(low: float, high: float) -> list[float]:
    """Return about five round numbers from below the lowest to above the highest value."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def _legend(names: Sequence[str], *, y: float) -> list[str]:
    parts = []
    x = 16.0
    for number, name in enumerate(names):
        parts.append(f'<rect class="s{number}" x="{x:.1f}" y="{y - 10}" width="12" height="12" rx="2"/>')
        parts.append(_text(x + 17, y, name))
        x += 17 + CHARACTER * len(name) + 18
    return parts


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _document(title: str, parts: Sequence[str], *, height: float) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img">\n<title>{escape(title)}</title>\n<style>{STYLE}</style>\n'
        f'<rect class="page" width="{WIDTH}" height="{height:.0f}" rx="6"/>\n'
        f'<text class="title" x="16" y="20">{escape(title)}</text>\n{body}\n</svg>\n'
    )
