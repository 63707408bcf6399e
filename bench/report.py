"""Write the figures of README.md and docs/, and the charts, from bench/records.

    python -m bench.report          # after a new record
    python -m bench.report --check  # fails if a page or a chart differs from what the records give

Figures are between comments, which say where they come from. Kinds of marks:

    <!-- bench: table NAME -->                                       one of TABLES in bench/tables.py
    <!-- bench: chart NAME -->                                       one of CHARTS, as docs/charts/NAME.svg
    <!-- bench: value BENCHMARK; CASE; SYSTEM; QUANTITY; FORMAT -->  a number such as .1f
    <!-- bench: ratio BENCHMARK; CASE; SYSTEM; RIVAL; QUANTITY -->   how many times as fast or as small
    <!-- bench: share BENCHMARK; CASE; SYSTEM; RIVAL; QUANTITY -->   the same in per cent
    <!-- bench: difference BENCHMARK; CASE; SYSTEM; RIVAL; QUANTITY; FORMAT -->
    <!-- bench: machine BENCHMARK; CASE -->
    <!-- bench: wheel-sizes -->

Each ends with `<!-- end -->`. The newest record counts that has the case and was not disturbed by other work.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
from pathlib import Path

from bench.cells import machine_of, ratio
from bench.chart_list import CHARTS
from bench.records import Measurement, Records
from bench.tables import TABLES, sizes

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "<!-- bench: " in page.read_text(encoding="utf-8")
]
CHART_FOLDER = ROOT / "docs" / "charts"
MARK = re.compile(r"<!-- bench: (?P<kind>[a-z-]+)(?P<fields>[^>]*?) -->(?P<old>.*?)<!-- end -->", re.DOTALL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if anything would change")
    options = parser.parse_args()
    changed = [path for path, text in outputs(Records.read()).items() if not same(path, text)]
    for path in changed:
        print(f"{'differs from the records' if options.check else 'written'}: {path.relative_to(ROOT)}")
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(outputs(Records.read())[path], encoding="utf-8")
    return 1 if options.check and changed else 0


def outputs(records: Records) -> dict[Path, str]:
    """Return the text of every page and chart as the records give it."""
    texts = {page: filled(page.read_text(encoding="utf-8"), records, page.parent) for page in PAGES}
    return texts | {CHART_FOLDER / f"{name}.svg": chart(records).svg for name, chart in CHARTS.items()}


def same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def filled(page: str, records: Records, folder: Path) -> str:
    """Return a page with what its marks stand for."""

    def replaced(match: re.Match[str]) -> str:
        new = content(match["kind"], [part.strip() for part in match["fields"].split(";")], records, folder)
        if "\n" in match["old"]:  # a block of its own
            new = f"\n\n{new}\n\n"
        return f"<!-- bench: {match['kind']}{match['fields']} -->{new}<!-- end -->"

    return MARK.sub(replaced, page)


def content(kind: str, fields: list[str], records: Records, folder: Path) -> str:
    """Return what one mark stands for."""
    if kind == "table":
        return TABLES[fields[0]](records)
    if kind == "chart":
        path = Path(os.path.relpath(CHART_FOLDER / f"{fields[0]}.svg", folder)).as_posix()
        return "\n".join(textwrap.wrap(f"![{CHARTS[fields[0]](records).alt}]({path})", 120, break_long_words=False))
    if kind == "wheel-sizes":
        return sizes(records)
    benchmark, case, *rest = fields
    run = records.newest(benchmark, case)
    if kind == "machine":
        return machine_of(run)
    system, *more = rest
    if kind in ("ratio", "share"):
        rival, quantity = more
        value = run.ratio(case, system, rival, quantity)
        return ratio(value) if kind == "ratio" else f"{value:.0%}"
    found = [measured(records, benchmark, case, name, more[-2]) for name in [system, *more[:-2]]]
    if kind == "value" and len(found) == 1:
        return f"{found[0].middle:{more[-1]}}"
    if kind == "difference" and len(found) == 2:
        return f"{found[0].middle - found[1].middle:{more[-1]}}"
    raise ValueError(f"unknown mark: {kind} {'; '.join(fields)}")


def measured(records: Records, benchmark: str, case: str, system: str, quantity: str) -> Measurement:
    found = records.newest(benchmark, case).find(case, system, quantity)
    if found is None:
        raise LookupError(f"no record of {benchmark} has {quantity} of {system} for {case!r}")
    return found


if __name__ == "__main__":
    sys.exit(main())
