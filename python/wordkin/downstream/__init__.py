"""Classifiers and taggers on top of embeddings, in scikit-learn's manners."""

from .classifier import TextClassifier
from .labels.chunks import ChunkReport, Score, chunk_report, chunks
from .labels.schemes import as_bio, as_iobes, check_scheme, recognised_scheme
from .options import NetworkOptions
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
