"""Which perplexity does ELMo reach in half an hour of training on Wikipedia with two cores?

Trains a model of dim 512 and projection 64 with the public API on 5 million tokens for a number of minutes, validation
included, and prints the validation perplexity over time, and that of an interpolated Kneser-Ney trigram model of the
same text with the same vocabulary and unknown word. Model and results are stored in ``WORDKIN_BENCH_HOME`` under
elmo-wikipedia. The trigram model takes about 20 seconds.

    python -m bench.elmo.wikipedia wiki-sentences-train.txt.gz wiki-sentences-valid.txt.gz

With --against-pytorch it compares the training with PyTorch instead, 5 minutes each: same initial weights, windows and
negative samples, Adagrad, no dropout, and no clipping in the LSTM, which nn.LSTM does not support.

    python -m bench.elmo.wikipedia wiki-sentences-train.txt.gz wiki-sentences-valid.txt.gz --against-pytorch
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from bench.compare import add_record_flag
from bench.corpora import encoded
from bench.elmo.against_pytorch import against_pytorch
from bench.elmo.windows import ORIGINAL_TRAINING
from bench.machine import describe
from bench.recording import Recorder, recording
from bench.rivals.environments import PYTORCH, bench_home, python_with
from bench.rivals.kneser_ney import Trigrams, framed
from bench.rivals.kneser_ney import perplexity as trigram_perplexity
from wordkin import ELMo
from wordkin.elmo.vocabulary import UNKNOWN
from wordkin.text.characters import BEGIN_SENTENCE, END_SENTENCE

MODEL: dict[str, Any] = {
    "dim": 512,
    "projection_dim": 64,
    "filters": ((1, 16), (2, 16), (3, 32), (4, 64), (5, 128)),
}


def train(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Train and save a model, and return its report."""
    model = ELMo(**MODEL)
    report = model.train(
        options.train,
        validation=options.valid,
        min_count=options.min_count,
        epochs=options.epochs,
        batch_size=options.batch_size,
        **ORIGINAL_TRAINING,
        learning_rate=options.learning_rate,
        schedule=options.schedule,
        warmup_steps=options.warmup_steps,
        dropout=options.dropout,
        state_reset_rate=options.state_reset_rate,
        precision=options.precision,
        seed=options.seed,
        max_seconds=60 * options.minutes,
        validation_steps=options.validation_steps,
        checkpoint=folder / "checkpoints",
        resume=False,
        workers=options.workers,
    )
    model.save_pretrained(folder / "model")
    words = model.vocabulary or []
    return {
        "vocabulary": words,
        "steps": report.steps,
        "epochs": report.steps / report.steps_per_epoch,
        "tokens_per_second": report.tokens_per_second,
        "seconds": report.seconds,
        "workers": report.workers,
        "isa": report.isa,
        "validations": [
            {
                "step": validation.step,
                "seconds": validation.seconds,
                "forward": validation.perplexity.forward,
                "backward": validation.perplexity.backward,
                "geometric_mean": validation.perplexity.geometric_mean,
                "predictions": validation.perplexity.tokens,
                "unknown": validation.perplexity.unknown_tokens,
            }
            for validation in report.validations
        ],
    }


