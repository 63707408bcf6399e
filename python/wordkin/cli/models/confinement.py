"""Files of strangers, read in a process of its own that may take only so much memory and time.

For HDF5, whose library is known to crash on crafted files, and for whoever trusts no reader: what goes wrong there ends
that process, and this one tells of it. It is no jail: the process may open what its user may.
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
from ..terminal import complain

__all__ = ["confine", "run_confined"]

_MEGABYTE = 1 << 20
_FREE_BYTES = 2048 * _MEGABYTE  # Python and its libraries reserve more than they use
_TIMES_SIZE = 8
_FREE_SECONDS = 60
_SECONDS_OF_MEGABYTE = 1
_BEGIN = "from wordkin.cli.models.confinement import begin; begin()"


def _limits_module() -> Any:
    try:
        import resource
    except ImportError:
        raise exits.UsageError("--sandbox needs a system that bounds processes, such as Linux or macOS") from None
    return resource


def confine(most_bytes: int, most_seconds: int) -> None:
    """Bound the memory and the CPU time of this process; it leaves no core file."""
    resource = _limits_module()
    for name, most in (("RLIMIT_AS", most_bytes), ("RLIMIT_CPU", most_seconds), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))


def begin() -> None:
    """What the process does: its arguments are both bounds and a command line."""
    confine(int(sys.argv[1]), int(sys.argv[2]))
    from ..program import main

    sys.exit(main(sys.argv[3:]))


def run_confined(arguments: Sequence[str], inputs: Sequence[str]) -> int:
    """Run a command line in a process of its own, with bounds by the size of its inputs.

    Returns
    -------
    int
        Its exit code; 1 when it was ended.

    Raises
    ------
    UsageError
        If this system cannot do that.
    """
    _limits_module()
    size = sum(_size(Path(name)) for name in inputs)
    most_bytes = _FREE_BYTES + _TIMES_SIZE * size
    most_seconds = _FREE_SECONDS + _SECONDS_OF_MEGABYTE * (size // _MEGABYTE)
    command = [sys.executable, "-c", _BEGIN, str(most_bytes), str(most_seconds), *arguments]
    # Threads that nobody needs here reserve memory, too.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    done = subprocess.run(command, env=environment, check=False)
    if done.returncode >= 0:
        return done.returncode
    complain(
        "error",
        f"{' '.join(inputs)}: the process that read it was ended by {signal.Signals(-done.returncode).name}: the file "
        f"is damaged or made to do harm, or needs more than {most_bytes // _MEGABYTE} MB or {most_seconds} s",
    )
    return exits.FAILURE


def _size(path: Path) -> int:
    """Of a file, or of the files in a folder."""
    if path.is_dir():
        return sum(entry.stat().st_size for entry in path.iterdir() if entry.is_file())
    return path.stat().st_size
