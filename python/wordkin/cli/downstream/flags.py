"""What ``wordkin classify`` and ``wordkin tag`` have in common: flags, embeddings, input, and how a training ends."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .. import exits
from ..outputs import require_writable_folder
from ..terminal import flush_output, print_json, print_table

if TYPE_CHECKING:
    from ...downstream import SequenceTagger, TextClassifier
    from ...downstream.files.labelled_files import Columns

__all__ = [
    "Flags",
    "add_file_flags",
    "add_model",
    "add_training_flags",
    "columns_of",
    "embeddings_named",
    "run_named",
    "source_of",
    "train_and_save",
]

Flags = dict[str, tuple[Callable[[str], Any], str]]

_SCRATCH = "scratch"


def _filters(text: str) -> list[list[int]]:
    """``3x50,4x50`` or JSON."""
    if text.lstrip().startswith("["):
        filters: list[list[int]] = json.loads(text)
        return filters
    return [[int(number) for number in pair.split("x")] for pair in text.split(",")]


def _encoder(text: str) -> str | None:
    return None if text == "none" else text


_METAVARS: dict[Callable[[str], Any], str] = {_filters: "LIST", _encoder: "STR"}

# Flags that are arguments of both constructors by the same names; the defaults are the library's own.
SHARED_FLAGS: Flags = {
    "encoder": (_encoder, "lstm, rnn or none (lstm)"),
    "hidden_dim": (int, "width of the recurrent layers in each direction (128)"),
    "n_layers": (int, "recurrent layers (1)"),
    "dense_dim": (int, "width of a tanh layer before the outputs, 0 for none"),
    "input_dropout": (float, "share of zeros in the vectors of tokens (0.3)"),
    "dropout": (float, "share of zeros between other layers (0.3)"),
    "embedding_dim": (int, "width of vectors learned from scratch (100)"),
    "min_count": (int, "words that occur less often share a vector, when learned from scratch (2)"),
    "char_dim": (int, "numbers for each character (16)"),
    "filters": (_filters, "widths and numbers of the character filters (3x50)"),
    "max_characters": (int, "bytes of a word that are seen, and two (30)"),
    "mix_l2": (float, "factor of the squared weights of the mix of an ELMo's layers (0.0)"),
    "max_length": (int, "most tokens of a text (5000)"),
    "learning_rate": (float, "of Adam (0.001)"),
    "decay": (float, "factor of the learning rate after each epoch (1.0)"),
    "embedding_learning_rate": (float, "of an ELMo that is trained, too (0.0001)"),
    "clip_norm": (float, "greatest norm of the gradients, 0 for no limit (5.0)"),
    "batch_size": (int, "texts in a step (32)"),
    "epochs": (int, "passes over the texts (10)"),
    "patience": (int, "epochs without a better look that end training, with --early-stopping (3)"),
    "validation_fraction": (float, "share that is held out for --early-stopping without --dev (0.1)"),
    "cache_bytes": (int, "memory for layers of an ELMo (2 GiB)"),
    "random_state": (int, "start of all random numbers (drawn anew)"),
    "workers": (int, "threads (as many as there are cores)"),
}
_SWITCHES: dict[str, tuple[str, bool, str]] = {
    "--one-direction": ("bidirectional", False, "recurrent layers read forward only"),
    "--layer-norm": ("layer_norm", True, "normalize an ELMo's layers before the mix"),
    "--lowercase": ("lowercase", True, "look all words up in lower case"),
    "--early-stopping": ("early_stopping", True, "end when the validation texts say so, and take the best epoch"),
}


def add_training_flags(parser: argparse.ArgumentParser, own: Flags) -> None:
    """Add the arguments of ``train``; `own` are those of one command."""
    parser.add_argument("train", help="texts to learn from; - for standard input")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="where to write the model")
    parser.add_argument("--dev", metavar="FILE", help="texts to look at after each epoch")
    parser.add_argument(
        "--embedding",
        action="append",
        metavar="WHAT",
        help="a file of vectors in any format, the folder of an ELMo, or scratch; may be given again (scratch)",
    )
    parser.add_argument("--fine-tune", action="store_const", const=True, help="train the embeddings, too")
    parser.add_argument(
        "--leave-embedding-out", action="store_true", help="name embeddings by their hash instead of writing them"
    )
    add_file_flags(parser)
    network = parser.add_argument_group("network and training")
    for name, (type_, text) in {**own, **SHARED_FLAGS}.items():
        metavar = _METAVARS.get(type_, type_.__name__.upper())
        network.add_argument("--" + name.replace("_", "-"), type=type_, default=argparse.SUPPRESS, metavar=metavar,
                             help=text)  # fmt: skip
    for flag, (name, value, text) in _SWITCHES.items():
        network.add_argument(flag, dest=name, action="store_const", const=value, default=argparse.SUPPRESS, help=text)
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="a bar on standard error; by default where that is a terminal",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def add_file_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags about how files are laid out."""
    parser.add_argument(
        "--format", choices=("tsv", "conll", "jsonl", "text"), help="of the files; told from their names by default"
    )
    parser.add_argument("--text-column", metavar="WHICH", help="number of a column, or name of a JSON member")
    parser.add_argument("--label-column", metavar="WHICH", help="likewise, of labels or tags")
    parser.add_argument("--header", action="store_true", help="the first line names the columns")


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of commands that use a model."""
    parser.add_argument("model", help="folder of a model")
    parser.add_argument("input", help="texts, compressed or not; - for standard input")
    parser.add_argument(
        "--embedding", action="append", metavar="WHAT", help="as in training, for a model that was saved without"
    )
    parser.add_argument("--workers", type=int, metavar="INT", help="threads (as many as there are cores)")
    add_file_flags(parser)


def run_named(args: argparse.Namespace, group: str, commands: dict[str, Callable[[argparse.Namespace], int]]) -> int:
    """Run the command of a group that is named; without one print help and fail."""
    name = getattr(args, f"{group}_command")
    if name is None:
        getattr(args, f"{group}_parser").print_help()
        with contextlib.suppress(OSError):
            flush_output()
        raise exits.UsageError(f"{group}: a command is needed")
    return commands[name](args)


def columns_of(args: argparse.Namespace) -> Columns:
    """Return where text and label stand."""
    from ...downstream.files.labelled_files import Columns

    def chosen(text: str | None) -> int | str | None:
        is_number = text is not None and text.removeprefix("-").isdecimal()
        return int(text) if text is not None and is_number else text

    return Columns(text=chosen(args.text_column), label=chosen(args.label_column), has_header=args.header)


def source_of(name: str) -> Any:
    """Return what a command's argument names: a file, or standard input."""
    if name != "-":
        return name
    if sys.stdin is None:
        raise exits.UsageError("standard input is closed")
    return sys.stdin.buffer


