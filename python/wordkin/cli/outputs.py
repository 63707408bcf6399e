"""Files that commands write: in which format, told from the name, and checked before hours are spent on the content."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .exits import UsageError

if TYPE_CHECKING:
    from ..vectors import KeyedVectors
    from ..word2vec import Word2Vec

__all__ = [
    "FORMATS",
    "Format",
    "Output",
    "chosen_output",
    "require_writable_folder",
    "require_writable_place",
    "save_vectors",
]

Format = Literal["model", "vectors", "text", "binary", "glove", "projector"]

FORMATS: dict[Format, str] = {
    "model": "everything that is needed to train on (.safetensors)",
    "vectors": "the vectors with counts and attributes (.safetensors)",
    "text": "word2vec's text format (.txt, .vec)",
    "binary": "word2vec's binary format (.bin)",
    "glove": "text without a header",
    "projector": "NAME_tensor.tsv and NAME_metadata.tsv, for TensorBoard's projector",
}
_OF_SUFFIX: dict[str, Format] = {".safetensors": "model", ".txt": "text", ".vec": "text", ".bin": "binary"}
_COMPRESSED = (".gz", ".bz2", ".xz")


@dataclass(frozen=True, kw_only=True)
class Output:
    """Where to and how."""

    path: str
    format: Format


def chosen_output(path: str, format_name: Format | None, *, allowed: Sequence[Format] = tuple(FORMATS)) -> Output:
    """Return the format asked for, else that of the file's name.

    Raises
    ------
    UsageError
        If the name tells none.
    OSError
        If the file cannot be written there.
    """
    if format_name is None:
        suffixes = [suffix.lower() for suffix in Path(path).suffixes]
        if suffixes and suffixes[-1] in _COMPRESSED:
            del suffixes[-1]
        format_name = _OF_SUFFIX.get(suffixes[-1] if suffixes else "")
        if format_name is None or format_name not in allowed:
            known = ", ".join(suffix for suffix, name in _OF_SUFFIX.items() if name in allowed)
            raise UsageError(f"{path}: the name tells no format ({known}); name one of {', '.join(allowed)}")
    require_writable_place(path)
    return Output(path=path, format=format_name)


def require_writable_folder(path: str) -> None:
    """Raise the OSError that making this folder or writing into it would raise, as far as that can be told."""
    from ..storage.paths import local_path

    target = local_path(path)
    while not target.exists() and target != target.parent:
        target = target.parent
    if not target.is_dir():
        raise NotADirectoryError(f"{target} is no folder")
    if not os.access(target, os.W_OK):
        raise PermissionError(f"{target}: no permission to write there")


def require_writable_place(path: str) -> None:
    """Raise the OSError that writing this file would raise, as far as that can be told beforehand."""
    from ..storage.paths import local_path

    target = local_path(path)
    folder = target.parent
    if not stat.S_ISDIR(folder.stat().st_mode):
        raise NotADirectoryError(f"{folder} is no folder")
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder; a file name is needed")
    if not os.access(target if target.exists() and not target.is_file() else folder, os.W_OK):
        raise PermissionError(f"{target}: no permission to write there")


def save_vectors(output: Output, vectors: KeyedVectors, model: Word2Vec | None = None) -> None:
    """Write vectors, or the model that they belong to where the format has room for it.

    Raises
    ------
    UsageError
        If a whole model is asked for and there is none.
    """
    if output.format == "model":
        if model is None:
            raise UsageError("only a whole model can be written as one; choose the format `vectors`")
        model.save(output.path)
    elif output.format == "vectors":
        vectors.save(output.path)
    elif output.format == "projector":
        from ..vectors.files import write_projector_tsv

        tensor, metadata = f"{output.path}_tensor.tsv", f"{output.path}_metadata.tsv"
        write_projector_tsv(tensor, metadata, [str(key) for key in vectors.index_to_key], vectors.vectors)
    else:
        vectors.save_word2vec_format(
            output.path, binary=output.format == "binary", write_header=output.format != "glove"
        )
