"""Text classification and sequence tagging on top of word embeddings."""

from .classifier import TextClassifier
from .evaluation import ChunkReport, Score, chunk_report
from .labels.chunks import chunks
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
