"""``-`` as the name of a file: standard input and standard output, in commands whose functions need files."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .exits import EXPECTED_ERRORS, UsageError

__all__ = ["STREAM", "allow_streams", "displayed", "source_of", "standard_streams", "writes_to_stdout"]

STREAM = "-"
_BLOCK_BYTES = 1 << 20


def allow_streams(parser: argparse.ArgumentParser, *, inputs: Sequence[str] = (), outputs: Sequence[str] = ()) -> None:
    """Declare the arguments of a command that may be ``-``, beside those that its functions take as streams.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    inputs : sequence of str, default ()
        Names of arguments that are files to be read.
    outputs : sequence of str, default ()
        Names of arguments that are files to be written.
    """
    parser.set_defaults(stream_inputs=tuple(inputs), stream_outputs=tuple(outputs), stream_paths={})


@contextlib.contextmanager
def standard_streams(args: argparse.Namespace) -> Iterator[None]:
    """Replace ``-`` in arguments by temporary files: a copy of standard input, and what becomes standard output.

    Parameters
    ----------
    args : Namespace
        Parsed arguments, which are changed.

    Raises
    ------
    UsageError
        If a stream is needed twice, or closed.
    """
    readers = [name for name in getattr(args, "stream_inputs", ()) if STREAM in _values(args, name)]
    writers = [name for name in getattr(args, "stream_outputs", ()) if STREAM in _values(args, name)]
    if not readers and not writers:
        yield
        return
    others = sum(name == STREAM for name in _values(args, "corpus"))
    if len(readers) + (others if readers else 0) > 1:
        raise UsageError("standard input (-) must be given only once")
    if len(writers) > 1:
        raise UsageError("standard output (-) must be given only once")
    if readers:
        from ..storage.overwrite import check_outputs  # imports NumPy, which `--help` does not need

        # The copy would hide that an output is the file that standard input is redirected from.
        check_outputs(*(name for name in _outputs(args) if name != STREAM), inputs=[sys.stdin])
    with tempfile.TemporaryDirectory(prefix="wordkin-") as folder, _errors_without(f"{folder}{os.sep}"):
        if readers:
            _replace(args, readers[0], _copied_input(Path(folder, "standard input")))
        if not writers:
            yield
            return
        target = Path(folder, "standard output.txt")
        _replace(args, writers[0], target)
        yield
        with target.open("rb") as file:
            sys.stdout.flush()
            shutil.copyfileobj(file, sys.stdout.buffer, _BLOCK_BYTES)


@contextlib.contextmanager
def _errors_without(folder: str) -> Iterator[None]:
    """Name a temporary file in errors without its folder."""
    try:
        yield
    except EXPECTED_ERRORS as error:
        error.args = tuple(part.replace(folder, "") if isinstance(part, str) else part for part in error.args)
        raise


def _values(args: argparse.Namespace, name: str) -> list[Any]:
    value = getattr(args, name, None)
    return value if isinstance(value, list) else [value]


def _outputs(args: argparse.Namespace) -> list[Any]:
    names = dict.fromkeys(("output", *getattr(args, "stream_outputs", ())))
    return [name for argument in names for name in _values(args, argument)]


def _replace(args: argparse.Namespace, name: str, path: Path) -> None:
    args.stream_paths = {**args.stream_paths, str(path): STREAM}
    value = getattr(args, name)
    replaced = [str(path) if item == STREAM else item for item in _values(args, name)]
    setattr(args, name, replaced if isinstance(value, list) else replaced[0])


def _copied_input(path: Path) -> Path:
    from ..storage.pipes import interruptible  # imports NumPy, which `--help` does not need

    if sys.stdin is None:
        raise UsageError("standard input is closed")
    with path.open("xb") as file:
        shutil.copyfileobj(interruptible(sys.stdin.buffer), file, _BLOCK_BYTES)
    return path


def writes_to_stdout(args: argparse.Namespace) -> bool:
    """Return whether the result of a command goes to standard output, so that its report must not.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    bool
        Whether an output is ``-``.
    """
    paths = getattr(args, "stream_paths", {})
    return any(value in paths for name in getattr(args, "stream_outputs", ()) for value in _values(args, name))


def displayed(args: argparse.Namespace, value: Any) -> Any:
    """Return a JSON value with ``-`` instead of the temporary files that stand for streams.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.
    value : JSON value
        The value.

    Returns
    -------
    JSON value
        The value.
    """
    paths = getattr(args, "stream_paths", {})
    if isinstance(value, dict):
        return {name: displayed(args, member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [displayed(args, member) for member in value]
    return paths.get(value, value) if isinstance(value, str) else value


def source_of(name: str) -> Any:
    """Return the input of a command.

    Parameters
    ----------
    name : str
        A file, or - for standard input.

    Returns
    -------
    str or binary file
        The input.

    Raises
    ------
    UsageError
        If standard input is closed.
    """
    from ..storage.pipes import interruptible  # imports NumPy, which `--help` does not need

    if name != STREAM:
        return name
    if sys.stdin is None:
        raise UsageError("standard input is closed")
    return interruptible(sys.stdin.buffer)
