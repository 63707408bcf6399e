"""How fast is the training of classifiers, and how good are they, compared with fastText?

The sides run in turn in subprocesses with the same settings. Times are processor times of reading and training, of all
threads; accuracies are means over seeds with 95 % intervals.

    python -m bench.fasttext.supervised wiki-sentences-20m.txt.gz imdb-train.tsv.gz
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.compare import Samples, add_record_flag, in_turn, ratio_text
from bench.fasttext.labelled_sets import LabelledSet, film_reviews, wikipedia_topics
from bench.recording import Recorder, recording
from bench.rivals.environments import FASTTEXT, python_with

HERE = Path(__file__).resolve().parent
SCRIPT = str(HERE / "supervised_job.py")
RIVAL_SCRIPT = str(HERE.parent / "rivals" / "fasttext_supervised.py")

BIGRAMS = {"wordNgrams": 2, "lr": 0.5}
SPEED: dict[str, dict[str, Any]] = {
    "topics, bigrams, 1 thread": {**BIGRAMS, "thread": 1},
    "topics, bigrams, 2 threads": {**BIGRAMS, "thread": 2},
    "topics, words, 1 thread": {"lr": 0.5, "thread": 1},
    "topics, characters, 1 thread": {"lr": 0.5, "minn": 3, "maxn": 5, "dim": 16, "thread": 1},
}
QUALITY: dict[str, dict[str, Any]] = {
    f"reviews, bigrams, {loss}": {**BIGRAMS, "loss": loss, "thread": 2} for loss in ("softmax", "hs", "ova")
}
QUANTIZED = "reviews, bigrams, quantised"
T_95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}


def jobs_of(labelled: LabelledSet, rival: str, settings: dict[str, Any], *flags: str) -> dict[str, Any]:
    arguments = [str(labelled.train), str(labelled.test), json.dumps(settings), *flags]
    return {"wordkin": (sys.executable, SCRIPT, arguments), "fastText": (rival, RIVAL_SCRIPT, arguments)}


def measure_speed(labelled: LabelledSet, rival: str, runs: int, only: list[str], record: Recorder) -> None:
    for name, settings in SPEED.items():
        if not any(text in name for text in only):
            continue
        samples = in_turn(jobs_of(labelled, rival, settings), runs)
        times = {system: taken.median("cpu_seconds") for system, taken in samples.items()}
        ratio = ratio_text(samples["fastText"], samples["wordkin"], "cpu_seconds")
        print(f"\n{name}, {labelled.lines:,} lines: {ratio} fastText", flush=True)
        for system, taken in samples.items():
            print(
                f"  {system:9} {times[system]:.2f} s of processor time, {taken.median('seconds'):.2f} s, "
                f"accuracy {taken.median('accuracy'):.4f}"
            )
        record.add_samples(name, samples, "cpu_seconds", "s")
        record.add_samples(name, samples, "accuracy", "score")
        record.add(name, "text", "lines", [labelled.lines])


def interval(values: list[float]) -> tuple[float, float, float]:
    mean = statistics.mean(values)
    half = T_95[len(values)] * statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return mean, mean - half, mean + half


def measure_quality(labelled: LabelledSet, rival: str, seeds: int, only: list[str], record: Recorder) -> None:
    for name, settings in QUALITY.items():
        if not any(text in name for text in only):
            continue
        results: dict[str, list[dict[str, Any]]] = {"wordkin": [], "fastText": []}
        for seed in range(1, seeds + 1):
            for system, taken in in_turn(jobs_of(labelled, rival, {**settings, "seed": seed}), 1).items():
                results[system] += taken.results
        print(f"\n{name}, {seeds} seeds", flush=True)
        for system, found in results.items():
            mean, lowest, highest = interval(Samples(found).values("accuracy"))
            print(f"  {system:9} accuracy {mean:.4f} ({lowest:.4f} .. {highest:.4f})")
            record.add_interval(name, system, "score", mean, lowest, highest, runs=seeds)


def measure_quantisation(labelled: LabelledSet, rival: str, runs: int, record: Recorder) -> None:
    samples = in_turn(jobs_of(labelled, rival, {**BIGRAMS, "thread": 1}, "--quantize"), runs)
    print(f"\n{QUANTIZED}, cutoff 100,000, retrained", flush=True)
    for system, taken in samples.items():
        print(
            f"  {system:9} {taken.median('quantize_cpu_seconds'):.2f} s of processor time, "
            f"accuracy {taken.median('quantized_accuracy'):.4f} (before {taken.median('accuracy'):.4f}), "
            f"{taken.median('megabytes'):.2f} MB"
        )
    record.add_samples(QUANTIZED, samples, "quantize_cpu_seconds", "s")
    record.add_samples(QUANTIZED, samples, "quantized_accuracy", "score")
    record.add_samples(QUANTIZED, samples, "megabytes", "MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", type=Path, help="sentences of Wikipedia, article after article")
    parser.add_argument("reviews", type=Path, help="film reviews with a label after a tab")
    parser.add_argument("--lines", type=int, help="number of training lines of the topics (default: all)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--fasttext-python", help="Python interpreter with fastText (default: installs an environment)")
    parser.add_argument("--only", nargs="+", default=[""], help="run only cases whose names contain one of these texts")
    add_record_flag(parser)
    options = parser.parse_args()
    rival = options.fasttext_python or python_with(FASTTEXT)
    with recording(options, FASTTEXT) as record, tempfile.TemporaryDirectory() as folder:
        topics = wikipedia_topics(options.sentences, Path(folder), options.lines)
        reviews = film_reviews(options.reviews, Path(folder))
        measure_speed(topics, rival, options.runs, options.only, record)
        measure_quality(reviews, rival, options.seeds, options.only, record)
        if any(text in QUANTIZED for text in options.only):
            measure_quantisation(reviews, rival, options.runs, record)


if __name__ == "__main__":
    main()
