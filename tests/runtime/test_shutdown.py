"""Work of daemon threads is cancelled when the interpreter exits."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from wordkin.runtime.shutdown import cancel_at_exit


def run_program(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        encoding="locale",
        timeout=60,
        check=False,
    )


# The main thread ends while a daemon thread works until it is cancelled, and then fails as the core does.
PROGRAM = """
    import threading
    from wordkin.runtime import shutdown

    shutdown._SECONDS_TO_STOP = 0.2
    started, cancelled = threading.Event(), threading.Event()

    def first():
        print("first", flush=True)
        {first}

    def second():
        print("second", flush=True)
        cancelled.set()

    def work():
        with shutdown.cancel_at_exit(first, second):
            started.set()
            cancelled.wait()
            {after}

    threading.Thread(target=work, daemon=True).start()
    started.wait()
"""


def test_work_is_cancelled_at_exit() -> None:
    done = run_program(PROGRAM.format(first="cancelled.set()", after="pass"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "first\n", "")


def test_the_next_cancellation_is_tried_if_the_work_continues() -> None:
    done = run_program(PROGRAM.format(first="pass", after="pass"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "first\nsecond\n", "")


def test_an_error_of_cancelled_work_is_not_printed() -> None:
    done = run_program(PROGRAM.format(first="cancelled.set()", after='raise RuntimeError("cancelled")'))
    assert (done.returncode, done.stdout, done.stderr) == (0, "first\n", "")


def test_finished_work_is_not_cancelled() -> None:
    done = run_program("""
        from wordkin.runtime.shutdown import cancel_at_exit

        with cancel_at_exit(lambda: print("cancelled")):
            pass
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_other_errors_pass_through() -> None:
    with pytest.raises(RuntimeError, match="from the work"), cancel_at_exit():
        raise RuntimeError("from the work")
