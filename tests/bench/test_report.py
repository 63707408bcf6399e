"""README.md, the page of benchmarks and the charts are what the records give."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest
from bench.chart_list import CHARTS
from bench.charts import Bar, Panel, Series, bar_chart, line_chart
from bench.records import Measurement, Records, Run
from bench.report import MARK, PAGES, ROOT, filled, outputs, same
from bench.tables import TABLES


def test_pages_and_charts_are_what_the_records_give() -> None:
    differing = [path for path, text in outputs(Records.read()).items() if not same(path, text)]
    assert not differing, "run `python -m bench.report`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_marks_leave_paragraphs_whole(page: Path) -> None:
    """A line that begins with a comment is HTML up to its end, and ends a paragraph."""
    text = page.read_text(encoding="utf-8")
    assert text.count("<!-- bench:") == len(MARK.findall(text))
    for match in MARK.finditer(text):
        begins_line = not text[: match.start()].rpartition("\n")[2].strip()
        assert begins_line == ("\n" in match["old"]), match[0]


def test_every_chart_is_shown_with_a_text_that_stands_for_it() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = re.findall(r"!\[([^]]+)\]\((?:docs/)?charts/(\w+)\.svg\)", pages)
    assert {name for _, name in shown} == set(CHARTS)
    assert all(len(text) > 50 for text, _ in shown)


def test_no_picture_of_results_is_left_elsewhere() -> None:
    assert not [*(ROOT / "bench").rglob("*.png")]


RUN = Run(
    machine={"name": "one machine", "cores": 2},
    benchmark="search",
    date="2027-01-01",
    command="",
    commit="",
    versions={},
    isa="",
    seconds=None,
    other_work=None,
    note="",
    measurements=(
        Measurement.of([1.0, 3.0], case="a case", system="wordkin", quantity="s"),
        Measurement.of([5.0], case="a case", system="other", quantity="s"),
    ),
)


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("value search; a case; wordkin; s; .1f", "2.0"),
        ("ratio search; a case; wordkin; other; s", "2.50 x"),
        ("share search; a case; wordkin; other; s", "250%"),
        ("difference search; a case; other; wordkin; s; +.0f", "+3"),
        ("machine search; a case", "one machine, 2 cores"),
    ],
)
def test_marks(mark: str, expected: str) -> None:
    page = f"before <!-- bench: {mark} -->old<!-- end --> after"
    new = filled(page, Records([RUN]), ROOT)
    assert new == f"before <!-- bench: {mark} -->{expected}<!-- end --> after"
    assert filled(new, Records([RUN]), ROOT) == new


def test_unknown_places_are_errors() -> None:
    for mark in (
        "value search; no case; wordkin; s; .1f",
        "value search; a case; no system; s; .1f",
        "nothing a; b; c",
    ):
        with pytest.raises((LookupError, ValueError)):
            filled(f"<!-- bench: {mark} --><!-- end -->", Records([RUN]), ROOT)


def test_charts_are_svg_that_escapes_text_and_has_both_schemes() -> None:
    bars = bar_chart("a & b", ("x", "y"), [("r < s", [Bar(value=2.0, text="2", series=0)])])
    lines = line_chart(
        "c",
        [
            Panel(
                x_label="% of texts",
                y_label="F1",
                series=[Series(name="x", points=[(1, 2.0), (100, 4.0)], deviations=[0.5, 0.1]),
                        Series(name="limit", points=[(0, 3.0)])],
                logarithmic=True,
            )
        ],
    )  # fmt: skip
    for svg in (bars, lines):
        root = ElementTree.fromstring(svg)
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
        assert "prefers-color-scheme: dark" in svg
    assert "a &amp; b" in bars and "r &lt; s" in bars


def test_tables_of_8_bit_integers() -> None:
    speed = replace(
        RUN,
        benchmark="elmo.int8",
        measurements=tuple(
            Measurement.of([rate], case="4096/512, batch 32, avx2", system=system, quantity="tokens/s")
            for system, rate in (("float32", 100.0), ("bfloat16", 200.0), ("int8", 300.0))
        ),
    )
    assert "| avx2 | batch 32 | 300 tokens/s | 3.00 x | 1.50 x | one machine |" in TABLES["int8-speed"](
        Records([speed])
    )
    quality = replace(
        RUN,
        benchmark="elmo.int8",
        measurements=(
            Measurement.of([0.9999], case="average", system="int8", quantity="mean cosine"),
            Measurement.of([0.9998], case="average", system="int8", quantity="lowest cosine"),
            Measurement.of([90.25], case="CoNLL-2000", system="int8", quantity="F1"),
        ),
    )
    table = TABLES["int8-quality"](Records([quality]))
    assert "| cosine to float32, average | int8 | 0.999900 (0.999800) |" in table
    assert "| CoNLL-2000, F1 | int8 | 90.25 |" in table
    for name in ("int8-speed", "int8-quality"):
        assert TABLES[name](Records([RUN])) == "Not measured on a quiet machine yet."
