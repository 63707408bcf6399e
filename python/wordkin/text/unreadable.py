"""Files that are left out of a corpus because they cannot be read as text."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ..errors import CorpusError, WordkinError
from .sources import TextSource

__all__ = ["SkippedFiles"]

logger = logging.getLogger(__name__)

_MOST_NAMES = 10  # in the log

Check = Callable[[TextSource], None]


class SkippedFiles:
    """The files of a corpus that ``on_error="skip"`` leaves out; files are checked before they are first read.

    Parameters
    ----------
    files : int
        Number of files of the corpus.
    """

    def __init__(self, files: int) -> None:
        self._files = files
        self._reasons: dict[tuple[str, int], str | None] = {}  # by name and start; None: the file can be read
        self._is_reported = False

    @property
    def reasons(self) -> dict[str, str]:
        """The names of the files that are left out, and what is wrong with each."""
        return {name: reason for (name, _), reason in self._reasons.items() if reason is not None}

    def is_skipped(self, source: TextSource, check: Check) -> bool:
        """Return whether a file is left out.

        Parameters
        ----------
        source : TextSource
            The file.
        check : callable
            Called with a file that has not been checked before; raises an error if it cannot be read as text.

        Returns
        -------
        bool
            Whether the check failed.
        """
        part = source.name, source.start
        if part not in self._reasons:
            try:
                check(source)
                self._reasons[part] = None
            except (WordkinError, OSError) as error:
                self._reasons[part] = str(error).removeprefix(f"{source.name}: ")
        return self._reasons[part] is not None

    def report(self) -> None:
        """Log the files that are left out, once.

        Raises
        ------
        CorpusError
            If all files are left out.
        """
        reasons = [f"{name}: {reason}" for name, reason in self.reasons.items()]
        if list(self._reasons.values()).count(None) == 0 and len(self._reasons) == self._files:
            raise CorpusError(f"none of the {self._files} files can be read as text; the first: {reasons[0]}")
        if reasons and not self._is_reported:
            listed = "".join(f"; {reason}" for reason in reasons[:_MOST_NAMES])
            more = f"; and {len(reasons) - _MOST_NAMES} more" if len(reasons) > _MOST_NAMES else ""
            logger.warning("left out %d of %d files%s%s", len(reasons), self._files, listed, more)
        self._is_reported = True
