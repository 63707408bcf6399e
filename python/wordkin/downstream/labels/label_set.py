"""Labels of texts as the numbers that a network learns, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import LabelError

__all__ = ["LabelSet", "class_factors", "text_weights"]

Kind = Literal["two", "several", "multi"]

_SHOWN = 5  # labels in an error


@dataclass(frozen=True, eq=False)
class LabelSet:
    """The labels that texts can have.

    Parameters
    ----------
    classes
        Distinct, in rising order.
    kind
        "two" or "several" classes, one for each text; or "multi": any number of them for a text.
    is_matrix
        Whether labels of kind "multi" were given, and are returned, as a matrix of 0 and 1, a column for each class;
        else as a tuple of classes for each text.
    """

    classes: NDArray[Any]
    kind: Kind
    is_matrix: bool = False

    @classmethod
    def learned(cls, y: Any) -> LabelSet:
        """Return the labels of training texts.

        Raises
        ------
        LabelError
            If there is one only, or something that is no label.

        Examples
        --------
        >>> LabelSet.learned(["good", "bad", "good"]).classes.tolist()
        ['bad', 'good']
        >>> LabelSet.learned([["red"], [], ["red", "big"]]).kind
        'multi'
        """
        if _is_matrix(y):
            return cls(np.arange(_matrix(y).shape[1]), "multi", is_matrix=True)
        labels = _listed(y)
        if _are_sets(labels):
            classes = _distinct([label for own in labels for label in own])
            if len(classes) < 1:
                raise LabelError("y must have a label for at least one text, got none at all")
            return cls(classes, "multi")
        classes = _distinct(labels)
        if len(classes) < 2:
            found = f"one: {classes.tolist()[0]!r}" if len(classes) else "none"
            raise LabelError(f"y must have at least two classes to tell apart, got {found}")
        return cls(classes, "two" if len(classes) == 2 else "several")

    @property
    def outputs(self) -> int:
        """Numbers that a network gives for a text."""
        return 1 if self.kind == "two" else len(self.classes)

    def targets(self, y: Any, name: str = "y") -> NDArray[Any]:
        """Return the numbers of labels: int32 (texts,), or float32 (texts, classes) of 0 and 1 for several at once.

        Raises
        ------
        LabelError
            If a label is not among those that were learned.
        """
        if self.kind != "multi":
            return self._places(_listed(y, name), name)
        if self.is_matrix:
            matrix = _matrix(y, name)
            if matrix.shape[1] != len(self.classes):
                raise LabelError(
                    f"{name} must have a column for each of {len(self.classes)} labels, got {matrix.shape[1]}"
                )
            return matrix.astype(np.float32)
        sets = _listed(y, name)
        if not _are_sets(sets):
            raise LabelError(f"{name} must be a collection of labels for each text, as in training")
        targets = np.zeros((len(sets), len(self.classes)), dtype=np.float32)
        for row, own in enumerate(sets):
            targets[row, self._places(list(own), f"{name}[{row}]")] = 1.0
        return targets

    def _places(self, labels: Sequence[Any], name: str) -> NDArray[np.int32]:
        index = {label: place for place, label in enumerate(self.classes.tolist())}
        places = np.empty(len(labels), dtype=np.int32)
        for row, label in enumerate(labels):
            place = index.get(_plain(label)) if isinstance(_plain(label), str | int | float) else None
            if place is None:
                shown = ", ".join(map(repr, list(index)[:_SHOWN])) + (", ..." if len(index) > _SHOWN else "")
                raise LabelError(f"{name} has a label that was not in training, {label!r:.60}; known are {shown}")
            places[row] = place
        return places

    def of_scores(self, scores: NDArray[np.float32]) -> Any:
        """Return the labels for a network's outputs: where a logit is positive, or the largest."""
        if self.kind == "two":
            return self.classes[(scores[:, 0] > 0).astype(np.intp)]
        if self.kind == "several":
            return self.classes[scores.argmax(axis=1)]
        chosen = scores > 0
        if self.is_matrix:
            return chosen.astype(np.int64)
        return [tuple(self.classes[row].tolist()) for row in chosen]

    def accuracy(self, scores: NDArray[np.float32], targets: NDArray[Any], weights: NDArray[np.float32]) -> float:
        """Return the weighted share of texts whose labels a network's outputs give right; of several: all of them."""
        if self.kind == "two":
            right = (scores[:, 0] > 0) == targets
        elif self.kind == "several":
            right = scores.argmax(axis=1) == targets
        else:
            right = ((scores > 0) == (targets > 0)).all(axis=1)
        total = float(weights.sum(dtype=np.float64))
        return float((right * weights).sum(dtype=np.float64)) / total if total > 0 else 0.0


