"""Feeding any corpus to what counts its phrases."""

from __future__ import annotations

import logging
from typing import Any

from .. import _core
from ..errors import CorpusError
from ..text.inputs import text_reader
from ..text.reader import TextBlock, TextReader, located_error
from ..text.token_lists import word_limit_as_resource_error
from .inference import Progress, native_rules

__all__ = ["learn"]

_log = logging.getLogger(__name__)

_WORDS_AT_ONCE = 200_000  # of lists, counted without a look at signals: some 20 ms
_BLOCKS_A_WORKER = 2  # read before they are counted: threads do not wait for the last of few


def learn(
    learner: _core.phrases.PhraseLearner, sentences: Any, *, progress: Progress | None, progress_per: float
) -> None:
    """Count the phrases of a corpus."""
    reader = text_reader(sentences)
    log = _ProgressLog(learner, progress, progress_per)
    with word_limit_as_resource_error():
        if reader is None:
            _learn_lists(learner, sentences, log)
        else:
            _learn_text(learner, reader, log)
    _log.info(
        "collected %d token types (words and phrases) from a corpus of %d words and %d sentences",
        len(learner),
        learner.words,
        learner.sentences,
    )


class _ProgressLog:
    def __init__(self, learner: _core.phrases.PhraseLearner, progress: Progress | None, every: float) -> None:
        self._learner = learner
        self._progress = progress
        self._every = every
        self._logged = 0

    def tell(self) -> None:
        learner = self._learner
        if self._progress is not None:
            self._progress(learner.words)
        if learner.sentences - self._logged >= self._every:
            self._logged = learner.sentences
            _log.info(
                "PROGRESS: at sentence #%d, processed %d words and %d word types",
                learner.sentences,
                learner.words,
                len(learner),
            )


def _learn_lists(learner: _core.phrases.PhraseLearner, sentences: Any, log: _ProgressLog) -> None:
    try:
        iterator = iter(sentences)
    except TypeError:
        raise TypeError(f"`sentences` must be token lists or a path, got {type(sentences).__name__}") from None
    lists = _core.phrases.LearnedLists(iterator, "sentences")
    try:
        while lists.learn(learner, _WORDS_AT_ONCE):
            log.tell()
    except _core.text.TextError as error:
        raise CorpusError(f"`sentences`: {error.args[0]}") from None
    log.tell()


def _learn_text(learner: _core.phrases.PhraseLearner, reader: TextReader, log: _ProgressLog) -> None:
    rules = native_rules(reader)
    blocks: list[TextBlock] = []

    def count() -> None:
        try:
            learner.learn_blocks([(block.data, block.continues_line) for block in blocks], rules)
        except _core.text.TextError as error:
            raise located_error(error, blocks[learner.block_of_error]) from None
        blocks.clear()
        log.tell()

    for block in reader.blocks():
        blocks.append(block)
        if len(blocks) == _BLOCKS_A_WORKER * learner.workers:
            count()
    count()
