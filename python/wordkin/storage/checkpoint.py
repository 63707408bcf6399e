"""Checkpoints of long work: a thread writes snapshots while the work continues, and the newest few are kept."""

from __future__ import annotations

import logging
import os
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
from .journal import clear_leftovers
from .paths import AnyPath, local_path

__all__ = ["CheckpointFolder", "FoundCheckpoint", "is_checkpoint", "require_same_run"]

logger = logging.getLogger(__name__)

_NAME = re.compile(r"checkpoint-(\d{6,})\.safetensors")


@dataclass(frozen=True, kw_only=True)
class FoundCheckpoint:
    """The newest checkpoint that can be read.

    Parameters
    ----------
    path : Path
        File of the checkpoint.
    archive : Archive
        Its content.
    damaged : int
        Number of newer checkpoints that are damaged.
    """

    path: Path
    archive: Archive
    damaged: int


class _Job:
    """A checkpoint to be written by the first thread that claims it."""

    def __init__(self, path: Path, tensors: dict[str, NDArray[Any]], metadata: dict[str, JSON]) -> None:
        self.path = path
        self.tensors = tensors
        self.metadata = metadata
        self.thread: threading.Thread | None = None
        self.is_done = threading.Event()
        self._process = os.getpid()
        self._claim = threading.Lock()  # never waited for

    def claim(self) -> bool:
        """Return True to the first caller, False to all others."""
        return self._claim.acquire(blocking=False)

    @property
    def is_of_parent(self) -> bool:
        """Whether this process was forked after the job had begun, so that it does not have the job's thread."""
        return self._process != os.getpid()


class CheckpointFolder:
    """Numbered checkpoints in a folder, which is created if it is missing.

    A checkpoint replaces no other one and is written atomically, so that the previous checkpoint survives any failure
    (a full disk, a killed process).

    Parameters
    ----------
    path : path
        The folder; it must not be used by several runs at the same time.
    keep : int, default 2
        Number of newest checkpoints that are kept (>= 1).

    Attributes
    ----------
    failures : list of str
        Reasons why checkpoints could not be written.
    newest : Path or None
        The newest checkpoint that this object has written or found.

    Raises
    ------
    OSError
        If the folder cannot be created or read.

    Examples
    --------
    >>> import tempfile
    >>> folder = CheckpointFolder(tempfile.mkdtemp(), keep=2)
    >>> for step in (1, 2, 3):
    ...     folder.save({"x": np.arange(step)}, {"step": step})
    ...     folder.wait()
    >>> folder.find().archive.metadata["step"], len(folder.paths())
    (3, 2)
    """

    def __init__(self, path: AnyPath, *, keep: int = 2) -> None:
        self._folder = local_path(path)
        self._folder.mkdir(parents=True, exist_ok=True)
        clear_leftovers(self._folder)
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
        """Return the files of all checkpoints.

        Returns
        -------
        list of Path
            The files, the newest first.
        """
        return [path for _, path in sorted(self._numbered(), reverse=True)]

    @property
    def is_writing(self) -> bool:
        """Whether a checkpoint is being written."""
        return self._job is not None and not self._job.is_of_parent and not self._job.is_done.is_set()

    def save(self, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, JSON]) -> None:
        """Copy the content of a checkpoint and start to write it, after the previous one is complete.

        Failures (a full disk, too little memory for the copy) are logged and added to `failures`, because they are no
        reason to stop the work that was to be saved.

        Parameters
        ----------
        tensors : mapping of str to ndarray
            Arrays of the checkpoint.
        metadata : mapping of str to JSON value
            Metadata of the checkpoint.
        """
        self.wait()
        path = self._folder / f"checkpoint-{self._next_number:06d}.safetensors"
        try:
            # A copy, because the work continues and changes its arrays while these are written.
            snapshot = {name: np.array(tensor, order="C") for name, tensor in tensors.items()}
        except MemoryError as error:
            self._fail(path, error)
            return
        self._next_number += 1
        self._job = job = _Job(path, snapshot, dict(metadata))
        # Not a daemon thread: an interpreter that exits waits until the file is complete.
        job.thread = threading.Thread(target=self._write, args=(job,), name="wordkin-checkpoint")
        with suppress(RuntimeError):  # no thread is available, or the interpreter is about to exit
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
                logger.warning("could not remove an old checkpoint: %s", error)

    def _fail(self, path: Path, error: Exception) -> None:
        reason = str(error) or "out of memory"
        self.failures.append(f"{path}: {reason}")
        previous = f"the previous one is {self.newest}" if self.newest is not None else "there is no previous one"
        logger.warning("could not write a checkpoint (%s); training continues, and %s", reason, previous)

    def wait(self) -> None:
        """Wait until no checkpoint is being written."""
        job = self._job
        if job is None or job.is_of_parent:
            self._job = None
            return
        self._write(job)  # does nothing if the thread has started; a signal may have prevented its start
        job.is_done.wait()
        if job.thread is not None:
            with suppress(RuntimeError):  # the thread was never started
                job.thread.join()
        self._job = None

    def find(self) -> FoundCheckpoint | None:
        """Read the newest checkpoint that is not damaged; damaged ones are logged.

        Returns
        -------
        FoundCheckpoint or None
            None if there is no checkpoint.

        Raises
        ------
        CorruptFileError
            If all checkpoints are damaged.
        OSError
            If the newest checkpoint cannot be read for another reason.
        """
        self.wait()
        paths = self.paths()
        for damaged, path in enumerate(paths):
            try:
                archive = read_archive(path)
            except FormatError as error:
                logger.warning("skipped a damaged checkpoint: %s", error)
                continue
            self.newest = path
            return FoundCheckpoint(path=path, archive=archive, damaged=damaged)
        if paths:
            raise CorruptFileError(f"{self._folder}: all {len(paths)} checkpoints are damaged; see the warnings above")
        return None


def is_checkpoint(path: Path) -> bool:
    """Return whether a file has the name of a checkpoint.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bool
        Whether `CheckpointFolder` writes such names.

    Examples
    --------
    >>> is_checkpoint(Path("run/checkpoint-000001.safetensors"))
    True
    """
    return _NAME.fullmatch(path.name) is not None


def require_same_run(
    saved: Mapping[str, Any], current: Mapping[str, Mapping[str, Any]], source: str, renamed: Mapping[str, str] = {}
) -> None:
    """Raise an error if a checkpoint belongs to a different run than the one that is to be resumed.

    Parameters
    ----------
    saved : mapping
        Options of the run that saved the checkpoint, by part, as the checkpoint contains them.
    current : mapping of str to mapping of str to value
        Options of the run to resume, by part; all of them must be equal.
    source : str
        The checkpoint, for the error message.
    renamed : mapping of str to str, optional
        Present names of options that were renamed since some checkpoints were written.

    Raises
    ------
    FormatError
        If an option differs; the message names it with both values.
    """
    for part, values in current.items():
        found = saved.get(part)
        found = found if isinstance(found, dict) else {}
        found = {renamed.get(name, name): value for name, value in found.items()}
        for name, value in values.items():
            if found.get(name) != value:
                raise FormatError(
                    f"{source}: the checkpoint belongs to a different run ({part}: {name}={found.get(name)!r:.60}, "
                    f"this run: {value!r:.60}); use another folder, or do not resume"
                )
