"""Flags of ``wordkin train`` that begin with an earlier training: checkpoints, a model, or a compass."""

from __future__ import annotations

import argparse
from typing import Any

from ...word2vec import Word2Vec
from ...word2vec.options import CheckpointOptions
from .. import exits
from ..flags import add_option_flags, given_arguments

__all__ = ["add_continuation_flags", "checkpoint_arguments", "model_to_continue", "require_one_beginning"]

_CHECKPOINT_FIELDS = ("checkpoint_epochs", "checkpoint_seconds", "keep")
# Options of a model that may change when its training continues; all others describe what it is.
_CHANGEABLE = (
    *("epochs", "alpha", "min_alpha", "window", "sample", "seed", "batch_words", "workers", "comment"),
    *("deterministic", "sync_words", "sync_share", "wire"),
)


def add_continuation_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    beginning = parser.add_argument_group("continued training")
    models = beginning.add_mutually_exclusive_group()
    models.add_argument("--from", dest="trained", metavar="MODEL", help="continue training this model on the corpus")
    models.add_argument(
        "--compass",
        metavar="MODEL",
        help="train vectors on a slice of the corpus of this model, whose output layers stay as they are: vectors of "
        "different slices can then be compared (wordkin compare --no-rotate)",
    )
    beginning.add_argument(
        "--vocabulary-change",
        choices=("keep", "extend"),
        default="keep",
        help="with --from: keep the vocabulary, or add the words of the corpus (default: keep)",
    )
    beginning.add_argument("--checkpoint", metavar="FOLDER", help="folder for checkpoints (default: none)")
    beginning.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        help="resume from the newest checkpoint of the folder, as by default, or ignore existing checkpoints",
    )
    add_option_flags(beginning, CheckpointOptions, _CHECKPOINT_FIELDS)


def checkpoint_arguments(args: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of the training methods that the flags for checkpoints give.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    dict
        Arguments by name.

    Raises
    ------
    UsageError
        If there is no folder for what other flags request.
    """
    given = given_arguments(args, ("checkpoint", "resume", *_CHECKPOINT_FIELDS))
    if given and args.checkpoint is None:
        flags = ", ".join("--" + name.replace("_", "-") for name in given)
        raise exits.UsageError(f"{flags}: --checkpoint must name the folder for checkpoints")
    return given


def require_one_beginning(args: argparse.Namespace) -> None:
    """Check that flags which only some ways to begin have are given with these only.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Raises
    ------
    UsageError
        If flags contradict each other.
    """
    if args.vocabulary_change != "keep" and args.trained is None:
        raise exits.UsageError("--vocabulary-change needs --from")
    for name in ("trained", "compass"):
        if getattr(args, name) is not None and args.read_vocab is not None:
            raise exits.UsageError("--read-vocab is for new models; --from and --compass have a vocabulary")


def model_to_continue(path: str, options: dict[str, Any], *, is_compass: bool, vocabulary_change: str) -> Word2Vec:
    """Load a model and set the options that were given.

    Parameters
    ----------
    path : str
        The model.
    options : dict
        Options that were given, by the names of the constructor.
    is_compass : bool
        Whether the model stays as it is, so that its description cannot be changed.
    vocabulary_change : {"keep", "extend"}
        Whether words of the corpus are added, for which a minimum count may be given.

    Returns
    -------
    Word2Vec
        The model.

    Raises
    ------
    UsageError
        If an option cannot be changed, or has an invalid value.
    """
    changeable = {*_CHANGEABLE, "progress", "encoding", "errors"}
    if is_compass or vocabulary_change == "extend":
        changeable.add("min_count")
    refused = [name for name in options if name not in changeable]
    if refused:
        flags = ", ".join("--" + name.replace("_", "-") for name in refused)
        raise exits.UsageError(f"{flags}: the model {path} has these options; they cannot be given with it")
    try:
        Word2Vec(**options)  # checks their values
    except (TypeError, ValueError) as error:
        raise exits.UsageError(exits.error_text(error)) from None
    model = Word2Vec.load(path)
    for name in options:
        if name in {*_CHANGEABLE, "min_count", "progress"}:
            setattr(model, name, options[name])
    return model
