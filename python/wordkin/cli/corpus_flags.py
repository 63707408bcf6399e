"""Arguments of commands that read text."""

from __future__ import annotations

import argparse
import dataclasses
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import CorpusError
from ..storage.decoding import TextOptions
from ..storage.paths import local_path
from ..storage.pipes import interruptible
from ..text import Corpus, FolderOptions, PreparationOptions, corpus_shard, open_corpus
from ..text.folders import files_of_pattern, is_pattern
from ..text.reader import TextReader
from ..text.sources import sources_of
from ..text.tokenization import TOKENIZERS
from .exits import UsageError
from .flags import add_option_flags, add_switch, given_arguments

__all__ = [
    "CORPUS_FORMAT",
    "OpenedInput",
    "readable_sources",
    "skipped_report",
    "add_character_flags",
    "add_corpus",
    "add_folder_flags",
    "add_preparation_flags",
    "add_shard_flag",
    "add_text_flags",
    "folder_arguments",
    "inputs_of",
    "open_input",
    "preparation_arguments",
    "preparation_of",
    "text_arguments",
]

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
        help=f"text ({CORPUS_FORMAT}): files, folders of files, patterns such as 'novels/*.txt', pipes, or - for "
        "standard input; gzip, bzip2, xz and zstandard compression is recognised by content",
    )
    add_text_flags(parser)
    add_folder_flags(parser)
    add_preparation_flags(parser)


def add_shard_flag(parser: argparse._ActionsContainer) -> None:
    """Add ``--shard``, which `open_input` follows.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flag.
    """
    parser.add_argument(
        "--shard",
        metavar="I/N",
        help="read only one of N parts of the files, such as 3/16, which are disjoint and of about equal size",
    )


def _shard_of(files: list[Any], args: argparse.Namespace, **options: Any) -> list[Any]:
    """Return the part of the files that ``--shard`` selects, if the command has the flag."""
    shard = getattr(args, "shard", None)
    if shard is None:
        return files
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", shard)
    index, count = map(int, found.groups()) if found else (0, 0)
    if not 1 <= index <= count:
        raise UsageError(f"--shard must be the number of a part and the number of parts, such as 3/16, got {shard}")
    part = corpus_shard(files, index - 1, count, **options)
    if not part:
        raise CorpusError(f"shard {shard} has no text; use fewer shards")
    return part


def add_folder_flags(parser: argparse._ActionsContainer) -> None:
    """Add ``--glob`` and ``--no-recursive``; commands read folders recursively unless the latter is given.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flags.
    """
    parser.add_argument(
        "--glob",
        action="append",
        metavar="PATTERN",
        help="read only the files of folders that match, such as '*.txt'; can be given several times",
    )
    add_switch(parser, "--no-recursive", "recursive", False, "do not read the subfolders of folders")


