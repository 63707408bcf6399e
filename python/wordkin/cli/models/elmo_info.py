"""Descriptions of language models for ``wordkin info``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...elmo.archive import archive_to_state
from ...elmo.files.official_files import load_official
from ...elmo.files.pretrained import WEIGHTS_FILE
from ...elmo.files.recognition import holds_official_model, is_language_model_file
from ...elmo.state import ModelState, parameter_count
from ...storage import read_archive
from ...storage.file_sets import CurrentFiles
from ...storage.paths import local_path

__all__ = ["facts_of_language_model"]


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
    if source.is_file() and is_language_model_file(source):
        return _facts_of_archive(source)
    return _facts_of_official(source) if source.exists() and holds_official_model(str(source)) else None


def _facts_of_official(source: Path) -> dict[str, Any]:
    state = load_official(source)
    files = source.rglob("*") if source.is_dir() else [source]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return {
        "file": str(source),
        "kind": "language model of ELMoForManyLangs"
        if state.inputs.alphabet is not None
        else "language model in the format of the original program",
        "bytes": size,
        **_facts_of(state),
    }


def _facts_of(state: ModelState) -> dict[str, Any]:
    options = asdict(state.options)
    options["filters"] = [f"{width}x{number}" for width, number in state.options.filters]
    return {
        "parameters": parameter_count(state),
        "weights": "float32"
        if not state.int8_weights
        else "8-bit integers in the recurrent layers, for inference only",
        **options,
        **({} if state.training_report is None else {"last_training": state.training_report.summary}),
        "text_preparation": str(state.preparation),
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
