"""How fast is a training step compared with PyTorch, and how much memory does it take?

Character convolutions, two LSTM layers in two directions, sampled softmax with 8192 negatives, gradient clipping,
Adagrad; batch 32 x 20 time steps, 100,000 words, windows of real text. Both sides compute each word of a window once
and keep sparse gradients of the softmax; neither has dropout, or clipping in the LSTM, which nn.LSTM does not support.
The sides run alternately in subprocesses, and a result is the median; on two threads PyTorch runs in both arrangements,
and the faster one counts. The losses of the first steps are shown for comparison, although each side draws its own
negative samples. Takes about 15 minutes for 5 runs on two cores.

    python -m bench.elmo.training_step wiki-sentences-train.txt.gz
    python -m bench.elmo.training_step wiki-sentences-train.txt.gz --sizes 1024/128 --threads 1 --runs 1  # quick
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.compare import Samples, add_record_flag, in_turn
from bench.elmo.lstm_stack import sgemm_rates, thread_count
from bench.elmo.windows import ORIGINAL_TRAINING, FolderWriter
from bench.machine import has_amx
from bench.recording import Recorder, recording
from bench.rivals.environments import PYTORCH, python_with
from wordkin.elmo.options import ELMoTrainingOptions

HERE = Path(__file__).resolve().parent
WORKER = str(HERE / "wordkin_step.py")
RIVAL_SCRIPT = str(HERE.parent / "rivals" / "pytorch_training.py")

VOCABULARY = 100_000
WINDOWS = 20
HIGHWAYS = {"1024/128": 1, "2048/256": 1, "4096/512": 2}  # as in the published models


def options_of(size: str) -> dict[str, Any]:
    dim, projection = (int(part) for part in size.split("/"))
    return {
        "dim": dim, "projection_dim": projection, "n_highway": HIGHWAYS.get(size, 1),
        "cell_clip": 0.0, "proj_clip": 0.0,
    }  # fmt: skip


def write_case(folder: Path, size: str, options: argparse.Namespace) -> None:
    training = ELMoTrainingOptions(batch_size=options.batch_size, dropout=options.dropout, **ORIGINAL_TRAINING)
    writer = FolderWriter(folder, options.corpus, options_of(size), training, max_words=VOCABULARY)
    types = 0
    for _ in range(WINDOWS):
        window = writer.batches.next()
        types += len(window.characters)
        writer.add(window)
    print(f"# {size}: {len(writer.words):,} words; {types / WINDOWS:.0f} distinct words per window", flush=True)


def show(title: str, samples: dict[str, Samples]) -> float:
    """Print the results of a case and return the words per second of wordkin."""
    medians = {name: taken.median("words_per_second") for name, taken in samples.items()}
    speed = medians.pop("wordkin")
    print(f"\n{title}: {speed / max(medians.values()):.2f} x PyTorch")
    for name, taken in samples.items():
        first = ", ".join(f"{sum(pair) / 2:.3f}" for pair in taken.results[0]["losses"])
        print(
            f"  {name:17} {taken.median('words_per_second'):>9,.0f} words/s ({taken.spread('words_per_second')}), "
            f"peak {taken.median('peak_megabytes'):,.0f} MB; first losses {first}"
        )
    accounted: dict[str, float] = samples["wordkin"].results[0]["accounted_megabytes"]
    total = sum(accounted.values())
    print(
        f"  memory accounted for: {total:,.0f} MB ("
        + ", ".join(f"{name} {part:,.0f}" for name, part in accounted.items())
        + f"); remainder {samples['wordkin'].median('peak_megabytes') - total:,.0f} MB",
        flush=True,
    )
    return speed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sizes", nargs="+", default=["1024/128", "4096/512"], help="dim/projection")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument(
        "--precisions",
        nargs="+",
        choices=("float32", "bfloat16"),
        help="precisions of wordkin; by default bfloat16 only with AMX",
    )
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="minimum time of a run")
    parser.add_argument("--torch-python", help="Python interpreter with PyTorch (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    rival = options.torch_python or python_with(*PYTORCH)
    precisions = options.precisions or (["float32", "bfloat16"] if has_amx() else ["float32"])
    with recording(options, PYTORCH[0]) as record:
        print(f"# rival: {PYTORCH[0]} float32; median of {options.runs} alternating runs")
        rates = sgemm_rates(rival, options.threads, options.runs, record)
        for size in options.sizes:
            with tempfile.TemporaryDirectory() as name:
                write_case(Path(name), size, options)
                for precision in precisions:
                    measure(options, rival, Path(name), f"{size}, {precision}", rates, record)


def measure(
    options: argparse.Namespace, rival: str, folder: Path, title: str, rates: dict[int, float], record: Recorder
) -> None:
    """Measure one size in one precision, which the title ends with, and all numbers of threads."""
    speeds = {}
    for threads in options.threads:
        common = [str(folder), "--threads", str(threads), "--seconds", str(options.seconds)]
        jobs = {
            "wordkin": (sys.executable, WORKER, [*common, "--precision", title.rpartition(", ")[2]]),
            "torch": (rival, RIVAL_SCRIPT, common),
        }
        if threads > 1:
            jobs["torch, directions"] = (rival, RIVAL_SCRIPT, [*common, "--arrangement", "directions"])
        samples = in_turn(jobs, options.runs)
        case = f"{title.removesuffix(', float32')}, {thread_count(threads)}"
        speeds[threads] = show(case, samples)
        keep(record, case, samples)
    if {1, 2} <= speeds.keys():
        scaling, of_sgemm = speeds[2] / speeds[1], rates[2] / rates[1]
        print(f"  two threads against one: {scaling:.2f}, sgemm {of_sgemm:.2f}: {scaling / of_sgemm:.2f}")


def keep(record: Recorder, case: str, samples: dict[str, Samples]) -> None:
    """Record the speeds and the peak memory, that of PyTorch in its faster arrangement."""
    rival = max((name for name in samples if name != "wordkin"), key=lambda n: samples[n].median("words_per_second"))
    for system, name in (("wordkin", "wordkin"), ("PyTorch", rival)):
        record.add(case, system, "words/s", samples[name].values("words_per_second"))
        record.add(case, system, "MB", samples[name].values("peak_megabytes"))
    accounted = sum(samples["wordkin"].results[0]["accounted_megabytes"].values())
    record.add(case, "weights, gradients and activations", "MB", [accounted])


if __name__ == "__main__":
    main()
