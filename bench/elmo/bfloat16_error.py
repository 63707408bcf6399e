"""How far are contextual vectors in bfloat16 from those in float32? Cosines of the two, token by token, on real text.

    python -m bench.elmo.bfloat16_error MODEL wiki-sentences-valid.txt.gz

MODEL is a folder of `ELMo.save_pretrained`, or a model in the original's files; it should be a trained one, as random
weights say little. About half a minute for 110,000 words by a model of dim 512.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np

from bench.machine import print_description
from wordkin import ELMo
from wordkin.elmo.files.vector_output import token_lines

LEAST = 0.999


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Of vectors along the last axis, in float64."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    norms = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    return np.einsum("ltk,ltk->lt", a, b) / np.maximum(norms, 1e-300)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("corpus", type=Path, help="a sentence a line")
    parser.add_argument("--lines", type=int, help="the first so many")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    print_description()
    sides = []
    for precision in ("float32", "bfloat16"):
        model = ELMo.from_pretrained(options.model)  # a model packs its weights in one precision at a time
        lines = itertools.islice(token_lines(options.corpus), options.lines)
        sides.append(model.encode_iter(lines, "all", precision=precision, workers=options.workers))
    found = np.concatenate([cosines(*pair) for pair in zip(*sides, strict=True)], axis=1)
    print(f"# {model!r}; {found.shape[1]:,} tokens")
    print(f"cosine of bfloat16 and float32 (at least {LEAST} for every token of every layer):")
    for number, layer in enumerate(found):
        rare = np.quantile(layer, 0.001)
        print(f"  layer {number}: least {layer.min():.6f}, of one in a thousand {rare:.6f}, mean {layer.mean():.6f}")
    print(f"below {LEAST}: {int((found < LEAST).sum())} of {found.size:,}")


if __name__ == "__main__":
    main()
