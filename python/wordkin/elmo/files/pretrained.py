"""Model folders: one file with the whole model, a second one with the optimizer state, and copies for other programs.

`options.json` and `vocabulary.txt` repeat parts of `weights.safetensors` for other programs and for readers. As changes
of them would have no effect, they are an error.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...storage import read_archive
from ...storage.copies import contradiction, require_same_json
from ...storage.file_sets import CurrentFiles, FileSet, read_files, replaced_files
from ...storage.model_folders import required_file
from ...storage.paths import AnyPath, local_path
from ..archive import MODEL_FILE, holds_int8_weights, load_optimizer, optimizer_file
from ..state import ModelState, OptimizerState, all_tensors, with_int8_weights
from .official_options import official_json

__all__ = [
    "MODEL_FILE_NAMES",
    "WEIGHTS_FILE",
    "from_bytes",
    "load_state",
    "read_state",
    "save_state",
    "to_bytes",
    "write_state",
]

WEIGHTS_FILE = "weights.safetensors"
OPTIMIZER_FILE = "optimizer.safetensors"
OPTIONS_FILE = "options.json"
VOCABULARY_FILE = "vocabulary.txt"
MODEL_FILE_NAMES = (WEIGHTS_FILE, OPTIMIZER_FILE, OPTIONS_FILE, VOCABULARY_FILE)


def save_state(state: ModelState, folder: AnyPath, *, training_state: bool, int8: bool = False) -> None:
    """Write a model into a folder, which is created if it does not exist.

    Parameters
    ----------
    state : ModelState
        State of the model.
    folder : path
        Folder to write to.
    training_state : bool
        Whether to write the optimizer state.
    int8 : bool, default False
        Whether to write the weights of recurrent layers as 8-bit integers, without an optimizer state.

    Raises
    ------
    OSError
        If a file cannot be written; an existing model is then left as it was.
    PrecisionError
        If a weight to be rounded is infinite or NaN.
    """
    if int8:
        state = with_int8_weights(state)
    optimizer = load_optimizer(state) if training_state and not state.int8_weights else None
    with replaced_files(folder) as files:
        write_state(state, files, optimizer)


def write_state(state: ModelState, files: FileSet, optimizer: OptimizerState | None = None) -> None:
    """Write a model to a folder whose files are replaced together.

    Parameters
    ----------
    state : ModelState
        State of the model.
    files : FileSet
        The files of the folder.
    optimizer : OptimizerState, optional
        State of the optimizer, if it is to be written.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    state = replace(state, checksum=_checksum(all_tensors(state)))
    texts = {OPTIONS_FILE: official_json(state.options, state.training)}
    if state.words is not None:
        texts[VOCABULARY_FILE] = _vocabulary_text(state.words.words)
    for name, text in texts.items():
        with files.file(name) as file:
            file.write(text.encode("utf-8"))
    with files.file(WEIGHTS_FILE) as file:
        MODEL_FILE.save(state, file)
    if optimizer is not None:
        with files.file(OPTIMIZER_FILE) as file:
            optimizer_file(state).save(optimizer, file)
    # Files of an earlier save, unless they are replaced: its optimizer state belongs to other parameters.
    for name in (OPTIMIZER_FILE, VOCABULARY_FILE):
        files.remove(name)


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
        If the file contains anything other than a language model, or the files of the folder contradict each other.
    OSError
        If the file cannot be read.
    """
    source = local_path(path)
    if source.is_dir():
        return read_files(source, read_state)
    if source.name == WEIGHTS_FILE:
        return _load(source, source.with_name(OPTIMIZER_FILE))
    return MODEL_FILE.load(source)


def read_state(files: CurrentFiles) -> ModelState:
    """Read a model from the files of a folder; the optimizer state is not read until it is needed.

    Parameters
    ----------
    files : CurrentFiles
        The files.

    Returns
    -------
    ModelState
        State of the model.

    Raises
    ------
    FormatError
        If a file contains anything other than a language model, or the files contradict each other.
    OSError
        If a file cannot be read.
    """
    weights = required_file(files, WEIGHTS_FILE, "the folder of a language model")
    state = _load(weights, files.path(OPTIMIZER_FILE))
    require_same_json(
        files.path(OPTIONS_FILE),
        json.loads(official_json(state.options, state.training)),
        shown=files.folder / OPTIONS_FILE,
        source=WEIGHTS_FILE,
    )
    _require_same_words(state, files.path(VOCABULARY_FILE), files.folder / VOCABULARY_FILE)
    return state


def _require_same_words(state: ModelState, path: Path, shown: Path) -> None:
    """Raise FormatError if a vocabulary file does not agree with the model; it may be missing."""
    if not path.is_file():
        return
    words = [] if state.words is None else state.words.words
    expected = _vocabulary_text(words).encode("utf-8")
    with path.open("rb") as file:
        found = file.read(len(expected) + len(words) + 4)  # room for line ends of Windows
    if found == expected or found.replace(b"\r\n", b"\n") == expected:
        return
    lines = found.decode("utf-8", "replace").split("\n")
    index = next((index for index, (line, word) in enumerate(zip(lines, words, strict=False)) if line != word), None)
    difference = (
        f"has not the {len(words)} words of {WEIGHTS_FILE}"
        if index is None
        else f"line {index + 1} is {lines[index]!r:.60}, but {WEIGHTS_FILE} was saved with {words[index]!r:.60}"
    )
    raise contradiction(shown, difference, WEIGHTS_FILE)


def _vocabulary_text(words: list[str]) -> str:
    return "".join(f"{word}\n" for word in words)


def _load(weights: Path, optimizer: Path) -> ModelState:
    # Weights of 8-bit integers stay in the file, as they cannot be changed. Others can be, by training or by the user.
    state = MODEL_FILE.load(weights, mmap=weights.is_file() and holds_int8_weights(read_archive(weights, mmap=True)))
    if state.optimizer is None and optimizer.is_file():
        state.optimizer_file = optimizer
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


def _checksum(parameters: Mapping[str, NDArray[Any]]) -> int:
    checksum = 0
    for name in sorted(parameters):
        checksum = zlib.crc32(np.ascontiguousarray(parameters[name]).reshape(-1).view(np.uint8).data, checksum)
    return checksum
