"""``wordkin elmo train``: train a language model on text."""

from __future__ import annotations

import argparse
import inspect
import time
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from ...distributed import Communicator
from ...elmo import ELMo, ELMoTrainingReport, Preset, read_official_options
from ...elmo.files.pretrained import MODEL_FILE_NAMES
from ...elmo.options import ELMoOptions, ELMoRunOptions, ELMoTrainingOptions, ELMoVocabularyOptions
from ...elmo.vocabulary import parse_vocabulary
from ...errors import WordkinError
from ...loading.vector_files import load_vectors
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from ...vectors import KeyedVectors
from .. import exits
from ..corpus_flags import CORPUS_FORMAT, add_corpus, inputs_of, open_input, preparation_of
from ..flags import (
    add_json_flag,
    add_option_flags,
    add_progress_flag,
    add_switch,
    add_workers_flag,
    given_arguments,
)
from ..messages import progress_display
from ..outputs import require_writable_folder
from ..parsers import add_examples
from ..processes import add_distributed_flag, leads, process_group, together
from ..reports import print_report
from ..streams import allow_streams
from .presets import add_preset_flag, preset_of, preset_training, word_vectors_file, word_vectors_of
from .training_report import print_summary, report_of

__all__ = ["MODEL_FIELDS", "RUN_FIELDS", "STEP_FIELDS", "VOCABULARY_FIELDS", "configure", "run"]

