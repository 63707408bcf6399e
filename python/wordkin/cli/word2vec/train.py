"""``wordkin train``: train word vectors on text."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from typing import Any

from ...distributed import Communicator
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from ...vectors import KeyedVectors
from ...vectors.files import read_vocabulary, write_vocabulary
from ...word2vec import TrainingReport, Word2Vec
from ...word2vec.options import (
    CheckpointOptions,
    ModelOptions,
    SynchronizationOptions,
    TrainingOptions,
    VocabularyOptions,
)
from .. import exits
from ..corpus_flags import (
    CORPUS_FORMAT,
    OpenedInput,
    add_corpus,
    add_shard_flag,
    inputs_of,
    open_input,
    preparation_arguments,
    skipped_report,
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
from ..outputs import Format, Output, chosen_output, require_writable_file, save_vectors
from ..parsers import add_examples
from ..processes import add_distributed_flag, leads, process_group, together
from ..reports import print_report
from ..streams import allow_streams
from ..terminal import size_text
from .continuation import add_continuation_flags, checkpoint_arguments, model_to_continue, require_one_beginning

__all__ = ["MODEL_FIELDS", "TRAINING_FIELDS", "add_vocabulary_flags", "configure", "run"]

_FORMATS: tuple[Format, ...] = ("model", "vectors", "text", "binary")

MODEL_FIELDS = ("vector_size", "alpha", "min_alpha", "epochs", "comment")
TRAINING_FIELDS = ("window", "sample", "negative", "ns_exponent", "seed", "job_words")
VOCABULARY_FIELDS = ("min_count", "max_vocab_size", "max_final_vocab")
_DECODING = ("encoding", "errors")
_SWITCHED = ("sg", "hs", "cbow_mean", "shrink_windows", "sorted_vocab", "workers", "max_isa", "deterministic")
_SYNCHRONIZATION = ("sync_words", "sync_share", "wire")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        f"Train word vectors on text ({CORPUS_FORMAT}). Ctrl-C stops training and saves the vectors trained so far; "
        "with --checkpoint, the same command then resumes training."
    )
    add_corpus(parser)
    add_shard_flag(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="file for the vectors")
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        help="model: everything needed to continue training (.safetensors); vectors: only the vectors; text (.txt, "
        ".vec) and binary (.bin): formats of word2vec (default: according to the file name)",
    )
    training = parser.add_argument_group("training")
    add_switch(training, "--sg", "sg", 1, "train skip-gram instead of CBOW")
    add_switch(training, "--hs", "hs", 1, "train hierarchical softmax (with --negative 0: without negative sampling)")
    combination = training.add_mutually_exclusive_group()
    add_switch(combination, "--cbow-mean", "cbow_mean", 1, "average the context vectors in CBOW (the default)")
    add_switch(combination, "--cbow-sum", "cbow_mean", 0, "sum the context vectors in CBOW")
    add_switch(
        training,
        "--no-shrink-windows",
        "shrink_windows",
        False,
        "use the full window for every target instead of a random size",
    )
    add_option_flags(training, ModelOptions, MODEL_FIELDS)
    add_option_flags(training, TrainingOptions, TRAINING_FIELDS)
    add_workers_flag(training, max_isa=True)
    add_switch(
        training,
        "--deterministic",
        "deterministic",
        True,
        "train the same vectors in every run with this number of threads; needs the memory of a model for each thread",
    )
    add_option_flags(training, SynchronizationOptions, _SYNCHRONIZATION)
    add_distributed_flag(training)
    add_vocabulary_flags(parser.add_argument_group("vocabulary"))
    parser.add_argument("--save-vocab", metavar="FILE", help="write the words and their counts, one word per line")
    parser.add_argument("--read-vocab", metavar="FILE", help="read the words and their counts from such a file")
    add_continuation_flags(parser)
    add_progress_flag(parser)
    add_json_flag(parser)
    allow_streams(parser, inputs=("read_vocab",), outputs=("output", "save_vocab"))
    add_examples(
        parser,
        (
            "train on all texts of a folder, in lower case and without punctuation marks at words",
            "wordkin train novels/ -o novels.safetensors --tokenizer words --lowercase",
        ),
        (
            "save checkpoints; the same command resumes after an interruption",
            "wordkin train corpus.txt -o vectors.safetensors --checkpoint checkpoints",
        ),
        (
            "train on one of three parts of the text, for `wordkin merge`",
            "wordkin train novels/ -o part1.safetensors --shard 1/3",
        ),
        (
            "train the same vectors in every run, with four threads",
            "wordkin train corpus.txt -o vectors.safetensors --workers 4 --deterministic --seed 7",
        ),
        (
            "train with four processes of MPI, each on a part of the texts",
            "mpiexec -n 4 wordkin train texts/ -o vectors.safetensors --distributed mpi",
        ),
        (
            "skip-gram vectors of 300 dimensions, for other programs",
            "wordkin train corpus.txt -o vectors.txt --sg --vector-size 300 --epochs 10",
        ),
        (
            "train on the output of another program, and write messages for machines",
            "zcat news.gz | wordkin train - -o news.safetensors --log-format json 2> log",
        ),
    )


def add_vocabulary_flags(group: argparse._ArgumentGroup, *, min_count: str | None = None) -> None:
    """Add the flags that decide which words are kept.

    Parameters
    ----------
    group : argument group
        Where to add the flags.
    min_count : str or None, default None
        Description of the default of ``--min-count``, if it differs from that of `Word2Vec`.
    """
    add_option_flags(
        group, VocabularyOptions, VOCABULARY_FIELDS, defaults={} if min_count is None else {"min_count": min_count}
    )
    add_switch(
        group, "--unsorted-vocab", "sorted_vocab", 0, "order words by first occurrence instead of decreasing count"
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
    with process_group(args.distributed) as group:
        return _run(args, group)


def _run(args: argparse.Namespace, group: Communicator | None) -> int:
    with together(group, "the check of the command line"):
        require_one_beginning(args)
        output = _checked_output(args) if leads(group) else None
        trainer = _Trainer(args, group)
    stop: KeyboardInterrupt | None = None
    try:
        trainer.train()
    except KeyboardInterrupt as interruption:
        if trainer.model is None:
            reason = exits.reason_of(interruption)
            raise type(interruption)(f"{reason} before training started; nothing was saved") from None
        stop = interruption
        if args.compass is not None:
            advice = "the same command resumes training" if args.checkpoint else "with --checkpoint it can be resumed"
            raise type(stop)(f"{exits.reason_of(stop)}; nothing was saved in {args.output}; {advice}") from None
    model = trainer.model
    if model is None:
        raise AssertionError("the callback sets the model when training starts")
    # Not all processes need have been interrupted.
    with together(None if stop else group, "saving the vectors"):
        if output is not None:
            _save(args, trainer, model, output)
    if stop is None:
        return exits.SUCCESS
    if output is None:
        raise stop
    epoch = max(len(model.training_report.epochs) if model.training_report else 0, 1)
    raise type(stop)(
        f"{exits.reason_of(stop)} in epoch {epoch} of {model.epochs}; the vectors trained so far are "
        f"saved in {output.path}{'; the same command resumes training' if args.checkpoint else ''}"
    )


def _checked_output(args: argparse.Namespace) -> Output:
    output = _chosen_output(args)
    check_outputs(
        args.output,
        args.save_vocab,
        folders=[args.checkpoint],
        inputs=[*inputs_of(args.corpus), args.read_vocab, args.compass],
        models=[args.trained],
    )
    if args.save_vocab is not None:
        require_writable_file(args.save_vocab)
    return output


def _save(args: argparse.Namespace, trainer: _Trainer, model: Word2Vec, output: Output) -> None:
    start = time.perf_counter()
    save_vectors(output, model.wv if trainer.vectors is None else trainer.vectors, model)
    report = trainer.report(model, output, saving=time.perf_counter() - start)
    print_report(args, report, _print_summary, settings=trainer.settings(model), seed=model.seed)


def _chosen_output(args: argparse.Namespace) -> Output:
    if args.compass is None:
        return chosen_output(args.output, args.format, allowed=_FORMATS)
    if args.format == "model":
        raise exits.UsageError("--compass gives vectors, whose model is the compass; use another --format")
    output = chosen_output(args.output, args.format, allowed=_FORMATS)
    return Output(path=output.path, format="vectors") if output.format == "model" else output


class _Trainer:
    """One training run; its model is available even if training is interrupted."""

    def __init__(self, args: argparse.Namespace, group: Communicator | None) -> None:
        names = [
            *argument_names(ModelOptions, MODEL_FIELDS),
            *argument_names(TrainingOptions, TRAINING_FIELDS),
            *argument_names(VocabularyOptions, VOCABULARY_FIELDS),
            *argument_names(SynchronizationOptions, _SYNCHRONIZATION),
            *_SWITCHED,
        ]
        self._names = names
        texts = {**text_arguments(args), **preparation_arguments(args)}
        self._options = {**given_arguments(args, names), **texts}
        self._options["progress"] = progress_display(args) if leads(group) else False
        self._group = group
        self._args = args
        self._start = time.perf_counter()
        self._training_start = self._start
        self._options.pop("on_error", None)  # bad files are left out before training
        self._skipped: dict[str, str] = {}
        self._checkpoints = checkpoint_arguments(args)
        self.model: Word2Vec | None = None
        self.vectors: KeyedVectors | None = None  # those of a slice

    def train(self) -> None:
        """Count the words, then train.

        Raises
        ------
        UsageError
            If an option is invalid, or the corpus cannot be read as often as the options require.
        """
        earlier = self._args.trained or self._args.compass
        if earlier is not None:
            self._continue(earlier)
            return
        with together(self._group, "the check of the command line"):
            untrained, opened = self._checked()
        files = opened.files
        if self._args.read_vocab is None:
            Word2Vec(
                corpus_file=files, callbacks=[self], communicator=self._group, **self._options, **self._checkpoints
            )
            return
        untrained.communicator = self._group
        words = self._total_words(untrained, opened)
        untrained.train(
            corpus_file=files, total_words=words, epochs=untrained.epochs, callbacks=[self], **self._checkpoints
        )

    def _checked(self) -> tuple[Word2Vec, OpenedInput]:
        try:
            untrained = Word2Vec(**self._options)
            CheckpointOptions(**{name: value for name, value in self._checkpoints.items() if name != "checkpoint"})
        except (ValueError, TypeError) as error:
            raise exits.UsageError(exits.error_text(error)) from None
        opened = open_input(self._args.corpus, self._args)
        self._skipped = opened.skipped
        needs_passes = "max_vocab_size" in self._options or self._args.read_vocab or not untrained.epochs
        if not opened.corpus.is_restartable and needs_passes:
            raise exits.UsageError(
                f"{opened.corpus.name} can be read only once; --max-vocab-size, --read-vocab and --epochs 0 need a file"
            )
        if self._args.read_vocab is not None:
            untrained.build_vocab_from_freq(read_vocabulary(self._args.read_vocab))
        return untrained, opened

    def _continue(self, earlier: str) -> None:
        with together(self._group, "the check of the command line"):
            model = model_to_continue(
                earlier,
                self._options,
                is_compass=self._args.compass is not None,
                vocabulary_change=self._args.vocabulary_change,
            )
            opened = open_input(self._args.corpus, self._args, model.preparation)
            self._skipped = opened.skipped
            if self._args.compass is None and not opened.corpus.is_restartable:
                raise exits.UsageError(f"{opened.corpus.name} can be read only once; --from needs a file")
        model.communicator = self._group
        texts: dict[str, Any] = {name: self._options[name] for name in _DECODING if name in self._options}
        texts |= {"corpus_file": opened.files, "callbacks": [self], **self._checkpoints}
        if self._args.compass is not None:
            self.vectors = model.train_slice(epochs=model.epochs, **texts)
            return
        words = self._total_words(model, opened)
        if self._args.vocabulary_change == "extend":
            model.build_vocab(corpus_file=opened.files, update=True)
        model.train(total_words=words, epochs=model.epochs, **texts)

    def _total_words(self, model: Word2Vec, opened: OpenedInput) -> int:
        if self._group is None or self._group.size == 1:
            return opened.corpus.scan(model.workers, keep_ids=False).counts.raw_words
        return model.corpus_total_words  # each rank counts the words of its part when it is trained

    def on_train_begin(self, model: Word2Vec) -> None:
        """Keep the model, whose vocabulary is complete when training starts.

        Parameters
        ----------
        model : Word2Vec
            The model.
        """
        self.model = model
        self._training_start = time.perf_counter()
        if self._args.save_vocab is not None and leads(self._group):
            write_vocabulary(self._args.save_vocab, model.wv.index_to_key, model.wv.expandos["count"])

    def settings(self, model: Word2Vec) -> dict[str, Any]:
        """Return the options of the run with the values that were used.

        Parameters
        ----------
        model : Word2Vec
            The trained model.

        Returns
        -------
        dict
            Values by name of the argument of `Word2Vec`.
        """
        given = {name: value for name, value in self._options.items() if name != "progress"}
        used = {name: getattr(model, name) for name in self._names if hasattr(model, name)}
        return {"corpus": self._args.corpus, "shard": self._args.shard, **given, **used}

    def report(self, model: Word2Vec, output: Output, *, saving: float) -> dict[str, Any]:
        """Return the report of the run.

        Parameters
        ----------
        model : Word2Vec
            The trained model.
        output : Output
            File of the vectors.
        saving : float
            Time to save them in seconds.

        Returns
        -------
        dict
            The report.
        """
        training: TrainingReport | None = model.training_report
        if training is None:
            raise AssertionError("training that has started has a report")
        seconds = sum(epoch.seconds for epoch in training.epochs)
        return {
            "output": output.path,
            "format": output.format,
            "bytes": local_path(output.path).stat().st_size,
            "vocabulary_size": len(model.wv if self.vectors is None else self.vectors),
            "vector_size": model.vector_size,
            "corpus_words": model.corpus_total_words,
            "raw_words": training.raw_words,
            "words_per_second": round(training.raw_words / seconds) if seconds else None,
            "loss": [epoch.loss for epoch in training.epochs],
            "epochs": [
                {
                    "loss": epoch.loss,
                    "seconds": round(epoch.seconds, 3),
                    "words_per_second": round(epoch.words_per_second),
                    "learning_rate": epoch.learning_rate,
                    "interrupted": epoch.interrupted,
                }
                for epoch in training.epochs
            ],
            "skipped": skipped_report(self._skipped),
            "workers": training.workers,
            "isa": training.isa,
            "interrupted": training.interrupted,
            "resumed_words": training.words_before,
            "checkpoint": training.checkpoint,
            "checkpoint_failures": list(training.checkpoint_failures),
            "communication": None if training.communication is None else asdict(training.communication),
            "seconds": {
                "vocabulary": round(self._training_start - self._start, 3),
                "training": round(seconds, 3),
                "saving": round(saving, 3),
                "total": round(time.perf_counter() - self._start, 3),
            },
        }


def _print_summary(report: dict[str, Any]) -> None:
    seconds = report["seconds"]
    if report["resumed_words"]:
        print(f"resumed after {report['resumed_words']:,} words")
    print(f"vocabulary: {report['vocabulary_size']:,} words in {seconds['vocabulary']:.1f} s")
    if report["epochs"]:
        print(
            f"training: {report['raw_words']:,} words in {len(report['epochs'])} epochs and "
            f"{seconds['training']:.1f} s ({report['words_per_second'] or 0:,} words/s), "
            f"loss {report['loss'][0]:.4f} to {report['loss'][-1]:.4f}"
        )
    if report["communication"]:
        print(
            "communication: {ranks} processes, {share:.1%} of the time, {sent} sent by each".format(
                **report["communication"], sent=size_text(report["communication"]["bytes_sent"])
            )
        )
    size = size_text(report["bytes"])
    print(f"saved: {report['output']} ({report['format']}, {size}) in {seconds['saving']:.1f} s")
