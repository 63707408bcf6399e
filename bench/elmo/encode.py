"""How fast is a loaded language model, how fast does it load, and how much memory does it take?

The models have the published sizes and random weights; they are written by `export_hdf5` and read back in every run.
Both sides run alternately in subprocesses, and a result is the median. Parts, which --parts selects:

batch     32 sentences of 20 words of real text, from strings to all layers, with a warm and a cold token cache, against
          torch.nn.LSTM in inference mode on precomputed token vectors at the same number of positions (22 per sentence,
          including the boundary markers). On two threads PyTorch runs in both arrangements, and the faster one counts.
bfloat16  the same in bfloat16 on AMX, against PyTorch in float32 and with autocast; skipped without AMX.
sentence  one sentence of 20 words at a time on one thread: every step reads all recurrent weights, so that the memory
          bandwidth of one thread (`read_bandwidth.py`, best of 10 in every run) limits the speed; also in bfloat16.
file      the small model on a whole text in bfloat16, against PyTorch in float32 without a token cache.
load      from HDF5 to the first vector, with the file in the cache of the operating system.
memory    peak memory of a process that encodes a text file.

    python -m bench.elmo.encode wiki-sentences-valid.txt.gz
    python -m bench.elmo.encode wiki-sentences-valid.txt.gz --parts file memory --lines 1000 --runs 1     # quick
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.compare import Samples, add_record_flag, in_turn
from bench.elmo.lstm_stack import thread_count
from bench.machine import has_amx
from bench.recording import Recorder, recording
from bench.rivals.environments import PYTORCH, python_with
from wordkin import ELMo

HERE = Path(__file__).resolve().parent
WORKER = str(HERE / "wordkin_encode.py")
READING = str(HERE / "read_bandwidth.py")
LAYERS = str(HERE.parent / "rivals" / "pytorch_lstm.py")
WHOLE = str(HERE.parent / "rivals" / "pytorch_encode.py")

# Without clipping, which nn.LSTM does not support.
ORIGINAL = {"dim": 4096, "projection_dim": 512, "n_highway": 2, "cell_clip": 0.0, "proj_clip": 0.0}
SMALL = {"dim": 1024, "projection_dim": 128, "n_highway": 1, "cell_clip": 0.0, "proj_clip": 0.0}
SENTENCES, WORDS, POSITIONS = 32, 20, 22
RECURRENT_BYTES = 4 * 2 * 2 * (512 * 4 * 4096 + 4096 * 512)  # of both directions and layers, read in every time step
INPUT_BYTES = 4 * 2 * 2 * 512 * 4 * 4096  # read once per sentence

Jobs = dict[str, tuple[str, str, list[str]]]


class Bench:
    """Models and jobs that the parts share."""

    def __init__(self, options: argparse.Namespace, folder: Path, rival: str, record: Recorder) -> None:
        self.options = options
        self.record = record
        self.folder = folder
        self.rival = rival
        self._written: set[str] = set()

    def model(self, name: str, fields: dict[str, Any]) -> Path:
        """Return the folder of a model for both sides, writing it on the first call."""
        folder = self.folder / name
        if name not in self._written:
            self._written.add(name)
            model = ELMo(**fields)
            model.initialize(seed=1)
            model.export_hdf5(folder)
            (folder / "model.json").write_text(json.dumps(asdict(model.options)), encoding="utf-8")
            np.savez(folder / "parameters.npz", **model.parameters)
        return folder

    def original(self) -> Path:
        return self.model("original", ORIGINAL)

    def wordkin(self, work: str, folder: Path, *arguments: object) -> tuple[str, str, list[str]]:
        given = [work, str(folder), str(self.options.corpus), *map(str, arguments)]
        return sys.executable, WORKER, given

    def arrangements(self, script: str, threads: int, arguments: list[str]) -> Jobs:
        jobs = {"torch": (self.rival, script, [*arguments, "--threads", str(threads)])}
        if threads > 1:
            jobs["torch, directions"] = (self.rival, script, [*jobs["torch"][2], "--arrangement", "directions"])
        return jobs

    def layers(self, threads: int, precision: str = "float32") -> Jobs:
        arguments = [
            "--forward", "--dim", "4096", "--projection", "512", "--batch", str(SENTENCES), "--steps", str(POSITIONS),
            "--precision", precision, "--seconds", str(self.options.seconds),
        ]  # fmt: skip
        return self.arrangements(LAYERS, threads, arguments)

    def add_fastest_torch(self, case: str, samples: dict[str, Samples], name: str, quantity: str) -> None:
        torch = {system: taken for system, taken in samples.items() if system.startswith("torch")}
        self.record.add_fastest(case, torch, name, quantity, best="PyTorch")

    def sample(self, jobs: Jobs) -> dict[str, Samples]:
        return in_turn(jobs, self.options.runs)


def best_torch(samples: dict[str, Samples], key: str = "words_per_second", prefix: str = "torch") -> float:
    return max(taken.median(key) for name, taken in samples.items() if name.startswith(prefix))


def show(name: str, taken: Samples, key: str, unit: str) -> None:
    print(f"  {name:24} {taken.median(key):>9,.0f} {unit} ({taken.spread(key)})", flush=True)


def batch(bench: Bench) -> None:
    for threads in bench.options.threads:
        common = ["--threads", threads, "--seconds", bench.options.seconds]
        jobs: Jobs = {
            "wordkin, warm": bench.wordkin("batches", bench.original(), *common),
            "wordkin, cold": bench.wordkin("batches", bench.original(), *common, "--cold"),
        }
        samples = bench.sample(jobs | bench.layers(threads))
        best = best_torch(samples)
        words = samples["wordkin, warm"].results[0]["different_words"]
        case = f"32 sentences of 20 words, {thread_count(threads)}"
        for name in ("warm", "cold"):
            taken = samples[f"wordkin, {name}"]
            bench.record.add(f"{case}, {name} cache", "wordkin", "positions/s", taken.values("positions_per_second"))
        bench.add_fastest_torch(case, samples, "words_per_second", "positions/s")
        print(f"\n4096/512, {SENTENCES} sentences of {WORDS} words ({words} different), {threads} thread(s), float32:")
        for name in ("warm", "cold"):
            ratio = samples[f"wordkin, {name}"].median("positions_per_second") / best
            print(f"  {name} cache: {ratio:.2f} x PyTorch's layers alone")
        for name, taken in samples.items():
            show(
                name, taken, "positions_per_second" if name.startswith("wordkin") else "words_per_second", "positions/s"
            )


def bfloat16(bench: Bench) -> None:
    if not has_amx():
        print("\nbfloat16 on AMX: skipped, as this CPU does not support it")
        return
    for threads in bench.options.threads:
        common = ["--threads", threads, "--seconds", bench.options.seconds, "--precision", "bfloat16"]
        autocast = {name.replace("torch", "autocast"): job for name, job in bench.layers(threads, "bfloat16").items()}
        jobs: Jobs = {
            "wordkin": bench.wordkin("batches", bench.original(), *common),
            **bench.layers(threads),
            **autocast,
        }
        samples = bench.sample(jobs)
        speed = samples["wordkin"].median("positions_per_second")
        case = f"32 sentences of 20 words, {thread_count(threads)}, bfloat16"
        bench.record.add(case, "wordkin", "positions/s", samples["wordkin"].values("positions_per_second"))
        bench.add_fastest_torch(case, samples, "words_per_second", "positions/s")
        casts = {name: taken for name, taken in samples.items() if name.startswith("autocast")}
        bench.record.add_fastest(case, casts, "words_per_second", "positions/s", best="PyTorch, autocast")
        print(f"\n4096/512, {SENTENCES} sentences of {WORDS} words, {threads} thread(s), bfloat16, warm cache:")
        print(f"  {speed / best_torch(samples):.2f} x PyTorch's layers alone in float32")
        cast = best_torch(samples, prefix="autocast")
        print(f"  {speed / cast:.2f} x the same with bfloat16 autocast")
        for name, taken in samples.items():
            show(name, taken, "positions_per_second" if name == "wordkin" else "words_per_second", "positions/s")


def sentence(bench: Bench) -> None:
    common = ["--threads", 1, "--batch-size", 1, "--sentences", 4, "--seconds", bench.options.seconds]
    jobs: Jobs = {
        "reading": (sys.executable, READING, ["--bytes", str(RECURRENT_BYTES)]),
        "wordkin": bench.wordkin("batches", bench.original(), *common),
        "wordkin, bfloat16": bench.wordkin("batches", bench.original(), *common, "--precision", "bfloat16"),
    }
    samples = bench.sample(jobs)
    bandwidth = max(samples["reading"].values("bytes_per_second"))
    exact, rounded = (samples[name].median("positions_per_second") for name in ("wordkin", "wordkin, bfloat16"))
    allowed = bandwidth / RECURRENT_BYTES
    case = "one sentence at a time, 1 thread"
    bench.record.add(case, "wordkin", "positions/s", samples["wordkin"].values("positions_per_second"))
    widened = samples["wordkin, bfloat16"].values("positions_per_second")
    bench.record.add(case, "wordkin, bfloat16", "positions/s", widened)
    bench.record.add(case, "limit by memory bandwidth", "positions/s", [allowed])
    with_inputs = bandwidth / (RECURRENT_BYTES + INPUT_BYTES / POSITIONS)
    print(f"\n4096/512, one sentence of {WORDS} words at a time, 1 thread, warm cache:")
    print(
        f"  reading: {bandwidth / 1e9:.1f} GB/s, {RECURRENT_BYTES / 1e6:.0f} MB per position: "
        f"at most {allowed:.1f} positions/s"
    )
    print(f"  float32: {exact / allowed:.0%} of that rate")
    print(f"  counting the input weights, which are read once per sentence: {exact / with_inputs:.0%}")
    print(f"  bfloat16: {rounded / exact:.2f} x float32")
    for name, taken in samples.items():
        if name != "reading":
            show(name, taken, "words_per_second", "words/s")
            show(name, taken, "positions_per_second", "positions/s")


def file(bench: Bench) -> None:
    folder = bench.model("small", SMALL)
    lines = [] if bench.options.lines is None else ["--lines", str(bench.options.lines)]
    threads = max(bench.options.threads)
    jobs: Jobs = {
        "wordkin, bfloat16": bench.wordkin("file", folder, "--threads", threads, "--precision", "bfloat16", *lines),
        "wordkin, float32": bench.wordkin("file", folder, "--threads", threads, *lines),
        **bench.arrangements(WHOLE, threads, [str(folder), str(bench.options.corpus), *lines]),
    }
    samples = bench.sample(jobs)
    speed = samples["wordkin, bfloat16"].median("words_per_second")
    own, rival = (samples[name].results[0] for name in ("wordkin, float32", "torch"))
    if own["words"] != rival["words"] or not np.allclose(own["sums"], rival["sums"], rtol=1e-4):
        raise SystemExit(f"the results differ: {own} and {rival}")
    case = f"small model, a text, {thread_count(threads)}"
    for name in ("wordkin, bfloat16", "wordkin, float32"):
        bench.record.add(case, name, "words/s", samples[name].values("words_per_second"))
    bench.add_fastest_torch(case, samples, "words_per_second", "words/s")
    bench.record.add(case, "text", "words", [own["words"]])
    print(f"\n1024/128, {own['words']:,} words of text, {threads} thread(s):")
    print(f"  {speed / best_torch(samples):.2f} x PyTorch, float32, without a token cache")
    for name, taken in samples.items():
        show(name, taken, "words_per_second", "words/s")


def load(bench: Bench) -> None:
    jobs: Jobs = {
        thread_count(threads): bench.wordkin("load", bench.original(), "--threads", threads)
        for threads in bench.options.threads
    }
    size = (bench.original() / "weights.hdf5").stat().st_size / 1e6
    print(f"\nload 4096/512 from HDF5, {size:.0f} MB:")
    for name, taken in bench.sample(jobs).items():
        parts = ", ".join(f"{part} {taken.median(part):.2f}" for part in ("read", "pack"))
        bench.record.add(f"load from HDF5, {name}", "wordkin", "s", taken.values("seconds"))
        shown = f"{min(taken.values('seconds')):.2f} .. {max(taken.values('seconds')):.2f}"
        print(f"  {name}: {taken.median('seconds'):.2f} s ({shown}): {parts}", flush=True)


def memory(bench: Bench) -> None:
    lines = [] if bench.options.lines is None else ["--lines", bench.options.lines]
    threads = max(bench.options.threads)
    job = bench.wordkin("memory", bench.original(), "--threads", threads, *lines)
    (done,) = in_turn({"wordkin": job}, 1)["wordkin"].results
    remainder = done["peak_megabytes"] - done["weights"] - done["packed"]
    bench.record.add("encode a file", "wordkin", "MB", [done["peak_megabytes"]])
    bench.record.add("encode a file", "beyond weights and packed weights", "MB", [remainder])
    print(f"\nmemory, 4096/512, encoding a file, {threads} thread(s), float32:")
    print(
        f"  peak {done['peak_megabytes']:,.0f} MB; weights {done['weights']:,.0f}, packed {done['packed']:,.0f}; "
        f"remainder {remainder:,.0f}",
        flush=True,
    )


PARTS: dict[str, Callable[[Bench], None]] = {
    "batch": batch, "bfloat16": bfloat16, "sentence": sentence, "file": file, "load": load, "memory": memory,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="text with one sentence per line")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--lines", type=int, help="number of lines to read in `file` and `memory`")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="minimum time of a run")
    parser.add_argument("--torch-python", help="Python interpreter with PyTorch (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    needs_rival = not {"batch", "bfloat16", "file"}.isdisjoint(options.parts)
    rival = (options.torch_python or python_with(*PYTORCH)) if needs_rival else ""
    with recording(options, PYTORCH[0]) as record, tempfile.TemporaryDirectory() as folder:
        print(f"# rival: {PYTORCH[0]}; median of {options.runs} alternating runs")
        bench = Bench(options, Path(folder), rival, record)
        for name in options.parts:
            PARTS[name](bench)


if __name__ == "__main__":
    main()
