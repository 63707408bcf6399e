"""``wordkin doc2vec train``: train vectors of documents."""

from __future__ import annotations

import argparse
import time
from typing import Any

from ...doc2vec import Doc2Vec, TaggedFiles
from ...doc2vec.documents import TaggedLineDocument
from ...doc2vec.options import DocumentOptions
from ...errors import CorpusError
from ...storage.decoding import TextOptions
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from ...text import FolderOptions
from ...word2vec.options import CheckpointOptions, ModelOptions, TrainingOptions, VocabularyOptions
from .. import exits
from ..corpus_flags import (
    add_folder_flags,
    add_preparation_flags,
    add_text_flags,
    folder_arguments,
    inputs_of,
    preparation_arguments,
    preparation_of,
    text_arguments,
)
from ..flags import (
    add_json_flag,
    add_option_flags,
    add_progress_flag,
    add_switch,
    add_workers_flag,
    argument_names,
    given_arguments,
)
from ..messages import progress_display
from ..outputs import require_writable_file
from ..parsers import add_examples
from ..reports import print_report
from ..streams import allow_streams
from ..terminal import size_text

__all__ = ["EXAMPLE", "configure", "run"]

EXAMPLE = "wordkin doc2vec train reviews.txt -o reviews.safetensors --dbow"

