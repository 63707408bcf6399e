"""``wordkin fasttext supervised`` and ``quantize``."""

from __future__ import annotations

import argparse
import time
from typing import Any

from ...fasttext import FastTextModel, SupervisedReport, load_model
from ...fasttext.autotune import AutotuneOptions
from ...fasttext.state import FastTextState
from ...fasttext.supervised.options import QuantizationOptions, SupervisedOptions
from ...fasttext.training_task import TrainingTask
from ...runtime.options import Options
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from ...vectors import KeyedVectors
from .. import exits
from ..corpus_flags import add_text_flags, text_arguments
from ..flags import add_json_flag, add_progress_flag, argument_names, given_arguments
from ..messages import progress_display
from ..outputs import require_writable_file
from ..reports import print_report
from ..streams import source_of
from ..terminal import size_text
from .options import add_checkpoint_flags, add_dashed_flags, add_dashed_switch, add_output_flag, checkpoints_of

__all__ = ["configure_quantize", "configure_supervised", "run_quantize", "run_supervised"]

_DICTIONARY = ("min_count", "min_count_label", "word_ngrams", "bucket", "minn", "maxn", "t", "label")
_TRAINING = ("lr", "lr_update_rate", "dim", "ws", "epoch", "neg", "loss", "seed")
_AUTOTUNE = {
    "metric": "-autotune-metric",
    "predictions": "-autotune-predictions",
    "duration": "-autotune-duration",
    "model_size": "-autotune-modelsize",
    "trials": "-autotune-trials",
}


def configure_supervised(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``supervised``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Train a classifier on lines with __label__ words. The flags are those of the program fasttext; NAME.bin and "
        "NAME.vec are written, or NAME.ftz instead of the former with -autotune-modelsize. Ctrl-C stops training and "
        "saves the model trained so far; with --checkpoint, the same command then resumes from the end of an epoch."
    )
    parser.add_argument(
        "-input", required=True, metavar="FILE", help="labelled text, compressed or not; - for standard input"
    )
    add_output_flag(parser, "name of the files to write, without suffix")
    add_dashed_flags(parser.add_argument_group("dictionary"), SupervisedOptions, _DICTIONARY)
    training = parser.add_argument_group("training")
    add_dashed_flags(training, SupervisedOptions, _TRAINING)
    _add_threads(training)
    training.add_argument("-pretrainedVectors", metavar="FILE", help="vectors that words begin with (.vec)")
    add_dashed_switch(training, "saveOutput", "write the vectors of labels to NAME.output")
    search = parser.add_argument_group("search for parameters")
    search.add_argument("-autotune-validation", metavar="FILE", help="labelled lines on which parameters are scored")
    add_dashed_flags(search, AutotuneOptions, _AUTOTUNE, flags=_AUTOTUNE)
    add_checkpoint_flags(parser)
    _add_common(parser)


def configure_quantize(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``quantize``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Compress a supervised model: NAME.bin is read and NAME.ftz is written. The flags are those of the program "
        "fasttext."
    )
    add_output_flag(parser, "name of the model's file, without .bin")
    parser.add_argument("-input", metavar="FILE", help="labelled text, for -retrain; - for standard input")
    add_dashed_flags(parser, QuantizationOptions, ("cutoff", "dsub"))
    add_dashed_switch(parser, "retrain", "train the vectors that -cutoff keeps again")
    add_dashed_switch(parser, "qnorm", "quantise the norms of the vectors separately")
    add_dashed_switch(parser, "qout", "quantise the output matrix as well")
    training = parser.add_argument_group("training")
    add_dashed_flags(training, SupervisedOptions, ("lr", "epoch"), defaults={"epoch": "that of the training"})
    add_dashed_flags(training, SupervisedOptions, ("label",))
    _add_threads(training)
    _add_common(parser)


def _add_threads(group: argparse._ActionsContainer) -> None:
    group.add_argument("-thread", type=int, metavar="INT", help="number of threads (default: all available CPUs)")


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-verbose", dest="progress_level", type=int, metavar="INT", help="0 or 1: no progress (default: 2)"
    )
    add_text_flags(parser, skip=False)
    add_progress_flag(parser)
    add_json_flag(parser)


def _progress(args: argparse.Namespace) -> Any:
    return False if args.progress_level is not None and args.progress_level < 2 else progress_display(args)


