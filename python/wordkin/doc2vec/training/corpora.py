"""Documents as corpora: their words are counted and encoded by the same code as sentences."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ...runtime.columns import as_rows
from ...runtime.options import UNLIMITED
from ...text import EncodedBlock, EncodedCorpus, PreparationOptions, StoredCorpus, TextInput, TrimRule, Vocabulary
from ...text.corpora import StreamCorpus
from ...text.encoded import STREAM_BLOCK_WORDS, BlockBuilder, SpillRules
from ...text.inputs import text_reader
from ...text.scan import Progress
from ...text.token_keys import TokenKeys
from ...text.token_lists import TokenLists, single_pass_error
from ...text.vocabulary import RawCounts
from ..documents import DocumentFiles, TaggedFiles, TaggedLineDocument
from .tags import KnownTags, TagCounts, TagScan

__all__ = ["DocumentCorpus", "open_documents"]

_EXPECTED = "an iterable of TaggedDocument, or the path of a text file with one document per line"


def open_documents(
    documents: object, corpus_file: TextInput | None, files: DocumentFiles, *, passes: int = 1, name: str = "documents"
) -> DocumentCorpus:
    """Return the documents that arguments of the user specify.

    Parameters
    ----------
    documents : iterable of TaggedDocument, or path, optional
        The documents, or text with one document per line.
    corpus_file : path, optional
        Such text, instead of `documents`.
    files : DocumentFiles
        How text is read.
    passes : int, default 1
        Number of passes that the caller needs.
    name : str, default "documents"
        Name of the first argument in error messages.

    Returns
    -------
    DocumentCorpus
        The documents.

    Raises
    ------
    TypeError
        If these are not documents, or do not allow the passes needed.
    OSError
        If a file cannot be opened.
    """
    if (documents is None) == (corpus_file is None):
        problem = "got both" if documents is not None else "got neither"
        raise TypeError(f"either {name} or corpus_file must be given, {problem}")
    if corpus_file is not None:
        _require_files(corpus_file)
        documents = files.lines(corpus_file)
    elif not isinstance(documents, TaggedLineDocument | TaggedFiles):
        if _is_text(documents, name):
            documents = files.lines(cast("TextInput", documents))  # text_reader has refused other types
        elif not isinstance(documents, list | tuple):
            documents = as_rows(documents, name, _EXPECTED)
    if not isinstance(documents, Iterable):
        raise TypeError(f"{name} must be {_EXPECTED}, got {type(documents).__name__}")
    corpus = DocumentCorpus(documents, name, files.preparation)
    corpus.require_passes(passes)
    return corpus


def _require_files(corpus_file: object) -> None:
    first = corpus_file[0] if isinstance(corpus_file, list | tuple) and corpus_file else None
    if hasattr(first, "words") and hasattr(first, "tags"):
        raise TypeError("corpus_file must be the path of a text file, got documents; pass them as documents")


def _is_text(documents: object, name: str) -> bool:
    try:
        return text_reader(documents, name=name) is not None
    except TypeError:
        shown = f"{documents!r:.40}" if isinstance(documents, str | bytes) else ""
        raise TypeError(
            f"{name} must be {_EXPECTED}, got {type(documents).__name__}"
            f"{f', which is not an existing file: {shown}' if shown else ''}"
        ) from None


class _Recorder(Protocol):
    def add(self, tags: Any, words: int) -> None: ...


class _Words:
    """The words of documents, whose tags are recorded on the way."""

    def __init__(self, documents: Iterable[Any], recorder: _Recorder, name: str, preparation: PreparationOptions):
        self._documents = documents
        self._recorder = recorder
        self._name = name
        self._preparation = preparation

    def __iter__(self) -> Iterator[Any]:
        for number, document in enumerate(self._documents):
            try:
                words, tags = document.words, document.tags
            except AttributeError:
                raise TypeError(self._not_a_document(document, number)) from None
            words = self._tokens(words, number)
            self._recorder.add(tags, len(words))
            yield words

    def _tokens(self, words: Any, number: int) -> Any:
        if isinstance(words, list | tuple):
            return words
        if isinstance(words, str):
            if not self._preparation.is_default:
                return self._preparation.tokens(words)
            raise TypeError(
                f"{self._name}: the words of document {number} must be a list of str, got a str ({words!r:.60}); split "
                "it into words, or choose how texts become words (tokenizer, lowercase)"
            )
        if isinstance(words, bytes | Mapping) or not isinstance(words, Iterable):
            raise TypeError(
                f"{self._name}: the words of document {number} must be a list of str, got {type(words).__name__}"
            )
        return list(words)

    def _not_a_document(self, document: Any, number: int) -> str:
        advice = "TaggedDocument(words, [0])"
        if isinstance(document, str):
            advice = f"TaggedDocument({document!r:.30}.split(), [{number}])"
        return (
            f"{self._name}: document {number} must be a TaggedDocument, with words and tags, got "
            f"{type(document).__name__} ({document!r:.60}); make one: {advice}"
        )


class DocumentCorpus:
    """Documents that can be counted and encoded.

    Parameters
    ----------
    documents : iterable of TaggedDocument
        The documents.
    name : str
        Name of the argument in error messages.
    preparation : PreparationOptions
        How documents whose words are texts become tokens.
    """

    def __init__(self, documents: Iterable[Any], name: str, preparation: PreparationOptions) -> None:
        self.name = name
        self._documents = documents
        self._preparation = preparation
        # What cannot change between passes is encoded once.
        self._is_stored = isinstance(documents, list | tuple | TaggedLineDocument | TaggedFiles)
        self.is_restartable = not isinstance(documents, Iterator) and getattr(documents, "is_restartable", True)
        self._was_read = False

    def require_passes(self, passes: int) -> None:
        """Raise an error unless the documents can be read several times, if they must be.

        Parameters
        ----------
        passes : int
            Number of passes.

        Raises
        ------
        TypeError
            If they can be read only once.
        """
        if passes > 1 and not self.is_restartable:
            raise single_pass_error(self.name)

    def scan(
        self, workers: int, *, max_vocab_size: int | None, trim_rule: TrimRule | None, progress: Progress | None = None
    ) -> tuple[RawCounts, TagCounts]:
        """Count all words, and find all tags.

        Parameters
        ----------
        workers : int
            Number of threads.
        max_vocab_size : int or None
            Limit of the number of distinct words while counting.
        trim_rule : callable or None
            Decides about words that the limit would remove.
        progress : callable or None, default None
            Called with the number of words read so far.

        Returns
        -------
        tuple of RawCounts and TagCounts
            Words and tags.

        Raises
        ------
        CorpusError
            If there are no documents.
        """
        tags = TagScan(self.name)
        corpus = StreamCorpus(
            self._words(tags),
            name=self.name,
            max_sentence_length=UNLIMITED,
            keys=TokenKeys(),
            preparation=self._preparation,
        )
        scan = corpus.scan(
            workers, keep_ids=False, max_vocab_size=max_vocab_size, trim_rule=trim_rule, progress=progress
        )
        return scan.counts, tags.finish()

    def encode(self, vocabulary: Vocabulary, rows: Mapping[Any, int], tag_count: int | None) -> EncodedCorpus:
        """Return the documents as ids of words and tags.

        Parameters
        ----------
        vocabulary : Vocabulary
            The words.
        rows : mapping of tags to int
            Row of each tag.
        tag_count : int or None
            Number of tags that each document must have; None for any.

        Returns
        -------
        EncodedCorpus
            Blocks with tags.
        """
        streamed = _StreamedDocuments(self, vocabulary, rows, tag_count)
        return _StoredDocuments(streamed.blocks()) if self._is_stored else streamed

    def encoded_blocks(
        self, vocabulary: Vocabulary, rows: Mapping[Any, int], tag_count: int | None
    ) -> Iterator[EncodedBlock]:
        """Make one pass.

        Parameters
        ----------
        vocabulary : Vocabulary
            The words.
        rows : mapping of tags to int
            Row of each tag.
        tag_count : int or None
            Number of tags that each document must have; None for any.

        Yields
        ------
        EncodedBlock
            Documents, none left out: one without known words is an empty sentence.
        """
        tags = KnownTags(rows, self.name, tag_count)
        lists = TokenLists(self._words(tags), self.name, UNLIMITED, TokenKeys(), keep_empty_sentences=True)
        while (encoded := lists.encode(vocabulary.table, STREAM_BLOCK_WORDS)) is not None:
            found, ends = tags.take()
            yield replace(EncodedBlock(*encoded), tags=found, tag_ends=ends)
        lists.log_warnings()

    def _words(self, recorder: _Recorder) -> _Words:
        if self._was_read and not self.is_restartable:
            raise single_pass_error(self.name)
        self._was_read = True
        return _Words(self._documents, recorder, self.name, self._preparation)


class _StreamedDocuments:
    """Documents that are read and encoded again in every pass, because passes may differ."""

    def __init__(
        self, corpus: DocumentCorpus, vocabulary: Vocabulary, rows: Mapping[Any, int], tag_count: int | None
    ) -> None:
        self._corpus = corpus
        self._arguments = vocabulary, rows, tag_count
        self.is_restartable = corpus.is_restartable
        self.word_count: int | None = None
        self.raw_words: int | None = None
        self.raw_sentences: int | None = None

    def blocks(self) -> Iterator[EncodedBlock]:
        words = raw_words = raw_sentences = 0
        for block in self._corpus.encoded_blocks(*self._arguments):
            words += len(block.ids)
            raw_words += block.raw_words
            raw_sentences += block.raw_sentences
            yield block
        self.word_count, self.raw_words, self.raw_sentences = words, raw_words, raw_sentences

    def checksum(self) -> None:
        """Return nothing: passes may differ."""

    def close(self) -> None:
        """Do nothing: no ids are stored."""


class _StoredDocuments:
    """Encoded documents: the ids of words in memory or in a temporary file, those of tags in memory."""

    is_restartable = True

    def __init__(self, blocks: Iterator[EncodedBlock]) -> None:
        builder = BlockBuilder(SpillRules())
        tags, ends, count = [], [np.zeros(1, np.int64)], 0
        for block in blocks:
            builder.add(replace(block, tags=None, tag_ends=None))
            if block.tags is None or block.tag_ends is None:
                raise AssertionError("blocks of documents have tags")
            tags.append(block.tags)
            ends.append(block.tag_ends + count)
            count += len(block.tags)
        self._sentences: StoredCorpus = builder.finish()
        self._tags: NDArray[np.int32] = np.concatenate(tags) if tags else np.zeros(0, np.int32)
        self._tag_ends: NDArray[np.int64] = np.concatenate(ends)  # with a 0 before the first document
        self.word_count: int | None = self._sentences.word_count
        self.raw_words: int | None = self._sentences.raw_words
        self.raw_sentences: int | None = self._sentences.raw_sentences

    def blocks(self) -> Iterator[EncodedBlock]:
        first = 0
        for block in self._sentences.blocks():
            last = first + len(block.ends)
            start = self._tag_ends[first]
            ends = self._tag_ends[first + 1 : last + 1] - start
            yield replace(block, tags=self._tags[start : self._tag_ends[last]], tag_ends=ends)
            first = last

    def checksum(self) -> int:
        checksum = self._sentences.checksum()
        checksum = zlib.crc32(self._tag_ends.tobytes(), checksum)
        return zlib.crc32(self._tags.tobytes(), checksum)

    def close(self) -> None:
        self._sentences.close()
