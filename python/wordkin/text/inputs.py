"""Conversion of everything that a model accepts as a corpus to a `Corpus`."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import IO, TypeAlias, cast

from ..runtime.columns import as_rows
from ..storage.decoding import OTHER_ENCODING, TextOptions
from ..storage.paths import AnyPath, local_path
from .corpora import Corpus, FileCorpus, ListCorpus, StreamCorpus
from .encoded import SpillRules
from .folders import FolderOptions, files_of_pattern, is_pattern
from .line_sentences import LineSentence, PathLineSentences, Text8Corpus
from .preparation import PreparationOptions, PreparedTexts
from .reader import SentenceRules, TextReader
from .sources import FileSource, StreamSource, sources_of
from .token_keys import TokenKeys
from .token_lists import single_pass_error

__all__ = ["CorpusInput", "TextInput", "is_text_input", "open_corpus", "text_reader", "token_lists"]

_EXPECTED = "token lists or a path"

TextInput: TypeAlias = AnyPath | IO[bytes] | IO[str] | Iterable[AnyPath]
CorpusInput: TypeAlias = TextInput | Iterable[Iterable[Hashable]]


def open_corpus(
    sentences: object = None,
    corpus_file: object = None,
    *,
    name: str = "sentences",
    passes: int = 1,
    options: TextOptions | None = None,
    preparation: PreparationOptions | None = None,
    folders: FolderOptions | None = None,
    max_sentence_length: int = 10000,
    spill: SpillRules | None = None,
    any_tokens: bool = False,
    accepts_tokens: bool = False,
) -> Corpus:
    """Return the corpus that arguments of the user specify.

    Parameters
    ----------
    sentences : iterable of lists of str, corpus reader, path or file object, optional
        A list or tuple of token lists, which is read once; any other iterable of token lists, which is read in every
        pass; a `LineSentence`, `PathLineSentences` or `Text8Corpus`; or text as for `corpus_file`. A str must be the
        path of an existing file.
    corpus_file : path, list of paths, or file object, optional
        Text with one sentence per line, instead of `sentences`. A folder stands for its files, and a path with ``*``,
        ``?`` or ``[...]`` for what it matches (``novels/*.txt``, or ``novels/**/*.txt`` with subfolders); compressed
        files are recognised by their content.
    name : str, default "sentences"
        Name of the argument in error messages.
    passes : int, default 1
        Number of passes that the caller needs; a generator is refused if it is greater than 1.
    options : TextOptions or None, default None
        Encoding of text files, and the treatment of invalid bytes and files; None for the defaults.
    preparation : PreparationOptions or None, default None
        How text is prepared; None for the defaults. With other options, `sentences` may also be an iterable of texts
        (str), and must not be token lists.
    folders : FolderOptions or None, default None
        Which files of folders are read; None for the defaults.
    max_sentence_length : int, default 10000
        Maximum number of tokens per sentence (>= 1); longer lines and lists are split.
    spill : SpillRules or None, default None
        When ids are moved to a temporary file; None for the defaults.
    any_tokens : bool, default False
        Whether tokens of token lists may be numbers and other hashable values; see `key_to_json` for their types.
    accepts_tokens : bool, default False
        Whether `sentences` may be token lists, which are taken as they are, if there are options of preparation.

    Returns
    -------
    Corpus
        The corpus.

    Raises
    ------
    TypeError
        If the argument is not a corpus, or does not allow the passes needed.
    OSError
        If a file cannot be opened.

    Examples
    --------
    >>> corpus = open_corpus([["a", "b"], ["a"]])
    >>> scan = corpus.scan(workers=1, keep_ids=True)
    >>> vocabulary, report = scan.counts.prune(min_count=1)
    >>> vocabulary.words
    ['a', 'b']
    >>> [block.ids.tolist() for block in scan.encoded(vocabulary).blocks()]
    [[0, 1, 0]]
    """
    if (sentences is None) == (corpus_file is None):
        problem = "got both" if sentences is not None else "got neither"
        raise TypeError(f"either {name} or corpus_file must be given, {problem}")
    spill = spill or SpillRules()
    rules = SentenceRules(max_sentence_length=max_sentence_length)
    if corpus_file is not None:
        reader: TextReader | None = TextReader(
            sources_of(corpus_file, folders), rules=rules, options=options, preparation=preparation
        )
    else:
        reader = text_reader(
            sentences, name=name, rules=rules, options=options, preparation=preparation, folders=folders
        )
        sentences = as_rows(sentences, name, _EXPECTED) if reader is None else sentences
    if reader is not None and not callable(reader.preparation.tokenizer):
        return FileCorpus(reader, spill)
    if reader is not None:
        sentences = _SentencesOf(reader) if reader.is_restartable else reader.sentences()
        name = reader.name
    elif preparation is not None and not preparation.is_default:
        sentences = _prepared(sentences, preparation, name, accepts_tokens)
    keys = TokenKeys() if any_tokens else None
    if isinstance(sentences, list | tuple):
        return ListCorpus(sentences, name=name, max_sentence_length=max_sentence_length, spill=spill, keys=keys)
    corpus = StreamCorpus(
        _require_iterable(sentences, name),
        name=name,
        max_sentence_length=max_sentence_length,
        keys=keys,
        preparation=preparation,
    )
    if passes > 1 and not corpus.is_restartable:
        raise single_pass_error(name)
    return corpus


def token_lists(
    sentences: object, name: str, preparation: PreparationOptions | None = None, *, accepts_tokens: bool = False
) -> Iterable[object]:
    """Return a corpus that is not text as an iterable of token lists.

    Parameters
    ----------
    sentences : iterable of lists of str, or a column or data frame of them
        The corpus; columns of pandas, Polars and PyArrow become lists.
    name : str
        Name of the argument in error messages.
    preparation : PreparationOptions or None, default None
        How text is prepared; None for the defaults. With other options, the corpus must be texts (str).
    accepts_tokens : bool, default False
        As in `open_corpus`.

    Returns
    -------
    iterable
        The token lists.

    Raises
    ------
    TypeError
        If the argument is not iterable, or has several columns.

    Examples
    --------
    >>> token_lists([["a", "b"]], "sentences")
    [['a', 'b']]
    """
    rows = as_rows(sentences, name, _EXPECTED)
    if preparation is not None and not preparation.is_default:
        rows = _prepared(rows, preparation, name, accepts_tokens)
    return _require_iterable(rows, name)


def _require_iterable(sentences: object, name: str) -> Iterable[object]:
    # Objects with only __getitem__ are iterable, which Iterable does not recognise.
    if not isinstance(sentences, Iterable) and not hasattr(sentences, "__getitem__"):
        raise TypeError(f"{name} must be {_EXPECTED}, got {type(sentences).__name__}")
    return cast("Iterable[object]", sentences)


class _SentencesOf:
    """The sentences of a reader, which are read in every pass."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader

    def __iter__(self) -> Iterator[list[str]]:
        return self._reader.sentences()


