"""Phrases: detecting words that occur together more often than by chance, and joining them in text."""

from .inference import JoinedCorpus, JoinedReport
from .model import FrozenPhrases, Phraser, Phrases
from .scoring import ENGLISH_CONNECTOR_WORDS, npmi_scorer, original_scorer

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "FrozenPhrases",
    "JoinedCorpus",
    "JoinedReport",
    "Phraser",
    "Phrases",
    "npmi_scorer",
    "original_scorer",
]
