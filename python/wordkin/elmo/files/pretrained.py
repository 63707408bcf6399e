"""A model as a folder: one file that holds everything, what its optimizer knows beside it, and copies for others.

`weights.safetensors` alone is read back, so that a folder is the old model or the new one whenever writing it ends.
`options.json` and `vocabulary.txt` say the same for other programs and for people.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError, WordkinError
from ...runtime.options import integer_option
from ...storage import Archive, read_archive, unpack_words, write_archive
from ...storage.archive_bytes import pack_archive, unpack_archive
from ...storage.atomic import replaced_file
from ...storage.paths import AnyPath, local_path
from ..options import ELMoOptions, Optimizer
from ..state import MOMENTS, ModelState, OptimizerState, Shapes, Tensors, parameter_shapes, without_softmax
from ..vocabulary import TargetWords
from .official_options import official_json

__all__ = [
    "KIND",
    "WEIGHTS_FILE",
    "archive_to_state",
    "from_bytes",
    "load_state",
    "load_optimizer",
    "archive_to_optimizer",
    "optimizer_to_archive",
    "save_state",
    "state_to_archive",
    "to_bytes",
]

logger = logging.getLogger(__name__)

KIND = "elmo"
OPTIMIZER_KIND = "elmo_optimizer"
WEIGHTS_FILE = "weights.safetensors"
OPTIMIZER_FILE = "optimizer.safetensors"
OPTIONS_FILE = "options.json"
VOCABULARY_FILE = "vocabulary.txt"

_WORDS, _OFFSETS = "vocabulary/bytes", "vocabulary/offsets"
_OPTIMIZER = "optimizer"  # prefix of its tensors, and its place in the metadata


def save_state(content: ModelState, folder: AnyPath, *, training_state: bool) -> None:
    """Write a model into a folder, which is made where it is missing.

    Raises
    ------
    OSError
        If it cannot be written; the model that was there stays.
    """
    target = local_path(folder)
    target.mkdir(parents=True, exist_ok=True)
    _write_text(target / OPTIONS_FILE, official_json(content.options, content.training))
    if content.words is not None:
        _write_text(target / VOCABULARY_FILE, "".join(f"{word}\n" for word in content.words.words))
    tensors, metadata = state_to_archive(content)
    metadata["checksum"] = _checksum(content.parameters)
    optimizer = load_optimizer(content) if training_state else None
    if optimizer is not None:
        moments, about = optimizer_to_archive(optimizer)
        about |= {"kind": OPTIMIZER_KIND, "checksum": metadata["checksum"]}
        write_archive(target / OPTIMIZER_FILE, moments, about)
    write_archive(target / WEIGHTS_FILE, tensors, metadata)
    if optimizer is None:  # what is there belongs to other weights
        (target / OPTIMIZER_FILE).unlink(missing_ok=True)


def load_state(path: AnyPath) -> ModelState:
    """Read a model from a folder of `save_state`, or from a checkpoint.

    Raises
    ------
    FormatError
        If it holds something else.
    OSError
        If it cannot be read.
    """
    source = local_path(path)
    if source.is_dir():
        source /= WEIGHTS_FILE
    archive = read_archive(source)
    content = archive_to_state(archive, str(source))
    beside = source.with_name(OPTIMIZER_FILE)
    if content.optimizer is None and source.name == WEIGHTS_FILE and beside.is_file():
        content.optimizer_file = beside
        content.checksum = archive.metadata.get("checksum")
    return content


def to_bytes(content: ModelState) -> bytes:
    """Return a model as the content of a file; its optimizer is left out."""
    return pack_archive(*state_to_archive(content))


def from_bytes(data: bytes) -> ModelState:
    """Return the model that `to_bytes` made bytes of.

    Raises
    ------
    FormatError
        If they are something else.
    """
    return archive_to_state(unpack_archive(data), "a model in memory")


def load_optimizer(content: ModelState) -> OptimizerState | None:
    """Return what the optimizer of a model knows, from its file where that was not read yet.

    A file that cannot be read, or is of other weights, is passed over with a warning.
    """
    path = content.optimizer_file
    if content.optimizer is None and path is not None:
        content.optimizer_file = None
        try:
            archive = read_archive(path)
            if archive.metadata.get("kind") != OPTIMIZER_KIND:
                raise FormatError(f"{path}: holds {archive.metadata.get('kind')!r:.50}, not the state of an optimizer")
            if archive.metadata.get("checksum") != content.checksum:
                raise FormatError(f"{path}: belongs to other weights")
            content.optimizer = archive_to_optimizer(archive, parameter_shapes(content.options), str(path))
        except (OSError, WordkinError) as error:
            logger.warning("the optimizer begins anew: %s", error)
    return content.optimizer


def state_to_archive(content: ModelState) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return a model as what a file holds, but for its optimizer."""
    tensors: dict[str, NDArray[Any]] = dict(content.parameters)
    if content.words is not None:
        tensors[_WORDS], tensors[_OFFSETS] = content.words.packed
    return tensors, {"kind": KIND, "options": asdict(content.options), "training": dict(content.training)}


