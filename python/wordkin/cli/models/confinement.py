"""Reading of untrusted files in a subprocess with limited memory and time.

The HDF5 library is known to crash on crafted files; a crash then ends only the subprocess and is reported. This is not
a sandbox against code execution: the subprocess has all permissions of its user.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import exits
from ..messages import report_message

__all__ = ["confine", "run_confined"]

_MEGABYTE = 1 << 20
_BASE_BYTES = 2048 * _MEGABYTE  # Python and its libraries reserve more address space than they use
_BYTES_PER_INPUT_BYTE = 8
_BASE_SECONDS = 60
_SECONDS_PER_MEGABYTE = 1
_PROGRAM = "from wordkin.cli.models.confinement import run_in_subprocess; run_in_subprocess()"


def _limits_module() -> Any:
    try:
        import resource
    except ImportError:
        raise exits.UsageError("--sandbox requires a system with resource limits, such as Linux or macOS") from None
    return resource


def confine(max_bytes: int, max_seconds: int) -> None:
    """Limit the memory and CPU time of this process, and disable core files.

    Parameters
    ----------
    max_bytes : int
        Limit of the address space in bytes.
    max_seconds : int
        Limit of the CPU time in seconds.
    """
    resource = _limits_module()
    for name, limit in (("RLIMIT_AS", max_bytes), ("RLIMIT_CPU", max_seconds), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (allowed, allowed))


def run_in_subprocess() -> None:
    """Apply the limits in the first two arguments of the process, then run the command line in the others."""
    confine(int(sys.argv[1]), int(sys.argv[2]))
    from ..program import main

    sys.exit(main(sys.argv[3:]))


def run_confined(arguments: Sequence[str], inputs: Sequence[str]) -> int:
    """Run a command line in a subprocess, with limits according to the size of its input files.

    Parameters
    ----------
    arguments : sequence of str
        The command line.
    inputs : sequence of str
        Input files or folders.

    Returns
    -------
    int
        Exit code of the subprocess; 1 if it was killed.

    Raises
    ------
    UsageError
        If the system has no resource limits.
    """
    _limits_module()
    size = sum(_size(Path(name)) for name in inputs)
    max_bytes = _BASE_BYTES + _BYTES_PER_INPUT_BYTE * size
    max_seconds = _BASE_SECONDS + _SECONDS_PER_MEGABYTE * (size // _MEGABYTE)
    command = [sys.executable, "-c", _PROGRAM, str(max_bytes), str(max_seconds), *arguments]
    # Unused threads would reserve address space.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    done = subprocess.run(command, env=environment, check=False)
    if done.returncode >= 0:
        return done.returncode
    report_message(
        "error",
        f"{' '.join(inputs)}: the subprocess that read the file was killed by "
        f"{signal.Signals(-done.returncode).name}: the file is damaged or malicious, or needs more than "
        f"{max_bytes // _MEGABYTE} MB or {max_seconds} s",
    )
    return exits.FAILURE


def _size(path: Path) -> int:
    """Return the size of a file, or of the files in a folder."""
    if path.is_dir():
        return sum(entry.stat().st_size for entry in path.iterdir() if entry.is_file())
    return path.stat().st_size
