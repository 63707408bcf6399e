"""State of a language model: options, output vocabulary, parameters and the state of its optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..runtime.compute import require_available_memory
from ..text import PreparationOptions
from .initialization import allocate, initialize
from .int8_weights import Int8Tensors, require_float_weights, rounded_weights, scales_of
from .options import ELMoOptions, Optimizer
from .report import ELMoTrainingReport
from .step_lock import StepLock
from .token_inputs import TokenInputs
from .vocabulary import TargetWords

__all__ = [
    "MOMENTS",
    "ModelState",
    "OptimizerState",
    "Shapes",
    "Tensors",
    "all_tensors",
    "build_state",
    "initial_optimizer_state",
    "parameter_count",
    "parameter_shapes",
    "parameters_at_rest",
    "require_memory",
    "snapshot",
    "with_int8_weights",
    "without_softmax",
]

Tensors = dict[str, NDArray[np.float32]]
Shapes = list[tuple[str, tuple[int, ...]]]
RowIndices = tuple[NDArray[np.intp], NDArray[np.intp]]  # Rows of the same words: in the new and in the old table.

# Moments that each optimizer keeps for every parameter, and their initial values.
MOMENTS: dict[Optimizer, dict[str, float]] = {
    "adagrad": {"squares": 1.0},  # The initial accumulator of the original program, which adds no epsilon.
    "adam": {"mean": 0.0, "variance": 0.0},
}


@dataclass(eq=False)
class OptimizerState:
    """State of an optimizer.

    Parameters
    ----------
    optimizer : {"adagrad", "adam"}
        Kind of optimizer.
    updates : int
        Number of updates made. It also numbers the random streams of training.
    moments : dict of str to dict of str to ndarray of float32
        Tensors by kind of moment, then by the name of the parameter.
    """

    optimizer: Optimizer
    updates: int
    moments: dict[str, Tensors]

    def for_trainer(self) -> dict[str, Any]:
        """Return the moments in the form that the compiled trainer takes.

        Returns
        -------
        dict of str to ndarray, or to tuple of ndarray
            For each parameter its moment, or the tuple of its moments if the optimizer keeps several.
        """
        tables = list(self.moments.values())
        if len(tables) == 1:
            return dict(tables[0])
        return {name: tuple(table[name] for table in tables) for name in tables[0]}


@dataclass(eq=False)
class ModelState:
    """Everything that makes up a language model.

    Parameters
    ----------
    options : ELMoOptions
        Options of the model.
    words : TargetWords or None
        Output vocabulary; None for a model that predicts no words.
    parameters : dict of str to ndarray of float32
        Parameters by their official names.
    int8_weights : dict of str to ndarray of int8, optional
        The matrices of the recurrent layers if they are 8-bit integers; `parameters` then has their scales instead. See
        `int8_weights`. Such a model is for inference only.
    optimizer : OptimizerState, optional
        State of the optimizer of the last training run, if it is loaded.
    optimizer_file : Path, optional
        File that the optimizer state can be loaded from.
    checksum : int, optional
        Checksum of the parameters when they were saved, which the file of the optimizer state must name.
    training : dict, optional
        Arguments of the last training run.
    training_report : ELMoTrainingReport, optional
        Report of the last training run.
    preparation : PreparationOptions, optional
        How texts are prepared.
    inputs : TokenInputs, optional
        Character ids of words, and their word vectors, for a model that reads characters.
    steps : StepLock, optional
        Lock of the training run that changes the parameters in place; None if there is none. No other model state
        shares these parameters.
    """

    options: ELMoOptions
    words: TargetWords | None
    parameters: Tensors
    int8_weights: Int8Tensors = field(default_factory=dict)
    optimizer: OptimizerState | None = None
    optimizer_file: Path | None = None
    checksum: int | None = None
    training: dict[str, Any] = field(default_factory=dict)
    training_report: ELMoTrainingReport | None = None
    preparation: PreparationOptions = field(default_factory=PreparationOptions)
    inputs: TokenInputs = field(default_factory=TokenInputs)
    steps: StepLock | None = None


@contextmanager
def parameters_at_rest(state: ModelState) -> Iterator[None]:
    """Keep training from changing the parameters of a model during a block.

    Parameters
    ----------
    state : ModelState
        State of the model. If it is being trained, the block starts after the current step, and the next step after
        the block.

    Yields
    ------
    None
        In the block, the parameters and the optimizer state are those after a whole number of steps.
    """
    lock = state.steps
    if lock is None:
        yield
        return
    with lock.between_steps():
        yield


def all_tensors(state: ModelState) -> Mapping[str, NDArray[Any]]:
    """Return the parameters of a model, including weights of 8-bit integers.

    Parameters
    ----------
    state : ModelState
        State of the model.

    Returns
    -------
    mapping of str to ndarray
        Tensors by their official names, and scales.
    """
    return {**state.parameters, **state.int8_weights} if state.int8_weights else state.parameters


def parameter_count(state: ModelState) -> int:
    """Return the number of parameters of a model.

    Parameters
    ----------
    state : ModelState
        State of the model.

    Returns
    -------
    int
        Number of elements of all tensors, without the scales of 8-bit integers.
    """
    scales = {scales_of(name) for name in state.int8_weights}
    return sum(tensor.size for name, tensor in all_tensors(state).items() if name not in scales)


def with_int8_weights(state: ModelState) -> ModelState:
    """Return a model for inference whose recurrent layers have weights of 8-bit integers.

    Parameters
    ----------
    state : ModelState
        State of the model.

    Returns
    -------
    ModelState
        The same state if its weights are 8-bit integers already. Otherwise a new one without an optimizer state.

    Raises
    ------
    PrecisionError
        If a weight is infinite or NaN.
    """
    if state.int8_weights:
        return state
    parameters, weights = rounded_weights(state.parameters)
    return replace(state, parameters=parameters, int8_weights=weights, optimizer=None, optimizer_file=None, steps=None)


def snapshot(state: ModelState, *, with_softmax: bool = True) -> ModelState:
    """Return a state whose parameters no training run changes.

    Parameters
    ----------
    state : ModelState
        State of the model.
    with_softmax : bool, default True
        Whether the softmax, which can be large, is needed.

    Returns
    -------
    ModelState
        The same state if it is not being trained. Otherwise a copy, made between two steps, without the optimizer state
        and, unless it is needed, without the softmax.
    """
    if state.steps is None:
        return state
    with parameters_at_rest(state):
        parameters = {
            name: tensor.copy()
            for name, tensor in state.parameters.items()
            if with_softmax or not name.startswith("softmax")
        }
    return ModelState(
        state.options,
        state.words,
        parameters,
        training=state.training,
        training_report=state.training_report,
        preparation=state.preparation,
        inputs=state.inputs,
    )


def parameter_shapes(options: ELMoOptions) -> Shapes:
    """Return the names and shapes of all parameters of a model.

    Parameters
    ----------
    options : ELMoOptions
        Options of the model.

    Returns
    -------
    list of (str, tuple of int)
        Official name and shape of each parameter.

    Examples
    --------
    >>> parameter_shapes(ELMoOptions(dim=16, projection_dim=8))[0]
    ('char_embed', (261, 16))
    """
    return [(name, tuple(shape)) for name, shape in _core.elmo.parameter_shapes(options)]


def without_softmax(shapes: Shapes) -> Shapes:
    """Return the shapes without those of the softmax, which official weight files do not contain.

    Parameters
    ----------
    shapes : list of (str, tuple of int)
        Names and shapes of parameters.

    Returns
    -------
    list of (str, tuple of int)
        Names and shapes of the parameters that are not part of the softmax.
    """
    return [(name, shape) for name, shape in shapes if not name.startswith("softmax")]


def build_state(
    options: ELMoOptions, words: TargetWords | None, seed: int, previous: ModelState | None = None
) -> ModelState:
    """Return the state of a new model, or of an existing model with another vocabulary.

    Nothing changes in `previous` while the new state is trained: its parameters are copied, for words that both
    vocabularies contain, if these differ. Other rows are initialised. Tensors of the optimizer state that do not depend
    on the vocabulary are shared.

    Parameters
    ----------
    options : ELMoOptions
        Options of the model; `n_tokens_vocab` is replaced by the size of the vocabulary.
    words : TargetWords or None
        Output vocabulary; None for a model without a softmax.
    seed : int
        Random seed of the initial values.
    previous : ModelState, optional
        State to take trained values from.

    Returns
    -------
    ModelState
        The state. It has an optimizer state only if `previous` has one.

    Raises
    ------
    ResourceError
        If there is not enough memory.
    PrecisionError
        If the weights of `previous` are 8-bit integers.
    """
    if previous is not None:
        require_float_weights(previous.int8_weights, "training")
    options = replace(options, n_tokens_vocab=0 if words is None else len(words))
    shapes = parameter_shapes(options)
    optimizer = None
    known: Mapping[str, NDArray[np.float32]] = {}
    rows = None
    if previous is not None:
        known = previous.parameters
        rows = _common_rows(words, previous.words)
        optimizer = previous.optimizer

    def fill(name: str, tensor: NDArray[np.float32]) -> None:
        initialize(tensor, name, options, seed)

    parameters = _reuse_or_fill(shapes, known, rows, fill)
    for name, tensor in parameters.items():
        if tensor is known.get(name):
            parameters[name] = allocate(name, tensor.shape)
            parameters[name][...] = tensor
    state = ModelState(options, words, parameters)
    if previous is not None:
        state.preparation = previous.preparation
        state.inputs = previous.inputs
    if optimizer is not None:
        state.optimizer = OptimizerState(
            optimizer.optimizer,
            optimizer.updates,
            {
                moment: _reuse_or_fill(shapes, optimizer.moments[moment], rows, _constant(value))
                for moment, value in MOMENTS[optimizer.optimizer].items()
            },
        )
    return state


def initial_optimizer_state(optimizer: Optimizer, shapes: Shapes) -> OptimizerState:
    """Return the state of an optimizer before its first update.

    Parameters
    ----------
    optimizer : {"adagrad", "adam"}
        Kind of optimizer.
    shapes : list of (str, tuple of int)
        Names and shapes of the parameters.

    Returns
    -------
    OptimizerState
        State without updates.

    Raises
    ------
    ResourceError
        If there is not enough memory.
    """
    moments = {
        moment: _reuse_or_fill(shapes, {}, None, _constant(value)) for moment, value in MOMENTS[optimizer].items()
    }
    return OptimizerState(optimizer, 0, moments)


def require_memory(shapes: Shapes, optimizer: Optimizer, previous: ModelState | None = None) -> None:
    """Check that training fits into the memory that this process may use.

    Operating systems grant more memory than they have and kill the process once it is used, so that the size is
    checked before anything is allocated.

    Parameters
    ----------
    shapes : list of (str, tuple of int)
        Names and shapes of the parameters.
    optimizer : {"adagrad", "adam"}
        Kind of optimizer.
    previous : ModelState, optional
        State that training starts from. Its parameters are kept until training starts.

    Raises
    ------
    ResourceError
        If parameters, moments and gradients need more memory than this process may use.
    """
    sizes = {name: 4 * int(np.prod(shape, dtype=object)) for name, shape in shapes}
    gradients = sum(size for name, size in sizes.items() if not _has_word_rows(name) and name != "word_embed")
    needed = sum(sizes.values()) * (1 + len(MOMENTS[optimizer])) + gradients
    needed += 0 if previous is None else sum(tensor.nbytes for tensor in previous.parameters.values())
    what = f"parameters, {optimizer} moments and gradients of this model"
    require_available_memory(needed, what, "use a smaller model or vocabulary")


def _has_word_rows(name: str) -> bool:
    return name == "embedding" or name.startswith("softmax")


def _constant(value: float) -> Callable[[str, NDArray[np.float32]], None]:
    return lambda _, tensor: tensor.fill(value)


def _common_rows(words: TargetWords | None, previous: TargetWords | None) -> RowIndices | None:
    if words is None or previous is None or words.words == previous.words:
        return None
    common = [(words.index[word], old) for old, word in enumerate(previous.words) if word in words.index]
    new_rows, old_rows = np.array(common, dtype=np.intp).reshape(-1, 2).T
    return new_rows, old_rows


def _reuse_or_fill(
    shapes: Shapes,
    known: Mapping[str, NDArray[np.float32]],
    rows: RowIndices | None,
    fill: Callable[[str, NDArray[np.float32]], None],
) -> Tensors:
    tensors = {}
    for name, shape in shapes:
        has_other_rows = rows is not None and _has_word_rows(name)
        if name in known and known[name].shape == shape and not has_other_rows:
            tensors[name] = known[name]
            continue
        tensor = allocate(name, shape)
        fill(name, tensor)
        if name in known and rows is not None and has_other_rows:
            new_rows, old_rows = rows
            tensor[new_rows] = known[name][old_rows]
        tensors[name] = tensor
    return tensors
