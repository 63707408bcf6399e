"""Models of fastText: labels of texts, and vectors of words from their character n-grams."""

from .classification import train_supervised
from .classifier import FastTextClassifier
from .gensim_model import FastText, load_facebook_model, load_facebook_vectors, save_facebook_model
from .meter import LabelMeter
from .model import FastTextModel, load_model
from .supervised.report import AutotuneTrial, SupervisedEpoch, SupervisedProgressEvent, SupervisedReport
from .vectors import train_unsupervised

__all__ = [
    "AutotuneTrial",
    "FastText",
    "FastTextClassifier",
    "FastTextModel",
    "LabelMeter",
    "SupervisedEpoch",
    "SupervisedProgressEvent",
    "SupervisedReport",
    "load_facebook_model",
    "load_facebook_vectors",
    "load_model",
    "save_facebook_model",
    "train_supervised",
    "train_unsupervised",
]
