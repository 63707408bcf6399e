"""What a model consists of: options, words, parameters, and what its optimizer remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..errors import ResourceError
from ..runtime.compute import memory_limit
from .initialization import allocated, initialize
from .options import ELMoOptions, Optimizer
from .vocabulary import TargetWords

__all__ = [
    "MOMENTS",
    "ModelState",
    "OptimizerState",
    "Shapes",
    "Tensors",
    "build_state",
    "initial_optimizer_state",
    "require_memory",
    "parameter_shapes",
    "without_softmax",
]

Tensors = dict[str, NDArray[np.float32]]
Shapes = list[tuple[str, tuple[int, ...]]]
Rows = tuple[NDArray[np.intp], NDArray[np.intp]]  # of the same words: in the new table, and in the old

# What each optimizer keeps for every parameter, and what that begins as.
MOMENTS: dict[Optimizer, dict[str, float]] = {
    "adagrad": {"squares": 1.0},  # the original's accumulator, and no epsilon
    "adam": {"mean": 0.0, "variance": 0.0},
}


@dataclass(eq=False)
class OptimizerState:
    """What an optimizer remembers.

    Parameters
    ----------
    optimizer
        Its kind.
    updates
        Steps that it has made; they number the random streams of training, too.
    moments
        For each kind of moment: tensors by the names of the parameters.
    """

    optimizer: Optimizer
    updates: int
    moments: dict[str, Tensors]

    def for_trainer(self) -> dict[str, Any]:
        """By the names of parameters: a tensor, or several."""
        tables = list(self.moments.values())
        if len(tables) == 1:
            return dict(tables[0])
        return {name: tuple(table[name] for table in tables) for name in tables[0]}


@dataclass(eq=False)
class ModelState:
    """A model.

    Parameters
    ----------
    options
        Its own.
    words
        What it predicts, or None.
    parameters
        Tensors by their official names.
    optimizer
        What the optimizer of its last training knows, if that is here.
    optimizer_file, checksum
        Where it is else, and a number that the file must name.
    training
        Arguments of the last training.
    """

    options: ELMoOptions
    words: TargetWords | None
    parameters: Tensors
    optimizer: OptimizerState | None = None
    optimizer_file: Path | None = None
    checksum: int | None = None
    training: dict[str, Any] = field(default_factory=dict)


def parameter_shapes(options: ELMoOptions) -> Shapes:
    """Names and shapes of all tensors of a model."""
    return [(name, tuple(shape)) for name, shape in _core.elmo.parameter_shapes(options)]


def without_softmax(shapes: Shapes) -> Shapes:
    """All but what predicts words; files of the original have no more."""
    return [(name, shape) for name, shape in shapes if not name.startswith("softmax")]


def build_state(
    options: ELMoOptions, words: TargetWords | None, seed: int, before: ModelState | None = None
) -> ModelState:
    """Return a model with these words: initial, or with what a model before has of the same.

    Tensors that do not depend on the words are those of `before`, not copies; rows of words that both have are copied,
    with what the optimizer knows of them; others begin anew.

    Raises
    ------
    ResourceError
        If it is larger than the memory.
    """
    fitted = replace(options, n_tokens_vocab=0 if words is None else len(words))
    shapes = parameter_shapes(fitted)
    optimizer = None
    known: Mapping[str, NDArray[np.float32]] = {}
    rows = None
    if before is not None:
        known = before.parameters
        rows = _common_rows(words, before.words)
        optimizer = before.optimizer

    def begin(name: str, tensor: NDArray[np.float32]) -> None:
        initialize(tensor, name, fitted, seed)

    content = ModelState(fitted, words, _fitted(shapes, known, rows, begin))
    if optimizer is not None:
        content.optimizer = OptimizerState(
            optimizer.optimizer,
            optimizer.updates,
            {
                moment: _fitted(shapes, optimizer.moments[moment], rows, _filling(value))
                for moment, value in MOMENTS[optimizer.optimizer].items()
            },
        )
    return content


def initial_optimizer_state(optimizer: Optimizer, shapes: Shapes) -> OptimizerState:
    """Return what an optimizer knows at the start."""
    moments = {moment: _fitted(shapes, {}, None, _filling(value)) for moment, value in MOMENTS[optimizer].items()}
    return OptimizerState(optimizer, 0, moments)


def require_memory(shapes: Shapes, optimizer: Optimizer) -> None:
    """Raise a ResourceError if parameters, moments and gradients are more than this process may use.

    Systems promise more than they have, and end the process when it is used.
    """
    sizes = {name: 4 * int(np.prod(shape, dtype=object)) for name, shape in shapes}
    gradients = sum(size for name, size in sizes.items() if not _has_word_rows(name))
    needed = sum(sizes.values()) * (1 + len(MOMENTS[optimizer])) + gradients
    limit = memory_limit()
    if limit is not None and needed > limit:
        raise ResourceError(
            f"training this model needs {needed / 2**30:.1f} GiB for parameters, what {optimizer} keeps of them, and "
            f"gradients; this process may use {limit / 2**30:.1f} GiB"
        )


def _has_word_rows(name: str) -> bool:
    return name == "embedding" or name.startswith("softmax")


def _filling(value: float) -> Callable[[str, NDArray[np.float32]], None]:
    return lambda _, tensor: tensor.fill(value)


def _common_rows(words: TargetWords | None, before: TargetWords | None) -> Rows | None:
    if words is None or before is None or words.words == before.words:
        return None
    common = [(words.index[word], number) for number, word in enumerate(before.words) if word in words.index]
    new, old = np.array(common, dtype=np.intp).reshape(-1, 2).T
    return new, old


def _fitted(
    shapes: Shapes,
    known: Mapping[str, NDArray[np.float32]],
    rows: Rows | None,
    begin: Callable[[str, NDArray[np.float32]], None],
) -> Tensors:
    tensors = {}
    for name, shape in shapes:
        has_rows = rows is not None and _has_word_rows(name)
        if name in known and known[name].shape == shape and not has_rows:
            tensors[name] = known[name]
            continue
        tensor = allocated(name, shape)
        begin(name, tensor)
        if name in known and rows is not None and has_rows:
            new, old = rows
            tensor[new] = known[name][old]
        tensors[name] = tensor
    return tensors
