"""Folders of vectors that sentence-transformers loads as a static embedding of texts.

``model.safetensors`` has the vectors under the name that sentence-transformers expects, and everything else that
wordkin saves; ``tokenizer.json`` maps words to rows for the library `tokenizers`.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import FormatError
from ...storage import Archive
from ...storage.file_sets import CurrentFiles, read_files, replaced_files
from ...storage.model_folders import required_file
from ...storage.paths import AnyPath
from ...storage.saveable import Saveable
from ...text import PreparationOptions
from ..table import VectorTable
from .archive import archive_to_table, table_to_archive

__all__ = ["STATIC_EMBEDDING", "load_static_embedding", "save_static_embedding"]

logger = logging.getLogger(__name__)

MODEL_FILE = "model.safetensors"
_ROWS = "embedding.weight"
_UNKNOWN = "[UNK]"  # the token of all other words, whose vector is zero

# The rule of `split_words`; the library `tokenizers` uses Oniguruma's syntax.
_NO_SPACES = "".join(
    rf"\p{{{script}}}" for script in ("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar")
)
_WORD_OR_SYMBOL = rf"(?:[{_NO_SPACES}]|[^\s\w])\p{{M}}*|(?:(?![{_NO_SPACES}])\w)+"
# The marks that the core removes.
_ARABIC_MARKS = (
    "[\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff]"
)


def save_static_embedding(table: VectorTable, folder: AnyPath, *, lowercase: bool | None) -> None:
    """Write vectors into a folder, which is created if it does not exist.

    Parameters
    ----------
    table : VectorTable
        The vectors.
    folder : path
        The folder.
    lowercase : bool or None
        Whether sentence-transformers converts texts to lower case; None if the vectors' `preparation` does.

    Raises
    ------
    ValueError
        If there are no vectors, or a key is not text.
    OSError
        If a file cannot be written.
    """
    words = table.index_to_key
    if not words:
        raise ValueError("the vectors must have at least one word to be saved, got none")
    wrong = [word for word in words if not isinstance(word, str)]
    if wrong:
        raise ValueError(f"all keys must be str for a tokenizer, got {wrong[0]!r}")
    preparation = table.preparation if lowercase is None else replace(table.preparation, lowercase=lowercase)
    if callable(preparation.tokenizer):
        logger.warning(
            "%s: sentence-transformers splits texts at whitespace and punctuation, since tokenizer.json cannot contain "
            "the function that split the texts of the training (%s)",
            folder,
            preparation,
        )
    texts = {
        "tokenizer.json": _tokenizer(words, preparation),
        "config.json": {"model_type": "static_embedding", "vector_size": table.vector_size, "vocab_size": len(words)},
        "modules.json": [
            {"idx": 0, "name": "0", "path": ".", "type": "sentence_transformers.models.StaticEmbedding"},
        ],
    }
    with replaced_files(folder) as files:
        with files.file(MODEL_FILE) as file:
            STATIC_EMBEDDING.save(table, file)
        for name, content in texts.items():
            with files.file(name) as file:
                file.write(json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8") + b"\n")


def load_static_embedding(folder: AnyPath) -> VectorTable:
    """Read the vectors of such a folder.

    Parameters
    ----------
    folder : path
        The folder.

    Returns
    -------
    VectorTable
        The vectors.

    Raises
    ------
    FormatError
        If the folder holds something else, or is damaged.
    OSError
        If a file cannot be read.
    """
    return read_files(folder, _table_of)


def _table_of(files: CurrentFiles) -> VectorTable:
    file = required_file(files, MODEL_FILE, "a folder that KeyedVectors.save_pretrained wrote")
    return STATIC_EMBEDDING.load(file)


def _tokenizer(words: list[str], preparation: PreparationOptions) -> dict[str, Any]:
    vocabulary = {word: row for row, word in enumerate(words)}
    vocabulary.setdefault(_UNKNOWN, len(words))
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": _normalizer(preparation),
        "pre_tokenizer": _pre_tokenizer(preparation),
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": _UNKNOWN},
    }


def _normalizer(preparation: PreparationOptions) -> dict[str, Any] | None:
    steps: list[dict[str, Any]] = []
    if preparation.normalize is not None:
        steps.append({"type": preparation.normalize})
    if preparation.remove_arabic_marks:
        steps.append({"type": "Replace", "pattern": {"Regex": _ARABIC_MARKS}, "content": ""})
    if preparation.lowercase:
        steps.append({"type": "Lowercase"})
    if len(steps) > 1:
        return {"type": "Sequence", "normalizers": steps}
    return steps[0] if steps else None


def _pre_tokenizer(preparation: PreparationOptions) -> dict[str, Any]:
    if preparation.tokenizer == "words":
        return {"type": "Split", "pattern": {"Regex": _WORD_OR_SYMBOL}, "behavior": "Removed", "invert": True}
    return {
        "type": "Sequence",
        "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}],
    }


def _pack(table: VectorTable) -> Archive:
    archive = table_to_archive(table)
    tensors = dict(archive.tensors)
    rows = np.zeros((len(table.index_to_key) + 1, table.vector_size), dtype=np.float32)
    rows[:-1] = tensors.pop("vectors")
    return Archive(tensors={**tensors, _ROWS: rows}, metadata=archive.metadata)


def _unpack(archive: Archive) -> VectorTable:
    tensors = dict(archive.tensors)
    rows = tensors.pop(_ROWS)
    if rows.ndim != 2 or len(rows) < 1:
        raise FormatError(f"{_ROWS} must be a matrix with a row for unknown words, got shape {rows.shape}")
    return archive_to_table(Archive(tensors={**tensors, "vectors": rows[:-1]}, metadata=archive.metadata))


STATIC_EMBEDDING = Saveable(kind="static_embedding", pack=_pack, unpack=_unpack)