def class_factors(class_weight: Any, labels: LabelSet, targets: NDArray[Any]) -> NDArray[np.float32] | None:
    """Return a factor for each class, or None.

    Parameters
    ----------
    class_weight
        None; "balanced": so that all classes have the same weight together; or a mapping from classes to factors, 1 for
        those that it lacks.

    Raises
    ------
    TypeError, ValueError
        If it is something else.
    LabelError
        If it names a class that is not there.
    """
    if class_weight is None:
        return None
    if labels.kind == "multi":
        raise ValueError("class_weight must be None where a text has several labels; use sample_weight")
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise ValueError(f"class_weight must be None, 'balanced' or a dict, got {class_weight!r}")
        counts = np.bincount(targets, minlength=len(labels.classes))
        return (len(targets) / (len(counts) * np.maximum(counts, 1))).astype(np.float32)
    if not isinstance(class_weight, Mapping):
        raise TypeError(f"class_weight must be None, 'balanced' or a dict, got {type(class_weight).__name__}")
    factors = np.ones(len(labels.classes), dtype=np.float32)
    for label, factor in class_weight.items():
        (place,) = labels._places([label], "class_weight")
        if not np.isfinite(factor) or factor < 0:
            raise ValueError(f"class_weight[{label!r}] must be finite and at least 0, got {factor!r}")
        factors[place] = factor
    return factors


def text_weights(sample_weight: Any, count: int, name: str = "sample_weight") -> NDArray[np.float32]:
    """Return a weight for each text; ones where None is given.

    Raises
    ------
    ValueError
        If there is not one for each text, or one is negative or not finite, or all are 0.
    """
    if sample_weight is None:
        return np.ones(count, dtype=np.float32)
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (count,):
        raise ValueError(f"{name} must have one number for each of {count} texts, got shape {weights.shape}")
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise ValueError(f"{name} must be finite and at least 0, got {weights[wrong[0]]} at place {wrong[0]}")
    if count and not weights.any():
        raise ValueError(f"{name} must be more than 0 for one text at least; all are 0")
    return weights.astype(np.float32)


def _is_matrix(y: Any) -> bool:
    if isinstance(y, np.ndarray) or hasattr(y, "__array__"):
        return np.ndim(y) == 2 and np.asarray(y).dtype.kind in "biuf"
    if not isinstance(y, list | tuple) or not y:
        return False
    first = y[0]
    # Rows of 0 and 1, all of one length of at least 2, are a matrix rather than collections of the labels 0 and 1.
    return (
        isinstance(first, list | tuple)
        and len(first) > 1
        and all(isinstance(row, list | tuple) and len(row) == len(first) for row in y)
        and all(_plain(cell) in (0, 1) and not isinstance(cell, str) for row in y for cell in row)
    )


def _matrix(y: Any, name: str = "y") -> NDArray[Any]:
    matrix = np.asarray(y)
    if matrix.ndim != 2 or matrix.dtype.kind not in "biuf" or not np.isin(matrix, (0, 1)).all():
        raise LabelError(f"{name} must be a matrix of 0 and 1, a row for each text, got shape {matrix.shape}")
    return matrix


def _listed(y: Any, name: str = "y") -> list[Any]:
    if isinstance(y, str | bytes | Mapping) or not isinstance(y, Iterable):
        raise TypeError(f"{name} must be a label for each text, got {type(y).__name__}")
    if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    return list(y)


def _are_sets(labels: Sequence[Any]) -> bool:
    return bool(labels) and all(isinstance(own, list | tuple | set | frozenset) for own in labels)


def _plain(label: Any) -> Any:
    return label.item() if isinstance(label, np.generic) else label


def _distinct(labels: Iterable[Any]) -> NDArray[Any]:
    found = dict.fromkeys(_checked_label(label, place) for place, label in enumerate(labels))
    kinds = {str if isinstance(label, str) else bool if isinstance(label, bool) else int for label in found}
    if len(kinds) > 1:
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise LabelError(f"y must have labels of one kind: all text or all whole numbers, got {names}")
    return np.array(sorted(found))


def _checked_label(label: Any, place: int) -> str | int:
    value = _plain(label)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int):
        raise LabelError(f"y must have text or whole numbers for labels, got {label!r:.60} at place {place}")
    return value
