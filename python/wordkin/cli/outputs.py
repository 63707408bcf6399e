"""Output files of commands: their formats, and checks before long work starts that they can be written."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..storage.paths import local_path
from ..vectors import KeyedVectors
from ..vectors.files import keys_as_words, write_projector_tsv
from ..word2vec import Word2Vec
from .exits import UsageError

__all__ = [
    "FORMATS",
    "Format",
    "Output",
    "chosen_output",
    "require_writable_folder",
    "require_writable_file",
    "save_vectors",
]

Format = Literal["model", "vectors", "text", "binary", "glove", "projector"]

FORMATS: dict[Format, str] = {
    "model": "everything needed to continue training (.safetensors)",
    "vectors": "only the vectors, with counts and attributes (.safetensors)",
    "text": "text format of word2vec (.txt, .vec)",
    "binary": "binary format of word2vec (.bin)",
    "glove": "text format without a header",
    "projector": "NAME_tensor.tsv, NAME_metadata.tsv and projector_config.pbtxt for the TensorBoard projector",
}
_OF_SUFFIX: dict[str, Format] = {".safetensors": "model", ".txt": "text", ".vec": "text", ".bin": "binary"}
_COMPRESSED = (".gz", ".bz2", ".xz")


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output file.

    Parameters
    ----------
    path : str
        The file.
    format : str
        Its format, a key of `FORMATS`.
    """

    path: str
    format: Format

    @property
    def files(self) -> tuple[str, ...]:
        """The files that are written."""
        if self.format == "projector":
            config = local_path(self.path).with_name("projector_config.pbtxt")
            return f"{self.path}_tensor.tsv", f"{self.path}_metadata.tsv", str(config)
        return (self.path,)


def chosen_output(path: str, format_name: Format | None, *, allowed: Sequence[Format] = tuple(FORMATS)) -> Output:
    """Return an output file in a given format, or in the format that its suffix stands for.

    Parameters
    ----------
    path : str
        The file.
    format_name : str or None
        Its format; None to derive it from the suffix.
    allowed : sequence of str, default all formats
        Formats that can be derived.

    Returns
    -------
    Output
        The output file.

    Raises
    ------
    UsageError
        If the suffix does not determine the format.
    OSError
        If the file cannot be written.
    """
    if format_name is None:
        suffixes = [suffix.lower() for suffix in Path(path).suffixes]
        if suffixes and suffixes[-1] in _COMPRESSED:
            del suffixes[-1]
        format_name = _OF_SUFFIX.get(suffixes[-1] if suffixes else "")
        if format_name is None or format_name not in allowed:
            known = ", ".join(suffix for suffix, name in _OF_SUFFIX.items() if name in allowed)
            raise UsageError(
                f"{path}: the suffix must be one of {known}, or a format must be given: {', '.join(allowed)}"
            )
    require_writable_file(path)
    return Output(path=path, format=format_name)


def require_writable_folder(path: str) -> None:
    """Check that a folder can probably be created and written, before long work starts.

    Parameters
    ----------
    path : str
        The folder.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    target = local_path(path)
    while not target.exists() and target != target.parent:
        target = target.parent
    if not target.is_dir():
        raise NotADirectoryError(f"{target} is not a folder")
    if not os.access(target, os.W_OK):
        raise PermissionError(f"{target}: no permission to write there")


def require_writable_file(path: str) -> None:
    """Check that a file can probably be written, before long work starts.

    Parameters
    ----------
    path : str
        The file.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    target = local_path(path)
    folder = target.parent
    if not stat.S_ISDIR(folder.stat().st_mode):
        raise NotADirectoryError(f"{folder} is not a folder")
    if target.is_dir():
        raise IsADirectoryError(f"the output must be a file, got the folder {target}")
    if not os.access(target if target.exists() and not target.is_file() else folder, os.W_OK):
        raise PermissionError(f"{target}: no permission to write there")


def save_vectors(
    output: Output, vectors: KeyedVectors, model: Word2Vec | None = None, *, replace_whitespace: bool = False
) -> None:
    """Write vectors, or the complete model if the format is "model".

    Parameters
    ----------
    output : Output
        The output file.
    vectors : KeyedVectors
        The vectors.
    model : Word2Vec or None, default None
        The model that they belong to.
    replace_whitespace : bool, default False
        Whether to replace whitespace in words where the format does not allow it.

    Raises
    ------
    UsageError
        If the format is "model" and there is no model.
    """
    if output.format == "model":
        if model is None:
            raise UsageError("the input is not a complete model; use the format vectors")
        model.save(output.path)
    elif output.format == "vectors":
        vectors.save(output.path)
    elif output.format == "projector":
        tensor, metadata, config = output.files
        write_projector_tsv(
            tensor,
            metadata,
            keys_as_words(vectors.index_to_key),
            vectors.vectors,
            counts=vectors.expandos.get("count"),
            config_path=config,
            replace_whitespace=replace_whitespace,
        )
    else:
        vectors.save_word2vec_format(
            output.path,
            binary=output.format == "binary",
            write_header=output.format != "glove",
            replace_whitespace=replace_whitespace,
        )
