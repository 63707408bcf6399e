"""Documents with tags: what users pass, and readers of files that give them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

from ..errors import CorpusError
from ..runtime.options import UNLIMITED
from ..storage.decoding import OTHER_ENCODING, DecodingErrors, TextOptions
from ..storage.lines import read_lines
from ..storage.paths import AnyPath, local_path
from ..text import FolderOptions, PreparationOptions, TextInput
from ..text.sources import TextSource, sources_of

__all__ = [
    "Document",
    "DocumentsInput",
    "Tag",
    "TaggedDocument",
    "TaggedFiles",
    "TaggedLineDocument",
]

Tag: TypeAlias = str | int


class Document(Protocol):
    """An object with the words and the tags of a document."""

    @property
    def words(self) -> Sequence[str]:
        """The tokens."""

    @property
    def tags(self) -> Sequence[Tag]:
        """At least one tag."""


DocumentsInput: TypeAlias = Iterable[Document] | TextInput


class TaggedDocument(NamedTuple):
    """The words of a document with its tags, whose vectors are trained.

    Parameters
    ----------
    words : list of str
        The tokens.
    tags : list of str or int
        At least one tag. Integers are row numbers, counted from 0; a tag may be that of several documents.

    Examples
    --------
    >>> TaggedDocument(["a", "short", "text"], [0]).tags
    [0]
    """

    words: Sequence[str]
    tags: Sequence[Tag]

    def __str__(self) -> str:
        return f"{type(self).__name__}<{self.words}, {self.tags}>"


class TaggedLineDocument:
    """A text file with one document per line, whose tag is the number of the line, counted from 0.

    Empty lines are documents without words, so that tags remain the numbers of lines.

    Parameters
    ----------
    source : path or file object
        The text; compressed files are recognised by their content, and file objects are read from their start. The
        lines of several files, or of those of a folder, are numbered consecutively.
    encoding : str, default "utf-8"
        Encoding of the text. UTF-16 and UTF-32 with a byte-order mark are recognised.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.
    preparation : PreparationOptions or None, default None
        How lines become tokens; None for whitespace-separated tokens.
    folders : FolderOptions or None, default None
        Which files of folders are read; None for the defaults.

    Examples
    --------
    >>> import io
    >>> [document.words for document in TaggedLineDocument(io.BytesIO(b"a b c\\nd\\n"))]
    [['a', 'b', 'c'], ['d']]
    """

    def __init__(
        self,
        source: TextInput,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        preparation: PreparationOptions | None = None,
        folders: FolderOptions | None = None,
    ) -> None:
        self.source = source
        self.options = TextOptions(encoding=encoding, errors=errors)
        self.preparation = preparation
        self._sources = sources_of(source, folders)

    @property
    def is_restartable(self) -> bool:
        """Whether several passes are possible."""
        return all(source.is_restartable for source in self._sources)

    def __iter__(self) -> Iterator[TaggedDocument]:
        tokens = _tokens_of(self.preparation)
        number = 0
        for source in self._sources:
            for line in _lines_of(source, self.options):
                yield TaggedDocument(tokens(line), [number])
                number += 1


class TaggedFiles:
    """The files of a folder as documents, whose tags are their paths within the folder.

    Parameters
    ----------
    folder : path
        The folder.
    encoding : str, default "utf-8"
        Encoding of the files. UTF-16 and UTF-32 with a byte-order mark are recognised.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.
    preparation : PreparationOptions or None, default None
        How texts become tokens; None for whitespace-separated tokens.
    folders : FolderOptions or None, default None
        Which files are read; None for all but hidden ones, without subfolders.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "one.txt").write_text("a few\\nwords", encoding="utf-8")
    ...     list(TaggedFiles(folder))
    [TaggedDocument(words=['a', 'few', 'words'], tags=['one.txt'])]
    """

    is_restartable = True

    def __init__(
        self,
        folder: AnyPath,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        preparation: PreparationOptions | None = None,
        folders: FolderOptions | None = None,
    ) -> None:
        self.folder = local_path(folder)
        if not self.folder.is_dir():
            raise CorpusError(f"{self.folder}: expected a folder, whose files are the documents")
        self.options = TextOptions(encoding=encoding, errors=errors)
        self.preparation = preparation
        self._sources = sources_of(self.folder, folders)

    def __iter__(self) -> Iterator[TaggedDocument]:
        tokens = _tokens_of(self.preparation)
        for source in self._sources:
            words = [token for line in _lines_of(source, self.options) for token in tokens(line)]
            name = local_path(source.name).relative_to(self.folder).as_posix()
            yield TaggedDocument(words, [name])


def _lines_of(source: TextSource, options: TextOptions) -> Iterator[str]:
    with source.open() as file:
        # Documents may be of any length.
        for _, line in read_lines(file, options, advice=OTHER_ENCODING, max_bytes=UNLIMITED, name=source.name):
            yield line


def _tokens_of(preparation: PreparationOptions | None) -> Any:
    if preparation is None or preparation.is_default:
        return str.split
    return preparation.tokens


@dataclass(frozen=True, kw_only=True)
class DocumentFiles:
    """How files of documents are read.

    Parameters
    ----------
    options : TextOptions
        Encoding of the text, and the treatment of invalid bytes.
    preparation : PreparationOptions
        How texts become tokens.
    folders : FolderOptions
        Which files of folders are read.
    """

    options: TextOptions
    preparation: PreparationOptions
    folders: FolderOptions

    def lines(self, source: TextInput) -> TaggedLineDocument:
        """Return the documents of a text file, one per line.

        Parameters
        ----------
        source : path, file object, or list of paths
            The text.

        Returns
        -------
        TaggedLineDocument
            The documents.
        """
        return TaggedLineDocument(
            source,
            encoding=self.options.encoding,
            errors=self.options.errors,
            preparation=self.preparation,
            folders=self.folders,
        )
