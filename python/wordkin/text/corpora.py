"""Kinds of corpora: text in files, lists of token lists, and iterables that are read again in every pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar, runtime_checkable

from .. import _core
from ..errors import WordkinError
from ..runtime.options import UNLIMITED
from .encoded import BlockBuilder, EncodedBlock, EncodedCorpus, SpillRules, StoredCorpus, StreamedCorpus
from .preparation import PreparationOptions, reason_for_no_words
from .reader import TextBlock, TextReader, located_error
from .scan import Progress, ProvisionalIds, Scan, VocabularyBound
from .token_keys import TokenKeys
from .token_lists import TokenLists, single_pass_error, word_limit_as_resource_error
from .vocabulary import RawCounts, TrimRule, Vocabulary

__all__ = ["Corpus", "FileCorpus", "ListCorpus", "StreamCorpus"]

_WORDS_AT_ONCE = 200_000  # of token lists: about 10 ms of counting, after which signals are handled


@runtime_checkable
class Corpus(Protocol):
    """Sentences that can be counted and encoded."""

    @property
    def name(self) -> str:
        """Name of the corpus in error messages."""

    @property
    def is_restartable(self) -> bool:
        """Whether several passes are possible."""

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
        workers : int
            Number of threads; token lists are counted on one.
        keep_ids : bool
            Whether to store the corpus as well, so that `Scan.encoded` needs no second pass. Ignored for streams,
            whose passes may differ, and with `max_vocab_size`.
        max_vocab_size : int or None, default None
            Limit of the number of distinct words while counting; see `VocabularyBound`.
        trim_rule : callable or None, default None
            Decides about words that the limit would remove.
        progress : callable or None, default None
            Called with the number of words read so far.

        Returns
        -------
        Scan
            The words, their counts, and the stored corpus.
        """

    def encode(self, vocabulary: Vocabulary, workers: int) -> EncodedCorpus:
        """Return the corpus as ids of a vocabulary; a stream is read when its blocks are requested.

        Parameters
        ----------
        vocabulary : Vocabulary
            The vocabulary.
        workers : int
            Number of threads.

        Returns
        -------
        EncodedCorpus
            The ids.
        """


Result = TypeVar("Result", covariant=True)


class _BlockSession(Protocol[Result]):
    def submit(self, block: bytes, continues_line: bool) -> None: ...
    def take(self) -> Result | None: ...
    def wait(self) -> None: ...


