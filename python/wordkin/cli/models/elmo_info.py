"""Descriptions of language models for ``wordkin info``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...elmo.archive import MODEL_FILE, archive_to_state
from ...elmo.files.official_files import is_official, load_official
from ...elmo.files.pretrained import WEIGHTS_FILE
from ...elmo.state import ModelState
from ...errors import FormatError
from ...storage import read_archive
from ...storage.file_sets import CurrentFiles
from ...storage.paths import local_path
from ...storage.signatures import SIGNATURE_BYTES, is_safetensors

__all__ = ["facts_of_language_model", "holds_language_model", "holds_official_model"]


def facts_of_language_model(path: str) -> dict[str, Any] | None:
    """Describe a language model.

    Parameters
    ----------
    path : str
        Folder, zip archive or checkpoint.

    Returns
    -------
    dict or None
        The description; None if it is not a language model.

    Raises
    ------
    FormatError
        If the model is damaged.
    """
    source = local_path(path)
    if source.is_dir():
        archive = CurrentFiles(source).path(WEIGHTS_FILE)
        source = source if not archive.is_file() and holds_official_model(path) else archive
    if source.is_file() and _is_language_model_archive(source):
        return _facts_of_archive(source)
    return _facts_of_official(source) if source.exists() and holds_official_model(str(source)) else None


def holds_official_model(path: str) -> bool:
    """Return whether a folder or zip archive has the files of the original program.

    Parameters
    ----------
    path : str
        Folder or zip archive.

    Returns
    -------
    bool
        Whether it has these files.
    """
    source = local_path(path)
    if not source.is_dir() and not source.is_file():
        return False
    try:
        return is_official(source)
    except FormatError:  # an options.json alone
        return False


def _facts_of_official(source: Path) -> dict[str, Any]:
    state = load_official(source)
    files = source.rglob("*") if source.is_dir() else [source]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return {
        "file": str(source),
        "kind": "language model in the format of the original program",
        "bytes": size,
        **_facts_of(state),
    }


def _facts_of(state: ModelState) -> dict[str, Any]:
    options = asdict(state.options)
    options["filters"] = [f"{width}x{number}" for width, number in state.options.filters]
    return {
        "parameters": sum(tensor.size for tensor in state.parameters.values()),
        **options,
        "first_words": [] if state.words is None else state.words.words[:5],
    }


def _facts_of_archive(source: Path) -> dict[str, Any]:
    archive = read_archive(source, mmap=True)
    state = archive_to_state(archive)
    run: dict[str, Any] = archive.metadata.get("run", {})
    return {
        "file": str(source),
        "kind": "language model" if not run else "checkpoint of a language model",
        "bytes": source.stat().st_size,
        **_facts_of(state),
        **({"step": run.get("step")} if run else {}),
        **{f"trained_with_{name}": value for name, value in sorted(state.training.items())},
    }


def holds_language_model(path: str) -> bool:
    """Return whether a file or folder holds a language model in any format.

    Parameters
    ----------
    path : str
        File or folder.

    Returns
    -------
    bool
        Whether it holds a language model.
    """
    source = local_path(path)
    if source.is_dir():
        return CurrentFiles(source).path(WEIGHTS_FILE).is_file() or holds_official_model(path)
    return source.is_file() and (_is_language_model_archive(source) or holds_official_model(path))


def _is_language_model_archive(source: Path) -> bool:
    with source.open("rb") as file:
        if not is_safetensors(file.read(SIGNATURE_BYTES)):
            return False
    try:
        return read_archive(source, mmap=True).metadata.get("kind") == MODEL_FILE.kind
    except FormatError:
        return False
