"""Does training in bfloat16 reach the perplexity of float32?

Trains small models with three seeds each for one epoch on the first million tokens, and measures the perplexity of the
validation text in float32. The learning rate rises over the first steps and then decreases to 0: at a constant rate the
perplexity fluctuates too much in either precision. Takes about 10 minutes on two cores.

    python -m bench.elmo.precision wiki-sentences-train.txt.gz wiki-sentences-valid.txt.gz
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

from bench.machine import print_description
from wordkin import ELMo
from wordkin.storage.opening import open_binary

MODEL: dict[str, Any] = {"dim": 256, "projection_dim": 64, "filters": ((1, 16), (2, 16), (3, 32), (4, 64))}


def first_tokens(corpus: Path, count: int, destination: Path) -> int:
    """Copy the first sentences with at least `count` tokens in total, and return the number of tokens."""
    tokens = 0
    with open_binary(corpus) as text, destination.open("wb") as file:
        for line in text:
            if tokens >= count:
                break
            tokens += len(line.split())
            file.write(line)
    return tokens


def trained(corpus: Path, validation: Path, precision: str, seed: int, options: argparse.Namespace) -> dict[str, float]:
    model = ELMo(**MODEL)
    report = model.train(
        corpus,
        min_count=3,
        epochs=options.epochs,
        batch_size=32,
        negatives=2048,
        schedule="linear",
        warmup_steps=options.warmup_steps,
        precision=precision,
        seed=seed,
        workers=options.workers,
    )
    found = model.perplexity(validation, workers=options.workers)
    return {"perplexity": found.geometric_mean, "tokens_per_second": report.tokens_per_second}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("valid", type=Path)
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--warmup-steps", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    print_description()
    found: dict[str, list[float]] = {"float32": [], "bfloat16": []}
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "train.txt"
        print(f"# {first_tokens(options.train, options.tokens, corpus):,} tokens, {options.epochs} epoch(s)")
        print(f"{'seed':>4} {'precision':>10} {'perplexity':>11} {'tokens/s':>9}")
        for seed in range(1, options.seeds + 1):
            for precision, perplexities in found.items():
                result = trained(corpus, options.valid, precision, seed, options)
                perplexities.append(result["perplexity"])
                print(
                    f"{seed:>4} {precision:>10} {result['perplexity']:>11.2f} {result['tokens_per_second']:>9,.0f}",
                    flush=True,
                )
    if found["bfloat16"] == found["float32"]:
        raise SystemExit("both precisions gave identical results: bfloat16 was not in effect")
    means = {precision: statistics.fmean(perplexities) for precision, perplexities in found.items()}
    difference = means["bfloat16"] / means["float32"] - 1
    pairs = zip(found["bfloat16"], found["float32"], strict=True)
    single = ", ".join(f"{rounded / exact - 1:+.2%}" for rounded, exact in pairs)
    print(f"bfloat16 against float32: {difference:+.2%} in the mean; per seed {single}")


if __name__ == "__main__":
    main()
