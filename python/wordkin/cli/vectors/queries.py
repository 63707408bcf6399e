"""Words that users type: prepared like the text of the model, and expressions such as ``king - man + woman``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...vectors import KeyedVectors
from ...vectors.keys import Key
from ...vectors.typed_keys import whole_number_key
from .. import exits
from ..tables import print_table

__all__ = ["WordQueries", "add_search_flags", "positive_number", "print_neighbours"]


@dataclass(frozen=True, kw_only=True)
class WordQueries:
    """Vectors, and how what users type becomes their keys.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors.
    """

    vectors: KeyedVectors

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of a text, prepared as for training.

        Parameters
        ----------
        text : str
            The text.

        Returns
        -------
        list of str
            The tokens, in the vocabulary or not.
        """
        preparation = self.vectors.preparation
        # The function that was the tokenizer is not in saved files.
        return text.split() if callable(preparation.tokenizer) else preparation.tokens(text)

    def keys(self, text: str) -> list[Key]:
        """Return the keys that a text stands for.

        Parameters
        ----------
        text : str
            A word, a phrase or several words.

        Returns
        -------
        list of str or int
            The text itself or, for "new york", "new_york", or the whole number that it is, if that is a key; otherwise
            its tokens, prepared as for training.
        """
        for key in (text, text.replace(" ", "_"), whole_number_key(self.vectors, text)):
            if key is not None and key in self.vectors.key_to_index:
                return [key]
        return [*self.tokens(text)] or [text]

    def terms(self, expression: str) -> tuple[list[Key], list[Key]]:
        """Return the keys that an expression adds and subtracts.

        Parameters
        ----------
        expression : str
            Words, with ``+`` and ``-`` between them as separate characters.

        Returns
        -------
        positive : list of str or int
            Keys that are added.
        negative : list of str or int
            Keys that are subtracted.
        """
        parts: dict[str, list[Key]] = {"+": [], "-": []}
        sign, words = "+", list[str]()
        for word in [*expression.split(), "+"]:
            if word in parts:
                parts[sign] += self.keys(" ".join(words)) if words else []
                sign, words = word, []
            else:
                words.append(word)
        return parts["+"], parts["-"]


def add_search_flags(parser: argparse.ArgumentParser, what: str = "neighbours") -> None:
    """Add ``--topn`` and ``--restrict-vocab``.

    Parameters
    ----------
    parser : ArgumentParser
        Where to add the flags.
    what : str, default "neighbours"
        What is searched.
    """
    parser.add_argument("--topn", type=int, default=10, metavar="INT", help=f"number of {what} (default: %(default)s)")
    parser.add_argument(
        "--restrict-vocab",
        type=int,
        metavar="INT",
        help="search only the first, most frequent words (default: all words)",
    )


def positive_number(flag: str, value: int | None) -> int | None:
    """Return the value of a flag that must be positive.

    Parameters
    ----------
    flag : str
        The flag.
    value : int or None
        Its value; None if it was not given.

    Returns
    -------
    int or None
        The value.

    Raises
    ------
    UsageError
        If it is less than 1.
    """
    if value is not None and value < 1:
        raise exits.UsageError(f"{flag} must be at least 1, got {value}")
    return value


def print_neighbours(neighbours: Iterable[tuple[Any, float]], *, query: str | None = None) -> None:
    """Print a row per neighbour.

    Parameters
    ----------
    neighbours : iterable of (key, float)
        Neighbours with their scores.
    query : str or None, default None
        First cell of each row; None for rows without it.
    """
    first = [] if query is None else [query]
    print_table([[*first, str(word), f"{score:.4f}"] for word, score in neighbours], right=[len(first) + 1])
