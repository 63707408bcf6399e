"""Doc2Vec with gensim's names: the model, and documents with tags."""

from ..vectors import KeyedVectors
from ..word2vec import CallbackAny2Vec
from .documents import TaggedDocument, TaggedFiles, TaggedLineDocument
from .model import Doc2Vec

__all__ = ["CallbackAny2Vec", "Doc2Vec", "KeyedVectors", "TaggedDocument", "TaggedFiles", "TaggedLineDocument"]
