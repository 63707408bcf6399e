"""``wordkin fasttext supervised`` and ``quantize``."""

from __future__ import annotations

import argparse
import time
from typing import Any

from ...fasttext import FastTextModel, SupervisedReport, load_model, train_supervised
from ...fasttext.autotune import AutotuneOptions
from ...fasttext.supervised.options import QuantizationOptions, SupervisedOptions
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from ...vectors import KeyedVectors
from .. import exits
from ..corpus_flags import add_text_flags, text_arguments
from ..flags import add_json_flag, add_progress_flag, given_arguments
from ..messages import progress_display
from ..outputs import require_writable_file
from ..reports import print_report
from ..streams import source_of
from ..terminal import size_text
from .options import add_dashed_flags, add_dashed_switch

__all__ = ["configure_quantize", "configure_supervised", "run_quantize", "run_supervised"]

_DICTIONARY = ("min_count", "min_count_label", "word_ngrams", "bucket", "minn", "maxn", "t", "label")
_TRAINING = ("lr", "lr_update_rate", "dim", "ws", "epoch", "neg", "loss", "seed")
_NAMES = (
    *("minCount", "minCountLabel", "wordNgrams", "bucket", "minn", "maxn", "t", "label"),
    *("lr", "lrUpdateRate", "dim", "ws", "epoch", "neg", "loss", "seed", "thread", "pretrainedVectors"),
    *("autotuneMetric", "autotunePredictions", "autotuneDuration", "autotuneModelSize", "autotuneTrials"),
)
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
        "NAME.vec are written, or NAME.ftz instead of the former with -autotune-modelsize."
    )
    parser.add_argument(
        "-input", required=True, metavar="FILE", help="labelled text, compressed or not; - for standard input"
    )
    parser.add_argument("-output", required=True, metavar="NAME", help="name of the files to write, without suffix")
    add_dashed_flags(parser.add_argument_group("dictionary"), SupervisedOptions, _DICTIONARY)
    training = parser.add_argument_group("training")
    add_dashed_flags(training, SupervisedOptions, _TRAINING)
    _add_threads(training)
    training.add_argument("-pretrainedVectors", metavar="FILE", help="vectors that words begin with (.vec)")
    add_dashed_switch(training, "saveOutput", "write the vectors of labels to NAME.output")
    search = parser.add_argument_group("search for parameters")
    search.add_argument("-autotune-validation", metavar="FILE", help="labelled lines on which parameters are scored")
    add_dashed_flags(search, AutotuneOptions, _AUTOTUNE, flags=_AUTOTUNE)
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
    parser.add_argument("-output", required=True, metavar="NAME", help="name of the model's file, without .bin")
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
    given = given_arguments(args, _NAMES)
    is_compressed = bool(args.autotune_validation and given.get("autotuneModelSize"))
    model_path = f"{args.output}{'.ftz' if is_compressed else '.bin'}"
    paths = [model_path, f"{args.output}.vec", *([f"{args.output}.output"] if args.saveOutput else [])]
    text = source_of(args.input)
    check_outputs(*paths, inputs=[text, args.autotune_validation, args.pretrainedVectors])
    for path in paths:
        require_writable_file(path)
    if args.autotune_validation:
        given["autotuneValidationFile"] = args.autotune_validation
    start = time.perf_counter()
    model = train_supervised(text, **given, **text_arguments(args), progress=_progress(args))
    saving_start = time.perf_counter()
    model.save_model(model_path)
    _save_vectors(model, paths[1])
    if args.saveOutput:
        vectors = KeyedVectors.from_vocabulary(model.labels, model.get_output_matrix())
        vectors.save_word2vec_format(paths[2])
    training = model.training_report
    assert training is not None  # it was trained here
    report = {
        "output": model_path,
        "files": paths,
        "bytes": local_path(model_path).stat().st_size,
        **_training_facts(training),
        "seconds": {
            "training": round(training.seconds, 3),
            "saving": round(time.perf_counter() - saving_start, 3),
            "total": round(time.perf_counter() - start, 3),
        },
    }
    print_report(args, report, _print_summary, seed=given.get("seed", SupervisedOptions().seed))
    return exits.SUCCESS


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
