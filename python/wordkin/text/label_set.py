"""Class labels of texts as the targets that a network is trained on, and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import LabelError
from ..runtime.columns import as_list, one_column

__all__ = ["ClassWeight", "Label", "LabelKind", "LabelSet", "Labels", "class_factors", "text_weights"]

Label = str | int
Labels = Iterable[Label | Collection[str] | Collection[int]] | NDArray[Any]
LabelKind = Literal["two", "several", "multi"]
ClassWeight = Mapping[Any, float] | Literal["balanced"]

_MAX_SHOWN = 5  # labels in an error message


@dataclass(frozen=True, eq=False)
class LabelSet:
    """The labels that texts can have.

    Parameters
    ----------
    classes : ndarray, shape (n_classes,)
        Distinct labels in ascending order.
    kind : {"two", "several", "multi"}
        Two or several mutually exclusive classes, or any number of labels per text.
    is_matrix : bool, default False
        Whether labels of kind "multi" are given and returned as a 0/1 matrix with one column per class. Otherwise they
        are a collection of classes for each text.
    """

    classes: NDArray[Any]
    kind: LabelKind
    is_matrix: bool = False

    def __post_init__(self) -> None:
        if self.kind not in get_args(LabelKind):
            raise ValueError(f"kind must be one of {', '.join(get_args(LabelKind))}, got {self.kind!r:.20}")

    @classmethod
    def learn(cls, y: Labels) -> LabelSet:
        """Collect the labels of training texts.

        Parameters
        ----------
        y : sequence of labels, sequence of collections of labels, or matrix of 0 and 1
            The labels.

        Returns
        -------
        LabelSet
            The distinct labels.

        Raises
        ------
        LabelError
            If there are fewer than two classes, or an element is not a label.

        Examples
        --------
        >>> LabelSet.learn(["good", "bad", "good"]).classes.tolist()
        ['bad', 'good']
        >>> LabelSet.learn([["red"], [], ["red", "big"]]).kind
        'multi'
        """
        if _is_matrix(y):
            return cls(np.arange(_matrix(y).shape[1]), "multi", is_matrix=True)
        labels = _as_list(y)
        if _are_collections(labels):
            classes = _distinct([label for own in labels for label in own])
            if len(classes) < 1:
                raise LabelError("y must have a label for at least one text, got none")
            return cls(classes, "multi")
        classes = _distinct(labels)
        if len(classes) < 2:
            found = f"only {classes.tolist()[0]!r}" if len(classes) else "none"
            raise LabelError(f"y must have at least two classes, got {found}")
        return cls(classes, "two" if len(classes) == 2 else "several")

    @property
    def outputs(self) -> int:
        """Number of outputs of the network for each text."""
        return 1 if self.kind == "two" else len(self.classes)

    def targets(self, y: Labels, name: str = "y") -> NDArray[Any]:
        """Convert labels to training targets.

        Parameters
        ----------
        y : sequence of labels, sequence of collections of labels, or matrix of 0 and 1
            The labels, of the same kind as in training.
        name : str, default "y"
            Name of the argument in error messages.

        Returns
        -------
        ndarray
            Class indices, int32 of shape (n_texts,); for several labels per text 0 and 1, float32 of shape
            (n_texts, n_classes).

        Raises
        ------
        LabelError
            If a label did not occur in training.
        """
        if self.kind != "multi":
            return self._indices(_as_list(y, name), name)
        if self.is_matrix:
            matrix = _matrix(y, name)
            if matrix.shape[1] != len(self.classes):
                raise LabelError(
                    f"{name} must have one column for each of {len(self.classes)} labels, got {matrix.shape[1]}"
                )
            return matrix.astype(np.float32)
        collections = _as_list(y, name)
        if not _are_collections(collections):
            raise LabelError(f"{name} must have a collection of labels for each text, as in training")
        targets = np.zeros((len(collections), len(self.classes)), dtype=np.float32)
        for row, own in enumerate(collections):
            targets[row, self._indices(list(own), f"{name}[{row}]")] = 1.0
        return targets

    def _indices(self, labels: Sequence[Any], name: str) -> NDArray[np.int32]:
        index_of = {label: index for index, label in enumerate(self.classes.tolist())}
        indices = np.empty(len(labels), dtype=np.int32)
        for row, label in enumerate(labels):
            value = _as_python(label)
            index = index_of.get(value) if isinstance(value, str | int | float) else None
            if index is None:
                shown = ", ".join(map(repr, list(index_of)[:_MAX_SHOWN])) + (
                    ", ..." if len(index_of) > _MAX_SHOWN else ""
                )
                raise LabelError(f"{name} must have labels that occur in training ({shown}), got {label!r:.60}")
            indices[row] = index
        return indices

    def decode(self, scores: NDArray[np.float32]) -> NDArray[Any] | list[tuple[Label, ...]]:
        """Convert outputs of the network to labels: the largest score, or every positive one.

        Parameters
        ----------
        scores : ndarray, shape (n_texts, n_outputs)
            Logits, float32.

        Returns
        -------
        ndarray or list of tuple
            One label per text. For several labels per text, an int64 matrix of 0 and 1 or a tuple of labels for each
            text, as the labels were given in training.
        """
        if self.kind == "two":
            return self._take((scores[:, 0] > 0).astype(np.intp))
        if self.kind == "several":
            return self._take(scores.argmax(axis=1))
        chosen = scores > 0
        if self.is_matrix:
            return chosen.astype(np.int64)
        return [tuple(self.classes[row].tolist()) for row in chosen]

    def _take(self, indices: NDArray[np.intp]) -> NDArray[Any]:
        labels: NDArray[Any] = self.classes[indices]
        return labels

    def accuracy(self, scores: NDArray[np.float32], targets: NDArray[Any], weights: NDArray[np.float32]) -> float:
        """Return the weighted fraction of texts that are classified correctly.

        Parameters
        ----------
        scores : ndarray, shape (n_texts, n_outputs)
            Logits, float32.
        targets : ndarray
            Targets of the texts, as `targets` returns them.
        weights : ndarray, shape (n_texts,)
            Weight of each text, float32.

        Returns
        -------
        float
            Accuracy from 0 to 1; 0 if all weights are 0. With several labels per text, all of them must be correct.
        """
        if self.kind == "two":
            correct = (scores[:, 0] > 0) == targets
        elif self.kind == "several":
            correct = scores.argmax(axis=1) == targets
        else:
            correct = ((scores > 0) == (targets > 0)).all(axis=1)
        total = float(weights.sum(dtype=np.float64))
        return float((correct * weights).sum(dtype=np.float64)) / total if total > 0 else 0.0


def class_factors(
    class_weight: ClassWeight | None, labels: LabelSet, targets: NDArray[Any]
) -> NDArray[np.float32] | None:
    """Return the factor of each class in the loss.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        A mapping from classes to factors (missing classes have the factor 1), or "balanced" for factors inversely
        proportional to the class frequencies.
    labels : LabelSet
        The classes.
    targets : ndarray, shape (n_texts,)
        Class indices of the training texts, int32.

    Returns
    -------
    ndarray, shape (n_classes,) or None
        Float32 factors; None if `class_weight` is None.

    Raises
    ------
    TypeError, ValueError
        If `class_weight` is of another type, has a negative or non-finite factor, or texts have several labels.
    LabelError
        If it names an unknown class.
    """
    if class_weight is None:
        return None
    if labels.kind == "multi":
        raise ValueError("class_weight must be None if a text can have several labels; use sample_weight")
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise ValueError(f"class_weight must be None, 'balanced' or a dict, got {class_weight!r}")
        counts = np.bincount(targets, minlength=len(labels.classes))
        return (len(targets) / (len(counts) * np.maximum(counts, 1))).astype(np.float32)
    if not isinstance(class_weight, Mapping):
        raise TypeError(f"class_weight must be None, 'balanced' or a dict, got {type(class_weight).__name__}")
    factors = np.ones(len(labels.classes), dtype=np.float32)
    for label, factor in class_weight.items():
        (index,) = labels._indices([label], "class_weight")
        if not np.isfinite(factor) or factor < 0:
            raise ValueError(f"class_weight[{label!r}] must be finite and at least 0, got {factor!r}")
        factors[index] = factor
    return factors


def text_weights(sample_weight: ArrayLike | None, count: int, name: str = "sample_weight") -> NDArray[np.float32]:
    """Return the weight of each text in the loss.

    Parameters
    ----------
    sample_weight : array_like, shape (count,) or None
        The weights; None for equal weights.
    count : int
        Number of texts.
    name : str, default "sample_weight"
        Name of the argument in error messages.

    Returns
    -------
    ndarray, shape (count,)
        Float32 weights.

    Raises
    ------
    ValueError
        If the number of weights differs from `count`, a weight is negative or not finite, or all weights are 0.
    """
    if sample_weight is None:
        return np.ones(count, dtype=np.float32)
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (count,):
        raise ValueError(f"{name} must have one number for each of {count} texts, got shape {weights.shape}")
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise ValueError(f"{name} must be finite and at least 0, got {weights[wrong[0]]} at index {wrong[0]}")
    if count and not weights.any():
        raise ValueError(f"{name} must be positive for at least one text, got only zeros")
    return weights.astype(np.float32)


def _is_matrix(y: Any) -> bool:
    y = one_column(y)
    if isinstance(y, np.ndarray) or hasattr(y, "__array__"):
        return np.ndim(y) == 2 and np.asarray(y).dtype.kind in "biuf"
    if not isinstance(y, list | tuple) or not y:
        return False
    first = y[0]
    # Rows of 0 and 1 that all have one length of at least 2 are a matrix, not collections of the labels 0 and 1.
    return (
        isinstance(first, list | tuple)
        and len(first) > 1
        and all(isinstance(row, list | tuple) and len(row) == len(first) for row in y)
        and all(_as_python(cell) in (0, 1) and not isinstance(cell, str) for row in y for cell in row)
    )


def _matrix(y: Any, name: str = "y") -> NDArray[Any]:
    matrix = np.asarray(y)
    if matrix.ndim != 2 or matrix.dtype.kind not in "biuf" or not np.isin(matrix, (0, 1)).all():
        raise LabelError(f"{name} must be a matrix of 0 and 1 with one row per text, got shape {matrix.shape}")
    return matrix


def _as_list(y: Any, name: str = "y") -> list[Any]:
    return as_list(y, name, "a list with a label for each text")


def _are_collections(labels: Sequence[Any]) -> bool:
    return bool(labels) and all(isinstance(own, list | tuple | set | frozenset) for own in labels)


def _as_python(label: Any) -> Any:
    return label.item() if isinstance(label, np.generic) else label


def _distinct(labels: Iterable[Any]) -> NDArray[Any]:
    found = dict.fromkeys(_checked_label(label, index) for index, label in enumerate(labels))
    kinds = {str if isinstance(label, str) else bool if isinstance(label, bool) else int for label in found}
    if len(kinds) > 1:
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise LabelError(f"y must have labels of one type, either strings or integers, got {names}")
    return np.array(sorted(found))


def _checked_label(label: Any, index: int) -> Label:
    value = _as_python(label)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int):
        raise LabelError(f"y must have strings or integers as labels, got {label!r:.60} at index {index}")
    return value