def archive_to_state(archive: Archive, source: str) -> ModelState:
    """Return the model that a file holds; its optimizer too, where that is in the same file.

    Raises
    ------
    FormatError
        If the file holds something else.
    """
    if archive.metadata.get("kind") != KIND:
        raise FormatError(f"{source}: holds {archive.metadata.get('kind', 'unknown')!r:.50}, expected {KIND!r}")
    try:
        options = ELMoOptions(**archive.metadata["options"])
        training = archive.metadata["training"]
        if not isinstance(training, dict):
            raise TypeError(f"training must be an object, got {type(training).__name__}")
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: its options are not those of a language model: {error}") from error
    shapes = parameter_shapes(options)
    may_lack = options.token_input and not any(name.startswith("softmax") for name in archive.tensors)
    parameters = _checked_tensors(archive.tensors, without_softmax(shapes) if may_lack else shapes, source)
    words = None
    if _WORDS in archive.tensors:
        words = TargetWords(unpack_words(archive.tensors[_WORDS], archive.tensors.get(_OFFSETS, np.empty(0))))
    lacks_words = words is None and may_lack  # a model of ids, from elsewhere
    if not lacks_words and options.n_tokens_vocab != (0 if words is None else len(words)):
        raise FormatError(
            f"{source}: the softmax has {options.n_tokens_vocab} words, the vocabulary "
            f"{'is missing' if words is None else f'has {len(words)}'}"
        )
    content = ModelState(options, words, parameters, training=training)
    if _OPTIMIZER in archive.metadata:
        content.optimizer = archive_to_optimizer(archive, shapes, source)
    return content


def archive_to_optimizer(archive: Archive, shapes: Shapes, source: str) -> OptimizerState:
    """Return what the optimizer of a model with these shapes knows, from the file that holds it."""
    try:
        about = archive.metadata[_OPTIMIZER]
        kind: Optimizer = about["kind"]
        if kind not in get_args(Optimizer):
            raise ValueError(f"the optimizer {kind!r:.50} is unknown")
        updates = integer_option("updates", about["updates"], 0, 2**62)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: what it says of its optimizer is wrong: {error}") from error
    moments = {
        moment: _checked_tensors(archive.tensors, shapes, source, f"{_OPTIMIZER}/{moment}/") for moment in MOMENTS[kind]
    }
    return OptimizerState(kind, updates, moments)


def optimizer_to_archive(optimizer: OptimizerState) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return what an optimizer knows as what a file holds."""
    tensors: dict[str, NDArray[Any]] = {
        f"{_OPTIMIZER}/{moment}/{name}": tensor
        for moment, table in optimizer.moments.items()
        for name, tensor in table.items()
    }
    return tensors, {_OPTIMIZER: {"kind": optimizer.optimizer, "updates": optimizer.updates}}


def _checked_tensors(tensors: Mapping[str, NDArray[Any]], shapes: Shapes, source: str, prefix: str = "") -> Tensors:
    checked = {}
    for name, shape in shapes:
        tensor = tensors.get(prefix + name)
        if tensor is None:
            raise FormatError(f"{source}: the tensor {prefix + name!r} of shape {shape} is missing")
        if tensor.shape != shape or tensor.dtype != np.float32:
            raise FormatError(
                f"{source}: the tensor {prefix + name!r} must be float32 of shape {shape}; "
                f"got {tensor.dtype} of shape {tensor.shape}"
            )
        checked[name] = tensor
    return checked


def _checksum(parameters: Tensors) -> int:
    checksum = 0
    for name in sorted(parameters):
        checksum = zlib.crc32(np.ascontiguousarray(parameters[name]).reshape(-1).view(np.uint8).data, checksum)
    return checksum


def _write_text(path: Path, text: str) -> None:
    with replaced_file(path) as file:
        file.write(text.encode("utf-8"))