_MODEL = ("vector_size", "alpha", "min_alpha", "epochs", "comment")
_TRAINING = ("window", "sample", "negative", "ns_exponent", "seed", "job_words")
_VOCABULARY = ("min_count", "max_vocab_size", "max_final_vocab")
_DOCUMENTS = ("dm_tag_count",)
_CHECKPOINTS = ("checkpoint_epochs", "checkpoint_seconds", "keep")
_SWITCHED = ("dm", "dm_mean", "dm_concat", "dbow_words", "hs", "shrink_windows", "workers", "max_isa")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Train vectors of documents: the lines of a text, whose tags are their numbers from 0, or the files of a "
        "folder, whose tags are their names. Ctrl-C stops training and saves what has been trained."
    )
    parser.add_argument(
        "documents",
        nargs="+",
        help="text with one document per line: files, folders of files, or - for standard input; with --per file, one "
        "folder",
    )
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="file for the model (.safetensors)")
    parser.add_argument(
        "--per",
        choices=("line", "file"),
        default="line",
        help="what is a document: a line, or a file of a folder (default: %(default)s)",
    )
    add_text_flags(parser, skip=False)
    add_folder_flags(parser)
    add_preparation_flags(parser)
    training = parser.add_argument_group("training")
    mode = training.add_mutually_exclusive_group()
    add_switch(mode, "--dbow", "dm", 0, "train PV-DBOW: the vector of a document predicts its words (default: PV-DM)")
    add_switch(mode, "--sum", "dm_mean", 0, "sum the vectors of context words and documents instead of averaging them")
    add_switch(mode, "--concat", "dm_concat", 1, "concatenate the vectors of context words and documents")
    add_switch(training, "--dbow-words", "dbow_words", 1, "train word vectors in PV-DBOW, too")
    add_switch(training, "--hs", "hs", 1, "train hierarchical softmax (with --negative 0: without negative sampling)")
    add_switch(
        training,
        "--no-shrink-windows",
        "shrink_windows",
        False,
        "use the full window for every target instead of a random size",
    )
    add_option_flags(training, ModelOptions, _MODEL, defaults={"epochs": "10"})
    add_option_flags(training, TrainingOptions, _TRAINING)
    add_option_flags(training, DocumentOptions, _DOCUMENTS)
    add_workers_flag(training, max_isa=True)
    add_option_flags(parser.add_argument_group("vocabulary"), VocabularyOptions, _VOCABULARY)
    checkpoints = parser.add_argument_group("checkpoints")
    checkpoints.add_argument("--checkpoint", metavar="FOLDER", help="folder for checkpoints (default: none)")
    add_option_flags(checkpoints, CheckpointOptions, _CHECKPOINTS)
    add_progress_flag(parser)
    add_json_flag(parser)
    allow_streams(parser, outputs=("output",))
    add_examples(
        parser,
        ("train on a text with one document per line", EXAMPLE),
        (
            "train on the files of a folder, in lower case and without punctuation marks at words",
            "wordkin doc2vec train news/ -o m.safetensors --per file --tokenizer words --lowercase",
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
    documents = _documents(args)
    check_outputs(args.output, folders=[args.checkpoint], inputs=inputs_of(args.documents))
    require_writable_file(args.output)
    trainer = _Trainer(args)
    stop: KeyboardInterrupt | None = None
    try:
        trainer.train(documents)
    except KeyboardInterrupt as interruption:
        if trainer.model is None:
            raise type(interruption)(
                f"{exits.reason_of(interruption)} before training started; nothing was saved"
            ) from None
        stop = interruption
    model = trainer.model
    if model is None:
        raise exits.UsageError("--epochs must be at least 1")
    model.save(args.output)
    print_report(args, trainer.report(model), _print_summary, settings=trainer.settings(model), seed=model.seed)
    if stop is None:
        return exits.SUCCESS
    raise type(stop)(f"{exits.reason_of(stop)}; what has been trained is saved in {args.output}")


def _documents(args: argparse.Namespace) -> TaggedLineDocument | TaggedFiles:
    options = TextOptions(**text_arguments(args))
    settings: dict[str, Any] = {
        "encoding": options.encoding,
        "errors": options.errors,
        "preparation": preparation_of(args),
        "folders": FolderOptions(**folder_arguments(args)),
    }
    if args.per == "line":
        return TaggedLineDocument(inputs_of(args.documents), **settings)
    if len(args.documents) != 1 or args.documents == ["-"]:
        raise exits.UsageError("--per file: one folder must be given")
    try:
        return TaggedFiles(args.documents[0], **settings)
    except CorpusError as error:
        raise exits.UsageError(f"--per file: {error}") from None


class _Trainer:
    """One training run; its model is available even if training is interrupted."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._names = [
            *argument_names(ModelOptions, _MODEL),
            *argument_names(TrainingOptions, _TRAINING),
            *argument_names(VocabularyOptions, _VOCABULARY),
            *argument_names(DocumentOptions, _DOCUMENTS),
            *_SWITCHED,
        ]
        texts = {**text_arguments(args), **preparation_arguments(args)}
        self._options = {**given_arguments(args, self._names), **texts, "progress": progress_display(args)}
        if self._options.pop("sentences_per", "line") != "line":
            raise exits.UsageError("--sentences-per: documents are lines or files; use --per")
        self._checkpoints = given_arguments(args, ("checkpoint", *_CHECKPOINTS))
        if self._checkpoints and args.checkpoint is None:
            raise exits.UsageError("--checkpoint must name the folder for checkpoints")
        self._args = args
        self._start = time.perf_counter()
        self.model: Doc2Vec | None = None

    def train(self, documents: TaggedLineDocument | TaggedFiles) -> None:
        """Count the words, then train.

        Parameters
        ----------
        documents : TaggedLineDocument or TaggedFiles
            The documents.

        Raises
        ------
        UsageError
            If an option is invalid, or the documents cannot be read as often as training requires.
        """
        try:
            Doc2Vec(**self._options)
            CheckpointOptions(**{name: value for name, value in self._checkpoints.items() if name != "checkpoint"})
        except (ValueError, TypeError) as error:
            raise exits.UsageError(exits.error_text(error)) from None
        if not documents.is_restartable:
            raise exits.UsageError("the documents can be read only once: save them to a file first")
        Doc2Vec(documents, callbacks=[self], **self._options, **self._checkpoints)

    def on_train_begin(self, model: Doc2Vec) -> None:
        """Keep the model, whose vocabulary is complete when training starts.

        Parameters
        ----------
        model : Doc2Vec
            The model.
        """
        self.model = model

    def settings(self, model: Doc2Vec) -> dict[str, Any]:
        """Return the options of the run with the values that were used.

        Parameters
        ----------
        model : Doc2Vec
            The trained model.

        Returns
        -------
        dict
            Values by name of the argument of `Doc2Vec`.
        """
        used = {name: getattr(model, name) for name in self._names if hasattr(model, name)}
        return {"documents": self._args.documents, "per": self._args.per, **used}

    def report(self, model: Doc2Vec) -> dict[str, Any]:
        """Return the report of the run.

        Parameters
        ----------
        model : Doc2Vec
            The trained model.

        Returns
        -------
        dict
            The report.
        """
        training = model.training_report
        if training is None:
            raise AssertionError("training that has started has a report")
        return {
            "output": self._args.output,
            "bytes": local_path(self._args.output).stat().st_size,
            "documents": model.corpus_count,
            "tags": len(model.dv),
            "vocabulary_size": len(model.wv),
            "vector_size": model.vector_size,
            "raw_words": training.raw_words,
            "words_per_second": round(training.raw_words / training.seconds) if training.seconds else None,
            "loss": [epoch.loss for epoch in training.epochs],
            "workers": training.workers,
            "isa": training.isa,
            "interrupted": training.interrupted,
            "seconds": {"training": round(training.seconds, 3), "total": round(time.perf_counter() - self._start, 3)},
        }


def _print_summary(report: dict[str, Any]) -> None:
    print(f"documents: {report['documents']:,} with {report['tags']:,} tags and {report['vocabulary_size']:,} words")
    if report["loss"]:
        print(
            f"training: {report['raw_words']:,} words in {len(report['loss'])} epochs and "
            f"{report['seconds']['training']:.1f} s ({report['words_per_second'] or 0:,} words/s), "
            f"loss {report['loss'][0]:.4f} to {report['loss'][-1]:.4f}"
        )
    print(f"saved: {report['output']} ({size_text(report['bytes'])})")
