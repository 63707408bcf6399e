"""Child processes of tests."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import textwrap
import traceback
import warnings
from collections.abc import Callable

HANG_SECONDS = 300.0  # the work takes seconds, but machines may be busy


def run_python(
    *scripts: str, arguments: tuple[object, ...] = (), timeout: float = HANG_SECONDS, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python code, given in parts that may be indented, in a subprocess that imports what this process can."""
    path = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
    code = "".join(textwrap.dedent(script) for script in scripts)
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        encoding="locale",
        timeout=timeout,
        check=False,
    )


def check_in_fork(check: Callable[[], object]) -> None:
    """Run a function, which asserts something, in a forked child; raise if it raises there or does not end."""
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads, which these tests are about
        child = os.fork()
    if child == 0:
        status = 1
        try:
            # Not `dump_traceback_later`: it waits for its thread, which the child does not have if the parent has it.
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            faulthandler.register(signal.SIGALRM, chain=True)
            signal.setitimer(signal.ITIMER_REAL, HANG_SECONDS)
            check()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
