"""gensim's corpus readers: text files as iterables of token lists, which models read in C++ instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from ..storage.decoding import DecodingErrors, OnError, TextOptions
from ..storage.paths import AnyPath
from .preparation import PreparationOptions
from .reader import SentenceRules, TextReader
from .sources import sources_of

__all__ = ["LineSentence", "PathLineSentences", "Text8Corpus"]


class LineSentence:
    """A text file with one sentence per line and whitespace-separated tokens.

    Tokens are separated where ``str.split()`` splits, as in gensim: at ASCII whitespace, no-break spaces, ideographic
    spaces and so on. Lines end at LF, CR LF or CR.

    Parameters
    ----------
    source : path or file object
        The text; compressed files are recognised by their content, and file objects are read from their start.
    max_sentence_length : int, default 10000
        Maximum number of tokens per sentence (>= 1); longer lines are split into several sentences.
    limit : int or None, default None
        Number of lines to read of each file; None for all.
    encoding : str, default "utf-8"
        Encoding of the text. UTF-16 and UTF-32 with a byte-order mark are recognised.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.
    on_error : {"raise", "skip"}, default "raise"
        Treatment of a file that cannot be read as text: raise an error, or leave it out and log its name.

    Examples
    --------
    >>> import io
    >>> list(LineSentence(io.BytesIO(b"a b c\\nd\\n"), max_sentence_length=2))
    [['a', 'b'], ['c'], ['d']]
    """

    def __init__(
        self,
        source: AnyPath | IO[Any],
        max_sentence_length: int = 10000,
        limit: int | None = None,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
    ) -> None:
        self.source = source
        self.max_sentence_length = max_sentence_length
        self.limit = limit
        self.options = TextOptions(encoding=encoding, errors=errors, on_error=on_error)

    def __iter__(self) -> Iterator[list[str]]:
        return self.reader().sentences()

    def reader(self, preparation: PreparationOptions | None = None) -> TextReader:
        """Return the reader that models use to read the text in C++.

        Parameters
        ----------
        preparation : PreparationOptions or None, default None
            How the text is prepared; None for the defaults.

        Returns
        -------
        TextReader
            The reader.
        """
        return _line_reader(self.source, self.max_sentence_length, self.limit, self.options, preparation)


class PathLineSentences:
    """All files of a folder in the order of their names, each read like a `LineSentence`; or a single file.

    Parameters
    ----------
    source : path
        The folder, whose subfolders are skipped, or the file.
    max_sentence_length : int, default 10000
        Maximum number of tokens per sentence (>= 1); longer lines are split into several sentences.
    limit : int or None, default None
        Number of lines to read of each file; None for all.
    encoding : str, default "utf-8"
        Encoding of the text. UTF-16 and UTF-32 with a byte-order mark are recognised.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.
    on_error : {"raise", "skip"}, default "raise"
        Treatment of a file that cannot be read as text: raise an error, or leave it out and log its name.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in "ba":
    ...         _ = pathlib.Path(folder, name).write_text(f"text of {name}", encoding="utf-8")
    ...     list(PathLineSentences(folder))
    [['text', 'of', 'a'], ['text', 'of', 'b']]
    """

    def __init__(
        self,
        source: AnyPath,
        max_sentence_length: int = 10000,
        limit: int | None = None,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
    ) -> None:
        self.source = source
        self.max_sentence_length = max_sentence_length
        self.limit = limit
        self.options = TextOptions(encoding=encoding, errors=errors, on_error=on_error)

    def __iter__(self) -> Iterator[list[str]]:
        return self.reader().sentences()

    def reader(self, preparation: PreparationOptions | None = None) -> TextReader:
        """Return the reader that models use to read the text in C++; see `LineSentence.reader`.

        Parameters
        ----------
        preparation : PreparationOptions or None, default None
            How the text is prepared; None for the defaults.

        Returns
        -------
        TextReader
            The reader.
        """
        return _line_reader(self.source, self.max_sentence_length, self.limit, self.options, preparation)


class Text8Corpus:
    """A text without sentence boundaries: every `max_sentence_length` tokens form a sentence.

    Parameters
    ----------
    fname : path or file object
        The text; line ends are ordinary whitespace.
    max_sentence_length : int, default 10000
        Number of tokens per sentence.
    encoding : str, default "utf-8"
        Encoding of the text. UTF-16 and UTF-32 with a byte-order mark are recognised.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.
    on_error : {"raise", "skip"}, default "raise"
        Treatment of a file that cannot be read as text: raise an error, or leave it out and log its name.

    Examples
    --------
    >>> import io
    >>> list(Text8Corpus(io.BytesIO(b"a b\\nc d e"), max_sentence_length=3))
    [['a', 'b', 'c'], ['d', 'e']]
    """

    def __init__(
        self,
        fname: AnyPath | IO[Any],
        max_sentence_length: int = 10000,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
    ) -> None:
        self.fname = fname
        self.max_sentence_length = max_sentence_length
        self.options = TextOptions(encoding=encoding, errors=errors, on_error=on_error)

    def __iter__(self) -> Iterator[list[str]]:
        return self.reader().sentences()

    def reader(self, preparation: PreparationOptions | None = None) -> TextReader:
        """Return the reader that models use to read the text in C++; see `LineSentence.reader`.

        Parameters
        ----------
        preparation : PreparationOptions or None, default None
            How the text is prepared; None for the defaults.

        Returns
        -------
        TextReader
            The reader.
        """
        rules = SentenceRules(max_sentence_length=self.max_sentence_length, line_is_sentence=False)
        return TextReader(sources_of(self.fname), rules=rules, options=self.options, preparation=preparation)


def _line_reader(
    source: object,
    max_sentence_length: int,
    limit: int | None,
    options: TextOptions,
    preparation: PreparationOptions | None,
) -> TextReader:
    rules = SentenceRules(max_sentence_length=max_sentence_length, line_limit=limit)
    return TextReader(sources_of(source), rules=rules, options=options, preparation=preparation)
