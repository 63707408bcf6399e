"""``wordkin tag``: train and use sequence taggers."""

from __future__ import annotations

import argparse
from typing import Any, get_args

from ...downstream import SequenceTagger
from ...downstream.files.labelled_files import TaggedSentences, read_tagged
from ...downstream.labels.tag_set import SchemeChoice
from .. import exits
from ..corpus_flags import text_arguments
from ..flags import add_json_flag, add_switch, given_arguments
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
    parser.description = (
        "Train sequence taggers (chunks, named entities, parts of speech) on top of embeddings, use them, and evaluate "
        "them."
    )
    commands = add_group(parser)
    add_examples(
        parser,
        ("train a tagger", "wordkin tag train train.conll -o model"),
    )
    train = commands.add_parser(
        "train",
        help="train a tagger on tagged sentences",
        description="Train a tagger on tagged sentences: CoNLL columns (one token per line, its tag in the last "
        "column, an empty line between sentences), CoNLL-U, TSV (tokens, a tab, tags), or JSON lines with `tokens` and "
        "`tags`. "
        "Ctrl-C stops training and saves the model.",
    )
    group = add_training_flags(train, SequenceTagger)
    group.add_argument(
        "--scheme",
        choices=get_args(SchemeChoice),
        default=argparse.SUPPRESS,
        help="how tags mark chunks (default: auto)",
    )
    group.add_argument(
        "--learned-scheme",
        choices=("bio", "iobes"),
        default=argparse.SUPPRESS,
        help="scheme that the network learns (default: that of the tags)",
    )
    add_switch(group, "--no-crf", "crf", False, "predict every tag independently, without a CRF")
    add_switch(group, "--no-characters", "characters", False, "do not add a convolution over the characters of words")
    add_examples(
        train,
        ("train on CoNLL columns", "wordkin tag train train.conll -o model --dev dev.conll"),
        ("train on top of an ELMo model", "wordkin tag train train.conll -o model --embedding elmo-folder --epochs 20"),
    )
    predict = commands.add_parser(
        "predict",
        help="predict the tags of sentences",
        description="Print each token with its predicted tag, and an empty line between sentences. The input has one "
        "sentence per line with tokens separated by whitespace, or is in CoNLL columns, TSV or JSON lines.",
    )
    add_model(predict)
    add_json_flag(predict, "print one JSON object per line")
    add_examples(
        predict,
        ("tag tokenised text", "echo 'Ada lives in London .' | wordkin tag predict model -"),
    )
    evaluate = commands.add_parser(
        "evaluate",
        help="compare predictions with the tags of a file",
        description="Compare predicted tags with those of a file: precision, recall and F1 of chunks, for each type "
        "and in total, by the rules of the CoNLL shared tasks.",
    )
    add_model(evaluate)
    add_json_flag(evaluate)
    add_examples(
        evaluate,
        ("score a model", "wordkin tag evaluate model test.conll"),
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
    def read(source: Any) -> TaggedSentences:
        return read_tagged(source, args.format, columns_of(args), **text_arguments(args))

    return train_and_save(args, SequenceTagger, read)


def _loaded(args: argparse.Namespace) -> SequenceTagger:
    tagger = SequenceTagger.load(args.model, embedding=load_embeddings(args.embedding))
    return tagger.set_params(workers=args.workers, **given_arguments(args, PRECISION_FIELDS))


def _predict(args: argparse.Namespace) -> int:
    tagger = _loaded(args)
    sentences = read_tagged(
        source_of(args.input), args.format, columns_of(args), with_tags=False, **text_arguments(args)
    ).sentences
    for tokens, tags in zip(sentences, tagger.predict(sentences), strict=True):
        if args.json:
            print_json({"tokens": tokens, "tags": tags})
        else:
            for token, tag in zip(tokens, tags, strict=True):
                print(f"{token}\t{tag}")
            print()
    return exits.SUCCESS


def _evaluate(args: argparse.Namespace) -> int:
    tagger = _loaded(args)
    given = read_tagged(source_of(args.input), args.format, columns_of(args), **text_arguments(args))
    report = tagger.report(given.sentences, given.tags or [])
    means = {"micro": report.micro, "macro": report.macro, "weighted": report.weighted}
    if args.json:
        print_json(
            {
                "sentences": len(given.sentences),
                "layout": str(given.layout),
                "accuracy": report.accuracy,
                "types": {name: vars(score) for name, score in report.types.items()},
                **{name: vars(score) for name, score in means.items()},
            }
        )
        return exits.SUCCESS
    print(f"F1 {report.micro.f1:.4f}, accuracy {report.accuracy:.4f}, {len(given.sentences):,} sentences")
    rows = [["type", "precision", "recall", "f1", "support"]]
    rows += [
        [name, f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.f1:.4f}", f"{score.support:,}"]
        for name, score in {**report.types, **means}.items()
    ]
    print_table(rows, right=range(1, 5))
    return exits.SUCCESS
