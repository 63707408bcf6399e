"""Classifiers and taggers on top of embeddings, in scikit-learn's manners."""

from .chunks import ChunkReport, Score, chunk_report, chunks
from .classifier import TextClassifier
from .options import NetworkOptions
from .schemes import as_bio, as_iobes, check_scheme, recognised_scheme
from .tagger import SequenceTagger
from .training.progress import FitEvent

__all__ = [
    "ChunkReport",
    "FitEvent",
    "NetworkOptions",
    "Score",
    "SequenceTagger",
    "TextClassifier",
    "as_bio",
    "as_iobes",
    "check_scheme",
    "chunk_report",
    "chunks",
    "recognised_scheme",
]
