"""``wordkin elmo perplexity``: how well a language model predicts a text."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from .. import exits
from ..corpus_flags import add_corpus, open_input
from ..terminal import print_json, print_table

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "perplexity",
        help="how well a language model predicts a text",
        description="Measure the perplexity of a text, with the full softmax and to the last word.",
    )
    parser.add_argument("model", help="folder of a model")
    add_corpus(parser)
    parser.add_argument("--batch-size", type=int, default=32, metavar="INT", help="streams read side by side (32)")
    parser.add_argument("--unroll-steps", type=int, default=20, metavar="INT", help="words of each at a time (20)")
    parser.add_argument("--precision", default="float32", metavar="STR", help="float32 or bfloat16 (float32)")
    parser.add_argument("--workers", type=int, metavar="INT", help="threads (as many as there are cores)")
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="a bar on standard error; by default where that is a terminal",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    from ...elmo import ELMo, ELMoTrainingOptions

    try:
        ELMoTrainingOptions(batch_size=args.batch_size, unroll_steps=args.unroll_steps, precision=args.precision)
    except ValueError as error:
        raise exits.UsageError(str(error)) from None
    model = ELMo.from_pretrained(args.model)
    _, corpus = open_input(args.corpus)
    begin = time.perf_counter()
    found = model.perplexity(
        corpus,
        batch_size=args.batch_size,
        unroll_steps=args.unroll_steps,
        precision=args.precision,
        workers=args.workers,
        progress=False if sys.stderr is None else args.progress,
    )
    seconds = time.perf_counter() - begin
    report = {
        "forward": found.forward,
        "backward": found.backward,
        "mean": found.mean,
        "geometric_mean": found.geometric_mean,
        "tokens": found.tokens,
        "unknown_tokens": found.unknown_tokens,
        "seconds": round(seconds, 3),
        "tokens_per_second": round(found.tokens / max(seconds, 1e-9)),
    }
    if args.json:
        print_json(report)
        return exits.SUCCESS
    print_table(
        [
            [name.replace("_", " "), f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"]
            for name, value in report.items()
        ],
        right=[1],
    )
    return exits.SUCCESS
