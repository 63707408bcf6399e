"""Reports of commands: JSON with what is needed to repeat and judge a run, or a summary for people."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from .._version import __version__
from .streams import displayed, writes_to_stdout
from .terminal import print_json

__all__ = ["peak_memory", "print_report", "settings_of"]

# Members of the parsed arguments that are not settings of the command.
_BOOKKEEPING = frozenset({
    "arguments", "command", "group_command", "group_parser", "json", "log_format", "messages", "print_completion",
    "progress", "quiet", "started", "stream_inputs", "stream_outputs", "stream_paths", "verbose", "version",
})  # fmt: skip


def print_report(
    args: argparse.Namespace,
    report: Mapping[str, Any],
    show: Callable[[Any], object],
    *,
    settings: Mapping[str, Any] | None = None,
    seed: int | None = None,
) -> None:
    """Print the report of a command that has trained something or written files.

    It goes to standard error if an output is ``-``. With ``--json``, it also has `command`, `version`, `settings`,
    `seed`, `wall_seconds` and `peak_memory_bytes`.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.
    report : mapping
        The results.
    show : callable
        Prints the results as text; not called with ``--quiet``.
    settings : mapping, optional
        All options of the run with the values that were used; by default the arguments.
    seed : int or None, default None
        Random seed; None if nothing is random.
    """
    facts = _facts(args, settings_of(args) if settings is None else settings, seed)
    output = contextlib.redirect_stdout(sys.stderr) if writes_to_stdout(args) else contextlib.nullcontext()
    with output:
        if args.json:
            print_json(displayed(args, {**report, **facts}))
        elif not args.messages.is_quiet:
            show(displayed(args, report))


def _facts(args: argparse.Namespace, settings: Mapping[str, Any], seed: int | None) -> dict[str, Any]:
    return {
        "command": " ".join(filter(None, [args.command, getattr(args, "group_command", None)])),
        "version": __version__,
        "settings": dict(settings),
        "seed": seed,
        "wall_seconds": round(time.perf_counter() - args.started, 3),
        "peak_memory_bytes": peak_memory(),
    }


def settings_of(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of a command.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    dict
        The arguments of the command; flags that were not given and have no default are missing.
    """
    return {name: value for name, value in vars(args).items() if name not in _BOOKKEEPING}


def peak_memory() -> int | None:
    """Return the largest amount of memory that this process has had.

    Returns
    -------
    int or None
        Resident memory in bytes; None on systems that do not report it.

    Examples
    --------
    >>> peak_memory()  # doctest: +SKIP
    61200000
    """
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
