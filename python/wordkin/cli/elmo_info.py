"""What `wordkin info` tells of language models."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

__all__ = ["facts_of_language_model"]


def facts_of_language_model(path: str) -> dict[str, Any] | None:
    """Return what a folder or a checkpoint of a language model holds; None for anything else.

    Raises
    ------
    FormatError
        If it is one and damaged.
    """
    from ..storage.paths import local_path

    source = local_path(path)
    if source.is_dir():
        from ..elmo.persistence import WEIGHTS_FILE

        source /= WEIGHTS_FILE
    if not source.is_file() or not _holds_language_model(source):
        return None
    from ..elmo.persistence import content_of
    from ..storage import read_archive

    archive = read_archive(source, mmap=True)
    content = content_of(archive, str(source))
    options = asdict(content.options)
    options["filters"] = [f"{width}x{number}" for width, number in content.options.filters]
    run: dict[str, Any] = archive.metadata.get("run", {})
    return {
        "file": str(source),
        "kind": "language model" if not run else "checkpoint of a language model",
        "bytes": source.stat().st_size,
        "parameters": sum(tensor.size for tensor in content.parameters.values()),
        **options,
        "first_words": [] if content.words is None else content.words.words[:5],
        **({"step": run.get("step")} if run else {}),
        **{f"trained_with_{name}": value for name, value in sorted(content.training.items())},
    }


def _holds_language_model(source: Path) -> bool:
    from ..elmo.persistence import KIND
    from ..errors import FormatError
    from ..storage import read_archive

    with source.open("rb") as file:
        if file.read(9)[4:9] != b"\0\0\0\0{":
            return False
    try:
        return read_archive(source, mmap=True).metadata.get("kind") == KIND
    except FormatError:
        return False