MODEL_FIELDS = (
    "cell",
    "dim",
    "projection_dim",
    "n_layers",
    "cell_clip",
    "proj_clip",
    "char_dim",
    "filters",
    "activation",
    "n_highway",
    "max_characters_per_token",
)
STEP_FIELDS = (
    "batch_size",
    "unroll_steps",
    "precision",
    "negatives",
    "optimizer",
    "clip_norm",
    "dropout",
    "seed",
)
RUN_FIELDS = (
    "epochs",
    "learning_rate",
    "schedule",
    "warmup_steps",
    "decay_steps",
    "decay_seconds",
    "decay",
    "state_reset_rate",
    "max_steps",
    "max_seconds",
    "validation_steps",
    "patience",
    "checkpoint_steps",
    "checkpoint_seconds",
    "keep",
)
VOCABULARY_FIELDS = ("min_count", "max_vocabulary_size", "vocabulary_change")
_MODEL_SWITCHES = ("use_skip_connections", "token_input", "shared_softmax")
_TRAINING_SWITCHES = ("vocabulary", "train_word_vectors", "sampled_softmax", "shuffle", "resume", "workers", "max_isa")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        f"Train a bidirectional language model on text ({CORPUS_FORMAT}). Ctrl-C stops training and saves the model; "
        "the same command then resumes training."
    )
    add_corpus(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="folder for the model")
    parser.add_argument(
        "--validation", action="append", metavar="FILE", help="text for validation; can be given several times"
    )
    parser.add_argument(
        "--options", metavar="FILE", help="options.json with the names of the original program; flags take precedence"
    )
    add_preset_flag(parser)
    parser.add_argument("--from", dest="trained", metavar="FOLDER", help="continue training this model")
    checkpoints = parser.add_mutually_exclusive_group()
    checkpoints.add_argument(
        "--checkpoint", metavar="FOLDER", help="folder for checkpoints (default: OUTPUT/checkpoints)"
    )
    checkpoints.add_argument("--no-checkpoint", action="store_true", help="do not save checkpoints")
    add_switch(parser, "--no-resume", "resume", False, "ignore existing checkpoints")
    parser.add_argument("--no-training-state", action="store_true", help="do not save the optimizer state")
    model = parser.add_argument_group("model (defaults: the published small model)")
    add_option_flags(model, ELMoOptions, MODEL_FIELDS)
    add_switch(
        model, "--no-skip-connections", "use_skip_connections", False, "do not add the input of a layer to its output"
    )
    add_switch(
        model, "--token-input", "token_input", True, "look words up in an embedding table instead of reading characters"
    )
    add_switch(
        model, "--separate-softmax", "shared_softmax", False, "use separate softmax parameters for each direction"
    )
    vocabulary = parser.add_argument_group("vocabulary")
    vocabulary.add_argument(
        "--vocabulary", metavar="FILE", help="words to predict, one per line (default: words of the corpus)"
    )
    add_option_flags(vocabulary, ELMoVocabularyOptions, VOCABULARY_FIELDS)
    training = parser.add_argument_group("training")
    add_option_flags(training, ELMoTrainingOptions, STEP_FIELDS)
    add_option_flags(
        training, ELMoRunOptions, RUN_FIELDS, defaults={"learning_rate": "0.2 for adagrad, 0.002 for adam"}
    )
    add_switch(
        training, "--full-softmax", "sampled_softmax", False, "compute the full softmax instead of sampling words"
    )
    training.add_argument(
        "--word-vectors",
        metavar="FILE",
        help="word vectors in any format, which a new model reads beside the characters of words",
    )
    add_switch(training, "--freeze-word-vectors", "train_word_vectors", False, "keep these word vectors as they are")
    add_switch(training, "--no-shuffle", "shuffle", False, "keep the sentences in the order of the corpus")
    add_workers_flag(training, max_isa=True)
    add_distributed_flag(training)
    add_progress_flag(parser)
    add_json_flag(parser)
    allow_streams(parser, inputs=("vocabulary",))
    add_examples(
        parser,
        (
            "read the text three times; the same command resumes training",
            "wordkin elmo train corpus.txt -o model --epochs 3 --precision bfloat16",
        ),
        (
            "train a model for classifiers and taggers for one hour",
            "wordkin elmo train corpus.txt -o model --preset hour",
        ),
        (
            "start from what word2vec knows",
            "wordkin elmo train corpus.txt -o model --word-vectors vectors.safetensors",
        ),
        (
            "train with four processes, each on a part of the texts",
            "torchrun --nproc-per-node 4 -m wordkin elmo train texts/ -o model --distributed torch",
        ),
        (
            "stop when the perplexity of other text no longer improves",
            "wordkin elmo train train/ -o model --validation dev.txt --patience 3",
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Train, save and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    preset = preset_of(args)
    with process_group(args.distributed) as group:
        return _run(args, group, preset)


def _run(args: argparse.Namespace, group: Communicator | None, preset: Preset | None) -> int:
    with together(group, "the check of the command line"):
        if leads(group):
            _check_output(args, word_vectors_file(preset, args))
        trainer = _Trainer(args, group, preset)
    stop: KeyboardInterrupt | None = None
    try:
        trainer.train()
    except KeyboardInterrupt as interruption:
        if not trainer.has_started:
            reason = exits.reason_of(interruption)
            raise type(interruption)(f"{reason} before training started; nothing was saved") from None
        stop = interruption
    training = trainer.model.training_report
    if training is None:
        raise AssertionError("training that has started has a report")
    # Not all processes need have been interrupted.
    with together(None if stop else group, "saving the model"):
        if leads(group):
            _save(args, trainer, training)
    if stop is None:
        return exits.SUCCESS
    if not leads(group):
        raise stop
    raise type(stop)(
        f"{exits.reason_of(stop)} after step {training.steps}; the model trained so far is saved in {args.output}"
    )


def _check_output(args: argparse.Namespace, vectors: Path | None) -> None:
    require_writable_folder(args.output)
    if vectors is not None and vectors.is_dir():
        raise IsADirectoryError(f"the word vectors must be a file, got the folder {vectors}")
    texts = [*args.corpus, *(args.validation or [])]
    check_outputs(
        *(local_path(args.output) / name for name in MODEL_FILE_NAMES),
        vectors,
        folders=[args.output, args.checkpoint],
        inputs=[*inputs_of(texts), args.options, args.vocabulary, args.word_vectors],
        models=[args.trained],
    )


def _save(args: argparse.Namespace, trainer: _Trainer, training: ELMoTrainingReport) -> None:
    start = time.perf_counter()
    trainer.model.save_pretrained(args.output, training_state=not args.no_training_state)
    end = time.perf_counter()
    seconds = {
        "reading": trainer.training_start - trainer.start - trainer.vectors_seconds,
        "word_vectors": trainer.vectors_seconds,
        "training": training.seconds,
        "saving": end - start,
        "total": end - trainer.start,
    }
    report = report_of(trainer.model, training, args.output, trainer.skipped, seconds=seconds)
    settings = trainer.settings()
    print_report(args, report, print_summary, settings=settings, seed=settings["seed"])


class _Trainer:
    """One training run; its model is available even if training is interrupted."""

    model: ELMo

    def __init__(self, args: argparse.Namespace, group: Communicator | None, preset: Preset | None) -> None:
        self._args = args
        self._group = group
        self.start = self.training_start = time.perf_counter()
        self.has_started = False
        self.skipped: dict[str, str] = {}
        self.vectors_seconds = 0.0
        self._preset = preset
        self.vectors_file = word_vectors_file(preset, args)
        self._new_vectors: KeyedVectors | None = None
        options = given_arguments(args, (*MODEL_FIELDS, *_MODEL_SWITCHES))
        self._training = given_arguments(args, (*STEP_FIELDS, *RUN_FIELDS, *VOCABULARY_FIELDS, *_TRAINING_SWITCHES))
        try:
            self.model = ELMo.from_pretrained(args.trained) if args.trained is not None else self._new(options)
            self._check_training()
        except (ValueError, TypeError) as error:
            raise exits.UsageError(exits.error_text(error)) from None
        if args.trained is not None and (options or args.options is not None):
            raise exits.UsageError("--from continues training a model unchanged; options of the model cannot be given")

    def _new(self, options: dict[str, Any]) -> ELMo:
        if self._preset is not None:
            self._training = preset_training(self._preset, self._training)
            return ELMo(**{**self._preset.model, **options})
        if self._args.options is None:
            return ELMo(**options)
        official = read_official_options(self._args.options)
        known = inspect.signature(ELMo.train).parameters
        training = {name: value for name, value in official.training.items() if name in known}
        if self._training.get("optimizer", "adagrad") != "adagrad":
            training.pop("learning_rate", None)  # that of the file is meant for Adagrad
        self._training = {**training, **self._training}
        return ELMo(**{**asdict(official.model), **options})

    def _check_training(self) -> None:
        """Check the options of the training, and the vocabulary, before word vectors are trained."""
        for options in (ELMoTrainingOptions, ELMoRunOptions, ELMoVocabularyOptions):
            names = [item.name for item in fields(options) if item.name in self._training]
            options(**{name: self._training[name] for name in names})
        vocabulary = self._training.get("vocabulary")
        if self.vectors_file is not None and vocabulary is not None and not local_path(vocabulary).is_fifo():
            parse_vocabulary(vocabulary)

    def train(self) -> None:
        """Read the corpus, then train.

        Raises
        ------
        UsageError
            If an option is invalid.
        """
        args = self._args
        checkpoint = None if args.no_checkpoint else args.checkpoint or f"{args.output}/checkpoints"
        trained = self.model.preparation
        with together(self._group, "opening the texts"):
            opened = open_input(args.corpus, args, trained)
            validation = None if args.validation is None else open_input(args.validation, args, trained)
            vectors = None if args.word_vectors is None else load_vectors(args.word_vectors)
        # Processes divide files among them, and read a corpus as it is.
        texts: list[Any] = [
            None if given is None else given.corpus if self._group is None else given.files
            for given in (opened, validation)
        ]
        self.skipped = {**opened.skipped, **({} if validation is None else validation.skipped)}
        try:
            if vectors is None and self._preset is not None:
                start = time.perf_counter()
                vectors, is_new = word_vectors_of(self._preset, args, opened, checkpoint)
                if is_new:
                    self._new_vectors = vectors
                    self.vectors_seconds = time.perf_counter() - start
            self.model.train(
                texts[0],
                validation=texts[1],
                checkpoint=checkpoint,
                callbacks=[self],
                word_vectors=vectors,
                communicator=self._group,
                progress=progress_display(args),
                **preparation_of(args, trained).as_arguments(),
                **given_arguments(args, ("encoding", "errors")),
                **self._training,
            )
        except (ValueError, TypeError) as error:
            if self.has_started or isinstance(error, WordkinError):
                raise
            raise exits.UsageError(exits.error_text(error)) from None

    def settings(self) -> dict[str, Any]:
        """Return the options of the run with the values that were used.

        Returns
        -------
        dict
            Values by name of the argument of `ELMo` and `ELMo.train`.
        """
        parameters = inspect.signature(ELMo.train).parameters
        defaults = {
            name: parameters[name].default
            for name in (*STEP_FIELDS, *RUN_FIELDS, *VOCABULARY_FIELDS, *_TRAINING_SWITCHES)
            if name in parameters
        }
        files = {"corpus": self._args.corpus, "validation": self._args.validation, "from": self._args.trained}
        files["preset"] = self._args.preset
        files["word_vectors"] = self._args.word_vectors or (self.vectors_file and str(self.vectors_file))
        return {**files, **asdict(self.model.options), **defaults, **self._training}

    def on_train_begin(self, model: ELMo) -> None:
        """Save new word vectors, and note that the corpus has been read and training starts.

        Parameters
        ----------
        model : ELMo
            The model.
        """
        if self._new_vectors is not None and self.vectors_file is not None:
            self.vectors_file.parent.mkdir(parents=True, exist_ok=True)
            self._new_vectors.save(self.vectors_file)
        self.has_started = True
        self.training_start = time.perf_counter()
