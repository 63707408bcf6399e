"""``wordkin evaluate``: score word vectors on analogies and word pairs."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Sequence
from typing import Any

from ...errors import FormatError
from ...loading.vector_files import load_vectors
from ...storage.decoding import TextOptions
from ...vectors.evaluation import (
    AnalogyScores,
    Comparison,
    Interval,
    PairScores,
    compare_analogies,
    compare_pairs,
    evaluate_analogies,
    evaluate_pairs,
    read_analogies,
    read_word_pairs,
)
from .. import exits
from ..corpus_flags import text_arguments
from ..flags import add_json_flag, add_option_flags
from ..parsers import add_examples
from ..streams import allow_streams, displayed
from ..tables import print_table
from ..terminal import print_json
from .queries import positive_number

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Score one or two files of word vectors on analogy questions and on word pairs rated by people, with bootstrap "
        "confidence intervals. Two files are compared on the items that both cover."
    )
    parser.add_argument("files", nargs="+", metavar="file", help="one or two models, or word vectors in any format")
    parser.add_argument(
        "--analogies", action="append", default=[], metavar="FILE", help="analogy questions such as questions-words.txt"
    )
    parser.add_argument(
        "--pairs", action="append", default=[], metavar="FILE", help="rated word pairs such as wordsim353.tsv"
    )
    parser.add_argument(
        "--restrict-vocab",
        type=int,
        default=300_000,
        metavar="INT",
        help="use only the first, most frequent words (default: %(default)s)",
    )
    parser.add_argument("--case-sensitive", action="store_true", help="distinguish upper and lower case")
    parser.add_argument(
        "--method",
        choices=("3cosadd", "3cosmul"),
        default="3cosadd",
        help="for analogies: add or multiply the cosine similarities (default: %(default)s)",
    )
    parser.add_argument(
        "--confidence",
        type=float,
        default=0.95,
        metavar="FLOAT",
        help="confidence level of the intervals (default: %(default)s)",
    )
    parser.add_argument(
        "--columns",
        type=_parsed_columns,
        metavar="WORD,WORD,RATING",
        help="for word pairs: columns of both words and of the rating, by number from 1 or by name in the heading "
        "(default: detected)",
    )
    add_option_flags(parser, TextOptions, ("encoding", "errors"), types={"encoding": (str, "NAME")})
    add_json_flag(parser, "print the scores as JSON")
    allow_streams(parser, inputs=("analogies", "pairs"))
    add_examples(
        parser,
        ("score vectors on analogies", "wordkin evaluate vectors.safetensors --analogies questions-words.txt"),
        (
            "compare two files of vectors on rated word pairs",
            "wordkin evaluate old.bin new.bin --pairs wordsim353.tsv --pairs simlex999.tsv",
        ),
    )


def _parsed_columns(text: str) -> list[int | str]:
    columns = [column.strip() for column in text.split(",")]
    if len(columns) != 3 or not all(columns) or any(column.isdigit() and int(column) < 1 for column in columns):
        raise argparse.ArgumentTypeError(f"must be three columns, numbers from 1 or names, such as 1,2,4, got {text!r}")
    return [int(column) - 1 if column.isdigit() else column for column in columns]


def run(args: argparse.Namespace) -> int:
    """Score, compare and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    if len(args.files) > 2:
        raise exits.UsageError(f"one or two files must be given, got {len(args.files)}")
    if not args.analogies and not args.pairs:
        raise exits.UsageError("--analogies FILE or --pairs FILE must be given")
    if args.columns is not None and not args.pairs:
        raise exits.UsageError("--columns applies to word pairs: give --pairs FILE")
    if not 0 < args.confidence < 1:
        raise exits.UsageError(f"--confidence must be between 0 and 1, got {args.confidence}")
    positive_number("--restrict-vocab", args.restrict_vocab)
    choice: dict[str, Any] = {"restrict_vocab": args.restrict_vocab, "case_insensitive": not args.case_sensitive}
    decoding = text_arguments(args)
    # Test sets are read first, so that a wrong name is reported before large files are read.
    analogy_sets = {path: read_analogies(path, **decoding) for path in args.analogies}
    pair_sets = {path: read_word_pairs(path, columns=args.columns, **decoding) for path in args.pairs}
    tables = [load_vectors(path) for path in args.files]
    report: dict[str, Any] = {"files": args.files, "analogies": {}, "pairs": {}}
    for path, questions in analogy_sets.items():
        scores = [evaluate_analogies(table, questions, method=args.method, **choice) for table in tables]
        report["analogies"][displayed(args, path)] = _analogies_report(scores, args.confidence)
    for path, pairs in pair_sets.items():
        results = [evaluate_pairs(table, pairs, **choice) for table in tables]
        report["pairs"][displayed(args, path)] = _pairs_report(results, args.confidence)
    if args.json:
        print_json(report)
    else:
        _print_report(report)
    _require_answers(report)
    return exits.SUCCESS


def _require_answers(report: dict[str, Any]) -> None:
    """Raise an error if a file of vectors knows the words of no item at all: its scores have no meaning."""
    results = [*report["analogies"].values(), *report["pairs"].values()]
    for number, name in enumerate(report["files"]):
        if not any(result["scores"][number]["answered"] for result in results):
            raise FormatError(f"{name}: none of the test sets has an item whose words are all known")


def _finite(value: float) -> float | None:
    """Return a number for JSON, which has no NaN."""
    return value if math.isfinite(value) else None