def run_supervised(args: argparse.Namespace) -> int:
    """Train a classifier and save it.

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
    is_compressed = bool(args.autotune_validation and getattr(args, "autotuneModelSize", ""))
    model_path = f"{args.output}{'.ftz' if is_compressed else '.bin'}"
    paths = [model_path, f"{args.output}.vec", *([f"{args.output}.output"] if args.saveOutput else [])]
    text = source_of(args.input)
    inputs = [text, args.autotune_validation, args.pretrainedVectors]
    check_outputs(*paths, folders=[args.checkpoint], inputs=inputs)
    for path in paths:
        require_writable_file(path)
    task = _task(args)
    stop: KeyboardInterrupt | None = None
    try:
        trained = task.train(text)
    except KeyboardInterrupt as interruption:
        found = task.trained_so_far()
        if found is None:
            raise type(interruption)(_nothing_saved(interruption, args)) from None
        trained, stop = found, interruption
    model = FastTextModel(FastTextState(trained.file, task.options.label), trained.report)
    report = _saved(args, model, paths, start)
    print_report(args, report, _print_summary, seed=task.options.seed)
    if stop is None:
        return exits.SUCCESS
    raise type(stop)(
        f"{exits.reason_of(stop)}; the model trained so far is saved in {' and '.join(paths)}"
        f"{_resumption(trained.report.checkpoint) if args.checkpoint else ''}"
    )


def _nothing_saved(stop: KeyboardInterrupt, args: argparse.Namespace) -> str:
    when = "in the search for parameters" if args.autotune_validation else "before training started"
    return f"{exits.reason_of(stop)} {when}; nothing was saved"


def _resumption(checkpoint: str | None) -> str:
    if checkpoint is None:
        return "; there is no checkpoint yet, since they are saved at ends of epochs"
    return f"; the same command resumes training from {checkpoint}"


def _task(args: argparse.Namespace) -> TrainingTask:
    options = _given_fields(args, SupervisedOptions, (*_DICTIONARY, *_TRAINING))
    autotune = _given_fields(args, AutotuneOptions, tuple(_AUTOTUNE))
    if autotune and not args.autotune_validation:
        flags = ", ".join(_AUTOTUNE[name] for name in autotune)
        raise exits.UsageError(f"{flags}: -autotune-validation must name the file on which parameters are scored")
    options.setdefault("bucket", SupervisedOptions(word_ngrams=2).bucket)
    try:
        return TrainingTask.of_arguments(
            **options,
            thread=args.thread,
            verbose=2,
            pretrained=args.pretrainedVectors or "",
            validation=args.autotune_validation or "",
            autotune=autotune,
            **text_arguments(args),
            progress=_progress(args),
            checkpoints=checkpoints_of(args),
        )
    except (TypeError, ValueError) as error:
        raise exits.UsageError(exits.error_text(error)) from None


def _given_fields(args: argparse.Namespace, options: type[Options], fields: tuple[str, ...]) -> dict[str, Any]:
    """Return the options that were given, by the names of their fields."""
    names = argument_names(options, fields)
    given = given_arguments(args, names)
    return {field: given[name] for field, name in zip(fields, names, strict=True) if name in given}


def _saved(args: argparse.Namespace, model: FastTextModel, paths: list[str], start: float) -> dict[str, Any]:
    """Save a model, and return the report."""
    saving_start = time.perf_counter()
    model.save_model(paths[0])
    _save_vectors(model, paths[1])
    if args.saveOutput:
        vectors = KeyedVectors.from_vocabulary(model.labels, model.get_output_matrix())
        vectors.save_word2vec_format(paths[2])
    training = model.training_report
    assert training is not None  # it was trained here
    return {
        "output": paths[0],
        "files": paths,
        "bytes": local_path(paths[0]).stat().st_size,
        **_training_facts(training),
        "seconds": {
            "training": round(training.seconds, 3),
            "saving": round(time.perf_counter() - saving_start, 3),
            "total": round(time.perf_counter() - start, 3),
        },
    }


def _save_vectors(model: FastTextModel, path: str) -> None:
    words = model.words
    matrix = model.get_word_vector(words)
    vectors = KeyedVectors.from_vocabulary(words, matrix)
    vectors.save_word2vec_format(path, replace_whitespace=True)


def _training_facts(training: SupervisedReport) -> dict[str, Any]:
    return {
        "words": training.words,
        "labels": training.labels,
        "lines": training.lines,
        "lines_left_out": training.lines_left_out,
        "tokens_per_second": round(training.tokens / max(training.seconds, 1e-9)),
        "loss": [epoch.loss for epoch in training.epochs],
        "trials": [
            {"score": trial.score, "seconds": round(trial.seconds, 3), **trial.parameters} for trial in training.trials
        ],
        "interrupted": training.interrupted,
        "resumed_epochs": training.resumed_epochs,
        "checkpoint": training.checkpoint,
        "checkpoint_failures": list(training.checkpoint_failures),
        "workers": training.workers,
        "isa": training.isa,
    }


def _print_summary(report: dict[str, Any]) -> None:
    left_out = f", of which {report['lines_left_out']:,} are left out" if report["lines_left_out"] else ""
    print(f"text: {report['lines']:,} lines{left_out}")
    print(f"dictionary: {report['words']:,} words, {report['labels']:,} labels")
    scores = [trial["score"] for trial in report["trials"] if trial["score"] is not None]
    if scores:
        print(f"search: {len(report['trials'])} trials, best score {max(scores):.4f}")
    print(
        f"training: {len(report['loss'])} epochs in {report['seconds']['training']:.1f} s "
        f"({report['tokens_per_second']:,} tokens/s), loss {report['loss'][0]:.4f} to {report['loss'][-1]:.4f}"
    )
    print(f"saved: {', '.join(report['files'])} ({size_text(report['bytes'])})")


def run_quantize(args: argparse.Namespace) -> int:
    """Compress a model.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    source, target = f"{args.output}.bin", f"{args.output}.ftz"
    text = None if args.input is None else source_of(args.input)
    check_outputs(target, inputs=[text], models=[source])
    if args.retrain and args.input is None:
        raise exits.UsageError("-retrain needs the labelled text; give -input")
    require_writable_file(target)
    label = given_arguments(args, ("label",))
    model = load_model(source, **label)
    model.quantize(
        text if args.retrain else None,
        qout=args.qout,
        retrain=args.retrain,
        qnorm=args.qnorm,
        **given_arguments(args, ("cutoff", "dsub", "lr", "epoch", "thread")),
        **text_arguments(args),
        progress=_progress(args),
    )
    model.save_model(target)
    sizes = [local_path(path).stat().st_size for path in (source, target)]
    report = {"model": source, "output": target, "bytes": sizes[1], "model_bytes": sizes[0], "words": len(model.words)}
    print_report(args, report, _print_quantized)
    return exits.SUCCESS


def _print_quantized(report: dict[str, Any]) -> None:
    print(f"saved: {report['output']} ({size_text(report['bytes'])}, before {size_text(report['model_bytes'])})")
