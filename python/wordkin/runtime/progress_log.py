"""Progress of long work as lines in the log, for output that is not a terminal."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

__all__ = ["LoggedBar", "ProgressLog", "duration_text"]

_logger = logging.getLogger("wordkin.progress")


class ProgressLog:
    """Value of an argument `progress` that logs a line at regular intervals and at the end of each epoch.

    Parameters
    ----------
    seconds : float, default 10.0
        Time between two lines.
    clock : callable, optional
        Returns the time in seconds.

    Examples
    --------
    >>> bar = ProgressLog(seconds=60.0).open_bar(1000, " words")
    >>> bar.update(10)
    >>> bar.n
    10
    """

    def __init__(self, seconds: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self.clock = clock

    def open_bar(self, total: int | None, unit: str) -> LoggedBar:
        """Start to report one piece of work.

        Parameters
        ----------
        total : int or None
            Amount of work; None if it is unknown.
        unit : str
            Unit of the work, with or without a leading space.

        Returns
        -------
        LoggedBar
            The part of the interface of a tqdm bar that wordkin uses.
        """
        return LoggedBar(self, total, unit.strip())


class LoggedBar:
    """One piece of work whose progress is logged; has the methods and attributes of a tqdm bar that wordkin uses.

    Parameters
    ----------
    log : ProgressLog
        Time between lines.
    total : int or None
        Amount of work; None if it is unknown.
    unit : str
        Unit of the work.
    """

    def __init__(self, log: ProgressLog, total: int | None, unit: str) -> None:
        self.total = total
        self.initial = 0
        self.n = 0
        self._log = log
        self._unit = unit
        self._description = ""
        self._metrics: dict[str, str] = {}
        self._start = self._line_at = self._updated_at = log.clock()
        self._is_new = False  # whether there is something that no line has shown

    def __enter__(self) -> LoggedBar:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def set_description(self, text: str | None, *, refresh: bool = True) -> None:
        """Set what is being done; a new text ends what was done before, such as an epoch.

        Parameters
        ----------
        text : str or None
            The description.
        refresh : bool, default True
            Ignored.
        """
        if text != self._description and self._metrics:
            self._write("epoch")
        self._description = text or ""

    def set_postfix(self, *, refresh: bool = True, **metrics: str) -> None:
        """Set the metrics to show.

        Parameters
        ----------
        refresh : bool, default True
            Ignored.
        **metrics : str
            Names and formatted values.
        """
        self._metrics = metrics
        self._is_new = True

    def update(self, n: int) -> None:
        """Count work that was done, and write a line if the last one is long enough ago.

        Parameters
        ----------
        n : int
            Amount of work.
        """
        self.n += n
        self._is_new = True
        self._updated_at = self._log.clock()
        if self._updated_at - self._line_at >= self._log.seconds:
            self._write("progress")

    def close(self) -> None:
        """Write the final line of training, or of other work that has been reported before."""
        if self._is_new and (self._metrics or self._line_at > self._start):
            self._write("epoch" if self._metrics else "progress")

    def _write(self, event: str) -> None:
        self._line_at, self._is_new = self._log.clock(), False
        rate = (self.n - self.initial) / max(self._updated_at - self._start, 1e-9)
        left = None if not self.total or not rate else max(self.total - self.n, 0) / rate
        texts = [self._amount_text(), f"{rate:,.{0 if rate >= 10 else 2}f} {self._unit}/s"]
        texts += [f"{name} {value}" for name, value in self._metrics.items()]
        texts += [] if left is None else [f"{duration_text(left)} left"]
        fields = {
            "event": event,
            "description": self._description,
            "done": self.n,
            "total": self.total or None,
            "unit": self._unit,
            "per_second": rate,
            "seconds_left": left,
            **dict(map(_number, self._metrics.items())),
        }
        description = f"{self._description}: " if self._description else ""
        message = description + ", ".join(texts)
        _logger.info("%s", message, extra={"fields": fields})

    def _amount_text(self) -> str:
        if not self.total:
            return f"{self.n:,} {self._unit}"
        return f"{100 * min(self.n / self.total, 1.0):.0f} % of {self.total:,} {self._unit}"


def _number(metric: tuple[str, str]) -> tuple[str, Any]:
    """Return a metric as a number: the text "5,000/s" of `tokens` is 5000 `tokens_per_second`."""
    name, text = metric
    number = text.replace(",", "").removesuffix("/s")
    try:
        return f"{name}_per_second" if text.endswith("/s") else name, float(number)
    except ValueError:
        return name, text


def duration_text(seconds: float) -> str:
    """Return a duration as text.

    Parameters
    ----------
    seconds : float
        The duration in seconds.

    Returns
    -------
    str
        Seconds, or hours, minutes and seconds.

    Examples
    --------
    >>> duration_text(42.1), duration_text(3725)
    ('42 s', '1:02:05')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
