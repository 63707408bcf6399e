"""``wordkin tag``: tags for the tokens of sentences."""

from __future__ import annotations

import argparse
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
    from ...downstream import SequenceTagger

__all__ = ["OWN_FLAGS", "add_parser", "run"]

OWN_FLAGS: Flags = {
    "scheme": (str, "auto, bio, iobes, plain or lenient: how tags mark chunks (auto)"),
    "learned_scheme": (str, "bio or iobes: what the network learns instead"),
}
_SWITCHES: dict[str, tuple[str, str]] = {
    "--no-crf": ("crf", "decide each tag by itself"),
    "--no-characters": ("characters", "see whole words only"),
}


def add_parser(subparsers: Any) -> None:
    """Describe the commands."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "tag",
        help="train and use taggers of tokens",
        description="Train a tagger of tokens (chunks, names, parts of speech) on embeddings, use it, measure it.",
        epilog="`wordkin tag COMMAND --help` tells the options of a command.",
    )
    parser.set_defaults(tag_parser=parser)
    commands = parser.add_subparsers(dest="tag_command", metavar="COMMAND", title="commands")
    train = commands.add_parser(
        "train",
        help="learn from sentences with tags",
        description="Learn from sentences with tags: columns as CoNLL's (a token a line, its tag in the last column, "
        "an empty line between sentences), TSV (tokens, a tab, tags), or JSON lines with `tokens` and `tags`. Ctrl-C "
        "saves what is trained so far.",
    )
    add_training_flags(train, OWN_FLAGS)
    for flag, (name, text) in _SWITCHES.items():
        train.add_argument(flag, dest=name, action="store_const", const=False, default=argparse.SUPPRESS, help=text)
    predict = commands.add_parser(
        "predict",
        help="tags of sentences",
        description="Print each token with its tag, an empty line between sentences. Input is a sentence a line with "
        "blanks between tokens, or CoNLL columns, TSV or JSON lines.",
    )
    add_model(predict)
    predict.add_argument("--json", action="store_true", help="an object a line")
    evaluate = commands.add_parser(
        "evaluate",
        help="how many chunks are found",
        description="Compare predicted tags with those of a file: precision, recall and F1 of chunks, of each type and "
        "of all, by the rules of the CoNLL shared tasks.",
    )
    add_model(evaluate)
    evaluate.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Run the command that is named."""
    return run_named(args, "tag", {"train": _train, "predict": _predict, "evaluate": _evaluate})


def _train(args: argparse.Namespace) -> int:
    from ...downstream import SequenceTagger
    from ...downstream.files.labelled_files import read_tagged

    def read(source: Any) -> tuple[list[Any], list[Any]]:
        found = read_tagged(source, args.format, columns_of(args))
        return found.sentences, found.tags or []

    own: Flags = {**OWN_FLAGS, **{name: (bool, text) for name, text in _SWITCHES.values()}}
    return train_and_save(args, own, SequenceTagger, read)


def _loaded(args: argparse.Namespace) -> SequenceTagger:
    from ...downstream import SequenceTagger

    tagger = SequenceTagger.load(args.model, embedding=embeddings_named(args.embedding))
    return tagger.set_params(workers=args.workers)


def _predict(args: argparse.Namespace) -> int:
    from ...downstream.files.labelled_files import read_tagged

    tagger = _loaded(args)
    sentences = read_tagged(source_of(args.input), args.format, columns_of(args), with_tags=False).sentences
    for tokens, tags in zip(sentences, tagger.predict(sentences), strict=True):
        if args.json:
            print_json({"tokens": tokens, "tags": tags})
        else:
            for token, tag in zip(tokens, tags, strict=True):
                print(f"{token}\t{tag}")
            print()
    return exits.SUCCESS


def _evaluate(args: argparse.Namespace) -> int:
    from ...downstream.files.labelled_files import read_tagged

    tagger = _loaded(args)
    given = read_tagged(source_of(args.input), args.format, columns_of(args))
    report = tagger.report(given.sentences, given.tags or [])
    means = {"micro": report.micro, "macro": report.macro, "weighted": report.weighted}
    if args.json:
        print_json(
            {
                "sentences": len(given.sentences),
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
