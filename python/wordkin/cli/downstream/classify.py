"""``wordkin classify``: texts into classes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import exits
from ..terminal import print_json, print_table
from .flags import (
    Flags,
    add_model,
    add_training_flags,
    columns_of,
    embeddings_named,
    run_named,
    source_of,
    train_and_save,
)

if TYPE_CHECKING:
    from ...downstream import TextClassifier

__all__ = ["OWN_FLAGS", "add_parser", "run"]

OWN_FLAGS: Flags = {
    "pooling": (str, "attention, mean, max or last: how a text becomes one vector (attention)"),
    "attention_dim": (int, "width of the attention's tanh layer (128)"),
    "tokenizer": (str, "words or whitespace: how texts are split (words)"),
    "class_weight": (str, "balanced: all classes weigh the same together"),
}


def add_parser(subparsers: Any) -> None:
    """Describe the commands."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "classify",
        help="train and use classifiers of texts",
        description="Train a classifier of texts on top of embeddings, use it, measure it.",
        epilog="`wordkin classify COMMAND --help` tells the options of a command.",
    )
    parser.set_defaults(classify_parser=parser)
    commands = parser.add_subparsers(dest="classify_command", metavar="COMMAND", title="commands")
    train = commands.add_parser(
        "train",
        help="learn from texts with labels",
        description="Learn from texts with labels: a text, a tab and its label on each line, or JSON lines with `text` "
        "(or `tokens`) and `label` (or `labels`, a list). Ctrl-C saves what is trained so far.",
    )
    add_training_flags(train, OWN_FLAGS)
    train.add_argument("--characters", action="store_const", const=True, default=argparse.SUPPRESS,
                       help="see the characters of words, too")  # fmt: skip
    train.add_argument("--truncate", action="store_const", const=True, default=argparse.SUPPRESS,
                       help="cut texts that are longer than --max-length")  # fmt: skip
    predict = commands.add_parser(
        "predict",
        help="labels of texts",
        description="Print the label of each text: of each line, of the first column of TSV, or of JSON lines.",
    )
    add_model(predict)
    predict.add_argument("--proba", action="store_true", help="print probabilities, too")
    predict.add_argument("--json", action="store_true", help="an object a line")
    evaluate = commands.add_parser(
        "evaluate",
        help="how many labels are right",
        description="Compare predicted labels with those of a file: accuracy, and precision, recall and F1 of each.",
    )
    add_model(evaluate)
    evaluate.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Run the command that is named."""
    return run_named(args, "classify", {"train": _train, "predict": _predict, "evaluate": _evaluate})


def _train(args: argparse.Namespace) -> int:
    from ...downstream import TextClassifier
    from ...downstream.files.labelled_files import read_labelled

    def read(source: Any) -> tuple[list[Any], list[Any]]:
        found = read_labelled(source, args.format, columns_of(args))
        return found.texts, found.labels or []

    own: Flags = {**OWN_FLAGS, "characters": (bool, ""), "truncate": (bool, "")}
    return train_and_save(args, own, TextClassifier, read)


def _loaded(args: argparse.Namespace) -> TextClassifier:
    from ...downstream import TextClassifier

    classifier = TextClassifier.load(args.model, embedding=embeddings_named(args.embedding))
    return classifier.set_params(workers=args.workers)


def _predict(args: argparse.Namespace) -> int:
    from ...downstream.files.labelled_files import read_labelled

    classifier = _loaded(args)
    texts = read_labelled(source_of(args.input), args.format, columns_of(args), with_labels=False).texts
    labels = _plain(classifier.predict(texts))
    if not (args.proba or args.json):
        for label in labels:
            print(_text(label))
        return exits.SUCCESS
    classes = [str(name) for name in classifier.classes_]
    for label, shares in zip(labels, classifier.predict_proba(texts).tolist(), strict=True):
        shares = [round(share, 6) for share in shares]
        if args.json:
            print_json({"label": label, "probabilities": dict(zip(classes, shares, strict=True))})
        else:
            pairs = (f"{name}={share:.4f}" for name, share in zip(classes, shares, strict=True))
            print("\t".join([_text(label), *pairs]))
    return exits.SUCCESS


def _evaluate(args: argparse.Namespace) -> int:
    from ...downstream.evaluation import label_report
    from ...downstream.files.labelled_files import read_labelled

    classifier = _loaded(args)
    given = read_labelled(source_of(args.input), args.format, columns_of(args))
    truth = _of_classes(given.labels or [], classifier.classes_.tolist())
    report = label_report(truth, _plain(classifier.predict(given.texts)))
    if args.json:
        print_json(
            {
                "texts": len(given.texts),
                "accuracy": report.accuracy,
                "labels": {str(name): vars(score) for name, score in report.labels.items()},
            }
        )
        return exits.SUCCESS
    print(f"accuracy {report.accuracy:.4f} of {len(given.texts):,} texts")
    rows = [["label", "precision", "recall", "f1", "support"]]
    rows += [
        [str(name), f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.f1:.4f}", f"{score.support:,}"]
        for name, score in report.labels.items()
    ]
    print_table(rows, right=range(1, 5))
    return exits.SUCCESS


def _plain(labels: Any) -> list[Any]:
    """Predictions as text, whole numbers, or lists of these."""
    listed = labels.tolist() if hasattr(labels, "tolist") else labels
    return [list(own) if isinstance(own, tuple) else own for own in listed]


def _of_classes(labels: Sequence[Any], classes: Sequence[Any]) -> list[Any]:
    """Labels of a file as those that the model knows: columns hold text, where the model may have numbers."""
    known = {str(name): name for name in classes}
    return [
        [known.get(str(label), str(label)) for label in own] if isinstance(own, list) else known.get(str(own), str(own))
        for own in labels
    ]


def _text(label: Any) -> str:
    return ",".join(map(str, label)) if isinstance(label, list) else str(label)
