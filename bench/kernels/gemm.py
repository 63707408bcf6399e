"""How close do wordkin's matrix products come to NumPy's sgemm (OpenBLAS) of 2048 x 2048 matrices?

    python -m bench.kernels.gemm                 # one thread; --threads 2 for two

Measures the products of the shapes (m, k) x (k, n) that ELMo's layers need: with packed weights, in float32 and
bfloat16, and gradients of weights, which sum over the rows of a window. wordkin and NumPy alternate. The best of
`--runs` runs counts, as other work on the machine can only add to a time. `OPENBLAS_CORETYPE` is removed from the
environment, because it slows down current builds of NumPy.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from bench.vectors.search import limit_threads

SIZES = ((128, 1024), (256, 2048), (512, 4096))  # projection_dim and dim
ROWS = (1, 4, 8, 32, 64, 128, 640, 2560)


def best_seconds(contestants: dict[str, Callable[[int], object]], work: float, runs: int) -> dict[str, float]:
    """Return the seconds per call of each contestant; a run repeats the call until it takes some milliseconds."""
    repeats = max(1, round(2e-3 / (work / 1e11)))
    best = dict.fromkeys(contestants, float("inf"))
    for _ in range(runs):
        for name, contestant in contestants.items():
            begin = time.perf_counter()
            contestant(repeats)
            best[name] = min(best[name], (time.perf_counter() - begin) / repeats)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS, help="values of m")
    parser.add_argument("--isa", help="highest instruction set to use")
    options = parser.parse_args()
    limit_threads(options.threads)

    import numpy as np
    from tests import core_testing

    from bench.machine import print_description

    core_testing.provide()
    from wordkin import _core_testing
    from wordkin.runtime import compute

    isa = compute.choose_isa(options.isa)
    print_description()
    rng = np.random.default_rng(1)

    def random(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape, dtype=np.float32)

    def numpy_product(c: np.ndarray, a: np.ndarray, b: np.ndarray) -> Callable[[int], object]:
        return lambda repeats: [np.matmul(a, b, out=c) for _ in range(repeats)]

    a, b, c = random(2048, 2048), random(2048, 2048), np.empty((2048, 2048), np.float32)
    square_rate = (
        2 * 2048**3 / best_seconds({"sgemm": numpy_product(c, a, b)}, 2 * 2048**3, options.runs)["sgemm"] / 1e9
    )
    print(
        f"# threads {options.threads}, kernels {isa}, sgemm of 2048^3: {square_rate:.1f} GFLOP/s; all rates in GFLOP/s"
    )
    print(f"{'m':>6} {'k':>6} {'n':>6} {'float32':>9} {'bfloat16':>9} {'sgemm':>9} {'float32 of 2048^3':>18}")

    def print_rates(shape: tuple[int, int, int], contestants: dict[str, Callable[[int], object]]) -> None:
        work = 2.0 * np.prod(shape, dtype=float)
        rates = {name: work / s / 1e9 for name, s in best_seconds(contestants, work, options.runs).items()}
        m, k, n = shape
        columns = " ".join(f"{rates[name]:9.1f}" for name in ("float32", "bfloat16", "sgemm"))
        print(f"{m:6} {k:6} {n:6} {columns} {rates['float32'] / square_rate:18.2f}", flush=True)

    def measure_packed(m: int, k: int, n: int) -> None:
        a, b, c = random(m, k), random(k, n), np.empty((m, n), np.float32)
        products = {
            precision: _core_testing.linalg.PackedProduct(b, isa=isa, precision=precision, threads=options.threads)
            for precision in ("float32", "bfloat16")
        }
        own = {name: lambda repeats, p=p: p.multiply(c, a, repeats=repeats) for name, p in products.items()}
        print_rates((m, k, n), {**own, "sgemm": numpy_product(c, a, b)})

    def measure_gradient(rows: int, k: int, n: int) -> None:
        a, b, c = random(rows, k), random(rows, n), np.empty((k, n), np.float32)
        own = {
            precision: lambda repeats, p=precision: _core_testing.linalg.gemm(
                c, a, b, transpose_a=True, isa=isa, precision=p, threads=options.threads, repeats=repeats
            )
            for precision in ("float32", "bfloat16")
        }
        print_rates((k, rows, n), {**own, "sgemm": numpy_product(c, a.T, b)})

    print("packed weights, forward and backward:")
    for projection, dim in SIZES:
        for k, n in ((projection, 4 * dim), (dim, projection), (4 * dim, projection), (projection, dim)):
            for m in options.rows:
                measure_packed(m, k, n)
    print("gradients of weights, summed over k rows of a window:")
    for projection, dim in SIZES:
        for rows in (640, 2560):
            measure_gradient(rows, projection, 4 * dim)
            measure_gradient(rows, dim, projection)


if __name__ == "__main__":
    main()
