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
from ..storage import Archive, unpack_words
from ..storage.saveable import Saveable
from ..text import PreparationOptions
from .input_archive import archive_to_inputs, inputs_to_archive
from .int8_weights import Int8Tensors, is_rounded, scale_shape, scales_of
from .options import ELMoOptions, Optimizer
from .report_archive import archive_to_report, report_to_archive
from .state import MOMENTS, ModelState, OptimizerState, Shapes, all_tensors, parameter_shapes, without_softmax
from .vocabulary import TargetWords

__all__ = [
    "MODEL_FILE",
    "archive_to_optimizer",
    "archive_to_state",
    "holds_int8_weights",
    "load_optimizer",
    "optimizer_file",
    "optimizer_to_archive",
    "state_to_archive",
]

logger = logging.getLogger(__name__)

_WORDS, _OFFSETS = "vocabulary/bytes", "vocabulary/offsets"
_OPTIMIZER = "optimizer"  # Prefix of the optimizer's tensors, and its key in the metadata.


def state_to_archive(state: ModelState) -> Archive:
    """Return the tensors and the metadata of a model, without those of its optimizer.

    Parameters
    ----------
    state : ModelState
        State of the model.

    Returns
    -------
    Archive
        Parameters, vocabulary and report of the last training run; options and training arguments.
    """
    tensors: dict[str, NDArray[Any]] = dict(all_tensors(state))
    if state.words is not None:
        tensors[_WORDS], tensors[_OFFSETS] = state.words.packed
    metadata: dict[str, Any] = {"options": asdict(state.options), "training": dict(state.training)}
    if not state.preparation.is_default:
        metadata["preparation"] = state.preparation.to_metadata()
    if state.int8_weights:
        metadata["precision"] = "int8"
    if state.checksum is not None:
        metadata["checksum"] = state.checksum
    parts = [inputs_to_archive(state.inputs)]
    if state.training_report is not None:
        parts.append(report_to_archive(state.training_report))
    for part in parts:
        tensors |= part.tensors
        metadata |= part.metadata
    return Archive(tensors=tensors, metadata=metadata)


def archive_to_state(archive: Archive) -> ModelState:
    """Return the model that an archive contains, with its optimizer state if that is in the same archive.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata of a file.

    Returns
    -------
    ModelState
        State of the model.

    Raises
    ------
    FormatError
        If the archive contains anything other than a complete language model.
    """
    try:
        options = ELMoOptions(**archive.metadata["options"])
        training = archive.metadata["training"]
        if not isinstance(training, dict):
            raise TypeError(f"training must be an object, got {type(training).__name__}")
        preparation = PreparationOptions.from_metadata(archive.metadata.get("preparation", {}))
        report = archive_to_report(archive)
        inputs = archive_to_inputs(archive, options)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"invalid options or training report of a language model: {error}") from error
    shapes = parameter_shapes(options)
    # Official models that read token ids may come without a softmax, and then without a vocabulary.
    may_lack_softmax = options.token_input and not any(name.startswith("softmax") for name in archive.tensors)
    expected = without_softmax(shapes) if may_lack_softmax else shapes
    weights: Int8Tensors = {}
    if holds_int8_weights(archive):
        rounded = [(name, shape) for name, shape in expected if is_rounded(name)]
        weights = _checked_tensors(archive.tensors, rounded, dtype=np.int8)
        scales: Shapes = [(scales_of(name), scale_shape(name, shape)) for name, shape in rounded]
        expected = [(name, shape) for name, shape in expected if not is_rounded(name)] + scales
    parameters = _checked_tensors(archive.tensors, expected)
    words = None
    if _WORDS in archive.tensors:
        words = TargetWords(unpack_words(archive.tensors[_WORDS], archive.tensors.get(_OFFSETS, np.empty(0))))
    lacks_words = words is None and may_lack_softmax
    if not lacks_words and options.n_tokens_vocab != (0 if words is None else len(words)):
        raise FormatError(
            f"the softmax has {options.n_tokens_vocab} words, but the vocabulary "
            f"{'is missing' if words is None else f'has {len(words)}'}"
        )
    state = ModelState(
        options, words, parameters, training=training, training_report=report, preparation=preparation, inputs=inputs
    )
    state.int8_weights = weights
    state.checksum = archive.metadata.get("checksum")
    if _OPTIMIZER in archive.metadata:
        state.optimizer = archive_to_optimizer(archive, shapes)
    return state


