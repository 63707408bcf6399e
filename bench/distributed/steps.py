"""How long does the exchange of gradients take in each step of a language model, and how much could overlap save?

Trains ELMo with two ranks in separate network namespaces of this machine (`bench.distributed.namespaces`), and prints
for each rate of the network the time of a step, and that of its parts: waiting for the other rank, the exchange of
dense gradients, and that of rows. "overlap" is the most that could be saved by exchanging the gradients of upper layers
while those of lower layers are computed: the time for the softmax and the upper recurrent layer, or a third of the
computation if that is less (the backward pass takes two thirds, of which the lower recurrent layer and the token layer
take about half). The ranks share the CPU cores of the machine. Needs root.

    python -m bench.distributed.steps wiki-lower-17m.txt.gz --gigabits 1 10
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.distributed.namespaces import network, outputs_of_ranks, rate_name
from bench.elmo.windows import ORIGINAL_TRAINING
from bench.recording import recording
from wordkin import ELMo
from wordkin.distributed import TorchCommunicator

MODELS: dict[str, dict[str, Any]] = {
    "512/64": {"dim": 512, "projection_dim": 64},
    "1024/128": {"dim": 1024, "projection_dim": 128},
    "2048/256": {"dim": 2048, "projection_dim": 256},
}
PARTS = ("status", "dense gradients", "rows")


class TimedCommunicator:
    """A communicator that adds up the time of each part of the exchange of a step."""

    def __init__(self, group: TorchCommunicator) -> None:
        self._group = group
        self.rank, self.size = group.rank, group.size
        self.broadcast, self.barrier, self.alltoall = group.broadcast, group.barrier, group.alltoall
        self.seconds = dict.fromkeys(PARTS, 0.0)
        self._is_dense = False

    def allgather(self, array: Any) -> Any:
        self._is_dense = array.dtype.kind == "u"  # the status of a step is followed by the dense gradients
        return self._timed("status" if self._is_dense else "rows", self._group.allgather, array)

    def allreduce(self, array: Any) -> Any:
        part, self._is_dense = "dense gradients" if self._is_dense else "rows", False
        return self._timed(part, self._group.allreduce, array)

    def _timed(self, part: str, work: Callable[[Any], Any], array: Any) -> Any:
        start = time.perf_counter()
        result = work(array)
        self.seconds[part] += time.perf_counter() - start
        return result


class StepTimes:
    """Callback: the times of all steps and of the parts of their exchange."""

    def __init__(self, group: TimedCommunicator) -> None:
        self._group = group
        self._last = time.perf_counter(), dict(group.seconds)
        self.steps: list[dict[str, float]] = []

    def on_step_end(self, model: ELMo, report: object) -> None:
        """Note the time since the last step."""
        now, seconds = time.perf_counter(), dict(self._group.seconds)
        before, earlier = self._last
        self.steps.append({"step": now - before} | {part: seconds[part] - earlier[part] for part in PARTS})
        self._last = now, seconds


def train_as_rank(corpus: str, model: str, batch_size: int, steps: int) -> None:
    """Train as one of the ranks, and print the median times of a step."""
    import torch

    torch.distributed.init_process_group("gloo")
    group = TimedCommunicator(TorchCommunicator(torch))
    times = StepTimes(group)
    elmo = ELMo(**MODELS[model])
    elmo.train(
        corpus,
        communicator=group,
        callbacks=[times],
        batch_size=batch_size,
        max_steps=steps,
        workers=1,
        progress=False,
        **ORIGINAL_TRAINING,
    )
    is_dense = elmo.training_report is not None and elmo.training_report.softmax == "full"
    sizes = {name: part.size for name, part in elmo.parameters.items() if is_dense or not name.startswith("softmax/")}
    upper = sum(size for name, size in sizes.items() if "/Cell1/" in name or name.startswith("softmax/"))
    found = {name: statistics.median(step[name] for step in times.steps[2:]) for name in ("step", *PARTS)}
    print(json.dumps({**found, "upper": upper / sum(sizes.values())}))
    torch.distributed.destroy_process_group()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--words", type=int, default=400_000, help="length of the text")
    parser.add_argument("--models", nargs="+", default=["512/64", "1024/128"], choices=MODELS)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--gigabits", type=float, nargs="+", default=[1, 10], help="rates of the network in Gbit/s")
    parser.add_argument("--python", default=sys.executable, help="Python interpreter with wordkin and torch")
    add_record_flag(parser)
    options = parser.parse_args()
    if "RANK" in os.environ:
        train_as_rank(str(options.corpus), options.models[0], options.batch_size, options.steps)
        return
    with recording(options) as record, unpacked(options.corpus, options.words) as corpus:
        for model in options.models:
            for gigabits in (None, *options.gigabits):
                command = [options.python, "-m", "bench.distributed.steps", str(corpus), "--models", model]
                command += ["--batch-size", str(options.batch_size), "--steps", str(options.steps)]
                with network(2, gigabits) as names:
                    found = json.loads(outputs_of_ranks(names, command)[0])
                computation = found["step"] - sum(found[part] for part in PARTS)
                found["overlap"] = min(computation / 3, found["rows"] + found["dense gradients"] * found["upper"])
                case = f"{model}, batch {options.batch_size}, {rate_name(gigabits)}"
                for name in ("step", *PARTS, "overlap"):
                    record.add(case, name, "s", [found[name]])
                shares = ", ".join(f"{name} {found[name] / found['step']:.1%}" for name in (*PARTS, "overlap"))
                print(f"{case}: {found['step']:.3f} s a step, of which {shares}", flush=True)


if __name__ == "__main__":
    main()
