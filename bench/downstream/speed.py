"""How fast are training, prediction and requests of one text compared with the same networks in PyTorch?

The classifier is a BiLSTM(128) with attention on SST-2, the tagger a BiLSTM(256) with a CRF on CoNLL-2000 (PyTorch with
pytorch-crf). Both use 300-dimensional word vectors that are not trained, batches of 32 and Adam. Both programs start
from the same weights and use the same batches, so that their losses must agree. They run alternately in separate
processes, after ten warm-up steps; medians are compared. A run of predictions takes at least a second, and the mean of
its passes counts. PyTorch runs with packed and with padded sequences, and the faster one counts. Predictions are also
measured with an encoder in bfloat16 and in int8. Three runs take about 15 minutes on two cores, five of predictions and
requests alone about five.

    python -m bench.downstream.speed ../shared/data
    python -m bench.downstream.speed ../shared/data --work predict request --runs 5
    python -m bench.downstream.speed ../shared/data --cases classifier --runs 1 --batches 50  # a quick check
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from bench.compare import Samples, add_record_flag, in_turn
from bench.downstream.cases import CASES, write_case
from bench.recording import recording
from bench.rivals.environments import PYTORCH, python_with

HERE = Path(__file__).resolve().parent
WORDKIN_SCRIPT = str(HERE / "wordkin_network.py")
RIVAL_SCRIPT = str(HERE.parent / "rivals" / "pytorch_tasks.py")

WORK = ("train", "predict", "request")
PRECISIONS = {"wordkin": "float32", "wordkin, bfloat16": "bfloat16", "wordkin, int8": "int8"}
OWN = PRECISIONS.keys()


def show(case: str, work: str, samples: dict[str, Samples]) -> None:
    medians = {name: taken.median("seconds") for name, taken in samples.items()}
    rival = min(seconds for name, seconds in medians.items() if name not in OWN)
    for name in [name for name in OWN if name in medians]:
        print(f"\n{case}, {work}, {name}: {rival / medians[name]:.2f} times as fast as PyTorch")
    for name, taken in samples.items():
        losses = ", ".join(f"{loss:.4f}" for loss in taken.results[0]["losses"])
        seconds = ", ".join(f"{value:.2f}" for value in taken.values("seconds"))
        print(f"  {name:15} {seconds} s, peak {taken.median('peak_megabytes'):,.0f} MB; losses {losses or 'none'}")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with sst2 and conll2000")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES)
    parser.add_argument("--work", nargs="+", choices=WORK, default=WORK)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--batches", type=int, help="number of batches per epoch (default: all)")
    parser.add_argument("--torch-python", help="interpreter with PyTorch and pytorch-crf (default: a new environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    rival = options.torch_python or python_with(*PYTORCH)
    with recording(options, PYTORCH[0], PYTORCH[-1]) as record:
        print(f"# compared with {PYTORCH[0]}; {options.threads} threads; median of {options.runs} alternating runs")
        for case in options.cases:
            with tempfile.TemporaryDirectory() as name:
                print(f"# {case}: {write_case(Path(name), case, options.data)}", flush=True)
                for work in options.work:
                    samples = measure(options, rival, name, work)
                    if work == "request":
                        found = show_requests(case, samples)
                        for quantile in ("p50", "p99"):
                            record.add_samples(f"{case}, {work}, {quantile}", found, quantile, "ms")
                        continue
                    show(case, work, samples)
                    record.add_samples(f"{case}, {work}", samples, "seconds", "s")


def show_requests(case: str, samples: dict[str, Samples]) -> dict[str, Samples]:
    """Print the latencies of single texts, and return their medians and 99th percentiles in milliseconds."""
    found = {
        name: Samples([percentiles(result["latencies"]) for result in taken.results]) for name, taken in samples.items()
    }
    rival = min(taken.median("p50") for name, taken in found.items() if name not in OWN)
    for name in [name for name in OWN if name in found]:
        ratio = rival / found[name].median("p50")
        print(f"\n{case}, one text at a time, {name}: {ratio:.2f} times as fast as PyTorch")
    for name, taken in found.items():
        print(f"  {name:15} p50 {taken.median('p50'):.3f} ms, p99 {taken.median('p99'):.3f} ms", flush=True)
    return found


def percentiles(latencies: list[float]) -> dict[str, float]:
    found = statistics.quantiles(latencies, n=100)
    return {"p50": 1e3 * found[49], "p99": 1e3 * found[98]}


def measure(options: argparse.Namespace, rival: str, folder: str, work: str) -> dict[str, Samples]:
    arguments = [folder, work, "--threads", str(options.threads)]
    if options.batches is not None:
        arguments += ["--batches", str(options.batches)]
    jobs = {
        **{
            name: (sys.executable, WORDKIN_SCRIPT, [*arguments, "--precision", precision])
            for name, precision in PRECISIONS.items()
            if work != "train" or precision == "float32"
        },
        "PyTorch, packed": (rival, RIVAL_SCRIPT, [*arguments, "--arrangement", "packed"]),
        "PyTorch, padded": (rival, RIVAL_SCRIPT, [*arguments, "--arrangement", "padded"]),
    }
    return in_turn(jobs, options.runs)


if __name__ == "__main__":
    main()
