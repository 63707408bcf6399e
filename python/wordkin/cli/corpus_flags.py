"""Arguments of commands that read text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from ..text import Corpus, open_corpus
from .exits import UsageError

__all__ = ["CORPUS_FORMAT", "add_corpus", "open_input"]

CORPUS_FORMAT = "one sentence per line, tokens separated by whitespace"


def add_corpus(parser: argparse.ArgumentParser) -> None:
    """Add the positional argument ``corpus``.

    Parameters
    ----------
    parser : ArgumentParser
        Where to add the argument.
    """
    parser.add_argument(
        "corpus",
        nargs="+",
        help=f"text ({CORPUS_FORMAT}): files, folders of files, pipes, or - for standard input; gzip, bzip2, xz and "
        "zstandard compression is recognised by content",
    )


def inputs_of(names: Sequence[str]) -> list[Any]:
    """Return the files and open files that the argument ``corpus`` names.

    Parameters
    ----------
    names : sequence of str
        Value of the argument.

    Returns
    -------
    list
        Paths, and standard input for ``-``.
    """
    return [sys.stdin.buffer if name == "-" and sys.stdin is not None else name for name in names]


def open_input(names: Sequence[str]) -> tuple[list[Any], Corpus]:
    """Open the corpus of a command.

    Parameters
    ----------
    names : sequence of str
        Value of the argument ``corpus``.

    Returns
    -------
    source : list
        The files, as `Word2Vec` accepts them in `corpus_file`.
    corpus : Corpus
        The corpus.

    Raises
    ------
    UsageError
        If standard input is named twice or closed.
    OSError, CorpusError
        If a file is missing or a folder is empty.
    """
    if names.count("-") > 1:
        raise UsageError("standard input (-) must be given only once")
    if "-" in names and sys.stdin is None:
        raise UsageError("standard input is closed")
    source = inputs_of(names)
    return source, open_corpus(corpus_file=source)
