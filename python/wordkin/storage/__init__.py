"""Model files: one safetensors file per model, written atomically; checkpoints, text lines and decompression."""

from __future__ import annotations

from .archive import Archive, read_archive, write_archive
from .word_table import pack_words, unpack_words

__all__ = ["Archive", "pack_words", "read_archive", "unpack_words", "write_archive"]
