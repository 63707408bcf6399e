"""Descriptions of phrase detectors for ``wordkin info``."""

from __future__ import annotations

from typing import Any

from ...storage import read_archive
from ...storage.paths import local_path
from ...storage.signatures import SIGNATURE_BYTES, is_safetensors
from ...text import PreparationOptions

__all__ = ["facts_of_phrases"]

_KINDS = {"phrases": "phrases with counts", "frozen_phrases": "phrases"}
_SETTINGS = ("min_count", "threshold", "scoring", "delimiter", "corpus_word_count")


def facts_of_phrases(path: str) -> dict[str, Any] | None:
    """Describe a phrase detector.

    Parameters
    ----------
    path : str
        A file.

    Returns
    -------
    dict or None
        The description; None if it is not the file of a phrase detector.

    Raises
    ------
    FormatError
        If the file is damaged.
    """
    source = local_path(path)
    if not source.is_file():
        return None
    with source.open("rb") as file:
        if not is_safetensors(file.read(SIGNATURE_BYTES)):
            return None
    archive = read_archive(source, mmap=True)
    kind = archive.metadata.get("kind")
    if kind not in _KINDS:
        return None
    words = archive.tensors.get("word_offsets")
    return {
        "file": path,
        "kind": _KINDS[kind],
        "bytes": source.stat().st_size,
        "words": 0 if words is None else max(0, len(words) - 1),
        "text_preparation": str(PreparationOptions.from_metadata(archive.metadata.get("preparation", {}))),
        **{name: archive.metadata[name] for name in _SETTINGS if name in archive.metadata},
    }
