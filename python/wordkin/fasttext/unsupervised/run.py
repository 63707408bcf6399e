"""Training with fastText's names, defaults and treatment of lines."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any

from ...errors import VocabularyError
from ...runtime.compute import Compute
from ...runtime.progress import counted_progress
from ...text import RULE_DEFAULT, RULE_KEEP, Corpus, EncodedCorpus, TrimRule, Vocabulary
from ...vectors import KeyedVectors
from ...vectors.files.fasttext_format import FastTextFile
from ...word2vec.report import Progress
from ...word2vec.state import Word2VecState, new_state
from ...word2vec.training.schedule import LearningRateSchedule
from ...word2vec.training.session import CheckpointRequest, Notify, run_training
from ...word2vec.training.trained_model import word2vec_model
from ...word2vec.training.vocabulary import adopt_vocabulary, changed_settings, choose_vocabulary
from .files import file_of_state
from .line_ends import LINE_END, CorpusWithLineEnds, with_line_ends
from .options import UnsupervisedOptions

__all__ = ["UnsupervisedRun"]

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class UnsupervisedRun:
    """One training run. What it has trained is available even if it is interrupted.

    Parameters
    ----------
    options : UnsupervisedOptions
        Options of the model.
    compute : Compute
        Number of threads and instruction set.
    progress : bool, callable or None, default None
        How to show progress.
    pretrained : KeyedVectors or None, default None
        Vectors that words begin with; all of them are in the vocabulary.
    """

    options: UnsupervisedOptions
    compute: Compute
    progress: Progress = None
    pretrained: KeyedVectors | None = None
    state: Word2VecState = field(init=False)

    def __post_init__(self) -> None:
        options = self.options
        if self.pretrained is not None and options.mode == "floret":
            raise ValueError("pretrainedVectors must be empty in the mode 'floret', in which words have no rows")
        if self.pretrained is not None and self.pretrained.vector_size != options.dim:
            raise ValueError(
                f"dim must be {self.pretrained.vector_size}, that of the pretrained vectors, got {options.dim}"
            )
        self.state = new_state(
            options.of_model, options.of_training, options.of_vocabulary, self.compute, options.of_subwords
        )
        self.state.progress = self.progress

    def train(self, corpus: Corpus, notify: Notify, checkpoints: CheckpointRequest | None = None) -> None:
        """Count the words of a corpus, and train on it.

        Parameters
        ----------
        corpus : Corpus
            The corpus.
        notify : callable
            Called with the name of each event.
        checkpoints : CheckpointRequest or None, default None
            Where to save checkpoints.

        Raises
        ------
        VocabularyError
            If no word is left.
        ResourceError
            If the vectors exceed the available memory.
        TrainingDiverged
            If weights are not finite after an epoch.
        """
        state = self.state
        if checkpoints is not None:
            checkpoints.opened()  # a folder that cannot be written is reported before the corpus is read
        shown = False if callable(state.progress) else state.progress
        with counted_progress(shown, None, " words", title="counting words") as report:
            scan = corpus.scan(state.compute.threads, keep_ids=True, progress=report)
        choice = choose_vocabulary(state, scan.counts, self._trim_rule(), changed_settings(state))
        choice = replace(choice, vocabulary=with_line_ends(choice.vocabulary, self.options.label))
        vocabulary = adopt_vocabulary(state, choice)
        self._set_pretrained()
        encoded = self._with_line_ends(
            scan.encoded(vocabulary, state.compute.threads) or corpus.encode(vocabulary, state.compute.threads),
            vocabulary,
        )
        schedule = LearningRateSchedule(
            start=state.alpha, end=state.min_alpha, planned_words=float(vocabulary.raw_words * state.epochs)
        )
        with state.exclusively():
            run_training(word2vec_model(state), encoded, schedule, state.epochs, notify, checkpoints)

    @staticmethod
    def _with_line_ends(corpus: EncodedCorpus, vocabulary: Vocabulary) -> EncodedCorpus:
        line_end = vocabulary.index.get(LINE_END)
        return corpus if line_end is None else CorpusWithLineEnds(corpus, line_end)

    def _trim_rule(self) -> TrimRule | None:
        vectors = self.pretrained
        if vectors is None:
            return None

        def rule(word: Any, count: int, min_count: int) -> int:
            del count, min_count
            return RULE_KEEP if word in vectors.key_to_index else RULE_DEFAULT

        return rule

    def _set_pretrained(self) -> None:
        if self.pretrained is None:
            return
        table = self.state.wv.store.table
        rows = self.state.input
        assert rows is not None
        known = [
            (row, self.pretrained.key_to_index[word])
            for row, word in enumerate(table.index_to_key)
            if word in self.pretrained.key_to_index
        ]
        if not known:
            raise VocabularyError("the pretrained vectors must have words of the corpus, got none")
        targets, sources = zip(*known, strict=True)
        rows.view[list(targets)] = self.pretrained.vectors[list(sources)]

    def file(self) -> FastTextFile:
        """Return the model as the content of a file of fastText, whose matrices are those that were trained.

        Returns
        -------
        FastTextFile
            The content.
        """
        file, _, _ = file_of_state(
            self.state, lr_update_rate=self.options.lr_update_rate, word_ngrams=self.options.word_ngrams
        )
        rows, ngrams = self.state.input, self.state.ngrams
        assert rows is not None and ngrams is not None  # set with the vocabulary
        arguments = replace(
            file.arguments,
            neg=self.options.neg,
            t=self.options.t,
            min_count=self.options.min_count,
            minn=self.options.minn,
            maxn=self.options.maxn,
        )
        return replace(file, arguments=arguments, input=rows.joined_with(ngrams))
