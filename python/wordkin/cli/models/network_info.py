"""Descriptions of classifiers and taggers for ``wordkin info``."""

from __future__ import annotations

from typing import Any

from ...downstream.files.model_folder import MODEL_FILE
from ...storage import read_archive
from ...storage.file_sets import CurrentFiles
from ...storage.paths import local_path
from ...text import PreparationOptions

__all__ = ["facts_of_network"]

_KINDS = {"text_classifier": "text classifier", "sequence_tagger": "sequence tagger"}


def facts_of_network(path: str) -> dict[str, Any] | None:
    """Describe a classifier or tagger.

    Parameters
    ----------
    path : str
        Folder of the model.

    Returns
    -------
    dict or None
        The description; None if it is neither.

    Raises
    ------
    FormatError
        If the model is damaged.
    """
    file = CurrentFiles(local_path(path)).path(MODEL_FILE)
    if not file.is_file():
        return None
    archive = read_archive(file, mmap=True)
    metadata = archive.metadata
    kind = metadata.get("kind")
    if kind not in _KINDS:
        return None
    history, state = metadata.get("history", {}), metadata.get("state", {})
    detected = {"scheme": state["scheme"]} if "scheme" in state else {}
    return {
        "file": path,
        "kind": _KINDS[kind],
        "bytes": file.stat().st_size,
        "classes": state.get("classes", []),
        **detected,
        **_tokens_of(metadata.get("params", {})),
        "embeddings": [
            f"{source.get('kind')} ({source.get('file', 'included')})" for source in metadata.get("sources", [])
        ],
        "parameters": sum(tensor.size for tensor in archive.tensors.values() if tensor.dtype.kind == "f"),
        "epochs": len(history.get("loss", [])),
        **{name: values[-1] for name, values in history.items() if values},
        **{name: value for name, value in metadata.get("options", {}).items() if name not in ("tables", "contexts")},
    }


def _tokens_of(params: dict[str, Any]) -> dict[str, str]:
    """Describe how texts are split, which sequence taggers do not do."""
    if "tokenizer" not in params:
        return {}
    tokenizer = params["tokenizer"]
    shown = (
        str(PreparationOptions.from_metadata(tokenizer)) if isinstance(tokenizer, dict) else f"tokenizer={tokenizer}"
    )
    return {"text_preparation": shown}
