"""Conversion between model states and the tensors and metadata of a saved file; used by model files and checkpoints."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError, WordkinError
from ..runtime.options import integer_option
from ..storage import Archive, read_archive, unpack_words
from .options import ELMoOptions, Optimizer
from .state import MOMENTS, ModelState, OptimizerState, Shapes, Tensors, parameter_shapes, without_softmax
from .vocabulary import TargetWords

__all__ = [
    "KIND",
    "OPTIMIZER_KIND",
    "archive_to_optimizer",
    "archive_to_state",
    "load_optimizer",
    "optimizer_to_archive",
    "state_to_archive",
]

logger = logging.getLogger(__name__)

KIND = "elmo"
OPTIMIZER_KIND = "elmo_optimizer"

_WORDS, _OFFSETS = "vocabulary/bytes", "vocabulary/offsets"
_OPTIMIZER = "optimizer"  # Prefix of the optimizer's tensors, and its key in the metadata.


def state_to_archive(state: ModelState) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the tensors and the metadata of a model, without those of its optimizer.

    Parameters
    ----------
    state : ModelState
        State of the model.

    Returns
    -------
    tensors : dict of str to ndarray
        Parameters and vocabulary.
    metadata : dict
        Kind of the file, options and training arguments; can be written as JSON.
    """
    tensors: dict[str, NDArray[Any]] = dict(state.parameters)
    if state.words is not None:
        tensors[_WORDS], tensors[_OFFSETS] = state.words.packed
    return tensors, {"kind": KIND, "options": asdict(state.options), "training": dict(state.training)}


def archive_to_state(archive: Archive, source: str) -> ModelState:
    """Return the model that an archive contains, with its optimizer state if that is in the same archive.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata of a file.
    source : str
        Name of the file, for error messages.

    Returns
    -------
    ModelState
        State of the model.

    Raises
    ------
    FormatError
        If the archive contains anything other than a complete language model.
    """
    if archive.metadata.get("kind") != KIND:
        raise FormatError(f"{source}: holds {archive.metadata.get('kind', 'unknown')!r:.50}, expected {KIND!r}")
    try:
        options = ELMoOptions(**archive.metadata["options"])
        training = archive.metadata["training"]
        if not isinstance(training, dict):
            raise TypeError(f"training must be an object, got {type(training).__name__}")
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: invalid language model options: {error}") from error
    shapes = parameter_shapes(options)
    # Official models that read token ids may come without a softmax, and then without a vocabulary.
    may_lack_softmax = options.token_input and not any(name.startswith("softmax") for name in archive.tensors)
    parameters = _checked_tensors(archive.tensors, without_softmax(shapes) if may_lack_softmax else shapes, source)
    words = None
    if _WORDS in archive.tensors:
        words = TargetWords(unpack_words(archive.tensors[_WORDS], archive.tensors.get(_OFFSETS, np.empty(0))))
    lacks_words = words is None and may_lack_softmax
    if not lacks_words and options.n_tokens_vocab != (0 if words is None else len(words)):
        raise FormatError(
            f"{source}: the softmax has {options.n_tokens_vocab} words, but the vocabulary "
            f"{'is missing' if words is None else f'has {len(words)}'}"
        )
    state = ModelState(options, words, parameters, training=training)
    if _OPTIMIZER in archive.metadata:
        state.optimizer = archive_to_optimizer(archive, shapes, source)
    return state


def optimizer_to_archive(optimizer: OptimizerState) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the tensors and the metadata of an optimizer state.

    Parameters
    ----------
    optimizer : OptimizerState
        State of the optimizer.

    Returns
    -------
    tensors : dict of str to ndarray
        Moments of all parameters.
    metadata : dict
        Kind of the optimizer and number of updates; can be written as JSON.
    """
    tensors: dict[str, NDArray[Any]] = {
        f"{_OPTIMIZER}/{moment}/{name}": tensor
        for moment, table in optimizer.moments.items()
        for name, tensor in table.items()
    }
    return tensors, {_OPTIMIZER: {"kind": optimizer.optimizer, "updates": optimizer.updates}}


def archive_to_optimizer(archive: Archive, shapes: Shapes, source: str) -> OptimizerState:
    """Return the optimizer state that an archive contains.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata of a file.
    shapes : list of (str, tuple of int)
        Names and shapes of the model's parameters.
    source : str
        Name of the file, for error messages.

    Returns
    -------
    OptimizerState
        State of the optimizer.

    Raises
    ------
    FormatError
        If the archive contains no optimizer state of a model with these parameters.
    """
    try:
        description = archive.metadata[_OPTIMIZER]
        kind: Optimizer = description["kind"]
        if kind not in get_args(Optimizer):
            raise ValueError(f"unknown optimizer {kind!r:.50}")
        updates = integer_option("updates", description["updates"], 0, 2**62)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: invalid optimizer metadata: {error}") from error
    moments = {
        moment: _checked_tensors(archive.tensors, shapes, source, f"{_OPTIMIZER}/{moment}/") for moment in MOMENTS[kind]
    }
    return OptimizerState(kind, updates, moments)


def load_optimizer(state: ModelState) -> OptimizerState | None:
    """Return the optimizer state of a model, reading it from its file on first use.

    If the file cannot be read or belongs to other parameters, a warning is logged and the state is ignored.

    Parameters
    ----------
    state : ModelState
        State of the model; the optimizer state is stored in it.

    Returns
    -------
    OptimizerState or None
        State of the optimizer; None if there is none.
    """
    path = state.optimizer_file
    if state.optimizer is None and path is not None:
        state.optimizer_file = None
        try:
            archive = read_archive(path)
            if archive.metadata.get("kind") != OPTIMIZER_KIND:
                raise FormatError(f"{path}: holds {archive.metadata.get('kind')!r:.50}, expected {OPTIMIZER_KIND!r}")
            if archive.metadata.get("checksum") != state.checksum:
                raise FormatError(f"{path}: belongs to other parameters")
            state.optimizer = archive_to_optimizer(archive, parameter_shapes(state.options), str(path))
        except (OSError, WordkinError) as error:
            logger.warning("the optimizer state is reset: %s", error)
    return state.optimizer


def _checked_tensors(tensors: Mapping[str, NDArray[Any]], shapes: Shapes, source: str, prefix: str = "") -> Tensors:
    checked = {}
    for name, shape in shapes:
        tensor = tensors.get(prefix + name)
        if tensor is None:
            raise FormatError(f"{source}: the tensor {prefix + name!r} of shape {shape} is missing")
        if tensor.shape != shape or tensor.dtype != np.float32:
            raise FormatError(
                f"{source}: the tensor {prefix + name!r} must be float32 of shape {shape}, "
                f"got {tensor.dtype} of shape {tensor.shape}"
            )
        checked[name] = tensor
    return checked
