"""Alternating runs of several systems on the same task, each run in a subprocess."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.rivals.environments import forget_blas_settings

__all__ = ["Samples", "add_record_flag", "in_turn", "ratio_text", "run_job"]


def add_record_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="JSON file of records that the results are added to"
    )
    parser.add_argument("--machine", metavar="NAME", help="what the report calls this machine (its model name)")


def run_job(python: str, script: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run a script and return the JSON object that it prints as its last line; if it fails, show its error output."""
    forget_blas_settings()
    done = subprocess.run([python, script, *arguments], capture_output=True, encoding="locale", check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        raise SystemExit(f"{script} {' '.join(arguments)} failed with exit code {done.returncode}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


@dataclass(frozen=True)
class Samples:
    """Results of one system in several runs."""

    results: list[dict[str, Any]]

    def values(self, name: str) -> list[float]:
        """Return one result of every run."""
        return [float(result[name]) for result in self.results]

    def median(self, name: str) -> float:
        return statistics.median(self.values(name))

    def spread(self, name: str) -> str:
        values = self.values(name)
        return f"{min(values):,.0f} .. {max(values):,.0f}"


def ratio_text(greater: Samples, less: Samples, name: str) -> str:
    """Return how many times a result of one system is that of another, and the range over the runs."""
    ratios = [a / b for a, b in zip(greater.values(name), less.values(name), strict=True)]
    return f"{greater.median(name) / less.median(name):.2f} x ({min(ratios):.2f} .. {max(ratios):.2f})"


def in_turn(jobs: dict[str, tuple[str, str, list[str]]], runs: int) -> dict[str, Samples]:
    """Run each job (python, script, arguments) `runs` times.

    The jobs alternate, so that changes in the speed of the machine affect all of them.
    """
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, (python, script, arguments) in jobs.items():
            results[name].append(run_job(python, script, arguments))
    return {name: Samples(taken) for name, taken in results.items()}
