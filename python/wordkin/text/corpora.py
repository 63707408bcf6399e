"""The kinds of corpora: text in files, lists of token lists, and iterables that are read anew in every pass."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from .. import _core
from .encoded import BlockBuilder, EncodedBlock, EncodedCorpus, SpillRules, StoredCorpus, StreamedCorpus
from .reader import TextBlock, TextReader, located_error
from .scan import Progress, ProvisionalIds, Scan, VocabularyBound
from .token_lists import TokenLists, single_pass_error, word_limit_as_resource_error
from .vocabulary import RawCounts, TrimRule, Vocabulary

__all__ = ["Corpus", "FileCorpus", "ListCorpus", "StreamCorpus"]

_UNBOUNDED = 2**62
_WORDS_AT_ONCE = 200_000  # of lists, counted without a look at signals: some 10 ms


class Corpus(ABC):
    """Sentences to count and to encode, wherever they come from."""

    name: str  # for errors
    is_restartable: bool  # can be read more than once

    @abstractmethod
    def scan(
        self,
        workers: int,
        *,
        keep_ids: bool,
        max_vocab_size: int | None = None,
        trim_rule: TrimRule | None = None,
        progress: Progress | None = None,
    ) -> Scan:
        """Count all words.

        Parameters
        ----------
        workers
            Threads; lists are counted on one.
        keep_ids
            Keep the text too, so that `Scan.encoded` needs no second reading. Not done for streams, which may differ in
            each pass, nor with `max_vocab_size`.
        max_vocab_size
            Forget rare words while counting when there are more; see `VocabularyBound`.
        trim_rule
            Asked about words that are about to be forgotten.
        progress
            Called with the number of words read so far.
        """

    @abstractmethod
    def encode(self, vocabulary: Vocabulary, workers: int) -> EncodedCorpus:
        """Read the corpus as ids of a vocabulary (a stream: when its blocks are asked for)."""


Result = TypeVar("Result", covariant=True)


class _BlockSession(Protocol[Result]):
    def submit(self, block: bytes, continues_line: bool) -> None: ...
    def take(self) -> Result | None: ...
    def wait(self) -> None: ...


class FileCorpus(Corpus):
    """Text in files; it is read in blocks, and threads work on them while this one reads on."""

    def __init__(self, reader: TextReader, spill: SpillRules) -> None:
        self._reader = reader
        self._rules = _core.text.SentenceRules(reader.rules.max_sentence_length, reader.rules.line_is_sentence)
        self._spill = spill
        self.name = reader.name
        self.is_restartable = reader.is_restartable

    def scan(
        self,
        workers: int,
        *,
        keep_ids: bool,
        max_vocab_size: int | None = None,
        trim_rule: TrimRule | None = None,
        progress: Progress | None = None,
    ) -> Scan:
        if max_vocab_size is not None:
            return Scan(self._count_within(VocabularyBound(max_vocab_size, trim_rule), progress))
        counter = _core.text.BlockCounter(workers, self._rules, keep_ids=keep_ids)
        kept = ProvisionalIds(self._spill) if keep_ids else None
        raw_words = raw_sentences = 0
        for ids, worker, words, sentences in self._results(counter):
            if kept is not None:
                kept.add(ids, worker, words, sentences)
            raw_words += words
            raw_sentences += sentences
            if progress is not None:
                progress(raw_words)
        with word_limit_as_resource_error():
            table, counts, merged_ids = counter.merge()
        found = RawCounts(table, counts, raw_words=raw_words, raw_sentences=raw_sentences, source=self.name)
        return Scan(found, kept, merged_ids)

    def encode(self, vocabulary: Vocabulary, workers: int) -> StoredCorpus:
        builder = BlockBuilder(self._spill)
        for encoded in self._results(_core.text.BlockEncoder(vocabulary.table, workers, self._rules)):
            builder.add(EncodedBlock(*encoded))
        return builder.finish()

    def _results(self, session: _BlockSession[Result]) -> Iterator[Result]:
        """Give all blocks to a session; its results in the order of the text."""
        waiting: deque[TextBlock] = deque()
        for block in self._reader.blocks():
            session.submit(block.data, block.continues_line)
            waiting.append(block)
            yield from _finished(session, waiting)
        session.wait()
        yield from _finished(session, waiting)

    def _count_within(self, bound: VocabularyBound, progress: Progress | None) -> RawCounts:
        counter = _core.text.SequentialCounter(keep_ids=False)
        raw_words = raw_sentences = 0
        for block in self._reader.blocks():
            start, continues_line = 0, block.continues_line
            while start < len(block.data):
                try:
                    words, sentences, size, continues_line = counter.count_text(
                        block.data, start, self._rules, continues_line=continues_line, most_words=bound.most_words
                    )
                except _core.text.TextError as error:
                    raise located_error(error, block, start) from None
                start += size
                raw_words += words
                raw_sentences += sentences
                bound.apply(counter)
            if progress is not None:
                progress(raw_words)
        return RawCounts(
            counter.table(), counter.counts(), raw_words=raw_words, raw_sentences=raw_sentences, source=self.name
        )


def _finished(session: _BlockSession[Result], waiting: deque[TextBlock]) -> Iterator[Result]:
    while waiting:
        try:
            with word_limit_as_resource_error():
                result = session.take()
        except _core.text.TextError as error:
            raise located_error(error, waiting[0], 0) from None
        if result is None:
            return
        waiting.popleft()
        yield result


class _SentenceCorpus(Corpus):
    """Sentences that are Python objects: counted and encoded under the interpreter's lock, without threads."""

    _sentences: Iterable[Any]
    _max_sentence_length: int

    def _count(
        self, kept: ProvisionalIds | None, bound: VocabularyBound | None, progress: Progress | None
    ) -> RawCounts:
        counter = _core.text.SequentialCounter(keep_ids=kept is not None)
        lists = TokenLists(self._sentences, self.name, self._max_sentence_length)
        most_words = _UNBOUNDED if bound is None else bound.most_words
        more = True
        while more:
            words, sentences = lists.words, lists.sentences
            more = lists.count(counter, _WORDS_AT_ONCE, most_words)
            if kept is not None:
                kept.add(counter.take_ids(), 0, lists.words - words, lists.sentences - sentences)
            if bound is not None:
                bound.apply(counter)
            if progress is not None:
                progress(lists.words)
        lists.log_empty_tokens()
        return RawCounts(
            counter.table(), counter.counts(), raw_words=lists.words, raw_sentences=lists.sentences, source=self.name
        )


