"""Model folders: one file with the whole model, a second one with the optimizer state, and copies for other programs.

Only `weights.safetensors` is read back, so that an interrupted write leaves either the old or the new model.
`options.json` and `vocabulary.txt` repeat parts of it for other programs and for readers.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...storage.atomic import replaced_file
from ...storage.paths import AnyPath, local_path
from ..archive import MODEL_FILE, load_optimizer, optimizer_file
from ..state import ModelState, Tensors
from .official_options import official_json

__all__ = ["MODEL_FILE_NAMES", "WEIGHTS_FILE", "from_bytes", "load_state", "save_state", "to_bytes"]

WEIGHTS_FILE = "weights.safetensors"
OPTIMIZER_FILE = "optimizer.safetensors"
OPTIONS_FILE = "options.json"
VOCABULARY_FILE = "vocabulary.txt"
MODEL_FILE_NAMES = (WEIGHTS_FILE, OPTIMIZER_FILE, OPTIONS_FILE, VOCABULARY_FILE)


def save_state(state: ModelState, folder: AnyPath, *, training_state: bool) -> None:
    """Write a model into a folder, which is created if it does not exist.

    Parameters
    ----------
    state : ModelState
        State of the model.
    folder : path
        Folder to write to.
    training_state : bool
        Whether to write the optimizer state.

    Raises
    ------
    OSError
        If a file cannot be written; an existing model is then left as it was.
    """
    target = local_path(folder)
    target.mkdir(parents=True, exist_ok=True)
    _write_text(target / OPTIONS_FILE, official_json(state.options, state.training))
    if state.words is not None:
        _write_text(target / VOCABULARY_FILE, "".join(f"{word}\n" for word in state.words.words))
    optimizer = load_optimizer(state) if training_state else None
    state = replace(state, checksum=_checksum(state.parameters))
    if optimizer is not None:
        optimizer_file(state).save(optimizer, target / OPTIMIZER_FILE)
    MODEL_FILE.save(state, target / WEIGHTS_FILE)
    if optimizer is None:  # An optimizer state from an earlier save belongs to other parameters.
        (target / OPTIMIZER_FILE).unlink(missing_ok=True)


def load_state(path: AnyPath) -> ModelState:
    """Read a model from a folder written by `save_state`, or from a checkpoint file.

    The optimizer state in the same folder is not read until it is needed.

    Parameters
    ----------
    path : path
        Folder, file of weights, or checkpoint file.

    Returns
    -------
    ModelState
        State of the model.

    Raises
    ------
    FormatError
        If the file contains anything other than a language model.
    OSError
        If the file cannot be read.
    """
    source = local_path(path)
    if source.is_dir():
        source /= WEIGHTS_FILE
    state = MODEL_FILE.load(source)
    optimizer_path = source.with_name(OPTIMIZER_FILE)
    if state.optimizer is None and source.name == WEIGHTS_FILE and optimizer_path.is_file():
        state.optimizer_file = optimizer_path
    return state


def to_bytes(state: ModelState) -> bytes:
    """Return a model as the content of a file, without its optimizer state.

    Parameters
    ----------
    state : ModelState
        State of the model.

    Returns
    -------
    bytes
        Content of a safetensors file.
    """
    return MODEL_FILE.to_bytes(replace(state, checksum=None))


def from_bytes(data: bytes) -> ModelState:
    """Return the model that `to_bytes` has packed.

    Parameters
    ----------
    data : bytes
        Content of a safetensors file.

    Returns
    -------
    ModelState
        State of the model.

    Raises
    ------
    FormatError
        If the bytes are anything other than a language model.
    """
    return MODEL_FILE.from_bytes(data)


def _checksum(parameters: Tensors) -> int:
    checksum = 0
    for name in sorted(parameters):
        checksum = zlib.crc32(np.ascontiguousarray(parameters[name]).reshape(-1).view(np.uint8).data, checksum)
    return checksum


def _write_text(path: Path, text: str) -> None:
    with replaced_file(path) as file:
        file.write(text.encode("utf-8"))
