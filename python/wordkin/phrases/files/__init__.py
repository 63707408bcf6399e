"""Files of phrase models."""

from .archive import frozen_file, phrases_file
from .gensim import read_gensim_frozen, read_gensim_phrases

__all__ = ["frozen_file", "phrases_file", "read_gensim_frozen", "read_gensim_phrases"]
