"""Text files as iterables of token lists, by gensim's names; a model given one reads the file in C++ instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from ..storage.paths import AnyPath
from .reader import DecodingErrors, SentenceRules, TextReader
from .sources import TextSource, sources_of

__all__ = ["LineSentence", "PathLineSentences", "Text8Corpus"]


class LineSentence:
    """A text with one sentence a line and blanks between words.

    Only ASCII blanks separate words; no-break and ideographic spaces are characters like others. Carriage returns end
    lines, alone or before a line feed.

    Parameters
    ----------
    source
        A path (compressed files are recognised by their content) or an open file object, which is read from its start.
    max_sentence_length
        Words; longer lines become several sentences.
    limit
        Lines to read; all by default.

    Examples
    --------
    >>> import io
    >>> list(LineSentence(io.BytesIO(b"a b c\\nd\\n"), max_sentence_length=2))
    [['a', 'b'], ['c'], ['d']]
    """

    def __init__(self, source: AnyPath | IO[Any], max_sentence_length: int = 10000, limit: int | None = None) -> None:
        self.source = source
        self.max_sentence_length = max_sentence_length
        self.limit = limit

    def __iter__(self) -> Iterator[list[str]]:
        return self.reader().sentences()

    def reader(self, errors: DecodingErrors = "strict") -> TextReader:
        """What reads the text in C++; not for the user."""
        rules = SentenceRules(max_sentence_length=self.max_sentence_length, line_limit=self.limit)
        return TextReader(self._sources(), rules=rules, errors=errors)

    def _sources(self) -> list[TextSource]:
        return sources_of(self.source)


class PathLineSentences(LineSentence):
    """All files of a folder in the order of their names, each as `LineSentence` reads it; or a single file.

    Parameters
    ----------
    source
        The path of a folder; folders within it are left out.
    max_sentence_length
        Words; longer lines become several sentences.
    limit
        Lines to read of each file; all by default.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in "ba":
    ...         _ = pathlib.Path(folder, name).write_text(f"text of {name}")
    ...     list(PathLineSentences(folder))
    [['text', 'of', 'a'], ['text', 'of', 'b']]
    """

    def __init__(self, source: AnyPath, max_sentence_length: int = 10000, limit: int | None = None) -> None:
        super().__init__(source, max_sentence_length, limit)


class Text8Corpus:
    """A text without sentences: every `max_sentence_length` words are taken for one, and line ends for blanks.

    Parameters
    ----------
    fname
        A path or an open file object.
    max_sentence_length
        Words.

    Examples
    --------
    >>> import io
    >>> list(Text8Corpus(io.BytesIO(b"a b\\nc d e"), max_sentence_length=3))
    [['a', 'b', 'c'], ['d', 'e']]
    """

    def __init__(self, fname: AnyPath | IO[Any], max_sentence_length: int = 10000) -> None:
        self.fname = fname
        self.max_sentence_length = max_sentence_length

    def __iter__(self) -> Iterator[list[str]]:
        return self.reader().sentences()

    def reader(self, errors: DecodingErrors = "strict") -> TextReader:
        """What reads the text in C++; not for the user."""
        rules = SentenceRules(max_sentence_length=self.max_sentence_length, line_is_sentence=False)
        return TextReader(sources_of(self.fname), rules=rules, errors=errors)
