"""``wordkin nn``: ask for nearest neighbours and analogies, at a prompt or in a pipe."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator

from ...loading.vector_files import load_vectors
from .. import exits
from ..corpus_flags import add_text_flags
from ..flags import add_json_flag
from ..messages import report_message
from ..parsers import add_examples
from ..terminal import input_words, print_json
from .queries import WordQueries, add_search_flags, positive_number, print_neighbours

__all__ = ["configure", "run"]

_PROMPT = "> "
_COMPLETIONS = 50


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Print the nearest neighbours of each word that is typed, or of a line of standard input. `king - man + woman` "
        "answers an analogy, several words have the neighbours of their mean, and Tab completes words. What is typed "
        "is prepared like the text of the model (its options for tokens and case, if the file has them)."
    )
    parser.add_argument("file", help="model, or word vectors in any format")
    add_search_flags(parser)
    add_text_flags(parser, skip=False)
    add_json_flag(parser, "print one JSON object per query and line")
    add_examples(
        parser,
        ("ask at a prompt; Ctrl-D ends", "wordkin nn vectors.safetensors"),
        ("answer an analogy", "echo 'king - man + woman' | wordkin nn vectors.safetensors --topn 3"),
    )


def run(args: argparse.Namespace) -> int:
    """Answer queries until the input ends.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code: 1 if a query of a pipe or file had unknown words.
    """
    topn = positive_number("--topn", args.topn)
    restrict_vocab = positive_number("--restrict-vocab", args.restrict_vocab)
    queries = WordQueries(vectors=load_vectors(args.file))
    is_prompt = sys.stdin is not None and sys.stdin.isatty()
    status = exits.SUCCESS
    for line in _typed_lines(queries) if is_prompt else input_words(args):
        positive, negative = queries.terms(line)
        try:
            neighbours = queries.vectors.most_similar(positive, negative, topn=topn, restrict_vocab=restrict_vocab)
        except (KeyError, ValueError) as error:
            report_message("error", exits.error_text(error) if isinstance(error, ValueError) else str(error))
            status = exits.SUCCESS if is_prompt else exits.FAILURE
            continue
        if args.json:
            print_json({
                "query": line,
                "positive": positive,
                "negative": negative,
                "neighbours": [{"word": word, "cosine": cosine} for word, cosine in neighbours],
            })  # fmt: skip
        else:
            print_neighbours(neighbours, query=None if is_prompt else line)
    return status


def _typed_lines(queries: WordQueries) -> Iterator[str]:
    """Read lines from the terminal, with the editing keys of readline if Python has it."""
    with contextlib.suppress(ImportError):
        import readline

        words = [key for key in queries.vectors.index_to_key if isinstance(key, str)]
        readline.set_completer_delims(" ")
        readline.set_completer(_Completer(words).complete)
        readline.parse_and_bind("tab: complete")
    report_message("info", f"{len(queries.vectors):,} words; type words, or king - man + woman; Ctrl-D ends")
    while True:
        try:
            line = input(_PROMPT).strip()
        except EOFError:
            print()
            return
        if line:
            yield line


class _Completer:
    """Completes words by those of a vocabulary, the most frequent first."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._found: list[str] = []

    def complete(self, text: str, number: int) -> str | None:
        if number == 0:
            self._found = [word for word in self._words if word.startswith(text)][:_COMPLETIONS] if text else []
        return self._found[number] if number < len(self._found) else None
