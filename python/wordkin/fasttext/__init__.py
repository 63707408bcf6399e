"""Models of fastText: labels of texts, and vectors of words from their character n-grams."""

from .classification import train_supervised
from .classifier import FastTextClassifier
from .model import FastTextModel, load_model
from .supervised.report import AutotuneTrial, SupervisedEpoch, SupervisedProgressEvent, SupervisedReport

__all__ = [
    "AutotuneTrial",
    "FastTextClassifier",
    "FastTextModel",
    "SupervisedEpoch",
    "SupervisedProgressEvent",
    "SupervisedReport",
    "load_model",
    "train_supervised",
]
