"""``wordkin elmo substitutes``: print the most probable words for a position in a sentence."""

from __future__ import annotations

import argparse

from ...elmo import ELMo
from ...text import PreparationOptions
from .. import exits
from ..flags import add_json_flag
from ..parsers import add_examples
from ..tables import print_table
from ..terminal import print_json
from .encode import add_compute_flags, add_model

__all__ = ["configure", "run"]

GAP = "___"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = "Print the most probable words for the position of ___ in a sentence, or for --position."
    add_model(parser)
    parser.add_argument("sentence", nargs="+", help=f"tokens separated by spaces, such as: the {GAP} barks")
    parser.add_argument(
        "--position", type=int, metavar="INT", help=f"index of the token, from 0, for sentences without {GAP}"
    )
    parser.add_argument("--topn", type=int, default=10, metavar="INT", help="number of words (default: %(default)s)")
    parser.add_argument(
        "--direction",
        choices=("both", "forward", "backward"),
        default="both",
        help="direction of the language model (default: %(default)s)",
    )
    add_compute_flags(parser)
    add_json_flag(parser)
    add_examples(
        parser,
        ("fill a gap", "wordkin elmo substitutes model the ___ barks"),
        ("replace the second word", "wordkin elmo substitutes model 'the dog barks' --position 1 --topn 5"),
    )


def run(args: argparse.Namespace) -> int:
    """Print the words.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    model = ELMo.from_pretrained(args.model, args.weights)
    tokens = _tokens(args.sentence, model.preparation)
    position = args.position
    if position is None:
        if tokens.count(GAP) != 1:
            raise exits.UsageError(f"the sentence must contain {GAP} once, or --position must be given")
        position = tokens.index(GAP)
    if not -len(tokens) <= position < len(tokens):
        raise exits.UsageError(f"--position must be an index into {len(tokens)} tokens, got {position}")
    if args.topn < 0:
        raise exits.UsageError(f"--topn must be at least 0, got {args.topn}")
    found = model.substitutes(
        tokens, position, args.topn, direction=args.direction, precision=args.precision, workers=args.workers
    )
    if args.json:
        print_json([{"word": word, "probability": probability} for word, probability in found])
    elif found:
        print_table([[word, f"{probability:.6f}"] for word, probability in found], right=[1])
    return exits.SUCCESS


def _tokens(parts: list[str], preparation: PreparationOptions) -> list[str]:
    """Return the tokens of a sentence, prepared as the training text was; the gap is one of them."""
    words = [word for part in parts for word in part.split()]
    if preparation.is_default:
        return words
    return [token for word in words for token in ([word] if word == GAP else preparation.tokens(word))]
