"""Models of fastText: labels of texts, and vectors of words from their character n-grams."""

from . import util
from .classification import train_supervised
from .classifier import FastTextClassifier
from .gensim_model import FastText, load_facebook_model, load_facebook_vectors, save_facebook_model
from .meter import LabelMeter
from .model import FastTextModel, load_model
from .supervised.report import AutotuneTrial, SupervisedEpoch, SupervisedProgressEvent, SupervisedReport
from .tokens import BOW, EOS, EOW, tokenize
from .vectors import train_unsupervised

__all__ = [
    "BOW",
    "EOS",
    "EOW",
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
    "tokenize",
    "train_supervised",
    "train_unsupervised",
    "util",
]
