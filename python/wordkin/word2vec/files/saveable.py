from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Generic, TypeVar

from ...errors import WrongKindError
from ...storage.archive import Archive, read_archive
from ...storage.archive_bytes import pack_archive, save_archive, unpack_archive
from ...storage.paths import AnyPath, local_path

State = TypeVar("State")


@dataclass(frozen=True)
class Saveable(Generic[State]):
    kind: str
    pack: Callable[[State], Archive]
    unpack: Callable[[Archive], State]

    def save(self, state: State, target: AnyPath | BinaryIO) -> None:
        a = self.pack(state)
        save_archive(target, a.tensors, a.metadata)

    def load(self, path: AnyPath, mmap: bool = False) -> State:
        return self._un(read_archive(path, mmap=mmap), str(local_path(path)))

    def to_bytes(self, state: State) -> bytes:
        a = self.pack(state)
        return pack_archive(a.tensors, a.metadata)

    def from_bytes(self, data: bytes) -> State:
        return self._un(unpack_archive(data), "bytes")

    def _un(self, archive: Archive, source: str) -> State:
        if archive.metadata.get("kind") != self.kind:
            kind = archive.metadata.get("kind", "unknown")
            raise WrongKindError(f"{source}: holds {kind!r}, not {self.kind!r}; KeyedVectors.load")
        return self.unpack(archive)