def folder_arguments(args: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments about folders.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    dict
        Values of fields of `FolderOptions`.

    Raises
    ------
    UsageError
        If a pattern is empty.
    """
    given: dict[str, Any] = {"recursive": getattr(args, "recursive", True), "glob": tuple(args.glob or ())}
    try:
        FolderOptions(**given)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return given


def add_preparation_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of `PreparationOptions`, as a group.

    Parameters
    ----------
    parser : ArgumentParser
        Where to add the flags.
    """
    group = parser.add_argument_group("preparation of the text")
    group.add_argument(
        "--tokenizer",
        choices=sorted(TOKENIZERS),
        default=argparse.SUPPRESS,
        help="tokens are separated by whitespace, or words and punctuation marks are tokens (default: whitespace)",
    )
    add_switch(group, "--lowercase", "lowercase", True, "convert the text to lower case")
    add_character_flags(group)
    add_option_flags(group, PreparationOptions, ("sentences_per",))


def add_character_flags(group: argparse._ActionsContainer) -> None:
    """Add the flags of `PreparationOptions` about the characters and lengths of tokens.

    Parameters
    ----------
    group : ArgumentParser or group
        Where to add the flags.
    """
    group.add_argument(
        "--normalize",
        choices=("NFC", "NFKC"),
        default=argparse.SUPPRESS,
        help="Unicode form of the text: NFC joins letters and accents, NFKC also replaces ligatures and the like "
        "(default: none)",
    )
    add_switch(group, "--remove-arabic-marks", "remove_arabic_marks", True, "remove Arabic vowel marks and the tatweel")
    add_option_flags(group, PreparationOptions, ("min_token_length", "max_token_length"))


def preparation_arguments(args: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments about the preparation of text that were given.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    dict
        Values of fields of `PreparationOptions`; without those that were not given.

    Raises
    ------
    UsageError
        If they contradict each other.
    """
    given = given_arguments(args, [field.name for field in dataclasses.fields(PreparationOptions)])
    try:
        PreparationOptions(**given)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return given


def add_text_flags(parser: argparse._ActionsContainer, *, skip: bool = True) -> None:
    """Add ``--encoding``, ``--errors`` and ``--skip-bad-files``.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flags.
    skip : bool, default True
        Whether to add ``--skip-bad-files``.
    """
    add_option_flags(parser, TextOptions, ("encoding", "errors"), types={"encoding": (str, "NAME")})
    if skip:
        add_switch(
            parser, "--skip-bad-files", "on_error", "skip", "leave out files that cannot be read as text, and name them"
        )


def text_arguments(args: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments about decoding text that were given.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    dict
        Values of `encoding`, `errors` and `on_error`; without those that were not given.

    Raises
    ------
    UsageError
        If there is no such encoding.
    """
    given = given_arguments(args, ("encoding", "errors", "on_error"))
    try:
        TextOptions(**given)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return given


def inputs_of(names: Sequence[str]) -> list[Any]:
    """Return the files and open files that the argument ``corpus`` names.

    Parameters
    ----------
    names : sequence of str
        Value of the argument.

    Returns
    -------
    list
        Paths, with those that patterns match, and standard input for ``-``.
    """
    inputs: list[Any] = []
    for name in names:
        matches = files_of_pattern(local_path(name)) if is_pattern(local_path(name)) else []
        if name == "-" and sys.stdin is not None:
            inputs.append(interruptible(sys.stdin.buffer))
        else:
            inputs += matches or [name]
    return inputs


@dataclass(frozen=True, kw_only=True)
class OpenedInput:
    """The corpus of a command.

    Parameters
    ----------
    files : list
        The files that are read, as `Word2Vec` accepts them in `corpus_file`.
    corpus : Corpus
        The corpus.
    skipped : dict of str to str
        Names of the files that ``--skip-bad-files`` leaves out, and what is wrong with each.
    preparation : PreparationOptions
        How their text is prepared.
    """

    files: list[Any]
    corpus: Corpus
    skipped: dict[str, str]
    preparation: PreparationOptions


def skipped_report(skipped: dict[str, str]) -> dict[str, Any]:
    """Return the files that are left out as a part of a report.

    Parameters
    ----------
    skipped : dict of str to str
        Names of the files, and what is wrong with each.

    Returns
    -------
    dict
        Their number, names and reasons.

    Examples
    --------
    >>> skipped_report({"a.txt": "invalid UTF-8"})
    {'count': 1, 'files': [{'file': 'a.txt', 'reason': 'invalid UTF-8'}]}
    """
    files = [{"file": name, "reason": reason} for name, reason in skipped.items()]
    return {"count": len(files), "files": files}


def readable_sources(
    given: object, options: TextOptions, folders: FolderOptions | None = None
) -> tuple[list[Any], dict[str, str]]:
    """Return the text files that can be read, and those that ``--skip-bad-files`` leaves out, which are logged once.

    Parameters
    ----------
    given : path, file object, or list of them
        The files.
    options : TextOptions
        How text files are decoded.
    folders : FolderOptions or None, default None
        Which files of folders are read; None for the defaults.

    Returns
    -------
    sources : list of TextSource
        The files that are read.
    skipped : dict of str to str
        Names of the files that are left out, and what is wrong with each.
    """
    reader = TextReader(sources_of(given, folders), options=options)
    return reader.readable_sources(), reader.skipped_files


def preparation_of(args: argparse.Namespace, trained: PreparationOptions | None = None) -> PreparationOptions:
    """Return how a command prepares text.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.
    trained : PreparationOptions or None, default None
        How the training text of a model was prepared, for flags that were not given; None for the defaults.

    Returns
    -------
    PreparationOptions
        The options.

    Raises
    ------
    UsageError
        If the arguments contradict each other.
    """
    try:
        return dataclasses.replace(trained or PreparationOptions(), **preparation_arguments(args))
    except ValueError as error:
        raise UsageError(str(error)) from None


def open_input(
    names: Sequence[str], args: argparse.Namespace, trained: PreparationOptions | None = None
) -> OpenedInput:
    """Open the corpus of a command.

    Parameters
    ----------
    names : sequence of str
        Value of the argument ``corpus``.
    args : Namespace
        Parsed arguments, for the flags about text.
    trained : PreparationOptions or None, default None
        As in `preparation_of`.

    Returns
    -------
    OpenedInput
        The corpus.

    Raises
    ------
    UsageError
        If standard input is named twice or closed, or there is no shard of this number.
    OSError, CorpusError
        If a file is missing, or a folder or shard is empty.
    """
    if names.count("-") > 1:
        raise UsageError("standard input (-) must be given only once")
    if "-" in names and sys.stdin is None:
        raise UsageError("standard input is closed")
    preparation = preparation_of(args, trained)
    options = TextOptions(**text_arguments(args))
    folders = FolderOptions(**folder_arguments(args))
    inputs = _shard_of(inputs_of(names), args, options=options, preparation=preparation, folders=folders)
    files, skipped = readable_sources(inputs, options, folders)
    # Files that have been checked are not checked again.
    corpus = open_corpus(corpus_file=files, options=replace(options, on_error="raise"), preparation=preparation)
    return OpenedInput(files=files, corpus=corpus, skipped=skipped, preparation=preparation)
