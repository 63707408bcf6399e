"""``wordkin fasttext skipgram`` and ``cbow``: train word vectors with the arguments of the program fasttext."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from ...fasttext.unsupervised.files import write_state
from ...fasttext.unsupervised.options import UnsupervisedOptions
from ...fasttext.unsupervised.run import UnsupervisedRun
from ...runtime.compute import Compute, requested_workers
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from ...vectors import FastTextKeyedVectors, KeyedVectors
from ...word2vec.training.session import CheckpointRequest
from .. import exits
from ..corpus_flags import (
    CORPUS_FORMAT,
    add_folder_flags,
    add_preparation_flags,
    add_text_flags,
    inputs_of,
    open_input,
    skipped_report,
)
from ..flags import add_json_flag, add_progress_flag, argument_names, given_arguments
from ..messages import progress_display
from ..outputs import require_writable_file
from ..reports import print_report
from ..terminal import size_text
from .options import add_checkpoint_flags, add_dashed_flags, add_output_flag, checkpoints_of

__all__ = ["configure", "run"]

_FIELDS = (
    "lr", "dim", "ws", "epoch", "min_count", "neg", "loss", "bucket", "minn", "maxn", "t", "label", "lr_update_rate",
    "word_ngrams", "seed", "mode", "hash_count",
)  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        f"Train word vectors from character n-grams on text ({CORPUS_FORMAT}), and write NAME.bin and NAME.vec. "
        "With -mode floret, words and n-grams share a compact table of -bucket rows, and NAME.floret, which spaCy "
        "reads, is written instead of NAME.bin. "
        "Ctrl-C stops training and saves the vectors trained so far; with --checkpoint, the same command then resumes."
    )
    parser.add_argument(
        "-input",
        required=True,
        nargs="+",
        metavar="TEXT",
        help="text: files, folders of files, patterns such as 'novels/*.txt', pipes, or - for standard input",
    )
    add_output_flag(parser, "name of the files to write, without suffix")
    training = parser.add_argument_group("training")
    add_dashed_flags(training, UnsupervisedOptions, _FIELDS)
    training.add_argument("-thread", type=int, metavar="N", help="number of threads (default: all processors)")
    training.add_argument("-pretrainedVectors", metavar="FILE", help="vectors that words begin with (.vec)")
    for name in ("minCountLabel", "verbose"):
        training.add_argument(
            f"-{name}", dest=f"ignored_{name}", type=int, metavar="N", help="accepted for compatibility; ignored"
        )
    add_text_flags(parser)
    add_folder_flags(parser)
    add_preparation_flags(parser)
    add_checkpoint_flags(parser)
    add_progress_flag(parser)
    add_json_flag(parser)


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
    start = time.perf_counter()
    is_floret = getattr(args, "mode", "fasttext") == "floret"
    outputs = [f"{args.output}.{'floret' if is_floret else 'bin'}", f"{args.output}.vec"]
    check_outputs(*outputs, folders=[args.checkpoint], inputs=[*inputs_of(args.input), args.pretrainedVectors])
    for output in outputs:
        require_writable_file(output)
    training, checkpoints = _prepared(args)
    opened = open_input(args.input, args)
    training.state.preparation = opened.preparation
    stop: KeyboardInterrupt | None = None
    try:
        training.train(opened.corpus, lambda event: None, checkpoints)
    except KeyboardInterrupt as interruption:
        if training.state.training_report is None:
            reason = exits.reason_of(interruption)
            raise type(interruption)(f"{reason} before training started; nothing was saved") from None
        stop = interruption
    _save(training, outputs)
    report = _report(training, outputs, opened.skipped, time.perf_counter() - start)
    print_report(args, report, _print_summary, seed=training.options.seed)
    if stop is None:
        return exits.SUCCESS
    raise type(stop)(
        f"{exits.reason_of(stop)}; the vectors trained so far are saved in {outputs[0]} and {outputs[1]}"
        f"{'; the same command resumes training' if args.checkpoint else ''}"
    )


def _prepared(args: argparse.Namespace) -> tuple[UnsupervisedRun, CheckpointRequest | None]:
    given = given_arguments(args, argument_names(UnsupervisedOptions, _FIELDS))
    names = dict(zip(argument_names(UnsupervisedOptions, _FIELDS), _FIELDS, strict=True))
    try:
        options = UnsupervisedOptions(model=args.group_command, **{names[name]: value for name, value in given.items()})
        checkpoints = checkpoints_of(args)
        compute = Compute.choose(workers=requested_workers(args.thread, "thread"))
        pretrained = args.pretrainedVectors and KeyedVectors.load_word2vec_format(args.pretrainedVectors)
        training = UnsupervisedRun(
            options=options, compute=compute, progress=progress_display(args), pretrained=pretrained or None
        )
    except (TypeError, ValueError) as error:
        raise exits.UsageError(exits.error_text(error)) from None
    return training, checkpoints


def _save(training: UnsupervisedRun, outputs: list[str]) -> None:
    options = training.options
    if options.mode == "floret":
        assert isinstance(training.state.wv, FastTextKeyedVectors)  # of a model with n-grams
        training.state.wv.save_floret_format(outputs[0])
    else:
        write_state(outputs[0], training.state, lr_update_rate=options.lr_update_rate, word_ngrams=options.word_ngrams)
    training.state.wv.save_word2vec_format(outputs[1])


def _report(training: UnsupervisedRun, outputs: list[str], skipped: dict[str, str], seconds: float) -> dict[str, Any]:
    state = training.state
    report = state.training_report
    assert report is not None  # training has started
    spent = sum(epoch.seconds for epoch in report.epochs)
    return {
        "outputs": outputs,
        "bytes": [local_path(output).stat().st_size for output in outputs],
        "vocabulary_size": len(state.wv),
        "vector_size": state.vector_size,
        "raw_words": report.raw_words,
        "words_per_second": round(report.raw_words / spent) if spent else None,
        "loss": [epoch.loss for epoch in report.epochs],
        "skipped": skipped_report(skipped),
        "workers": report.workers,
        "isa": report.isa,
        "interrupted": report.interrupted,
        "resumed_words": report.words_before,
        "checkpoint": report.checkpoint,
        "checkpoint_failures": list(report.checkpoint_failures),
        "seconds": {"training": round(spent, 3), "total": round(seconds, 3)},
    }


def _print_summary(report: dict[str, Any]) -> None:
    if report["resumed_words"]:
        print(f"resumed after {report['resumed_words']:,} words")
    if report["loss"]:
        print(
            f"training: {report['raw_words']:,} words in {len(report['loss'])} epochs and "
            f"{report['seconds']['training']:.1f} s ({report['words_per_second'] or 0:,} words/s), "
            f"loss {report['loss'][0]:.4f} to {report['loss'][-1]:.4f}"
        )
    sizes = ", ".join(
        f"{Path(output).name} ({size_text(size)})"
        for output, size in zip(report["outputs"], report["bytes"], strict=True)
    )
    print(f"saved: {report['vocabulary_size']:,} words in {sizes}")