def _given_arguments(args: argparse.Namespace, own: Flags) -> dict[str, Any]:
    """Return the arguments of a constructor that were given."""
    names = [*own, *SHARED_FLAGS, *(name for name, _, _ in _SWITCHES.values())]
    arguments = {name: getattr(args, name) for name in names if hasattr(args, name)}
    if args.fine_tune is not None:
        arguments["fine_tune"] = True
    return arguments


def embeddings_named(names: Sequence[str] | None) -> Any:
    """Return what --embedding names: an embedding, a list of several, or None."""
    found = [_embedding(name) for name in names or (_SCRATCH,)]
    return found[0] if len(found) == 1 else found


def _embedding(name: str) -> Any:
    from ...storage.paths import local_path
    from ..vectors.files import load_vectors

    if name == _SCRATCH:
        return None
    path = local_path(name)
    if path.is_dir() or path.suffix in (".zip", ".json"):
        from ...elmo import ELMo

        return ELMo.from_pretrained(path)
    return load_vectors(name)


def train_and_save(
    args: argparse.Namespace,
    own: Flags,
    make: Callable[..., TextClassifier] | Callable[..., SequenceTagger],
    read: Callable[[Any], tuple[list[Any], list[Any]]],
) -> int:
    """Train an estimator, save it, report.

    Parameters
    ----------
    args, own
        What was given, and the flags of one command.
    make
        The constructor.
    read
        From a file to texts and their labels.
    """
    require_writable_folder(args.output)
    begin = time.perf_counter()
    # A bar that was asked for needs a place to stand.
    progress = False if sys.stderr is None else args.progress
    estimator = make(embeddings_named(args.embedding), progress=progress, **_given_arguments(args, own))
    texts, labels = read(source_of(args.train))
    validation = None if args.dev is None else read(source_of(args.dev))
    stop: KeyboardInterrupt | None = None
    training_begin = time.perf_counter()
    try:
        estimator.fit(texts, labels, validation_data=validation)
    except KeyboardInterrupt as interruption:
        if not estimator.__sklearn_is_fitted__():
            raise type(interruption)(f"{exits.manner(interruption)} before training began; nothing was saved") from None
        stop = interruption
    except (ValueError, TypeError) as error:
        if type(error) in (ValueError, TypeError) and not estimator.__sklearn_is_fitted__():
            raise exits.UsageError(exits.described(error)) from None
        raise
    trained = time.perf_counter()
    estimator.save(args.output, include_embedding=not args.leave_embedding_out)
    history = estimator.history_
    report = {
        "output": args.output,
        "texts": len(texts),
        "classes": [str(label) for label in estimator.classes_],
        "epochs": len(history.get("loss", [])),
        "history": history,
        "layer_mixes": estimator.layer_mixes_,
        "seconds": {
            "reading": round(training_begin - begin, 3),
            "training": round(trained - training_begin, 3),
            "saving": round(time.perf_counter() - trained, 3),
        },
    }
    if args.json:
        print_json(report)
    else:
        _print_summary(report)
    if stop is None:
        return exits.SUCCESS
    raise type(stop)(
        f"{exits.manner(stop)} after {report['epochs']} epochs; what was trained is saved in {args.output}"
    )


def _print_summary(report: dict[str, Any]) -> None:
    history: dict[str, list[float]] = report["history"]
    print(f"{report['texts']:,} texts, {len(report['classes'])} classes, read in {report['seconds']['reading']:.1f} s")
    if history:
        names = [name for name in history if name != "seconds"]
        rows = [["epoch", *(name.replace("_", " ") for name in names)]]
        rows += [
            [str(epoch), *(f"{value:.4f}" for value in values)]
            for epoch, values in enumerate(zip(*(history[name] for name in names), strict=True), start=1)
        ]
        print_table(rows, right=range(len(rows[0])))
    print(f"trained in {report['seconds']['training']:.1f} s, saved: {report['output']}")
