"""``wordkin elmo perplexity``: measure how well a language model predicts a text."""

from __future__ import annotations

import argparse
import time

from ...elmo import ELMo, ELMoTrainingOptions
from .. import exits
from ..corpus_flags import add_corpus, open_input, skipped_report
from ..flags import add_json_flag, add_progress_flag, add_workers_flag
from ..messages import progress_display
from ..parsers import add_examples
from ..tables import print_table
from ..terminal import print_json

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = "Measure the perplexity of a text with the full softmax, over all of its tokens."
    parser.add_argument("model", help="folder of a model")
    add_corpus(parser)
    parser.add_argument(
        "--batch-size",
        type=int,
        default=32,
        metavar="INT",
        help="number of parallel token streams (default: %(default)s)",
    )
    parser.add_argument(
        "--unroll-steps",
        type=int,
        default=20,
        metavar="INT",
        help="number of time steps per batch (default: %(default)s)",
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "bfloat16", "int8", "auto"),
        help="precision of the operands of matrix products; auto for the fastest one "
        "(default: int8 for models with 8-bit weights, float32 for others)",
    )
    add_workers_flag(parser)
    add_progress_flag(parser)
    add_json_flag(parser)
    add_examples(
        parser,
        ("measure the perplexity of a text", "wordkin elmo perplexity model test.txt"),
    )


def run(args: argparse.Namespace) -> int:
    """Measure and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    try:
        ELMoTrainingOptions(batch_size=args.batch_size, unroll_steps=args.unroll_steps)
    except ValueError as error:
        raise exits.UsageError(str(error)) from None
    model = ELMo.from_pretrained(args.model)
    opened = open_input(args.corpus, args, model.preparation)
    start = time.perf_counter()
    found = model.perplexity(
        opened.corpus,
        batch_size=args.batch_size,
        unroll_steps=args.unroll_steps,
        precision=args.precision,
        workers=args.workers,
        progress=progress_display(args),
    )
    seconds = time.perf_counter() - start
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
        print_json({**report, "skipped": skipped_report(opened.skipped)})
        return exits.SUCCESS
    print_table(
        [
            [name.replace("_", " "), f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"]
            for name, value in report.items()
        ],
        right=[1],
    )
    return exits.SUCCESS
