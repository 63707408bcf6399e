"""Where does the time of a recurrent layer go: matrix products, gates, or the rest (copies, prefetching, barriers)?

For each size, batch and precision, a forward pass of 20 steps is measured as a whole, and its parts are measured alone
with the same shapes: the products with the input, with the previous output and of the projection, which round their
left operand, and the gates, which are float32 in every precision. On two threads each computes half of the units of
every part; the rest then contains the barriers, of which a step has two. A negative rest means that a part takes longer
alone than within the layer, where its operands are still cached. Times are the best of several runs.

    python -m bench.elmo.layer_parts
    python -m bench.elmo.layer_parts --sizes 4096/512 --batches 32 --threads 2
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.compare import add_record_flag
from bench.kernels.gemm import best_seconds
from bench.recording import Recorder, recording
from wordkin.runtime import compute

STEPS = 20
ROWS_AHEAD = 256  # rows whose products with the input are computed together


class Layer:
    """One layer of one direction, and its parts."""

    def __init__(self, core: Any, dim: int, projection: int, batch: int, settings: dict[str, Any]) -> None:
        draw = np.random.default_rng(1)

        def normal(rows: int, columns: int) -> NDArray[np.float32]:
            padded = draw.standard_normal((rows, columns + 16), dtype=np.float32) / np.float32(dim**0.5)
            return padded[:, :columns]  # rows that are a power of two apart would share the same lines of a cache

        weights, bias = np.ascontiguousarray(normal(2 * projection, 4 * dim)), np.zeros(4 * dim, np.float32)
        output = np.ascontiguousarray(normal(dim, projection))
        inputs = np.ascontiguousarray(normal(STEPS * batch, projection))
        state = np.zeros((batch, projection), np.float32), np.zeros((batch, dim), np.float32)
        stack = core.recurrent.Stacks([[(weights, bias, output)]], active=[batch] * STEPS, training=False, **settings)
        stack.pack()
        outputs = [[np.empty_like(inputs)]]

        def forward(repeats: int) -> None:
            for _ in range(repeats):
                stack.forward(outputs, [inputs], [[state]])

        def product(matrix: NDArray[np.float32], rows: int) -> Callable[[int], object]:
            packed = core.linalg.PackedProduct(matrix, **settings)
            a, c = normal(rows, matrix.shape[0]), normal(rows, matrix.shape[1])
            return lambda repeats: packed.multiply(c, a, repeats=repeats * STEPS)

        units = -(-dim // settings["threads"])
        gates = [normal(batch, 4 * units), np.zeros(4 * units, np.float32), *(normal(batch, units) for _ in range(3))]

        def activate(repeats: int) -> None:
            for _ in range(repeats * STEPS):
                core.kernels.lstm_forward(settings["isa"], *gates, cell_clip=0.0)

        ahead = max(ROWS_AHEAD, batch)
        self.whole = forward
        # Each part is computed once per step, and measured with this factor.
        self.parts: dict[str, tuple[Callable[[int], object], float]] = {
            "input": (product(weights[:projection].copy(), ahead), batch / ahead),
            "hidden": (product(weights[projection:].copy(), batch), 1.0),
            "projection": (product(output, batch), 1.0),
            "gates": (activate, 1.0),
        }

    def seconds(self, operations: float, runs: int) -> dict[str, float]:
        """Return the seconds of a forward pass and of each of its parts."""
        calls = {"whole": self.whole, **{name: call for name, (call, _) in self.parts.items()}}
        found = best_seconds(calls, operations, runs)
        return {name: seconds * self.parts[name][1] if name != "whole" else seconds for name, seconds in found.items()}


def show(title: str, found: dict[str, float], record: Recorder) -> None:
    products = found["input"] + found["hidden"] + found["projection"]
    rest = found["whole"] - products - found["gates"]
    shares = {"products": products, "gates": found["gates"], "rest": rest}
    print(
        f"{title}: {1e3 * found['whole']:.2f} ms; "
        + ", ".join(f"{name} {100 * seconds / found['whole']:.0f} %" for name, seconds in shares.items()),
        flush=True,
    )
    for name, seconds in shares.items():
        record.add(title, name, "%", [100 * seconds / found["whole"]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["1024/128", "2048/256", "4096/512"], help="dim/projection")
    parser.add_argument("--batches", type=int, nargs="+", default=[32, 128])
    parser.add_argument("--precisions", nargs="+", choices=("float32", "bfloat16"), default=["float32", "bfloat16"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--isa", help="highest instruction set to use")
    add_record_flag(parser)
    options = parser.parse_args()
    sys.path.append(str(Path(__file__).resolve().parents[2] / "tests"))
    import core_testing

    core_testing.provide()
    from wordkin import _core_testing

    with recording(options) as record:
        isa = compute.choose_isa(options.isa)
        for size in options.sizes:
            dim, projection = map(int, size.split("/"))
            for batch in options.batches:
                operations = 2.0 * STEPS * batch * (8 * projection * dim + dim * projection)
                for precision in options.precisions:
                    settings = {"isa": isa, "precision": precision, "threads": options.threads}
                    layer = Layer(_core_testing, dim, projection, batch, settings)
                    title = f"layer {size}, batch {batch}, {precision}"
                    show(title, layer.seconds(operations, options.runs), record)


if __name__ == "__main__":
    main()
