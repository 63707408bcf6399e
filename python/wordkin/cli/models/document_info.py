"""Descriptions of Doc2Vec models for ``wordkin info``."""

from __future__ import annotations

from typing import Any

from ...doc2vec import Doc2Vec
from ...storage.paths import local_path

__all__ = ["facts_of_documents"]


def facts_of_documents(path: str) -> dict[str, Any]:
    """Describe a Doc2Vec model.

    Parameters
    ----------
    path : str
        The file.

    Returns
    -------
    dict
        The description.

    Raises
    ------
    FormatError
        If the file is damaged.
    """
    model = Doc2Vec.load(path, mmap=True)
    report = model.training_report
    done = [] if report is None else [epoch for epoch in report.epochs if not epoch.interrupted]
    return {
        "file": path,
        "kind": "document-model",
        "bytes": local_path(path).stat().st_size,
        "tags": len(model.dv),
        "first_tags": [str(tag) for tag in model.dv.index_to_key[:5]],
        "words": len(model.wv),
        "vector_size": model.vector_size,
        "settings": str(model),
        "epochs": model.epochs,
        "epochs_done": len(done),
        "loss": done[-1].loss if done else None,
        "corpus_documents": model.corpus_count,
        "corpus_words": model.corpus_total_words,
        "text_preparation": str(model.preparation),
        "comment": model.comment,
    }
