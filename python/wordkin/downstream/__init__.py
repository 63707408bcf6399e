"""Classifiers and taggers on top of embeddings, in scikit-learn's manners."""

from .entities import ChunkReport, Score, chunk_report, chunks
from .network_options import NetworkOptions
from .schemes import as_bio, as_iobes, check_scheme, recognised_scheme

__all__ = [
    "ChunkReport",
    "NetworkOptions",
    "Score",
    "as_bio",
    "as_iobes",
    "check_scheme",
    "chunk_report",
    "chunks",
    "recognised_scheme",
]
