"""How fast does a library multiply two float32 matrices of 2048 x 2048? Prints GFLOP/s as JSON."""

import argparse
import json
import os
import time

SIDE = 2048


def numpy_product(threads: int):
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    os.environ.update(OPENBLAS_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    import numpy as np  # reads the environment variables

    a, b = np.random.default_rng(1).standard_normal((2, SIDE, SIDE), dtype=np.float32)
    c = np.empty_like(a)
    return lambda: np.matmul(a, b, out=c)


def torch_product(threads: int):
    import torch

    torch.set_num_threads(threads)
    a, b = torch.randn(2, SIDE, SIDE)
    c = torch.empty_like(a)
    return lambda: torch.mm(a, b, out=c)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("library", choices=("numpy", "torch"))
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    product = {"numpy": numpy_product, "torch": torch_product}[options.library](options.threads)
    times = []
    for _ in range(12):
        begin = time.perf_counter()
        product()
        times.append(time.perf_counter() - begin)
    print(json.dumps({"gflops": 2e-9 * SIDE**3 / sorted(times[2:])[len(times[2:]) // 2]}))


if __name__ == "__main__":
    main()
