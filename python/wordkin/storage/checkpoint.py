"""Checkpoints of long work: snapshots that a thread writes while the work goes on, the newest few of which are kept."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CorruptFileError, FormatError
from .archive import JSON, Archive, read_archive, write_archive
from .atomic import remove_abandoned
from .paths import AnyPath, local_path

__all__ = ["CheckpointFolder", "FoundCheckpoint"]

logger = logging.getLogger(__name__)

_NAME = re.compile(r"checkpoint-(\d{6,})\.safetensors")


@dataclass(frozen=True, kw_only=True)
class FoundCheckpoint:
    """A checkpoint that can be read, and how many newer ones cannot."""

    path: Path
    archive: Archive
    damaged: int


class _Job:
    """A checkpoint to be written, by whoever claims it first."""

    def __init__(self, path: Path, tensors: dict[str, NDArray[Any]], metadata: dict[str, JSON]) -> None:
        self.path = path
        self.tensors = tensors
        self.metadata = metadata
        self.thread: threading.Thread | None = None
        self.is_done = threading.Event()
        self._claim = threading.Lock()

    def claim(self) -> bool:
        """True for the first caller."""
        return self._claim.acquire(blocking=False)


class CheckpointFolder:
    """Numbered checkpoints in a folder, which is made where it is missing.

    Each is written whole or not at all, so that whatever happens (a full disk, a kill) the one before is still there.

    Parameters
    ----------
    path
        The folder; for one piece of work at a time.
    keep
        How many of the newest stay, 1 and more.

    Attributes
    ----------
    failures : list of str
        Why checkpoints could not be written.
    newest : Path or None
        The last one that this object has written or found.

    Raises
    ------
    OSError
        If it cannot be made, or looked into.

    Examples
    --------
    >>> import tempfile
    >>> folder = CheckpointFolder(tempfile.mkdtemp(), keep=2)
    >>> for step in (1, 2, 3):
    ...     folder.save({"x": np.arange(step)}, {"step": step})
    ...     folder.wait()
    >>> folder.found().archive.metadata["step"], len(folder.paths())
    (3, 2)
    """

    def __init__(self, path: AnyPath, *, keep: int = 2) -> None:
        self._folder = local_path(path)
        self._folder.mkdir(parents=True, exist_ok=True)
        remove_abandoned(self._folder)
        self._keep = keep
        self._job: _Job | None = None
        self._next_number = 1 + max((number for number, _ in self._numbered()), default=0)
        self.failures: list[str] = []
        self.newest: Path | None = None

    def _numbered(self) -> Iterator[tuple[int, Path]]:
        for entry in self._folder.iterdir():
            match = _NAME.fullmatch(entry.name)
            if match is not None and entry.is_file():
                yield int(match[1]), entry

    def paths(self) -> list[Path]:
        """All checkpoints, the newest first."""
        return [path for _, path in sorted(self._numbered(), reverse=True)]

    @property
    def is_writing(self) -> bool:
        """Whether a checkpoint is on its way to the disk."""
        return self._job is not None and not self._job.is_done.is_set()

    def save(self, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, JSON]) -> None:
        """Copy everything and begin to write it; waits for the checkpoint before.

        What fails (a full disk, too little memory for the copy) is logged and kept in `failures`: no reason to lose
        the work that is to be saved.
        """
        self.wait()
        path = self._folder / f"checkpoint-{self._next_number:06d}.safetensors"
        try:
            # The work goes on and changes its arrays while these are written.
            snapshot = {name: np.array(tensor, order="C") for name, tensor in tensors.items()}
        except MemoryError as error:
            self._fail(path, error)
            return
        self._next_number += 1
        self._job = job = _Job(path, snapshot, dict(metadata))
        # No daemon: an interpreter that ends waits until the file is complete.
        job.thread = threading.Thread(target=self._write, args=(job,), name="wordkin-checkpoint")
        with suppress(RuntimeError):  # the system has no thread for it, or the interpreter is about to end
            job.thread.start()
            return
        self._write(job)

    def _write(self, job: _Job) -> None:
        if not job.claim():
            return
        try:
            self._replace_oldest(job)
        finally:
            job.tensors.clear()
            job.is_done.set()

    def _replace_oldest(self, job: _Job) -> None:
        try:
            write_archive(job.path, job.tensors, job.metadata)
        except (OSError, MemoryError) as error:
            self._fail(job.path, error)
            return
        self.newest = job.path
        for old in self.paths()[self._keep :]:
            try:
                old.unlink()
            except OSError as error:
                logger.warning("an old checkpoint cannot be removed: %s", error)

    def _fail(self, path: Path, error: Exception) -> None:
        reason = str(error) or "out of memory"
        self.failures.append(f"{path}: {reason}")
        before = f"{self.newest} is still there" if self.newest is not None else "there is none yet"
        logger.warning(
            "a checkpoint could not be written (%s); the work goes on, and of those before %s", reason, before
        )

    def wait(self) -> None:
        """Return when nothing is being written."""
        job = self._job
        if job is None:
            return
        self._write(job)  # unless its thread has begun: a signal may have come before that was started
        job.is_done.wait()
        if job.thread is not None:
            with suppress(RuntimeError):  # it was never started
                job.thread.join()
        self._job = None

    def found(self) -> FoundCheckpoint | None:
        """Read the newest checkpoint that is not damaged; of damaged ones a warning tells.

        Returns
        -------
        FoundCheckpoint or None
            None where there is no checkpoint at all.

        Raises
        ------
        CorruptFileError
            If all are damaged.
        OSError
            If the newest cannot be read for another reason.
        """
        self.wait()
        paths = self.paths()
        for damaged, path in enumerate(paths):
            try:
                archive = read_archive(path)
            except FormatError as error:
                logger.warning("a damaged checkpoint is passed over: %s", error)
                continue
            self.newest = path
            return FoundCheckpoint(path=path, archive=archive, damaged=damaged)
        if paths:
            raise CorruptFileError(f"{self._folder}: all {len(paths)} checkpoints are damaged; see the warnings before")
        return None
