"""``wordkin vocab merge``: add the counts of words of several texts."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from ...storage.overwrite import check_outputs
from ...text import FolderOptions, PreparationOptions, RawCounts
from ...vectors.files import read_vocabulary
from .. import exits
from ..flags import given_arguments

__all__ = ["MERGE", "merged_counts"]

MERGE = "merge"  # as the first text: the others are vocabularies

_TEXT_ARGUMENTS = (
    "max_vocab_size", "on_error", "workers", *(field.name for field in dataclasses.fields(PreparationOptions)),
    *(field.name for field in dataclasses.fields(FolderOptions)),
)  # fmt: skip


def merged_counts(args: argparse.Namespace) -> RawCounts:
    """Return the sums of the counts in several files.

    Parameters
    ----------
    args : Namespace
        Parsed arguments of ``wordkin vocab merge``.

    Returns
    -------
    RawCounts
        The counts; words are in the order in which they occur first in the files.

    Raises
    ------
    UsageError
        If there is no file, or a flag is given that is about texts.
    FormatError
        If a file is not a vocabulary.
    """
    files = args.corpus[1:]
    if not files:
        raise exits.UsageError(f"vocab {MERGE}: vocabularies are required; a text of this name is ./{MERGE}")
    given = given_arguments(args, _TEXT_ARGUMENTS)
    if given:
        flags = ", ".join("--" + name.replace("_", "-") for name in given)
        raise exits.UsageError(f"{flags}: only for texts; vocab {MERGE} reads vocabularies")
    check_outputs(args.output, inputs=files)
    decoding: dict[str, Any] = given_arguments(args, ("encoding",))
    if (errors := getattr(args, "errors", None)) is not None:
        decoding["unicode_errors"] = errors
    total: dict[str, int] = {}
    for file in files:
        for word, count in read_vocabulary(file, **decoding).items():
            total[word] = total.get(word, 0) + count
    return RawCounts.from_frequencies(total)
