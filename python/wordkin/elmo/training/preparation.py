"""From the arguments of a training to a run: the text is read, its vocabulary chosen, a model fitted or resumed."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from ...runtime.callbacks import notify
from ...runtime.options import choice_option, integer_option
from ...storage.checkpoint import CheckpointFolder
from ...storage.paths import AnyPath
from ..archive import load_optimizer
from ..data.batching import TrainingBatches
from ..data.encoded_text import ReadText
from ..options import ELMoOptions, ELMoTrainingOptions
from ..state import ModelState, build_state, initial_optimizer_state, parameter_shapes, require_memory
from ..vocabulary import FEWEST_WORDS, TargetWords, VocabularyChange, frequent_words, parse_vocabulary
from .progress import Progress
from .run_checkpoint import RunFingerprint, RunState, resumed_run
from .run_options import ELMoRunOptions
from .session import Machine, TrainingRun

__all__ = ["PreparedTraining", "VocabularyRules", "characters_of"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class VocabularyRules:
    """Which words a model is to predict; see `ELMo.train`."""

    vocabulary: Any = None
    min_count: int = 3
    max_size: int | None = None
    change: VocabularyChange = "keep"

    def __post_init__(self) -> None:
        object.__setattr__(self, "min_count", integer_option("min_count", self.min_count, 0, 2**63 - 1))
        if self.max_size is not None:
            size = integer_option("max_vocabulary_size", self.max_size, FEWEST_WORDS, 2**31 - 1)
            object.__setattr__(self, "max_size", size)
        choice_option("vocabulary_change", self.change, get_args(VocabularyChange))

    def words_for(self, text: ReadText, before: TargetWords | None) -> TargetWords:
        """Return the words for a model that has been trained with those `before`, if it was."""
        if self.vocabulary is not None:
            return parse_vocabulary(self.vocabulary)
        if before is not None and self.change == "keep":
            return before
        found = frequent_words(text.counts, min_count=self.min_count, max_size=self.max_size)
        return before.extended(found) if before is not None and self.change == "extend" else TargetWords(found)


def characters_of(options: ELMoOptions) -> int | None:
    """Return the length of a row of characters; None for a model that reads ids."""
    return None if options.token_input else options.max_characters_per_token


@dataclass(frozen=True, kw_only=True)
class PreparedTraining:
    """The checked arguments of a training."""

    training: ELMoTrainingOptions
    run: ELMoRunOptions
    rules: VocabularyRules
    machine: Machine
    callbacks: tuple[Any, ...]
    progress: Progress
    checkpoint: AnyPath | None

    def begin(
        self, model: Any, options: ELMoOptions, before: ModelState | None, corpus: Any, validation: Any
    ) -> TrainingRun:
        """Read the texts and return the run that trains a model on them.

        Parameters
        ----------
        model
            For callbacks.
        options
            Of the model.
        before
            What it is already, or None.
        corpus, validation
            Texts.
        """
        rules = self.rules
        if rules.vocabulary is not None:  # whatever is wrong with it shows before hours are spent on the text
            rules = replace(rules, vocabulary=parse_vocabulary(rules.vocabulary))
        elif before is None and rules.max_size is None and options.n_tokens_vocab:
            rules = replace(rules, max_size=options.n_tokens_vocab)
        folder = None if self.checkpoint is None else CheckpointFolder(self.checkpoint, keep=self.run.keep)
        read = ReadText(corpus, name="corpus", workers=self.machine.threads)
        words = rules.words_for(read, None if before is None else before.words)
        text = read.encoded(words, characters_of(options))
        batches = TrainingBatches(
            text,
            batch_size=self.training.batch_size,
            unroll_steps=self.training.unroll_steps,
            shuffle_seed=self.training.seed if self.run.shuffle else None,
        )
        held_out = None
        if validation is not None:
            other = ReadText(validation, name="validation", workers=self.machine.threads)
            held_out = other.encoded(words, characters_of(options))
        fitted = replace(options, n_tokens_vocab=len(words))
        identity = RunFingerprint.of(fitted, words, text, self.training, self.run)
        content, state = self._content(fitted, words, before, identity, folder)
        content.training = {**self.training_arguments(), "epochs": self.run.epochs}

        def tell_all(hook: str, *news: Any) -> None:
            notify(self.callbacks, hook, model, *news)

        return TrainingRun(
            content,
            batches,
            held_out,
            training=self.training,
            run=self.run,
            identity=identity,
            state=state,
            machine=self.machine,
            folder=folder,
            tell=tell_all,
            progress=self.progress,
        )

    def _content(
        self,
        options: ELMoOptions,
        words: TargetWords,
        before: ModelState | None,
        identity: RunFingerprint,
        folder: CheckpointFolder | None,
    ) -> tuple[ModelState, RunState]:
        found = folder.found() if folder is not None and self.run.resume else None
        if found is not None:
            content, state = resumed_run(found, identity)
            logger.info("training goes on from step %d of %s", state.step, found.path)
            return content, state
        shapes = parameter_shapes(options)
        require_memory(shapes, self.training.optimizer)
        if before is not None:
            load_optimizer(before)
        content = build_state(options, words, self.training.seed, before)
        if content.optimizer is None or content.optimizer.optimizer != self.training.optimizer:
            content.optimizer = initial_optimizer_state(self.training.optimizer, shapes)
        return content, RunState()

    def training_arguments(self) -> dict[str, Any]:
        """Options as arguments of `ELMo.train`."""
        return {**asdict(self.training), "learning_rate": self.run.learning_rate}
