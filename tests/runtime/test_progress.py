"""Progress is reported to a bar on stderr, to a callable, or not at all."""

from __future__ import annotations

import io
import sys
import warnings
from types import SimpleNamespace
from typing import Any

import pytest

from wordkin.runtime.progress import counted_progress, progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("progress", "stderr", "is_shown"),
    [
        (True, io.StringIO, True),
        (True, Terminal, True),
        (None, Terminal, True),
        (None, io.StringIO, False),
        (None, lambda: None, False),
        (False, Terminal, False),
        (print, Terminal, False),
    ],
)
def test_when_a_bar_is_shown(monkeypatch: pytest.MonkeyPatch, progress: Any, stderr: Any, is_shown: bool) -> None:
    monkeypatch.setattr(sys, "stderr", stderr())
    bar = progress_bar(progress, 10, " words")
    assert (bar is not None) == is_shown
    if bar is not None:
        bar.close()


def test_a_callable_receives_the_amount_of_work_done() -> None:
    amounts: list[int] = []
    with counted_progress(amounts.append, 10, " words") as report:
        assert report is not None
        report(3)
        report(10)
    assert amounts == [3, 10]


def test_a_bar_shows_the_amount_of_work_done(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    with counted_progress(True, 10, " words") as report:
        assert report is not None
        report(3)
        report(10)
    last_line = stderr.getvalue().rstrip("\n").split("\r")[-1]
    assert "100%" in last_line
    assert "10.0/10.0" in last_line


def test_nothing_is_reported_without_progress() -> None:
    with counted_progress(False, 10, " words") as report:
        assert report is None


def test_an_exception_of_the_callable_passes_through() -> None:
    def fail(done: int) -> None:
        raise LookupError(done)

    with pytest.raises(LookupError), counted_progress(fail, 10, " words") as report:
        assert report is not None
        report(1)


class ZMQInteractiveShell:
    """The class of IPython's shell in a notebook."""


class Shell(ZMQInteractiveShell):
    """A class of another kind of notebook that is derived from Jupyter's, as in Colab."""


class TerminalInteractiveShell:
    """The class of IPython's shell in a terminal."""


@pytest.mark.parametrize("shell", [ZMQInteractiveShell(), Shell(), TerminalInteractiveShell(), None])
def test_notebooks_have_a_bar_by_default(shell: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tqdm's, about missing widgets
        bar = progress_bar(None, 10, " words")
    assert (bar is not None) == isinstance(shell, ZMQInteractiveShell)
    if bar is not None:
        bar.close()
