"""Word2Vec with gensim's names: the model, corpus readers, callbacks, and vocabulary rules."""

from ..text import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, LineSentence, PathLineSentences, Text8Corpus
from ..vectors import KeyedVectors
from .model import Word2Vec
from .report import CommunicationReport, EpochReport, ProgressEvent, TrainingReport
from .training.callbacks import CallbackAny2Vec

__all__ = [
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "CallbackAny2Vec",
    "CommunicationReport",
    "EpochReport",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "ProgressEvent",
    "Text8Corpus",
    "TrainingReport",
    "Word2Vec",
]
