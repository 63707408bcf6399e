"""`LabelMeter`, which `FastTextModel.get_meter` returns: precision and recall at every threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import LabelError
from ..runtime.options import real_option
from .evaluation import LabelScores

__all__ = ["LabelMeter"]


class LabelMeter:
    """Precision and recall of a model on a file, at every threshold of the probability.

    `FastTextModel.get_meter` creates it. Methods have the names, arguments and results of fastText's meter.

    Parameters
    ----------
    scores : LabelScores
        The predictions.
    labels : list of str
        The labels of the model.

    Examples
    --------
    >>> meter = model.get_meter("test.txt")  # doctest: +SKIP
    >>> meter.precision_at_recall(0.5)  # doctest: +SKIP
    0.87
    """

    def __init__(self, scores: LabelScores, labels: Sequence[str]) -> None:
        self._scores = scores
        self._labels = list(labels)

    def __repr__(self) -> str:
        return f"LabelMeter(examples={self._scores.examples}, labels={len(self._labels)})"

    def score_vs_true(self, label: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the probabilities of a label, and for which lines it is true.

        Parameters
        ----------
        label : str
            The label.

        Returns
        -------
        probabilities : ndarray of float32
            Probability of each line for which the label was predicted; at most 1.
        is_true : ndarray of float32
            1 if the line has the label, else 0.

        Raises
        ------
        LabelError
            If the model does not have the label.
        """
        probabilities, is_correct, _ = self._scores.of_label(self._index(label))
        return np.minimum(probabilities, np.float32(1.0)), is_correct.astype(np.float32)

    def precision_recall_curve(self, label: str | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return precision and recall at every threshold, from the highest one to the first that finds all labels.

        Parameters
        ----------
        label : str or None, default None
            The label; None for all labels together.

        Returns
        -------
        precision : ndarray of float64
            The precision at each threshold, and 1 at the end; empty if the label was never predicted.
        recall : ndarray of float64
            The recall at each threshold, and 0 at the end.

        Raises
        ------
        LabelError
            If the model does not have the label.
        """
        curve = self._scores.curve(self._index(label))
        if not len(curve.recall):
            return curve.precision, curve.recall
        shown = slice(int(np.searchsorted(curve.recall, 1.0)) + 1)
        return np.append(curve.precision[shown], 1.0), np.append(curve.recall[shown], 0.0)

    def precision_at_recall(self, recall: float, label: str | None = None) -> float:
        """Return the highest precision of the thresholds with at least the given recall.

        Parameters
        ----------
        recall : float
            Least recall (0 to 1).
        label : str or None, default None
            The label; None for all labels together.

        Returns
        -------
        float
            The precision; 0 if no threshold has this recall.

        Raises
        ------
        LabelError
            If the model does not have the label.
        """
        return self._scores.curve(self._index(label)).precision_at(real_option("recall", recall, 0.0, 1.0))

    def recall_at_precision(self, precision: float, label: str | None = None) -> float:
        """Return the highest recall of the thresholds with at least the given precision.

        Parameters
        ----------
        precision : float
            Least precision (0 to 1).
        label : str or None, default None
            The label; None for all labels together.

        Returns
        -------
        float
            The recall; 0 if no threshold has this precision.

        Raises
        ------
        LabelError
            If the model does not have the label.
        """
        return self._scores.curve(self._index(label)).recall_at(real_option("precision", precision, 0.0, 1.0))

    def _index(self, label: str | None) -> int | None:
        if not label:
            return None
        if label not in self._labels:
            raise LabelError(f"label must be one of the model's labels, got {label!r:.80}")
        return self._labels.index(label)
