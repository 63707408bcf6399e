"""Measure what README.md quotes and can be measured in about ten minutes, and write a file of records.

Leave the machine alone while it runs: results that other work disturbed are recorded, but not reported. The benchmarks
that take longer (scores of vectors and classifiers, training of a language model) are left out; each can be called
alone with --record.

    python -m bench.headline ../shared/data --machine "AMD EPYC (Zen 5)"
    python -m bench.report
"""

from __future__ import annotations

import argparse
import datetime
import re
import subprocess
import sys
import time
from pathlib import Path

from bench.records import FOLDER, QUIET, read_runs
from bench.rivals.environments import GENSIM, PYTORCH, forget_blas_settings, python_with

WIKIPEDIA = "{data}/wiki-lower-17m.txt.gz"
# The texts are shortened and the runs few, so that all take ten minutes on two cores.
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("word2vec.import_time",),
    ("word2vec.vocabulary", WIKIPEDIA, "--words", "3000000", "--runs", "5"),
    ("word2vec.speed", WIKIPEDIA, "--words", "2000000", "--runs", "2"),
    ("phrases.phrases", WIKIPEDIA, "--words", "3000000", "--rounds", "2", "--gensim-rounds", "1"),
    ("vectors.search", "--runs", "5"),
    ("vectors.formats", "--rows", "20000", "--runs", "2"),
    (
        "elmo.lstm_stack", "--sizes", "1024/128", "4096/512", "--batches", "32", "--threads", "2",
        "--runs", "2", "--seconds", "1",
    ),
    (
        "elmo.training_step", "{data}/wiki-sentences-train.txt.gz", "--sizes", "1024/128", "--threads", "2",
        "--runs", "2", "--seconds", "2",
    ),
    (
        "elmo.encode", "{data}/wiki-sentences-valid.txt.gz", "--parts", "batch", "bfloat16", "--threads", "2",
        "--runs", "2", "--seconds", "1",
    ),
    ("downstream.speed", "{data}", "--batches", "30", "--runs", "2"),
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the Wikipedia texts, sst2 and conll2000")
    parser.add_argument("--machine", required=True, metavar="NAME", help="what the report calls this machine")
    parser.add_argument("--output", type=Path, help="file of records (default: bench/records/DATE-MACHINE.json)")
    parser.add_argument("--minutes", type=float, default=12.0, help="no benchmark begins later than this (12)")
    parser.add_argument("--only", nargs="+", default=[""], help="benchmarks whose names contain one of these texts")
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    parser.add_argument("--torch-python", help="Python interpreter with PyTorch (default: installs an environment)")
    options = parser.parse_args()
    forget_blas_settings()
    interpreters = {
        "--gensim-python": options.gensim_python or python_with(GENSIM),
        "--torch-python": options.torch_python or python_with(*PYTORCH),
    }
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    slug = re.sub(r"[^a-z0-9]+", "-", options.machine.lower()).strip("-")
    output = options.output or FOLDER / f"{today}-{slug}.json"
    started = time.monotonic()
    failed = []
    for name, *arguments in COMMANDS:
        if not any(text in name for text in options.only):
            continue
        if time.monotonic() - started > 60 * options.minutes:
            failed.append(f"{name} (no time was left)")
            continue
        command = [sys.executable, "-m", f"bench.{name}", *(word.format(data=options.data) for word in arguments)]
        command += ["--record", str(output), "--machine", options.machine]
        for flag, compared in (("--gensim-python", ("word2vec.speed", "vocabulary", "phrases", "vectors")),
                               ("--torch-python", ("elmo", "downstream"))):  # fmt: skip
            if any(text in name for text in compared):
                command += [flag, interpreters[flag]]
        begin = time.monotonic()
        print(f"\n## {name}", flush=True)
        if subprocess.run(command, check=False).returncode != 0:
            failed.append(name)
        print(f"## {name} took {time.monotonic() - begin:.0f} s, {time.monotonic() - started:.0f} s in all", flush=True)
    return report(output, failed)


def report(output: Path, failed: list[str]) -> int:
    """Print what failed or was disturbed, and return the exit status."""
    for name in failed:
        print(f"failed: {name}")
    for run in read_runs(output):
        if not run.quiet:
            print(
                f"not reported: {run.benchmark}; other work took {run.other_work:.0%} of the processors, "
                f"more than {QUIET:.0%}"
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