def _prepared(sentences: object, preparation: PreparationOptions, name: str, accepts_tokens: bool) -> object:
    if not isinstance(sentences, Iterable):
        return sentences
    if accepts_tokens and isinstance(sentences, list | tuple) and not any(isinstance(text, str) for text in sentences):
        return sentences
    texts = PreparedTexts(sentences, preparation, name, accepts_tokens=accepts_tokens)
    return iter(texts) if isinstance(sentences, Iterator) else texts


def text_reader(
    sentences: object,
    *,
    name: str = "sentences",
    rules: SentenceRules | None = None,
    options: TextOptions | None = None,
    preparation: PreparationOptions | None = None,
    folders: FolderOptions | None = None,
    advice: str = OTHER_ENCODING,
) -> TextReader | None:
    """Return the reader of a corpus that is text, which is processed in C++.

    Parameters
    ----------
    sentences : object
        The corpus; see `open_corpus`.
    name : str, default "sentences"
        Name of the argument in error messages.
    rules : SentenceRules or None, default None
        How tokens form sentences.
    options : TextOptions or None, default None
        Encoding of text files, and the treatment of invalid bytes and files; None for the defaults.
    preparation : PreparationOptions or None, default None
        How text is prepared; None for the defaults.
    folders : FolderOptions or None, default None
        Which files of folders are read; None for the defaults.
    advice : str, default OTHER_ENCODING
        What errors about the encoding advise.

    Returns
    -------
    TextReader or None
        None if the corpus is an iterable of token lists.

    Raises
    ------
    TypeError
        If the corpus is a str that is not the path of an existing file, or options are given for a corpus reader, which
        has its own.
    OSError
        If a file cannot be opened.
    """
    if isinstance(sentences, LineSentence | PathLineSentences | Text8Corpus):
        # A subclass may have changed iteration, which is then followed.
        has_own_iteration = type(sentences) not in (LineSentence, PathLineSentences, Text8Corpus)
        if options is not None and options != TextOptions() and options != sentences.options:
            raise TypeError(f"encoding, errors and on_error must be given to the {type(sentences).__name__}")
        return None if has_own_iteration else sentences.reader(preparation)
    if is_text_input(sentences, name):
        sources = sources_of(sentences, folders)
        return TextReader(sources, rules=rules, options=options, preparation=preparation, advice=advice)
    return None


def is_text_input(sentences: object, name: str) -> bool:
    """Return whether a corpus is text in files, rather than an iterable of token lists.

    Parameters
    ----------
    sentences : object
        The corpus; see `open_corpus`.
    name : str
        Name of the argument in error messages.

    Returns
    -------
    bool
        Whether it is a path, an open file, or a list of paths.

    Raises
    ------
    TypeError
        If it is a str that is not the path of an existing file.
    """
    if isinstance(sentences, Mapping):  # iterating would give its keys, and ignore its values
        raise TypeError(
            f"{name} must be {_EXPECTED}, got {type(sentences).__name__}; pass its values or its keys, such as "
            "list(texts.values())"
        )
    if isinstance(sentences, str | bytes):
        if os.path.exists(os.path.expanduser(sentences)):  # noqa: PTH110, PTH111 - unlike Path, False rather than an error for any str
            return True
        if _is_matching_pattern(sentences):
            return True
        raise TypeError(
            f"{name} must be lists of tokens, such as [['first', 'sentence'], ['second', 'one']], or the path of a "
            f"text file, got a {type(sentences).__name__} that is not an existing file: {sentences[:40]!r}"
        )
    if isinstance(sentences, os.PathLike) or callable(getattr(sentences, "read", None)):
        return True
    first = sentences[0] if isinstance(sentences, list | tuple) and sentences else None
    return isinstance(first, (os.PathLike, FileSource, StreamSource))


def _is_matching_pattern(text: str | bytes) -> bool:
    try:
        path = local_path(text)
        return is_pattern(path) and bool(files_of_pattern(path))
    except (OSError, ValueError):  # a text that cannot be a path
        return False
