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

from bench.compare import add_record_flag
from bench.corpora import first_words
from bench.recording import recording
from wordkin import ELMo

MODEL: dict[str, Any] = {"dim": 256, "projection_dim": 64, "filters": ((1, 16), (2, 16), (3, 32), (4, 64))}


def trained(corpus: Path, validation: Path, precision: str, seed: int, options: argparse.Namespace) -> dict[str, float]:
    model = ELMo(**MODEL)
    report = model.train(
        corpus,
        min_count=3,
        epochs=options.epochs,
        batch_size=32,
        negatives=2048,
        optimizer="adagrad",
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
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options) as record:
        for precision, perplexities in measure(options).items():
            record.add("a million tokens", precision, "perplexity", perplexities)


def measure(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train with every seed in both precisions, print the perplexities and return them."""
    found: dict[str, list[float]] = {"float32": [], "bfloat16": []}
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "train.txt"
        print(f"# {first_words(options.train, options.tokens, corpus):,} tokens, {options.epochs} epoch(s)")
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
    return found


if __name__ == "__main__":
    main()
