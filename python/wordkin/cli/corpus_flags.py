"""Arguments of the commands that read text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .exits import UsageError

if TYPE_CHECKING:
    from ..text import Corpus

__all__ = ["add_corpus", "add_vocabulary_rules", "open_input"]


def add_corpus(parser: argparse.ArgumentParser) -> None:
    """Add the positional argument ``corpus``."""
    parser.add_argument(
        "corpus",
        nargs="+",
        help="text: files, compressed or not (.gz .bz2 .xz .zst, told from their content), folders of files, pipes, "
        "or - for standard input",
    )


def add_vocabulary_rules(parser: argparse._ArgumentGroup, *, min_count: str) -> None:
    """Add the flags about which words are kept; `min_count` is the help text of that flag."""
    parser.add_argument("--min-count", type=int, metavar="INT", help=min_count)
    parser.add_argument(
        "--max-vocab-size", type=int, metavar="INT", help="forget rare words while counting when there are more"
    )
    parser.add_argument("--max-final-vocab", type=int, metavar="INT", help="keep no more than the most frequent")
    parser.add_argument(
        "--unsorted-vocab",
        dest="sorted_vocab",
        action="store_const",
        const=0,
        help="words in the order of their first occurrence, not of their counts",
    )


def open_input(names: Sequence[str]) -> tuple[Any, Corpus]:
    """Return what ``corpus`` names, as `Word2Vec` takes it in `corpus_file`, and as a corpus.

    Raises
    ------
    OSError, CorpusError
        If something is missing.
    """
    from ..text import open_corpus

    if names.count("-") > 1:
        raise UsageError("standard input (-) can be given only once")
    if "-" in names and sys.stdin is None:
        raise UsageError("standard input is closed")
    source = [sys.stdin.buffer if name == "-" else name for name in names]
    return source, open_corpus(corpus_file=source)
