"""Saving and loading of models of one kind, as a safetensors file or as bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Generic, TypeVar

from ..errors import FormatError, WordkinError, WrongKindError
from .archive import Archive, read_archive
from .archive_bytes import pack_archive, save_archive, unpack_archive
from .model_folders import advice_about_kind, refuse_model_folder
from .paths import AnyPath, local_path
from .staged import OutputFile

__all__ = ["Saveable"]

State = TypeVar("State")

_MEMORY = "a pickled model"


@dataclass(frozen=True, kw_only=True)
class Saveable(Generic[State]):
    """Saves and loads the state of one kind of model.

    The kind is written to the metadata of the file and checked when a file is loaded.

    Parameters
    ----------
    kind : str
        Name of the kind in files.
    pack : callable
        Called with a state; returns its tensors and metadata.
    unpack : callable
        Called with an archive; returns the state. A TypeError, ValueError, LookupError, ArithmeticError or
        AttributeError that it raises is reported as a `FormatError` with the name of the file.
    hint : str, default ""
        Advice in the error message about a file of another kind.
    others : mapping of str to callable, optional
        Further kinds of files whose states can be loaded, and how they are unpacked.

    Examples
    --------
    >>> import numpy as np
    >>> vector = Saveable(
    ...     kind="vector",
    ...     pack=lambda x: Archive(tensors={"x": x}, metadata={}),
    ...     unpack=lambda archive: archive.tensors["x"],
    ... )
    >>> vector.from_bytes(vector.to_bytes(np.arange(3))).tolist()
    [0, 1, 2]
    """

    kind: str
    pack: Callable[[State], Archive]
    unpack: Callable[[Archive], State]
    hint: str = ""
    others: Mapping[str, Callable[[Archive], State]] = field(default_factory=dict)

    def save(self, state: State, target: AnyPath | BinaryIO | OutputFile) -> None:
        """Write a state to a file.

        Parameters
        ----------
        state : object
            The state.
        target : path, binary file or OutputFile
            An existing file is replaced in one step once the new one is complete; an open file gets the same bytes.

        Raises
        ------
        TypeError, ValueError
            If the state has content that a file cannot hold; nothing is written then.
        OSError
            If the file cannot be written.
        """
        archive = self.pack(state)
        save_archive(target, archive.tensors, {**archive.metadata, "kind": self.kind})

    def load(self, path: AnyPath, *, mmap: bool = False) -> State:
        """Load a state from a file.

        Parameters
        ----------
        path : path
            The file.
        mmap : bool, default False
            Whether to map the file into memory, read-only, instead of reading it.

        Returns
        -------
        object
            The state.

        Raises
        ------
        FormatError
            If the file is not a file of wordkin, or holds a model of another kind.
        CorruptFileError
            If the file is damaged.
        OSError
            If the file cannot be read.
        """
        source = local_path(path)
        try:
            archive = read_archive(source, mmap=mmap)
        except IsADirectoryError:
            refuse_model_folder(source, f"a file with a model of kind {self.kind!r}")
            raise
        return self._unpacked(archive, str(source))

    def to_bytes(self, state: State) -> bytes:
        """Return the content of the file that `save` writes.

        Parameters
        ----------
        state : object
            The state.

        Returns
        -------
        bytes
            Content of the file.
        """
        archive = self.pack(state)
        return pack_archive(archive.tensors, {**archive.metadata, "kind": self.kind})

    def from_bytes(self, data: bytes) -> State:
        """Load a state from bytes.

        Parameters
        ----------
        data : bytes
            What `to_bytes` returned.

        Returns
        -------
        object
            The state; its arrays are writable.

        Raises
        ------
        FormatError
            If the bytes are not those of a model of this kind.
        """
        return self._unpacked(unpack_archive(data), _MEMORY)

    def _unpacked(self, archive: Archive, source: str) -> State:
        kind = archive.metadata.get("kind", "unknown")
        unpack = self.unpack if kind == self.kind else self.others.get(str(kind))
        if unpack is None:
            hints = [hint for hint in (advice_about_kind(str(kind)), self.hint) if hint]
            hint = "".join(f"; {hint}" for hint in hints)
            raise WrongKindError(f"{source}: the file holds a model of kind {kind!r}, expected {self.kind!r}{hint}")
        try:
            return unpack(archive)
        except WordkinError as error:
            if isinstance(error, FormatError) and not str(error).startswith(source):
                raise type(error)(f"{source}: {error}") from error
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise FormatError(f"{source}: invalid content of a {self.kind!r} model: {error!r:.200}") from error
