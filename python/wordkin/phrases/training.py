"""Counting the words and candidate phrases of a corpus."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from .. import _core
from ..runtime.options import UNLIMITED
from ..storage.decoding import TextOptions
from ..text import CorpusInput, FolderOptions
from ..text.inputs import text_reader, token_lists
from ..text.reader import TextBlock, TextReader, located_error
from ..text.token_lists import TokenLists, word_limit_as_resource_error
from .options import Progress
from .state import PhrasesState

__all__ = ["count_phrases"]

logger = logging.getLogger(__name__)

_WORDS_AT_ONCE = 200_000  # of token lists, counted between two checks for signals: about 20 ms
_BLOCKS_PER_WORKER = 2  # read before they are counted, so that threads rarely wait for the last block


def count_phrases(
    state: PhrasesState,
    sentences: CorpusInput,
    *,
    workers: int,
    progress: Progress | None,
    options: TextOptions,
    folders: FolderOptions,
) -> None:
    """Add the counts of a corpus to a model; if reading fails, the model is unchanged.

    Parameters
    ----------
    state : PhrasesState
        The model.
    sentences : iterable of lists of str, or path
        The corpus.
    workers : int
        Number of threads for reading text files.
    progress : callable or None
        Called with the number of words read so far.
    options : TextOptions
        How text files are decoded.
    folders : FolderOptions
        Which files of folders are read.

    Raises
    ------
    TypeError
        If the sentences are not lists of str.
    CorpusError
        If a text file cannot be decoded.
    """
    max_entries = max(0, int(min(state.max_vocab_size, UNLIMITED)))
    learner = _core.phrases.PhraseLearner(
        state.delimiter, sorted(state.connector_words), max_vocabulary=max_entries, workers=workers
    )
    reader = text_reader(sentences, options=options, preparation=state.preparation, folders=folders)
    reporter = _Reporter(learner, progress, state.progress_per)
    with word_limit_as_resource_error():
        if reader is None:
            _count_token_lists(learner, token_lists(sentences, "sentences", state.preparation), reporter)
        elif callable(state.preparation.tokenizer):
            _count_token_lists(learner, reader.sentences(), reporter)
        else:
            _count_text(learner, reader, reporter)
    logger.info(
        "collected %d token types (words and phrases) from a corpus of %d words and %d sentences",
        len(learner),
        learner.words,
        learner.sentences,
    )
    _merge(state, learner, max_entries)


def _merge(state: PhrasesState, learner: _core.phrases.PhraseLearner, max_entries: int) -> None:
    state.corpus_word_count += learner.words
    # As in gensim, the limit that the first corpus reached is not kept; what is dropped later depends on it.
    if len(state.counts) > 0:
        state.min_reduce = max(state.min_reduce, learner.min_reduce)
    if state.counts.merge(learner, max_entries, state.min_reduce):
        state.min_reduce += 1
    state.times_learned += 1


class _Reporter:
    """Reports progress to the caller's function, and to the log at regular intervals."""

    def __init__(self, learner: _core.phrases.PhraseLearner, progress: Progress | None, every: float) -> None:
        self._learner = learner
        self._progress = progress
        self._every = every
        self._logged = 0

    def report(self) -> None:
        learner = self._learner
        if self._progress is not None:
            self._progress(learner.words)
        if learner.sentences - self._logged >= self._every:
            self._logged = learner.sentences
            logger.info(
                "PROGRESS: at sentence #%d, processed %d words and %d word types",
                learner.sentences,
                learner.words,
                len(learner),
            )


def _count_token_lists(learner: _core.phrases.PhraseLearner, sentences: Iterable[object], reporter: _Reporter) -> None:
    lists = TokenLists(sentences, "sentences", max_sentence_length=UNLIMITED, keep_empty=True)
    while lists.learn(learner, _WORDS_AT_ONCE):
        reporter.report()
    reporter.report()
    lists.log_warnings()


def _count_text(learner: _core.phrases.PhraseLearner, reader: TextReader, reporter: _Reporter) -> None:
    blocks: list[TextBlock] = []

    def count() -> None:
        try:
            learner.learn_blocks([(block.data, block.continues_line) for block in blocks], reader.core_rules)
        except _core.text.TextError as error:
            raise located_error(error, blocks[learner.block_of_error]) from None
        blocks.clear()
        reporter.report()

    for block in map(reader.prepared, reader.blocks()):
        blocks.append(block)
        if len(blocks) == _BLOCKS_PER_WORKER * learner.workers:
            count()
    count()