class ListCorpus(_SentenceCorpus):
    """A list or tuple of token lists, which does not change from pass to pass."""

    is_restartable = True

    def __init__(self, sentences: Sequence[Any], *, name: str, max_sentence_length: int, spill: SpillRules) -> None:
        self._sentences = sentences
        self._max_sentence_length = max_sentence_length
        self._spill = spill
        self.name = name

    def scan(
        self,
        workers: int,
        *,
        keep_ids: bool,
        max_vocab_size: int | None = None,
        trim_rule: TrimRule | None = None,
        progress: Progress | None = None,
    ) -> Scan:
        if max_vocab_size is not None:
            return Scan(self._count(None, VocabularyBound(max_vocab_size, trim_rule), progress))
        kept = ProvisionalIds(self._spill) if keep_ids else None
        counts = self._count(kept, None, progress)
        return Scan(counts, kept, [counts.own_ids()])

    def encode(self, vocabulary: Vocabulary, workers: int) -> StoredCorpus:
        builder = BlockBuilder(self._spill)
        for block in _streamed(self, self._sentences, self._max_sentence_length, vocabulary).blocks():
            builder.add(block)
        return builder.finish()


class StreamCorpus(_SentenceCorpus):
    """Any other iterable of token lists: random walks, augmented text, generators. Passes may differ."""

    def __init__(self, sentences: Iterable[Any], *, name: str, max_sentence_length: int) -> None:
        self._sentences = sentences
        self._max_sentence_length = max_sentence_length
        self._was_read = False
        self._numbers: tuple[int, int] | None = None  # words and sentences of the scan
        self.name = name
        self.is_restartable = not isinstance(sentences, Iterator)

    def scan(
        self,
        workers: int,
        *,
        keep_ids: bool,
        max_vocab_size: int | None = None,
        trim_rule: TrimRule | None = None,
        progress: Progress | None = None,
    ) -> Scan:
        self._begin_pass()
        bound = None if max_vocab_size is None else VocabularyBound(max_vocab_size, trim_rule)
        counts = self._count(None, bound, progress)
        self._numbers = counts.raw_words, counts.raw_sentences
        return Scan(counts)

    def encode(self, vocabulary: Vocabulary, workers: int) -> StreamedCorpus:
        self._begin_pass()
        corpus = _streamed(self, self._sentences, self._max_sentence_length, vocabulary)
        if self._numbers is not None:
            corpus.raw_words, corpus.raw_sentences = self._numbers
        return corpus

    def _begin_pass(self) -> None:
        if self._was_read and not self.is_restartable:
            raise single_pass_error(self.name)
        self._was_read = True


def _streamed(
    corpus: Corpus, sentences: Iterable[Any], max_sentence_length: int, vocabulary: Vocabulary
) -> StreamedCorpus:
    return StreamedCorpus(
        sentences,
        vocabulary.table,
        name=corpus.name,
        max_sentence_length=max_sentence_length,
        is_restartable=corpus.is_restartable,
    )
