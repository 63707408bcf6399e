"""Recognition of language models in files and folders."""

from __future__ import annotations

from pathlib import Path

from ...errors import FormatError
from ...storage import read_archive
from ...storage.file_sets import CurrentFiles
from ...storage.paths import AnyPath, local_path
from ...storage.signatures import SIGNATURE_BYTES, is_safetensors
from ..archive import MODEL_FILE
from .official_files import is_official
from .pretrained import WEIGHTS_FILE

__all__ = ["holds_language_model", "holds_official_model", "is_language_model_file"]


def holds_official_model(path: AnyPath) -> bool:
    """Return whether a folder or zip archive has the files of the original program.

    Parameters
    ----------
    path : path
        Folder or zip archive.

    Returns
    -------
    bool
        Whether it has these files.

    Raises
    ------
    FormatError
        If a folder has a model of another program.
    """
    source = local_path(path)
    if not source.is_dir() and not source.is_file():
        return False
    try:
        return is_official(source)
    except FormatError:
        if source.is_dir():  # a model of another program
            raise
        return False  # an options.json alone


def holds_language_model(path: AnyPath) -> bool:
    """Return whether a file or folder holds a language model in any format.

    Parameters
    ----------
    path : path
        File or folder.

    Returns
    -------
    bool
        Whether it holds a language model.
    """
    source = local_path(path)
    if source.is_dir():
        return CurrentFiles(source).path(WEIGHTS_FILE).is_file() or holds_official_model(path)
    return source.is_file() and (is_language_model_file(source) or holds_official_model(path))


def is_language_model_file(source: Path) -> bool:
    """Return whether a file is a language model in wordkin's own format.

    Parameters
    ----------
    source : Path
        The file.

    Returns
    -------
    bool
        Whether it holds a language model.
    """
    with source.open("rb") as file:
        if not is_safetensors(file.read(SIGNATURE_BYTES)):
            return False
    try:
        return read_archive(source, mmap=True).metadata.get("kind") == MODEL_FILE.kind
    except FormatError:
        return False
