"""The flag ``--preset`` of ``wordkin elmo train``."""

from __future__ import annotations

import argparse
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

__all__ = ["add_preset_flag", "preset_of", "preset_training", "trained_word_vectors"]

_FILE_NAME = "word-vectors.safetensors"
# A flag replaces also the settings that have a meaning only together with the preset's value.
_DEPENDENT = {"optimizer": "learning_rate", "schedule": "decay_seconds", "decay_steps": "decay_seconds"}


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
        f"vectors of the text are trained first, and saved in OUTPUT/{_FILE_NAME} (default: none)",
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
        raise UsageError("--preset and --token-input cannot both be given: its model reads characters")
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
    replaced = {_DEPENDENT[name] for name in given if name in _DEPENDENT}
    return {**{name: value for name, value in preset.training.items() if name not in replaced}, **given}


def trained_word_vectors(
    preset: Preset, args: argparse.Namespace, opened: OpenedInput, checkpoint: str | None
) -> KeyedVectors:
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
    KeyedVectors
        The word vectors.

    Raises
    ------
    UsageError
        If the text can be read only once.
    """
    file = local_path(args.output) / _FILE_NAME
    resumes = getattr(args, "resume", True) and _has_checkpoints(checkpoint)
    if resumes and file.exists():
        return load_vectors(str(file))
    if not opened.corpus.is_restartable:
        raise UsageError(f"{opened.corpus.name} can be read only once; --preset needs a file, or --word-vectors")
    options: dict[str, Any] = {
        **preset.word_vectors,
        **given_arguments(args, ("min_count", "seed", "workers", "max_isa")),
    }
    texts: dict[str, Any] = {**preparation_arguments(args), **given_arguments(args, ("encoding", "errors"))}
    vectors = Word2Vec(corpus_file=opened.files, progress=progress_display(args), **options, **texts).wv
    file.parent.mkdir(parents=True, exist_ok=True)
    vectors.save(file)
    return vectors


def _has_checkpoints(folder: str | None) -> bool:
    return folder is not None and local_path(folder).is_dir() and bool(CheckpointFolder(folder).paths())