def optimizer_to_archive(optimizer: OptimizerState) -> Archive:
    """Return the tensors and the metadata of an optimizer state.

    Parameters
    ----------
    optimizer : OptimizerState
        State of the optimizer.

    Returns
    -------
    Archive
        Moments of all parameters; kind of the optimizer and number of updates.
    """
    tensors: dict[str, NDArray[Any]] = {
        f"{_OPTIMIZER}/{moment}/{name}": tensor
        for moment, table in optimizer.moments.items()
        for name, tensor in table.items()
    }
    metadata = {_OPTIMIZER: {"kind": optimizer.optimizer, "updates": optimizer.updates}}
    return Archive(tensors=tensors, metadata=metadata)


def archive_to_optimizer(archive: Archive, shapes: Shapes) -> OptimizerState:
    """Return the optimizer state that an archive contains.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata of a file.
    shapes : list of (str, tuple of int)
        Names and shapes of the model's parameters.

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
        raise FormatError(f"invalid optimizer metadata: {error}") from error
    moments = {moment: _checked_tensors(archive.tensors, shapes, f"{_OPTIMIZER}/{moment}/") for moment in MOMENTS[kind]}
    return OptimizerState(kind, updates, moments)


def optimizer_file(state: ModelState) -> Saveable[OptimizerState]:
    """Return what saves and loads the optimizer state of a model as a separate file.

    Parameters
    ----------
    state : ModelState
        State of the model. The file names the checksum of its parameters, as the moments of other parameters are
        useless.

    Returns
    -------
    Saveable
        Saves and loads an `OptimizerState`.
    """

    def pack(optimizer: OptimizerState) -> Archive:
        archive = optimizer_to_archive(optimizer)
        return Archive(tensors=archive.tensors, metadata={**archive.metadata, "checksum": state.checksum})

    def unpack(archive: Archive) -> OptimizerState:
        if archive.metadata.get("checksum") != state.checksum:
            raise FormatError("the optimizer state belongs to other parameters")
        return archive_to_optimizer(archive, parameter_shapes(state.options))

    return Saveable(kind="elmo_optimizer", pack=pack, unpack=unpack)


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
        try:
            state.optimizer = optimizer_file(state).load(path)
        except (OSError, WordkinError) as error:
            logger.warning("the optimizer state is reset: %s", error)
        state.optimizer_file = None  # not before: after an interruption, the file must be read again
    return state.optimizer


def holds_int8_weights(archive: Archive) -> bool:
    """Return whether the recurrent layers of a saved model have weights of 8-bit integers.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata of a file.

    Returns
    -------
    bool
        Whether they have.

    Raises
    ------
    FormatError
        If the file names another precision.
    """
    precision = archive.metadata.get("precision", "float32")
    if precision not in ("float32", "int8"):
        raise FormatError(f"the precision of the weights must be 'float32' or 'int8', got {precision!r:.50}")
    return bool(precision == "int8")


def _checked_tensors(
    tensors: Mapping[str, NDArray[Any]], shapes: Shapes, prefix: str = "", dtype: type[np.generic] = np.float32
) -> dict[str, NDArray[Any]]:
    checked = {}
    for name, shape in shapes:
        tensor = tensors.get(prefix + name)
        if tensor is None:
            raise FormatError(f"the tensor {prefix + name!r} of shape {shape} is missing")
        if tensor.shape != shape or tensor.dtype != dtype:
            raise FormatError(
                f"the tensor {prefix + name!r} must be {np.dtype(dtype)} of shape {shape}, "
                f"got {tensor.dtype} of shape {tensor.shape}"
            )
        checked[name] = tensor
    return checked


MODEL_FILE = Saveable(kind="elmo", pack=state_to_archive, unpack=archive_to_state)
