"""Texts that a group of processes is given, of which each reads a part."""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import cast

from ..storage.decoding import TextOptions
from ..text import FolderOptions, PreparationOptions, TextInput
from ..text.reader import TextReader
from ..text.shards import corpus_shard
from ..text.sources import TextSource, sources_of
from .agreement import joint_work, require_agreement
from .communicator import Communicator

__all__ = ["facts_of_preparation", "own_part"]

_COMPARED_BYTES = 4096  # of each file


def own_part(
    communicator: Communicator,
    files: TextInput,
    *,
    options: TextOptions,
    preparation: PreparationOptions,
    folders: FolderOptions,
) -> TextInput:
    """Return the part of some files that this process reads.

    Parameters
    ----------
    communicator : Communicator
        The group.
    files : path, list of paths, or file object
        The files, which all processes are given.
    options : TextOptions
        How they are decoded.
    preparation : PreparationOptions
        How their text is prepared.
    folders : FolderOptions
        Which files of folders are read.

    Returns
    -------
    list of sources, or file object
        The part; an empty file object if there are fewer lines than ranks.

    Raises
    ------
    DistributedError
        If other processes have other files.
    CorpusError
        If a file cannot be divided.
    """
    with joint_work(communicator, "opening the texts"):
        sources = sources_of(files, folders)
        if options.on_error == "skip":
            sources = TextReader(sources, options=options).readable_sources()
        facts = _facts_of_files(sources)
    require_agreement(communicator, facts)
    with joint_work(communicator, "opening the texts"):
        shard = corpus_shard(
            sources, communicator.rank, communicator.size, options=options, preparation=preparation, folders=folders
        )
        return cast("TextInput", shard or io.BytesIO())


def _facts_of_files(sources: list[TextSource]) -> dict[str, int]:
    """Return what must be equal on all ranks; the folders may differ."""
    sizes = [getattr(source, "size", 0) for source in sources]
    checksum = 0
    for source, size in zip(sources, sizes, strict=True):
        checksum = zlib.crc32(f"{Path(source.name).name}\0{size}\0".encode("utf-8", "surrogateescape"), checksum)
        if size:
            with source.open() as file:
                checksum = zlib.crc32(file.read(_COMPARED_BYTES), checksum)
    return {
        "number of files": len(sources),
        "total size of the files": sum(sizes),
        "names, sizes and first bytes of the files (checksum)": checksum,
    }


def facts_of_preparation(preparation: PreparationOptions) -> dict[str, object]:
    """Return how text is prepared as JSON values, for a comparison of ranks.

    Parameters
    ----------
    preparation : PreparationOptions
        How text is prepared.

    Returns
    -------
    dict of str to JSON value
        The options; functions as their names.
    """
    return {name: _name_of(value) for name, value in vars(preparation).items()}


def _name_of(value: object) -> object:
    """Return an option as a JSON value; functions as their names."""
    return getattr(value, "__qualname__", type(value).__qualname__) if callable(value) else value
