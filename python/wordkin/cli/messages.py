"""Messages on standard error, as lines of text or JSON objects: errors, warnings, progress, and the library's log."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import logging
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .terminal import finite_numbers

__all__ = ["MessageOptions", "add_message_flags", "message_options", "messages", "progress_display", "report_message"]

_logger = logging.getLogger(__name__)
_PROGRESS = "wordkin.progress"  # the logger of `ProgressLog`
_MESSAGE_FLAG = re.compile(r"--.*|-[vq]+|json", re.DOTALL)
_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}


@dataclass(frozen=True, kw_only=True)
class MessageOptions:
    """Which messages are shown, and how.

    Parameters
    ----------
    verbosity : int, default 0
        0 shows errors, warnings and progress; 1 and 2 also what the library logs at level INFO and DEBUG; -1 shows
        errors only, and commands that write files print no summary.
    as_json : bool, default False
        Whether each message is a JSON object on a separate line.
    """

    verbosity: int = 0
    as_json: bool = False

    @property
    def is_quiet(self) -> bool:
        """Whether only errors are shown."""
        return self.verbosity < 0


def add_message_flags(parser: argparse.ArgumentParser) -> None:
    """Add ``--verbose``, ``--quiet`` and ``--log-format``.

    Parameters
    ----------
    parser : ArgumentParser
        Where to add the flags.
    """
    group = parser.add_argument_group("messages on standard error")
    group.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=argparse.SUPPRESS,
        help="also show what the library logs (-vv: for developers)",
    )
    group.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        default=argparse.SUPPRESS,
        help="show errors only: no progress, warnings and summary",
    )
    group.add_argument(
        "--log-format",
        choices=("text", "json"),
        default=argparse.SUPPRESS,
        help="lines of text, or one JSON object per line (default: text)",
    )


def message_options(arguments: Sequence[str]) -> MessageOptions:
    """Return the options about messages in a command line, which need not be valid otherwise.

    Parameters
    ----------
    arguments : sequence of str
        The command line.

    Returns
    -------
    MessageOptions
        The options: errors of the command line itself are shown accordingly.

    Examples
    --------
    >>> message_options(["train", "corpus.txt", "-vv"])
    MessageOptions(verbosity=2, as_json=False)
    """
    scanner = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    add_message_flags(scanner)
    try:
        # Flags of fastText such as -verbose and -qnorm begin with the letters of others.
        found, _ = scanner.parse_known_args([text for text in arguments if _MESSAGE_FLAG.fullmatch(text)])
    except SystemExit:  # reported when the whole command line is parsed
        return MessageOptions()
    quiet, verbose = getattr(found, "quiet", False), getattr(found, "verbose", 0)
    return MessageOptions(
        verbosity=-1 if quiet else verbose,
        as_json=getattr(found, "log_format", "text") == "json",
    )


def report_message(kind: Literal["error", "warning", "info"], message: str) -> None:
    """Show a message on standard error, as one line.

    Parameters
    ----------
    kind : {"error", "warning", "info"}
        Kind of the message.
    message : str
        The message.
    """
    _logger.log(_LEVELS[kind], "%s", message)


@contextlib.contextmanager
def messages(options: MessageOptions) -> Iterator[None]:
    """Show messages on standard error within the ``with`` block: those of commands, of the library, and warnings.

    Parameters
    ----------
    options : MessageOptions
        What is shown.
    """
    shown = _shown_levels(options.verbosity)
    before = {name: logging.getLogger(name).level for name in shown}
    handler = _Handler(options.as_json)
    for name, level in shown.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("wordkin").addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = _show_warning
            yield
    finally:
        logging.getLogger("wordkin").removeHandler(handler)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _shown_levels(verbosity: int) -> dict[str, int]:
    """Return the lowest level that each logger shows."""
    own = logging.ERROR if verbosity < 0 else logging.INFO
    library = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG)
    return {"wordkin": library, _logger.name: own, _PROGRESS: own}


class _Handler(logging.Handler):
    """Writes records to standard error as it is at that time; records for a closed one are dropped."""

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr is None:
            return
        text = " ".join(record.getMessage().split())
        kind = record.levelname.lower()
        if self._as_json:
            fields: dict[str, Any] = getattr(record, "fields", {"event": "message"})
            line = json.dumps(
                finite_numbers({"time": _time_text(record), "level": kind, **fields, "message": text}),
                ensure_ascii=False,
            )
        else:
            line = f"wordkin: {text}" if record.levelno == logging.INFO else f"wordkin: {kind}: {text}"
        with contextlib.suppress(OSError, ValueError):  # standard error is closed
            # One write, so that lines of several processes do not run together.
            print(f"{line}\n", end="", file=sys.stderr, flush=True)


def _time_text(record: logging.LogRecord) -> str:
    time = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _show_warning(message: Warning | str, *rest: Any, **more: Any) -> None:
    report_message("warning", str(message))


def progress_display(args: argparse.Namespace) -> Any:
    """Return how a command shows progress.

    Parameters
    ----------
    args : Namespace
        Parsed arguments of a command with ``--progress``.

    Returns
    -------
    bool, None or ProgressLog
        Value for the argument `progress` of the library: None, for a bar, if standard error is a terminal, else lines.
    """
    from ..runtime.progress_log import ProgressLog  # imports NumPy, which `--help` does not need

    options: MessageOptions = args.messages
    if args.progress is False or options.is_quiet or sys.stderr is None:  # a closed standard error shows nothing
        return False
    if options.as_json:
        return ProgressLog()
    if args.progress or sys.stderr.isatty():
        return args.progress
    return ProgressLog()
