"""Training steps of wordkin on a folder of windows; prints words per second and memory as JSON."""

import argparse
import json
import resource
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from windows import PARAMETERS, read_options, read_parameters, windows_in

from wordkin import _core
from wordkin.elmo.options import ELMoOptions, ELMoTrainingOptions
from wordkin.runtime import compute

LEARNING_RATE = 0.2


def accounted_megabytes(
    options: ELMoOptions, training: ELMoTrainingOptions, parameters: dict[str, np.ndarray], types: int
) -> dict[str, float]:
    """Return the memory in MiB that a training step needs at least, by purpose."""
    rows = training.batch_size * training.unroll_steps
    all_bytes = sum(tensor.nbytes for tensor in parameters.values())
    softmax = sum(tensor.nbytes for name, tensor in parameters.items() if name.startswith("softmax"))
    packed = sum(
        tensor.nbytes
        for name, tensor in parameters.items()
        if tensor.ndim == 2 and not name.startswith(("softmax", "char_embed"))
    )
    row_gradients = 2 * (training.negatives + rows) * (options.projection_dim + 1) * 4
    found = sum(number for _, number in options.filters)
    of_type = found * (2 + 4 * options.n_highway) + options.projection_dim
    of_word = 2 * options.n_layers * (7 * options.dim + 3 * options.projection_dim) + training.negatives
    parts = {
        "weights": all_bytes,
        "accumulators": all_bytes,
        "gradients": all_bytes - softmax + row_gradients,
        "packed": packed * (1 if training.precision == "bfloat16" else 2),
        "activations": 4 * (types * of_type + rows * of_word),
    }
    return {name: part / 2**20 for name, part in parts.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--max-isa")
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args()
    model, training = read_options(options.folder)
    training = replace(training, precision=options.precision)
    parameters = read_parameters(options.folder / PARAMETERS)
    accumulators = {name: np.ones_like(tensor) for name, tensor in parameters.items()}
    trainer = _core.elmo.Trainer(
        model, training, parameters, accumulators,
        threads=options.threads, isa=compute.choose_isa(options.max_isa),
    )  # fmt: skip
    windows = windows_in(options.folder)
    times: list[float] = []
    losses = []
    max_types = 0
    begin = time.perf_counter()
    while len(times) < 4 or time.perf_counter() - begin < options.seconds:
        characters, inputs, targets = next(windows)
        max_types = max(max_types, len(characters))
        started = time.perf_counter()
        done = trainer.step(characters, inputs, targets, learning_rate=LEARNING_RATE, step=len(times) + 1)
        times.append(time.perf_counter() - started)
        losses.append((done["loss_forward"], done["loss_backward"]))
    later = sorted(times[2:])  # the first steps allocate memory
    words = training.batch_size * training.unroll_steps
    print(
        json.dumps(
            {
                "words_per_second": words / later[len(later) // 2],
                "best": words / later[0],
                "losses": losses[:4],
                "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "accounted_megabytes": accounted_megabytes(model, training, parameters, max_types),
            }
        )
    )


if __name__ == "__main__":
    main()
