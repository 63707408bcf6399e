"""Classifiers and taggers on top of embeddings, in scikit-learn's manners."""

from .classifier import TextClassifier
from .entities import ChunkReport, Score, chunk_report, chunks
from .network_options import NetworkOptions
from .progress import FitEvent
from .schemes import as_bio, as_iobes, check_scheme, recognised_scheme
from .tagger import SequenceTagger

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
