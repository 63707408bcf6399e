"""``wordkin classify``: train and use text classifiers."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from ...downstream import TextClassifier
from ...downstream.evaluation import label_report
from ...downstream.files.labelled_files import LabelledTexts, read_labelled
from ...downstream.options import NetworkOptions
from .. import exits
from ..corpus_flags import add_character_flags, text_arguments
from ..flags import add_json_flag, add_option_flags, add_switch, given_arguments
from ..groups import add_group, run_group
from ..parsers import add_examples
from ..streams import source_of
from ..tables import print_table
from ..terminal import print_json
from .flags import PRECISION_FIELDS, add_model, add_training_flags, columns_of, load_embeddings, train_and_save

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the commands of the group.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the group.
    """
    parser.description = "Train text classifiers on top of embeddings, use them, and evaluate them."
    commands = add_group(parser)
    add_examples(
        parser,
        ("train a classifier", "wordkin classify train train.tsv -o model"),
    )
    train = commands.add_parser(
        "train",
        help="train a classifier on labelled texts",
        description="Train a classifier on labelled texts: lines with a text, a tab and its label, or JSON lines with "
        "`text` (or `tokens`) and `label` (or `labels`, a list); also CSV, a JSON array, and fastText's lines with "
        "`__label__`. Ctrl-C stops training and saves the model.",
    )
    group = add_training_flags(train, TextClassifier)
    add_option_flags(group, NetworkOptions, ("pooling", "attention_dim"), types={"pooling": (str, "METHODS")})
    group.add_argument(
        "--tokenizer",
        choices=("words", "whitespace"),
        default=argparse.SUPPRESS,
        help="how texts are split into tokens (default: words)",
    )
    add_character_flags(group)
    group.add_argument(
        "--class-weight",
        choices=("balanced",),
        default=argparse.SUPPRESS,
        help="give all classes the same weight (default: none)",
    )
    add_switch(group, "--characters", "characters", True, "add a convolution over the characters of each word")
    add_switch(group, "--truncate", "truncate", True, "truncate texts that are longer than --max-length")
    add_examples(
        train,
        ("train on lines with a text, a tab and a label", "wordkin classify train train.tsv -o model --dev dev.tsv"),
        ("train on top of word vectors", "wordkin classify train train.csv -o model --embedding vectors.safetensors"),
        ("fine-tune an ELMo model", "wordkin classify train train.tsv -o model --embedding elmo-folder --fine-tune"),
        ("pool in two ways", "wordkin classify train train.tsv -o model --pooling mean+max --averaging 0.995"),
    )
    predict = commands.add_parser(
        "predict",
        help="predict the labels of texts",
        description="Print the predicted label of each text: of each line, of the first column of TSV, or of JSON "
        "lines.",
    )
    add_model(predict)
    predict.add_argument("--proba", action="store_true", help="print probabilities as well")
    add_json_flag(predict, "print one JSON object per line")
    add_examples(
        predict,
        ("print a label per line", "wordkin classify predict model texts.txt"),
        ("with probabilities, in a pipe", "cat texts.txt | wordkin classify predict model - --proba"),
    )
    evaluate = commands.add_parser(
        "evaluate",
        help="compare predictions with the labels of a file",
        description="Compare predicted labels with those of a file: accuracy, and precision, recall and F1 of each "
        "label.",
    )
    add_model(evaluate)
    add_json_flag(evaluate)
    add_examples(
        evaluate,
        ("score a model", "wordkin classify evaluate model test.tsv"),
    )


def run(args: argparse.Namespace) -> int:
    """Run the command of the group.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    return run_group(args, {"train": _train, "predict": _predict, "evaluate": _evaluate})


def _train(args: argparse.Namespace) -> int:
    def read(source: Any) -> LabelledTexts:
        return read_labelled(source, args.format, columns_of(args), **text_arguments(args))

    return train_and_save(args, TextClassifier, read)


def _loaded(args: argparse.Namespace) -> TextClassifier:
    classifier = TextClassifier.load(args.model, embedding=load_embeddings(args.embedding))
    return classifier.set_params(workers=args.workers, **given_arguments(args, PRECISION_FIELDS))


def _predict(args: argparse.Namespace) -> int:
    classifier = _loaded(args)
    texts = read_labelled(
        source_of(args.input), args.format, columns_of(args), with_labels=False, **text_arguments(args)
    ).texts
    labels = _plain(classifier.predict(texts))
    if not (args.proba or args.json):
        for label in labels:
            print(_text(label))
        return exits.SUCCESS
    classes = [str(name) for name in classifier.classes_]
    for label, probabilities in zip(labels, classifier.predict_proba(texts).tolist(), strict=True):
        probabilities = [round(probability, 6) for probability in probabilities]
        if args.json:
            print_json({"label": label, "probabilities": dict(zip(classes, probabilities, strict=True))})
        else:
            pairs = (f"{name}={probability:.4f}" for name, probability in zip(classes, probabilities, strict=True))
            print("\t".join([_text(label), *pairs]))
    return exits.SUCCESS


def _evaluate(args: argparse.Namespace) -> int:
    classifier = _loaded(args)
    given = read_labelled(source_of(args.input), args.format, columns_of(args), **text_arguments(args))
    truth = _of_classes(given.labels or [], classifier.classes_.tolist())
    report = label_report(truth, _plain(classifier.predict(given.texts)))
    if args.json:
        print_json(
            {
                "texts": len(given.texts),
                "layout": str(given.layout),
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
    """Return predictions as str, int, or lists of them."""
    listed = labels.tolist() if hasattr(labels, "tolist") else labels
    return [list(own) if isinstance(own, tuple) else own for own in listed]


def _of_classes(labels: Sequence[Any], classes: Sequence[Any]) -> list[Any]:
    """Return the labels of a file as classes of the model, which may be numbers where files have text."""
    known = {str(name): name for name in classes}
    return [
        [known.get(str(label), str(label)) for label in own] if isinstance(own, list) else known.get(str(own), str(own))
        for own in labels
    ]


def _text(label: Any) -> str:
    return ",".join(map(str, label)) if isinstance(label, list) else str(label)