def _analogies_report(scores: Sequence[AnalogyScores], confidence: float) -> dict[str, Any]:
    result: dict[str, Any] = {
        "skipped_lines": scores[0].test_set.invalid_lines,
        "scores": [
            {
                "accuracy": _interval(score.interval(confidence)),
                "correct": score.total.correct,
                "answered": score.total.answered,
                "questions": score.total.questions,
                "oov_fraction": score.oov_fraction,
                "case_variants": score.case_variants,
                "sections": [
                    {
                        "name": section.name,
                        "accuracy": section.accuracy,
                        "correct": section.correct,
                        "answered": section.answered,
                        "questions": section.questions,
                    }
                    for section in score.sections
                ],
            }
            for score in scores
        ],
    }
    if len(scores) == 2:
        result["comparison"] = _comparison(compare_analogies(scores[0], scores[1], confidence))
    return result


def _pairs_report(scores: Sequence[PairScores], confidence: float) -> dict[str, Any]:
    result: dict[str, Any] = {
        "skipped_lines": scores[0].test_set.invalid_lines,
        "layout": scores[0].test_set.layout,
        "scores": [
            {
                "spearman": _interval(score.interval(confidence)),
                "answered": int(score.answered.sum()),
                "pairs": len(score.answered),
                "oov_fraction": score.oov_fraction,
                "case_variants": score.case_variants,
            }
            for score in scores
        ],
    }
    if len(scores) == 2:
        result["comparison"] = _comparison(compare_pairs(scores[0], scores[1], confidence))
    return result


def _interval(interval: Interval) -> dict[str, float | None]:
    return {
        "value": _finite(interval.value),
        "low": _finite(interval.low),
        "high": _finite(interval.high),
        "confidence": interval.confidence,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "common": comparison.common,
        "first": _interval(comparison.first),
        "second": _interval(comparison.second),
        "difference": _interval(comparison.difference),
    }


def _print_report(report: dict[str, Any]) -> None:
    names = [_base(path) for path in report["files"]]
    for path, result in report["analogies"].items():
        print(f"analogies: {path}")
        _print_analogies(result["scores"], names)
        _print_case_variants(result["scores"], names)
        if result["skipped_lines"]:
            print(f"{result['skipped_lines']} lines were left out because they are not questions")
        _print_comparison(result, scale=100.0, digits=1)
        print()
    if report["pairs"]:
        _print_pairs(report["pairs"], names)
        _print_case_variants(next(iter(report["pairs"].values()))["scores"], names)
    for path, result in report["pairs"].items():
        _print_comparison(result, scale=1.0, digits=3, title=f"{_base(path)}: ")


def _print_case_variants(scores: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    """Report words that were not used: the vocabulary is the same for all sets, so that one result is enough."""
    for name, score in zip(names, scores, strict=True):
        if score["case_variants"]:
            print(
                f"{name}: {score['case_variants']} words were not used, because they differ only in case from more "
                "frequent ones (--case-sensitive uses them)"
            )


def _print_analogies(scores: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    rows = [["section", *(column for name in names for column in (name, "correct/answered"))]]
    sections = [section["name"] for section in scores[0]["sections"]]
    for number, section_name in enumerate(sections):
        row = [section_name]
        for score in scores:
            section = score["sections"][number]
            known = section["answered"]
            row += [f"{100 * section['accuracy']:.1f} %" if known else "-", f"{section['correct']}/{known}"]
        rows.append(row)
    total = ["total"]
    interval, unknown = ["interval"], ["unknown"]
    for score in scores:
        accuracy = score["accuracy"]
        total += [
            "-" if accuracy["value"] is None else f"{100 * accuracy['value']:.1f} %",
            f"{score['correct']}/{score['answered']}",
        ]
        interval += [_range_text(accuracy, 100.0, 1), ""]
        unknown += [
            f"{100 * score['oov_fraction']:.1f} %",
            f"{score['questions'] - score['answered']}/{score['questions']}",
        ]
    print_table([*rows, total, interval, unknown], right=range(1, len(total)))


def _base(path: str) -> str:
    return os.path.basename(path)  # noqa: PTH119 - a text, not a file


def _print_pairs(results: dict[str, dict[str, Any]], names: Sequence[str]) -> None:
    """Print one table for all sets of word pairs."""
    rows = [["word pairs", "file", "Spearman", "interval", "pairs", "unknown", "lines left out"]]
    for path, result in results.items():
        for name, score in zip(names, result["scores"], strict=True):
            spearman = score["spearman"]
            value = "-" if spearman["value"] is None else f"{spearman['value']:.3f}"
            pairs = f"{score['answered']}/{score['pairs']}"
            unknown = f"{100 * score['oov_fraction']:.1f} %"
            skipped = str(result["skipped_lines"])
            rows.append([_base(path), name, value, _range_text(spearman, 1.0, 3), pairs, unknown, skipped])
    print_table(rows, right=range(2, 7))


def _print_comparison(result: dict[str, Any], *, scale: float, digits: int, title: str = "") -> None:
    if "comparison" in result:
        comparison = result["comparison"]
        difference = comparison["difference"]
        print(
            f"{title}second minus first, on {comparison['common']} items that both files cover: "
            f"{_signed(difference['value'], scale, digits)} ({_range_text(difference, scale, digits)})"
        )


def _signed(value: float | None, scale: float, digits: int) -> str:
    return "-" if value is None else f"{scale * value:+.{digits}f}"


def _range_text(interval: dict[str, float | None], scale: float, digits: int) -> str:
    if interval["low"] is None or interval["high"] is None:
        return "-"
    return f"{scale * interval['low']:.{digits}f} to {scale * interval['high']:.{digits}f}"
