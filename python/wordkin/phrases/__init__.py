"""Phrases: words that belong together, found by how often they stand together, and joined in text."""

from .frozen import FrozenPhrases, Phraser
from .inference import JoinedCorpus, JoinedReport
from .model import Phrases
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
