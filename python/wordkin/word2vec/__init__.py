"""Word2Vec: training, and gensim's names around it."""

from ..text import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, LineSentence, PathLineSentences, Text8Corpus
from ..vectors import KeyedVectors
from .callbacks import CallbackAny2Vec
from .model import Word2Vec
from .progress import ProgressEvent
from .report import EpochReport, TrainingReport

__all__ = [
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "CallbackAny2Vec",
    "EpochReport",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "ProgressEvent",
    "Text8Corpus",
    "TrainingReport",
    "Word2Vec",
]
