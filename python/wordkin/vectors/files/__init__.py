"""Readers and writers for the word-vector files of other programs, and for wordkin's own."""

from __future__ import annotations

from ..key_storage import keys_as_words
from .fasttext_bin import FastTextModel, read_fasttext
from .gensim_files import GensimModel, read_gensim
from .loaded import LoadedVectors
from .projector_tsv import read_projector_tsv, write_projector_tsv
from .recognition import FileKind, recognise
from .vocabulary_file import read_vocabulary, write_vocabulary
from .word2vec import read_word2vec, write_word2vec

__all__ = [
    "FastTextModel",
    "FileKind",
    "GensimModel",
    "LoadedVectors",
    "keys_as_words",
    "read_fasttext",
    "read_gensim",
    "read_projector_tsv",
    "read_vocabulary",
    "read_word2vec",
    "recognise",
    "write_projector_tsv",
    "write_vocabulary",
    "write_word2vec",
]
