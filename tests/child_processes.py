"""Child processes of tests."""

from __future__ import annotations

import faulthandler
import os
import sys
import traceback
import warnings
from collections.abc import Callable

HANG_SECONDS = 60.0  # far more than any of these children needs on a busy machine


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
            faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
            check()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
