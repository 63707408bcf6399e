"""Records of benchmarks: files, the choice of runs, and ratios."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bench.records import FOLDER, QUIET, Measurement, Records, Run, add_run, read_runs

MACHINE = {"name": "one", "cores": 2}


def measured(case: str, system: str, quantity: str, *values: float) -> Measurement:
    return Measurement.of(values, case=case, system=system, quantity=quantity)


def run(date: str, *measurements: Measurement, other_work: float | None = 0.0) -> Run:
    return Run(
        machine=MACHINE,
        benchmark="search",
        date=date,
        command="python -m bench.search",
        commit="abc",
        versions={"wordkin": "1.0"},
        isa="avx2",
        seconds=1.5,
        other_work=other_work,
        note="",
        measurements=measurements,
    )


def test_measurement_of_values() -> None:
    found = measured("train", "wordkin", "s", 1.0, 4.0, 2.5)
    assert (found.median, found.lowest, found.highest, found.mean, found.deviation) == (2.5, 1.0, 4.0, 2.5, 1.5)
    assert measured("train", "wordkin", "s", 1.0).deviation is None


def test_runs_are_added_to_the_file_of_a_machine(tmp_path: Path) -> None:
    path = tmp_path / "new" / "one.json"
    runs = [run("2027-01-01", measured("train", "wordkin", "s", 1.0, 2.0, 3.0)), run("2027-01-02", other_work=None)]
    for one in runs:
        add_run(path, one)
    assert [*read_runs(path)] == runs
    assert Records.read(path.parent).runs == runs
    with pytest.raises(ValueError, match="has runs of another machine"):
        add_run(path, replace(runs[0], machine={"name": "two", "cores": 2}))


def test_numbers_have_six_digits_and_are_finite(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    add_run(path, run("2027-01-01", measured("train", "wordkin", "s", 1.23456789, 2e6)))
    (entry,) = json.loads(path.read_text(encoding="utf-8"))["runs"][0]["measurements"]
    assert entry["values"] == [1.23457, 2000000]
    with pytest.raises(ValueError, match="must be finite"):
        add_run(path, run("2027-01-01", measured("train", "wordkin", "s", float("inf"))))


def test_unknown_format(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text('{"format": 2, "machine": {}, "runs": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="format must be 1, got 2"):
        [*read_runs(path)]


def test_newest_run_that_has_the_case_and_was_not_disturbed() -> None:
    first = run("2027-01-01", measured("train", "wordkin", "s", 1.0), measured("load", "wordkin", "s", 3.0))
    second = run("2027-01-02", measured("train", "wordkin", "s", 2.0))
    disturbed = run("2027-01-03", measured("train", "wordkin", "s", 9.0), other_work=QUIET + 0.01)
    records = Records([disturbed, second, first])
    assert records.newest("search", "train") is second
    assert records.newest("search", "load") is first
    with pytest.raises(LookupError, match="no record of search has the case 'save'"):
        records.newest("search", "save")


@pytest.mark.parametrize(("quantity", "expected"), [("s", 2.0), ("MB", 2.0), ("words/s", 0.5), ("steps", 0.5)])
def test_ratio_is_above_one_if_wordkin_is_better(quantity: str, expected: float) -> None:
    one = run("2027-01-01", measured("t", "wordkin", quantity, 1.0), measured("t", "gensim", quantity, 2.0))
    assert one.ratio("t", "wordkin", "gensim", quantity) == expected
    with pytest.raises(LookupError, match="of wordkin and PyTorch for 't'"):
        one.ratio("t", "wordkin", "PyTorch", quantity)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_committed_records_say_how_they_were_measured(path: Path) -> None:
    for one in read_runs(path):
        assert one.machine["name"] and one.machine["cores"] and one.isa
        assert one.command.startswith(f"python -m bench.{one.benchmark}") or one.note
        assert one.measurements
        assert "wordkin" in one.versions
        for measurement in one.measurements:
            assert measurement.runs >= max(1, len(measurement.values))
            assert measurement.middle is not None
