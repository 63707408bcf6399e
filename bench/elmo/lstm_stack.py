"""How fast are the LSTM layers, forward and backward, compared with torch.nn.LSTM and with the sgemm of the machine?

Two layers, two directions, 20 time steps, without clipping, which nn.LSTM does not support. The sides run alternately
in subprocesses, and a result is the median. PyTorch runs with all threads within each operation and, on two threads,
also with one thread per direction; the faster arrangement counts. wordkin packs its weights in every run, as a training
step does. The sgemm rate is the better one of NumPy and PyTorch at 2048^3, measured in the same run. Takes about
30 minutes for 5 runs on two cores.

    python -m bench.elmo.lstm_stack
    python -m bench.elmo.lstm_stack --sizes 1024/128 --batches 32 --threads 1 --runs 2       # quick
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.compare import Samples, add_record_flag, in_turn
from bench.machine import has_amx
from bench.recording import Recorder, recording
from bench.rivals.environments import PYTORCH, python_with

HERE = Path(__file__).resolve().parent
WORKER = str(HERE / "wordkin_stack.py")
RIVAL_SCRIPT = str(HERE.parent / "rivals" / "pytorch_lstm.py")
SGEMM = str(HERE.parent / "rivals" / "sgemm.py")

# Words/s of PyTorch 2.13 forward and backward on a quiet AMX machine, and that machine's sgemm: (dim, batch, threads).
KNOWN = {
    (1024, 32, 1): 2826, (1024, 128, 1): 2850, (2048, 32, 1): 862, (2048, 128, 1): 963, (4096, 32, 1): 182,
    (1024, 32, 2): 4457, (1024, 128, 2): 5236, (2048, 32, 2): 1456, (2048, 128, 2): 1826, (4096, 32, 2): 302,
}  # fmt: skip
KNOWN_SGEMM = {1: 169.0, 2: 297.0}


def gflop_of_word(dim: int, projection: int) -> float:
    """Return the floating-point operations of all matrix products per word, in units of 10**9."""
    forward = 2 * 2 * 2 * (2 * projection * 4 * dim + dim * projection)
    return 3e-9 * forward


def thread_count(threads: int) -> str:
    return f"{threads} thread" + "s" * (threads > 1)


def sgemm_rates(rival: str, threads: list[int], runs: int, record: Recorder) -> dict[int, float]:
    rates = {}
    for count in threads:
        jobs = {
            library: (python, SGEMM, [library, "--threads", str(count)])
            for library, python in (("numpy", sys.executable), ("torch", rival))
        }
        samples = in_turn(jobs, runs)
        rates[count] = max(taken.median("gflops") for taken in samples.values())
        names = {"numpy": "NumPy", "torch": "PyTorch"}
        record.add_samples(
            f"sgemm 2048^3, {thread_count(count)}",
            {names[name]: taken for name, taken in samples.items()},
            "gflops",
            "GFLOP/s",
        )
        shown = ", ".join(f"{name} {s.median('gflops'):.0f} ({s.spread('gflops')})" for name, s in samples.items())
        print(f"sgemm 2048^3, {count} thread(s), GFLOP/s: {shown}", flush=True)
    return rates


def jobs_of(rival: str, common: list[str], threads: int, precision: str, *, compiled: bool) -> dict:
    jobs = {
        "wordkin": (sys.executable, WORKER, [*common, "--precision", precision]),
        "torch": (rival, RIVAL_SCRIPT, common),
    }
    if threads > 1:
        jobs["torch, directions"] = (rival, RIVAL_SCRIPT, [*common, "--arrangement", "directions"])
    if compiled:
        jobs["torch, compiled"] = (rival, RIVAL_SCRIPT, [*common, "--compiled"])
    return jobs


def show(title: str, samples: dict[str, Samples], key: tuple[int, int, int], gflop: float, sgemm: float) -> float:
    """Print the results of a case and return the words per second of wordkin."""
    medians = {name: taken.median("words_per_second") for name, taken in samples.items()}
    own = medians.pop("wordkin")
    best = max(medians.values())
    print(f"\n{title}: {own / best:.2f} x PyTorch")
    for name, taken in samples.items():
        speed = taken.median("words_per_second")
        share = f"{speed * gflop:.0f} GFLOP/s, {speed * gflop / sgemm:.0%} of sgemm"
        print(f"  {name:17} {speed:>9,.0f} words/s ({taken.spread('words_per_second')}), {share}")
    if key in KNOWN:
        known = KNOWN[key] * gflop / KNOWN_SGEMM[key[2]]
        share = best * gflop / sgemm
        verdict = "invalid: " if share < 0.85 * known else ""
        print(f"  {verdict}PyTorch on the AMX machine of the first measurement: {KNOWN[key]:,}, {known:.0%} of sgemm")
    sys.stdout.flush()
    return own


def measure(options: argparse.Namespace, rival: str, precision: str, rates: dict[int, float], record: Recorder) -> None:
    for size in options.sizes:
        dim, projection = (int(part) for part in size.split("/"))
        gflop = gflop_of_word(dim, projection)
        for batch in options.batches:
            speeds = {}
            for threads in options.threads:
                common = ["--dim", str(dim), "--projection", str(projection), "--batch", str(batch)]
                common += ["--threads", str(threads), "--seconds", str(options.seconds)]
                samples = in_turn(jobs_of(rival, common, threads, precision, compiled=options.compiled), options.runs)
                title = f"{size}, batch {batch}, {thread_count(threads)}" + f", {precision}" * (precision != "float32")
                own = samples["wordkin"]
                record.add(title, "wordkin", "words/s", own.values("words_per_second"))
                rest = {name: taken for name, taken in samples.items() if name != "wordkin"}
                record.add_fastest(title, rest, "words_per_second", "words/s", best="PyTorch")
                speeds[threads] = show(title, samples, (dim, batch, threads), gflop, rates[threads])
            if {1, 2} <= speeds.keys():
                scaling, of_sgemm = speeds[2] / speeds[1], rates[2] / rates[1]
                print(f"  two threads against one: {scaling:.2f}, sgemm {of_sgemm:.2f}: {scaling / of_sgemm:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["1024/128", "2048/256", "4096/512"], help="dim/projection")
    parser.add_argument("--batches", nargs="+", type=int, default=[32, 128])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument(
        "--precisions",
        nargs="+",
        choices=("float32", "bfloat16"),
        help="precisions of wordkin; by default bfloat16 only with AMX",
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="minimum time of a run")
    parser.add_argument("--compiled", action="store_true", help="also torch.compile with its private LSTM option")
    parser.add_argument("--torch-python", help="Python interpreter with PyTorch (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    rival = options.torch_python or python_with(*PYTORCH)
    precisions = options.precisions or (["float32", "bfloat16"] if has_amx() else ["float32"])
    with recording(options, PYTORCH[0]) as record:
        print(f"# rival: {PYTORCH[0]} float32; median of {options.runs} alternating runs")
        rates = sgemm_rates(rival, options.threads, options.runs, record)
        for precision in precisions:
            measure(options, rival, precision, rates, record)


if __name__ == "__main__":
    main()
