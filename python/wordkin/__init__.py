"""wordkin: fast word embeddings, static and contextual.

Word2Vec                          trains word vectors on text
Doc2Vec, TaggedDocument           trains vectors of documents
FastText                          trains word vectors that also know unseen words
KeyedVectors                      word vectors: neighbours, evaluation, pictures, files
Phrases, FrozenPhrases            find phrases and join their words
ELMo                              contextual embeddings and language models
TextClassifier, SequenceTagger    classify texts, tag words
FastTextClassifier                classifies texts by words and n-grams
load                              opens any saved model or vectors
preprocess                        the tokens of a text, as training reads them
align                             rotates vectors into the space of others
show_config                       threads, instruction set and libraries in use

Example::

    import wordkin

    model = wordkin.Word2Vec("texts/", vector_size=100)
    model.wv.most_similar("king")
    model.save("model.safetensors")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .alignment import align
    from .doc2vec import Doc2Vec, TaggedDocument, TaggedLineDocument
    from .downstream import SequenceTagger, TextClassifier
    from .elmo import ELMo
    from .fasttext import FastText, FastTextClassifier
    from .loading import load
    from .phrases import FrozenPhrases, Phrases
    from .runtime.compute import show_config
    from .text import preprocess
    from .vectors import KeyedVectors
    from .word2vec import Word2Vec

# Public names and where they live. They are imported on first use: `import wordkin` stays within a few milliseconds.
_HOMES = {
    "Doc2Vec": "doc2vec",
    "ELMo": "elmo",
    "FastText": "fasttext",
    "FastTextClassifier": "fasttext",
    "FrozenPhrases": "phrases",
    "KeyedVectors": "vectors",
    "Phrases": "phrases",
    "SequenceTagger": "downstream",
    "TaggedDocument": "doc2vec",
    "TaggedLineDocument": "doc2vec",
    "TextClassifier": "downstream",
    "Word2Vec": "word2vec",
    "align": "alignment",
    "load": "loading",
    "preprocess": "text",
    "show_config": "runtime.compute",
}

__all__ = [
    "Doc2Vec",
    "ELMo",
    "FastText",
    "FastTextClassifier",
    "FrozenPhrases",
    "KeyedVectors",
    "Phrases",
    "SequenceTagger",
    "TaggedDocument",
    "TaggedLineDocument",
    "TextClassifier",
    "Word2Vec",
    "__version__",
    "align",
    "load",
    "preprocess",
    "show_config",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'wordkin' has no attribute {name!r}")
    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return sorted({name for name in globals() if name.startswith("__")} | set(__all__))
