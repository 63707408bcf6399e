"""The flag ``--preset`` of ``wordkin elmo train``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...elmo import PRESETS, Preset
from ...loading.vector_files import load_vectors
from ...storage.checkpoint import CheckpointFolder
from ...storage.paths import local_path
from ...vectors import KeyedVectors
from ...word2vec import Word2Vec
from ..corpus_flags import OpenedInput, preparation_arguments
from ..exits import UsageError
from ..flags import given_arguments
from ..messages import progress_display

__all__ = ["add_preset_flag", "preset_of", "preset_training", "word_vectors_file", "word_vectors_of"]

_FILE_NAME = "word-vectors.safetensors"
# A flag with another value than the preset's replaces also the settings that belong to that value.
_DEPENDENT = {
    "optimizer": ("learning_rate", "warmup_steps"),
    "schedule": ("decay_seconds", "epochs"),
    "decay_steps": ("decay_seconds", "epochs"),
}


def add_preset_flag(parser: argparse.ArgumentParser) -> None:
    """Add ``--preset``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    choices = "; ".join(f"{name}: {preset.about}" for name, preset in PRESETS.items())
    parser.add_argument(
        "--preset",
        choices=sorted(PRESETS),
        help=f"settings that were found by measurement; flags take precedence. {choices}. Without --word-vectors, word "
        f"vectors of the text are trained first and saved in OUTPUT/{_FILE_NAME}; for others, use wordkin train and "
        "--word-vectors (default: none)",
    )


def preset_of(args: argparse.Namespace) -> Preset | None:
    """Return the settings that ``--preset`` names.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    Preset or None
        None without the flag.

    Raises
    ------
    UsageError
        If other flags contradict it.
    """
    if args.preset is None:
        return None
    for name, value in (("--from", args.trained), ("--options", args.options)):
        if value is not None:
            raise UsageError(f"--preset and {name} cannot both be given: each has the options of the model")
    if getattr(args, "token_input", False):
        raise UsageError("--preset and --token-input cannot both be given: the model of the preset reads characters")
    if args.distributed is not None and args.word_vectors is None:
        raise UsageError("--preset with --distributed needs --word-vectors; train them with wordkin train")
    return PRESETS[args.preset]


def preset_training(preset: Preset, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `ELMo.train` with a preset.

    Parameters
    ----------
    preset : Preset
        The settings.
    given : dict
        Arguments that were given by flags.

    Returns
    -------
    dict
        The arguments.
    """
    replaced: set[str] = set()
    for name, dependent in _DEPENDENT.items():
        if name in given and given[name] != preset.training.get(name):
            replaced.update(dependent)
    return {**{name: value for name, value in preset.training.items() if name not in replaced}, **given}


def word_vectors_file(preset: Preset | None, args: argparse.Namespace) -> Path | None:
    """Return the file for the word vectors of a preset.

    Parameters
    ----------
    preset : Preset or None
        The settings.
    args : Namespace
        Parsed arguments.

    Returns
    -------
    Path or None
        None if no word vectors are trained.
    """
    return None if preset is None or args.word_vectors is not None else local_path(args.output) / _FILE_NAME


def word_vectors_of(
    preset: Preset, args: argparse.Namespace, opened: OpenedInput, checkpoint: str | None
) -> tuple[KeyedVectors, bool]:
    """Return the word vectors of the text: new ones, or those of a run that resumes.

    Parameters
    ----------
    preset : Preset
        The settings.
    args : Namespace
        Parsed arguments.
    opened : OpenedInput
        The text.
    checkpoint : str or None
        Folder of the checkpoints.

    Returns
    -------
    vectors : KeyedVectors
        The word vectors.
    is_new : bool
        Whether they are new.

    Raises
    ------
    UsageError
        If the text can be read only once, or the vectors of a run that resumes are missing.
    """
    if getattr(args, "resume", True) and _has_checkpoints(checkpoint):
        file = local_path(args.output) / _FILE_NAME
        if not file.exists():
            raise UsageError(
                f"{checkpoint} has checkpoints of a run whose word vectors are not in {file}; give them with "
                "--word-vectors, or start again with --no-resume"
            )
        return load_vectors(str(file)), False
    if not opened.corpus.is_restartable:
        raise UsageError(f"{opened.corpus.name} can be read only once; --preset needs a file, or --word-vectors")
    options: dict[str, Any] = {
        **preset.word_vectors,
        **given_arguments(args, ("min_count", "seed", "workers", "max_isa")),
    }
    texts: dict[str, Any] = {**preparation_arguments(args), **given_arguments(args, ("encoding", "errors"))}
    return Word2Vec(corpus_file=opened.files, progress=progress_display(args), **options, **texts).wv, True


def _has_checkpoints(folder: str | None) -> bool:
    return folder is not None and local_path(folder).is_dir() and bool(CheckpointFolder(folder).paths())
