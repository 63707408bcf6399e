"""Where does the time of a training step of ELMo go?

Windows of real text, options of the original program (8192 negatives, Adagrad, clipping, dropout), models of dim 512
and 1024. The core measures the parts of each step on its first thread, up to the barrier at their end; a part is the
shortest of all steps, because other work on the machine only ever makes one longer. Compared with the parts of one
thread, those of several show what barriers and unequal shares cost.

    python -m bench.elmo.step_parts wiki-sentences-train.txt.gz
    python -m bench.elmo.step_parts wiki-sentences-train.txt.gz --sizes 512/64 --batches 128 --threads 1 2
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.compare import add_record_flag
from bench.elmo.windows import ORIGINAL_TRAINING, FolderWriter, windows_in
from bench.recording import Recorder, recording
from wordkin import _core
from wordkin.elmo.options import ELMoTrainingOptions
from wordkin.runtime import compute

VOCABULARY = 100_000
WINDOWS = 10
UNMEASURED_STEPS = 2  # they allocate memory
SMALL_FILTERS = ((1, 16), (2, 16), (3, 32), (4, 64), (5, 128))  # as in bench.elmo.wikipedia
FILTERS: dict[str, dict[str, Any]] = {"512/64": {"filters": SMALL_FILTERS}}


def shortest_parts(
    writer: FolderWriter, folder: Path, training: ELMoTrainingOptions, threads: int, steps: int
) -> dict[str, float]:
    parameters = {name: tensor.copy() for name, tensor in writer.parameters.items()}
    accumulators = {name: np.ones_like(tensor) for name, tensor in parameters.items()}
    trainer = _core.elmo.Trainer(
        writer.options, training, parameters, accumulators, threads=threads, isa=compute.choose_isa(None)
    )
    windows = windows_in(folder)
    found: dict[str, list[float]] = {}
    for step in range(1, UNMEASURED_STEPS + steps + 1):
        trainer.step(*next(windows), learning_rate=0.2, step=step)
        if step > UNMEASURED_STEPS:
            for part, seconds in trainer.part_seconds.items():
                found.setdefault(part, []).append(seconds)
    return {part: min(seconds) for part, seconds in found.items()}


def show(title: str, parts: dict[str, float], words: int, record: Recorder) -> None:
    whole = sum(parts.values())
    print(f"{title}: {1e3 * whole:.1f} ms, {words / whole:,.0f} words/s", flush=True)
    for part, seconds in parts.items():
        print(f"  {part:22} {1e3 * seconds:7.2f} ms {100 * seconds / whole:5.1f} %", flush=True)
        record.add(title, part, "%", [100 * seconds / whole])
    record.add(title, "step", "ms", [1e3 * whole])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="text with one sentence per line")
    parser.add_argument("--sizes", nargs="+", default=["512/64", "1024/128"], help="dim/projection")
    parser.add_argument("--batches", type=int, nargs="+", default=[32, 128])
    parser.add_argument("--precisions", nargs="+", choices=("float32", "bfloat16"), default=["float32", "bfloat16"])
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--steps", type=int, default=18, help="measured steps")
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options) as record:
        for size in options.sizes:
            dim, projection = map(int, size.split("/"))
            for batch in options.batches:
                training = ELMoTrainingOptions(batch_size=batch, **ORIGINAL_TRAINING)
                model = {"dim": dim, "projection_dim": projection, **FILTERS.get(size, {})}
                with tempfile.TemporaryDirectory() as name:
                    folder = Path(name)
                    writer = FolderWriter(folder, options.corpus, model, training, max_words=VOCABULARY)
                    for _ in range(WINDOWS):
                        writer.add(writer.batches.next())
                    for precision in options.precisions:
                        for threads in options.threads:
                            with_precision = replace(training, precision=precision)
                            parts = shortest_parts(writer, folder, with_precision, threads, options.steps)
                            title = f"step {size}, batch {batch}, {precision}, {threads} thread{'s' * (threads > 1)}"
                            show(title, parts, batch * training.unroll_steps, record)


if __name__ == "__main__":
    main()