class FileCorpus:
    """Text in files: worker threads process blocks while the calling thread reads the next ones.

    Parameters
    ----------
    reader : TextReader
        Reads the text.
    spill : SpillRules
        When ids are moved to a temporary file.
    """

    def __init__(self, reader: TextReader, spill: SpillRules) -> None:
        self._reader = reader
        self._rules = reader.core_rules
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
        """Count all words; see `Corpus.scan`."""
        if max_vocab_size is not None:
            return Scan(self._count_within(VocabularyBound(max_vocab_size, trim_rule), progress))
        counter = _core.text.BlockCounter(workers, self._rules, keep_ids=keep_ids, preparer=self._reader.preparer)
        stored = ProvisionalIds(self._spill) if keep_ids else None
        raw_words = raw_sentences = 0
        for ids, worker, words, sentences in self._results(counter):
            if stored is not None:
                stored.add(ids, worker, words, sentences)
            raw_words += words
            raw_sentences += sentences
            if progress is not None:
                progress(raw_words)
        with word_limit_as_resource_error():
            table, counts, merged_ids = counter.merge()
        found = RawCounts(
            table,
            counts,
            raw_words=raw_words,
            raw_sentences=raw_sentences,
            source=self.name,
            reason="" if raw_words else self._reason(),
        )
        return Scan(found, stored, merged_ids)

    def _reason(self) -> str:
        """Return why there are no words; texts that can be read again are counted without the limits of lengths."""
        reader = self._reader

        def count(preparation: PreparationOptions) -> int:
            other = TextReader(reader.sources, rules=reader.rules, options=reader.options, preparation=preparation)
            return FileCorpus(other, self._spill).scan(1, keep_ids=False).counts.raw_words

        return reason_for_no_words(reader.preparation, count if reader.is_restartable else None)

    def encode(self, vocabulary: Vocabulary, workers: int) -> StoredCorpus:
        """Return the corpus as ids of a vocabulary; see `Corpus.encode`."""
        builder = BlockBuilder(self._spill)
        encoder = _core.text.BlockEncoder(vocabulary.table, workers, self._rules, preparer=self._reader.preparer)
        for encoded in self._results(encoder):
            builder.add(EncodedBlock(*encoded))
        return builder.finish()

    def _results(self, session: _BlockSession[Result]) -> Iterator[Result]:
        """Submit all blocks to a session and yield its results in the order of the text."""
        waiting: deque[TextBlock] = deque()
        blocks = self._reader.blocks()
        while True:
            try:
                block = next(blocks, None)
            except (WordkinError, OSError):
                # An error in an earlier block is the one to report, whether or not it has been found already.
                session.wait()
                deque(_finished(session, waiting), maxlen=0)
                raise
            if block is None:
                break
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
            data = self._reader.prepared(block).data
            while start < len(data):
                try:
                    words, sentences, size, continues_line = counter.count_text(
                        data, start, self._rules, continues_line=continues_line, max_words=bound.max_words
                    )
                except _core.text.TextError as error:
                    raise located_error(error, block, start) from None
                start += size
                raw_words += words
                raw_sentences += sentences
                if words:  # at the end of a file, only empty lines may be left
                    bound.apply(counter)
            if progress is not None:
                progress(raw_words)
        return RawCounts(
            counter.table(),
            counter.counts(),
            raw_words=raw_words,
            raw_sentences=raw_sentences,
            source=self.name,
            reason="" if raw_words else self._reason(),
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


class ListCorpus:
    """A list or tuple of token lists, which is the same in every pass.

    Parameters
    ----------
    sentences : sequence of lists of str
        The sentences.
    name : str
        Name of the argument in error messages.
    max_sentence_length : int
        Maximum number of tokens per sentence; longer sentences are split.
    spill : SpillRules
        When ids are moved to a temporary file.
    keys : TokenKeys or None, default None
        The bytes of tokens that are not str; None if all must be str.
    """

    is_restartable = True

    def __init__(
        self,
        sentences: Sequence[object],
        *,
        name: str,
        max_sentence_length: int,
        spill: SpillRules,
        keys: TokenKeys | None = None,
    ) -> None:
        self._sentences = sentences
        self._max_sentence_length = max_sentence_length
        self._keys = keys
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
        """Count all words; see `Corpus.scan`."""
        lists = TokenLists(self._sentences, self.name, self._max_sentence_length, self._keys)
        if max_vocab_size is not None:
            return Scan(_count(lists, self.name, None, VocabularyBound(max_vocab_size, trim_rule), progress))
        stored = ProvisionalIds(self._spill) if keep_ids else None
        counts = _count(lists, self.name, stored, None, progress)
        return Scan(counts, stored, [counts.own_ids()])

    def encode(self, vocabulary: Vocabulary, workers: int) -> StoredCorpus:
        """Return the corpus as ids of a vocabulary; see `Corpus.encode`."""
        builder = BlockBuilder(self._spill)
        streamed = StreamedCorpus(
            self._sentences,
            vocabulary.table,
            name=self.name,
            max_sentence_length=self._max_sentence_length,
            is_restartable=True,
            keys=self._keys,
        )
        for block in streamed.blocks():
            builder.add(block)
        return builder.finish()


class StreamCorpus:
    """Any other iterable of token lists (random walks, augmented text, generators), whose passes may differ.

    Parameters
    ----------
    sentences : iterable of lists of str
        The sentences.
    name : str
        Name of the argument in error messages.
    max_sentence_length : int
        Maximum number of tokens per sentence; longer sentences are split.
    keys : TokenKeys or None, default None
        The bytes of tokens that are not str; None if all must be str.
    preparation : PreparationOptions or None, default None
        How the sentences have been prepared, for error messages.
    """

    def __init__(
        self,
        sentences: Iterable[object],
        *,
        name: str,
        max_sentence_length: int,
        keys: TokenKeys | None = None,
        preparation: PreparationOptions | None = None,
    ) -> None:
        self._preparation = preparation or PreparationOptions()
        self._sentences = sentences
        self._max_sentence_length = max_sentence_length
        self._keys = keys
        self._was_read = False
        self._scanned: tuple[int, int] | None = None  # words and sentences of the scan
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
        """Count all words; see `Corpus.scan`."""
        self._begin_pass()
        bound = None if max_vocab_size is None else VocabularyBound(max_vocab_size, trim_rule)
        lists = TokenLists(self._sentences, self.name, self._max_sentence_length, self._keys)
        counts = _count(lists, self.name, None, bound, progress, reason_for_no_words(self._preparation, None))
        self._scanned = counts.raw_words, counts.raw_sentences
        return Scan(counts)

    def encode(self, vocabulary: Vocabulary, workers: int) -> StreamedCorpus:
        """Return the corpus as ids of a vocabulary, which are computed in every pass; see `Corpus.encode`."""
        self._begin_pass()
        raw_words, raw_sentences = self._scanned or (None, None)
        return StreamedCorpus(
            self._sentences,
            vocabulary.table,
            name=self.name,
            max_sentence_length=self._max_sentence_length,
            is_restartable=self.is_restartable,
            keys=self._keys,
            raw_words=raw_words,
            raw_sentences=raw_sentences,
        )

    def _begin_pass(self) -> None:
        if self._was_read and not self.is_restartable:
            raise single_pass_error(self.name)
        self._was_read = True


def _count(
    lists: TokenLists,
    name: str,
    stored: ProvisionalIds | None,
    bound: VocabularyBound | None,
    progress: Progress | None,
    reason: str = "",
) -> RawCounts:
    """Count sentences of Python objects, which hold the interpreter's lock, on one thread."""
    counter = _core.text.SequentialCounter(keep_ids=stored is not None)
    max_words = UNLIMITED if bound is None else bound.max_words
    has_more = True
    while has_more:
        words, sentences = lists.words, lists.sentences
        has_more = lists.count(counter, _WORDS_AT_ONCE, max_words)
        if stored is not None:
            stored.add(counter.take_ids(), 0, lists.words - words, lists.sentences - sentences)
        if bound is not None and lists.sentences > sentences:  # at the end, no sentence may be left
            bound.apply(counter)
        if progress is not None:
            progress(lists.words)
    lists.log_warnings()
    return RawCounts(
        counter.table(),
        counter.counts(),
        raw_words=lists.words,
        raw_sentences=lists.sentences,
        source=name,
        reason=reason,
    )
