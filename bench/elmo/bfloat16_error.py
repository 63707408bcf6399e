"""How close are contextual vectors in bfloat16 to those in float32? Cosine similarity per token, on real text.

    python -m bench.elmo.bfloat16_error MODEL wiki-sentences-valid.txt.gz

MODEL is a folder written by `ELMo.save_pretrained`, or a model in the files of the original program. It should be
trained, as random weights say little. 110,000 words take about half a minute with a model of dim 512.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np

from bench.machine import print_description
from wordkin import ELMo
from wordkin.elmo.files.vector_output import token_lines

THRESHOLD = 0.999  # an angle of 2.6 degrees


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return cosine similarities along the last axis, computed in float64."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    norms = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    return np.einsum("ltk,ltk->lt", a, b) / np.maximum(norms, 1e-300)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("corpus", type=Path, help="text with one sentence per line")
    parser.add_argument("--lines", type=int, help="number of lines to read")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    print_description()
    sides = []
    for precision in ("float32", "bfloat16"):
        model = ELMo.from_pretrained(options.model)  # A model holds packed weights of one precision at a time.
        lines = itertools.islice(token_lines(options.corpus), options.lines)
        sides.append(model.encode_iter(lines, "all", precision=precision, workers=options.workers))
    found = np.concatenate([cosines(*pair) for pair in zip(*sides, strict=True)], axis=1)
    print(f"# {model!r}; {found.shape[1]:,} tokens")
    print("cosine similarity of bfloat16 and float32:")
    for number, layer in enumerate(found):
        rare = np.quantile(layer, 0.001)
        print(f"  layer {number}: minimum {layer.min():.6f}, 0.1 % quantile {rare:.6f}, mean {layer.mean():.6f}")
    print(f"below {THRESHOLD}: {int((found < THRESHOLD).sum())} of {found.size:,}")


if __name__ == "__main__":
    main()
