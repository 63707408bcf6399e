"""One door for everything that can be a corpus."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import IO, Any, TypeAlias

from ..storage.paths import AnyPath
from .corpora import Corpus, FileCorpus, ListCorpus, StreamCorpus
from .encoded import SpillRules
from .line_sentences import LineSentence, PathLineSentences, Text8Corpus
from .reader import DecodingErrors, SentenceRules, TextReader
from .sources import sources_of
from .token_lists import single_pass_error

__all__ = ["CorpusInput", "TextInput", "open_corpus", "text_reader"]

TextInput: TypeAlias = AnyPath | IO[bytes] | IO[str] | Iterable[AnyPath]
CorpusInput: TypeAlias = TextInput | Iterable[Iterable[str]]


def open_corpus(
    sentences: Any = None,
    corpus_file: Any = None,
    *,
    name: str = "sentences",
    passes: int = 1,
    errors: DecodingErrors = "strict",
    max_sentence_length: int = 10000,
    spill: SpillRules | None = None,
) -> Corpus:
    """Return what was given as a corpus.

    Parameters
    ----------
    sentences
        A list or tuple of token lists (read once), any other iterable of them (read anew in every pass), a
        `LineSentence`, `PathLineSentences` or `Text8Corpus`, or text as in `corpus_file`. A str must be a path.
    corpus_file
        A path, a list of paths, a folder, or an open file object; compressed files are recognised by their content.
    name
        What errors call `sentences`.
    passes
        How often the caller is going to read it; a generator is refused when that is more than once.
    errors
        What to do with bytes that are no UTF-8: "strict" refuses, "replace" and "ignore" do as ``bytes.decode`` does.
    max_sentence_length
        Words; longer lines and lists become several sentences.
    spill
        When ids go to disk.

    Raises
    ------
    TypeError
        If it is no corpus, or one that cannot be read often enough.
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
        raise TypeError(f"give either `{name}` or `corpus_file`" + (", not both" if sentences is not None else ""))
    spill = spill or SpillRules()
    rules = SentenceRules(max_sentence_length=max_sentence_length)
    if corpus_file is not None:
        return FileCorpus(TextReader(sources_of(corpus_file), rules=rules, errors=errors), spill)
    reader = text_reader(sentences, name=name, rules=rules, errors=errors)
    if reader is not None:
        return FileCorpus(reader, spill)
    if isinstance(sentences, list | tuple):
        return ListCorpus(sentences, name=name, max_sentence_length=max_sentence_length, spill=spill)
    if not isinstance(sentences, Iterable) and not hasattr(sentences, "__getitem__"):
        raise TypeError(f"`{name}` must be token lists or a path, got {type(sentences).__name__}")
    corpus = StreamCorpus(sentences, name=name, max_sentence_length=max_sentence_length)
    if passes > 1 and not corpus.is_restartable:
        raise single_pass_error(name)
    return corpus


def text_reader(
    sentences: Any,
    *,
    name: str = "sentences",
    rules: SentenceRules | None = None,
    errors: DecodingErrors = "strict",
) -> TextReader | None:
    """Return what reads `sentences` as text in C++; None when it is an iterable of token lists.

    Raises
    ------
    TypeError
        If it is a str that is no existing file.
    OSError
        If a file cannot be opened.
    """
    # Not isinstance: who derives from these may have changed what iterating gives.
    if type(sentences) in (LineSentence, PathLineSentences, Text8Corpus):
        reader: TextReader = sentences.reader(errors)
        return reader
    if _is_text_input(sentences, name):
        return TextReader(sources_of(sentences), rules=rules, errors=errors)
    return None


def _is_text_input(sentences: Any, name: str) -> bool:
    if isinstance(sentences, str | bytes):
        if os.path.exists(os.path.expanduser(sentences)):  # noqa: PTH110, PTH111 - False, not an error, for any text
            return True
        raise TypeError(
            f"`{name}` is a {type(sentences).__name__} and no existing file: {sentences[:40]!r}; give lists of tokens "
            "such as [['first', 'sentence'], ['second', 'one']], or the path of a text"
        )
    if isinstance(sentences, os.PathLike) or callable(getattr(sentences, "read", None)):
        return True
    return isinstance(sentences, list | tuple) and len(sentences) > 0 and isinstance(sentences[0], os.PathLike)
