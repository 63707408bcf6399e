"""Training with PyTorch on a folder of windows; prints words per second, losses and times as JSON."""

import argparse
import itertools
import json
import resource
import time
from pathlib import Path

import numpy as np
import torch
from pytorch_model import LanguageModel
from pytorch_setup import Threads, keep_memory


def load(file: Path) -> dict[str, torch.Tensor]:
    with np.load(file) as arrays:
        return {name: torch.from_numpy(array.astype(np.int64)) for name, array in arrays.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--arrangement", choices=("within", "directions"), default="within")
    parser.add_argument("--plain", action="store_true", help="use the default memory settings of the C library")
    parser.add_argument("--seconds", type=float, default=4.0, help="minimum total time of the steps")
    parser.add_argument("--learning-rate", type=float, default=0.2)
    parser.add_argument("--once", action="store_true", help="read each window once, and report all losses and times")
    parser.add_argument("--save", type=Path, help="file for the parameters after training")
    options = parser.parse_args()
    if not options.plain:
        keep_memory()
    case = json.loads((options.folder / "case.json").read_text(encoding="utf-8"))
    training = case["training"]
    with np.load(options.folder / "parameters.npz") as arrays:
        model = LanguageModel(
            case["options"], arrays, Threads(options.threads, options.arrangement),
            batch_size=training["batch_size"], negatives=training["negatives"], clip_norm=training["clip_norm"],
            dropout=training["dropout"],
        )  # fmt: skip
    torch.manual_seed(training["seed"])
    files = sorted(options.folder.glob("[0-9]*.npz"))
    windows = map(load, files) if options.once else itertools.cycle([load(file) for file in files])
    times: list[float] = []
    losses = []
    for window in windows:
        started = time.perf_counter()
        drawn = None
        if "negatives" in window:
            drawn = [(window["negatives"][d], int(window["tries"][d])) for d in (0, 1)]
        characters, inputs, targets = window["characters"], window["inputs"], window["targets"]
        losses.append(model.step(characters, inputs, targets, learning_rate=options.learning_rate, drawn=drawn))
        times.append(time.perf_counter() - started)
        if len(times) >= 4 and sum(times) >= options.seconds:
            break
    if options.save is not None:
        np.savez(options.save, **model.arrays())
    later = sorted(times[2:])
    words = training["batch_size"] * training["unroll_steps"]
    result = {
        "words_per_second": words / later[len(later) // 2],
        "best": words / later[0],
        "losses": losses if options.once else losses[:4],
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    if options.once:
        result["times"] = times
    print(json.dumps(result))


if __name__ == "__main__":
    main()