def kneser_ney(words: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Return the perplexity of a trigram model with the same vocabulary on the same texts."""
    started = time.perf_counter()
    index = {word: number for number, word in enumerate(words)}
    begin, end, unknown = (index[mark] for mark in (BEGIN_SENTENCE, END_SENTENCE, UNKNOWN))
    texts = [framed(*encoded(path, index, unknown), begin, end) for path in (options.train, options.valid)]
    model = Trigrams(texts[0], words=len(words), begin=begin)
    perplexity, predictions = trigram_perplexity(model, texts[1])
    return {
        "perplexity": perplexity,
        "predictions": predictions,
        "unknown": int((texts[1] == unknown).sum()),
        "seconds": time.perf_counter() - started,
    }


def show(result: dict[str, Any]) -> None:
    trigram = result["kneser_ney"]
    share = trigram["unknown"] / trigram["predictions"]
    print(f"{result['words']:,} words; {share:.2%} of {trigram['predictions']:,} predictions are the unknown word")
    print(f"Kneser-Ney trigram: perplexity {trigram['perplexity']:.1f}, {trigram['seconds']:.0f} s")
    print(
        f"ELMo: {result['steps']:,} steps, {result['epochs']:.2f} epochs, {result['tokens_per_second']:,.0f} tokens/s"
    )
    print(f"{'minutes':>8} {'step':>8} {'forward':>9} {'backward':>9} {'geometric mean':>15}")
    for validation in result["validations"]:
        print(
            f"{validation['seconds'] / 60:>8.1f} {validation['step']:>8,} "
            f"{validation['forward']:>9.1f} {validation['backward']:>9.1f} "
            f"{validation['geometric_mean']:>15.1f}"
        )
    if any(found["predictions"] != trigram["predictions"] for found in result["validations"]):
        raise SystemExit("both models must predict the same number of words")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("valid", type=Path)
    parser.add_argument("--minutes", type=float, help="default 30; 5 against PyTorch")
    parser.add_argument(
        "--min-count", type=int, default=5, help="minimum number of occurrences of words in the vocabulary"
    )
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, help="default 0.6; constant 0.2 against PyTorch")
    parser.add_argument("--schedule", default="linear", help="learning-rate schedule; see ELMo.train")
    parser.add_argument("--warmup-steps", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=2, help="maximum number of epochs")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument(
        "--state-reset-rate", type=float, default=0.0, help="see ELMo.train; 0 by default, as in the original program"
    )
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--validation-steps", type=int, default=1500)
    parser.add_argument("--against-pytorch", action="store_true")
    parser.add_argument("--torch-python", help="Python interpreter with PyTorch (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    folder = bench_home() / "elmo-wikipedia"
    folder.mkdir(parents=True, exist_ok=True)
    options.minutes = options.minutes or (5.0 if options.against_pytorch else 30.0)
    options.learning_rate = options.learning_rate or (0.2 if options.against_pytorch else 0.6)
    with recording(options, *([PYTORCH[0]] if options.against_pytorch else [])) as record:
        if options.against_pytorch:
            result: dict[str, Any] = against_pytorch(options, MODEL, options.torch_python or python_with(*PYTORCH))
            record_losses(result, record)
        else:
            result = train(options, folder)
            words = result.pop("vocabulary")
            result |= {"words": len(words), "kneser_ney": kneser_ney(words, options)}
            show(result)
            record_perplexities(result, record)
    settings = {key: value if isinstance(value, int | float) else str(value) for key, value in vars(options).items()}
    file = folder / ("against-pytorch.json" if options.against_pytorch else "wikipedia.json")
    file.write_text(
        json.dumps({"machine": describe(), "settings": settings, "model": MODEL, **result}, indent=1), encoding="utf-8"
    )
    print(f"# saved: {file}")


def record_perplexities(result: dict[str, Any], record: Recorder) -> None:
    for validation in result["validations"]:
        minutes = validation["seconds"] / 60
        for direction in ("forward", "backward", "geometric_mean"):
            system = "ELMo" if direction == "geometric_mean" else f"ELMo, {direction}"
            record.add("validation", system, "perplexity", [validation[direction]], at=minutes)
        record.add("validation", "ELMo", "steps", [validation["step"]], at=minutes)
    for last in result["validations"][-1:]:
        record.add("end", "ELMo", "perplexity", [last["geometric_mean"]])
        record.add("end", "ELMo", "minutes", [last["seconds"] / 60])
    record.add("end", "ELMo", "tokens/s", [result["tokens_per_second"]])
    trigram = result["kneser_ney"]
    record.add("end", "Kneser-Ney trigram", "perplexity", [trigram["perplexity"]])
    record.add("text", "vocabulary", "words", [result["words"]])
    record.add("text", "predictions", "words", [trigram["predictions"]])
    record.add("text", "unknown words", "%", [100 * trigram["unknown"] / trigram["predictions"]])


def record_losses(result: dict[str, Any], record: Recorder) -> None:
    for seconds, own, rival in result["equal_times"]:
        record.add("training", "wordkin", "loss", [own], at=seconds)
        record.add("training", "PyTorch", "loss", [rival], at=seconds)
    for system, name in (("wordkin", "wordkin"), ("PyTorch", "pytorch")):
        record.add("end, against PyTorch", system, "steps", [len(result[name]["losses"])])
        record.add("end, against PyTorch", system, "perplexity", [result["perplexities"][name]])
    record.add("equal steps", "largest difference", "%", [100 * result["largest_difference_at_equal_steps"]])


if __name__ == "__main__":
    main()
