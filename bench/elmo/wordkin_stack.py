"""Forward and backward pass through the LSTM layers of wordkin, packing the weights each time as a training step does.

Prints words per second as JSON.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from wordkin.runtime import compute

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests"))
import core_testing

core_testing.provide()
from wordkin import _core_testing  # noqa: E402 (made importable by the line above)

LAYERS = 2


class Directions:
    """Arrays of both directions: weights, gradients, states, inputs and outputs."""

    def __init__(self, options: argparse.Namespace) -> None:
        draw = np.random.default_rng(1)
        dim, projection, rows = options.dim, options.projection, options.steps * options.batch

        def normal(*shape: int, deviation: float = 1.0) -> np.ndarray:
            return draw.standard_normal(shape, dtype=np.float32) * np.float32(deviation)

        def layer() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            spread = 1 / np.sqrt(dim)  # as PyTorch initialises them
            shapes = (2 * projection, 4 * dim), (4 * dim,), (dim, projection)
            weights, bias, output = (normal(*shape, deviation=spread / 2) for shape in shapes)
            return weights, bias, output

        self.weights = [[layer() for _ in range(LAYERS)] for _ in (0, 1)]
        self.gradients = [[tuple(np.empty_like(t) for t in tensors) for tensors in stack] for stack in self.weights]
        self.states = [
            [
                tuple(np.zeros((options.batch, width), dtype=np.float32) for width in (projection, dim))
                for _ in range(LAYERS)
            ]
            for _ in (0, 1)
        ]
        self.inputs = [normal(rows, projection) for _ in (0, 1)]
        self.d_inputs = [np.empty_like(x) for x in self.inputs]
        n_outputs = LAYERS if options.forward else 1
        self.outputs = [[np.empty_like(x) for _ in range(n_outputs)] for x in self.inputs]
        self.d_outputs = [normal(rows, projection) for _ in (0, 1)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dim", type=int, required=True)
    parser.add_argument("--projection", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument(
        "--forward", action="store_true", help="forward pass only, with weights packed once as in an encoder"
    )
    parser.add_argument("--max-isa")
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    arrays = Directions(options)
    stacks = _core_testing.recurrent.Stacks(
        arrays.weights, active=[options.batch] * options.steps, skip_connections=True, training=not options.forward,
        threads=options.threads, isa=compute.choose_isa(options.max_isa), precision=options.precision,
    )  # fmt: skip
    stacks.pack()
    d_outputs = [d.copy() for d in arrays.d_outputs]

    def run() -> None:
        if options.forward:
            stacks.forward(arrays.outputs, arrays.inputs, arrays.states)
            return
        for given, d in zip(d_outputs, arrays.d_outputs, strict=True):
            d[...] = given  # the backward pass overwrites them
        stacks.train(
            1, arrays.outputs, arrays.inputs, arrays.states, arrays.d_inputs, arrays.gradients, arrays.d_outputs
        )

    run()
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < 2 or time.perf_counter() - begin < options.seconds:
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    times.sort()
    words = options.steps * options.batch
    print(json.dumps({"words_per_second": words / times[len(times) // 2], "best": words / times[0]}))


if __name__ == "__main__":
    main()
