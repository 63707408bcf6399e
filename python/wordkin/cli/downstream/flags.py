"""Flags, input files and training that ``wordkin classify`` and ``wordkin tag`` share."""

from __future__ import annotations

import argparse
import inspect
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

from ...downstream import SequenceTagger, TextClassifier
from ...downstream.files.labelled_files import Columns, FileFormat, LabelledTexts, TaggedSentences
from ...downstream.files.model_folder import CONFIG_FILE, MODEL_FILE
from ...downstream.options import CharacterOptions, FeatureOptions, LengthOptions, NetworkOptions, TrainingOptions
from ...elmo import ELMo
from ...loading.vector_files import load_vectors
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from ...text import PreparationOptions
from ...vectors import KeyedVectors
from .. import exits
from ..corpus_flags import add_text_flags
from ..flags import (
    add_json_flag,
    add_option_flags,
    add_progress_flag,
    add_switch,
    add_workers_flag,
    given_arguments,
)
from ..messages import progress_display
from ..outputs import require_writable_folder
from ..reports import print_report
from ..streams import source_of
from ..tables import print_table

__all__ = [
    "PRECISION_FIELDS",
    "add_file_flags",
    "add_model",
    "add_training_flags",
    "columns_of",
    "load_embeddings",
    "train_and_save",
]

_SCRATCH = "scratch"

_NETWORK_FIELDS = (
    "hidden_dim",
    "n_layers",
    "dense_dim",
    "input_dropout",
    "dropout",
    "word_dropout",
    "clip_norm",
    "weight_decay",
    "mix_l2",
    "projection_dim",
)
_CHARACTER_FIELDS = ("char_dim", "filters", "max_characters")
_FEATURE_FIELDS = ("embedding_dim", "min_count")
_LENGTH_FIELDS = ("max_length",)
_PREPARATION_FIELDS = ("normalize", "remove_arabic_marks", "min_token_length", "max_token_length")
PRECISION_FIELDS = ("elmo_precision", "encoder_precision")
_TRAINING_FIELDS = (
    "learning_rate",
    "decay",
    "embedding_learning_rate",
    "layer_rate_decay",
    "averaging",
    "batch_size",
    "epochs",
    "patience",
    "validation_fraction",
    "cache_bytes",
    *PRECISION_FIELDS,
)


def add_training_flags(
    parser: argparse.ArgumentParser, estimator: type[TextClassifier] | type[SequenceTagger]
) -> argparse._ArgumentGroup:
    """Add the arguments of the command ``train``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    estimator : type
        The class that is trained.

    Returns
    -------
    argument group
        The group of the network and its training, for further flags.
    """
    parser.add_argument("train", help="labelled training texts; - for standard input")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="folder for the model")
    parser.add_argument("--dev", metavar="FILE", help="labelled texts for validation after each epoch")
    parser.add_argument(
        "--embedding",
        action="append",
        metavar="EMBEDDING",
        help="file of word vectors in any format, folder of an ELMo model, or scratch for vectors learned from the "
        "texts; several are concatenated (default: scratch)",
    )
    add_switch(parser, "--fine-tune", "fine_tune", True, "train the embeddings as well")
    parser.add_argument(
        "--exclude-embedding", action="store_true", help="save only the hash of embeddings instead of their content"
    )
    add_file_flags(parser)
    group = parser.add_argument_group("network and training")
    group.add_argument(
        "--encoder",
        choices=("lstm", "rnn", "none"),
        default=argparse.SUPPRESS,
        help="type of the recurrent layers (default: lstm)",
    )
    dense_dim = inspect.signature(estimator).parameters["dense_dim"].default
    add_option_flags(group, NetworkOptions, _NETWORK_FIELDS, defaults={"dense_dim": str(dense_dim)})
    add_option_flags(group, CharacterOptions, _CHARACTER_FIELDS)
    add_option_flags(group, FeatureOptions, _FEATURE_FIELDS)
    add_option_flags(group, LengthOptions, _LENGTH_FIELDS)
    add_option_flags(
        group,
        TrainingOptions,
        _TRAINING_FIELDS,
        defaults={"elmo_precision": "float32, or int8 for models with 8-bit weights"},
    )
    group.add_argument("--random-state", type=int, metavar="INT", help="random seed (default: random)")
    add_switch(group, "--unidirectional", "bidirectional", False, "read the texts in forward direction only")
    add_switch(group, "--layer-norm", "layer_norm", True, "normalise the layers of an ELMo model before the mix")
    add_switch(
        group,
        "--concatenate-layers",
        "concatenate_layers",
        True,
        "concatenate the layers of an ELMo model instead of summing them",
    )
    add_switch(
        group,
        "--gradual-unfreezing",
        "gradual_unfreezing",
        True,
        "train an ELMo model from the top layer down, one more in each epoch after the first",
    )
    add_switch(group, "--lowercase", "lowercase", True, "lower-case every word before its vector is retrieved")
    add_switch(
        group,
        "--early-stopping",
        "early_stopping",
        True,
        "stop when the validation metric no longer improves, and restore the best parameters",
    )
    add_workers_flag(group)
    add_progress_flag(parser)
    add_json_flag(parser)
    return group


def add_file_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that describe the layout of text files.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of a command.
    """
    parser.add_argument(
        "--format",
        choices=get_args(FileFormat),
        help="format of the files (default: detected from the file name and the lines)",
    )
    parser.add_argument(
        "--text-column",
        metavar="COLUMN",
        help="number (from 1) or name of the text column, or name of a JSON member",
    )
    parser.add_argument(
        "--label-column",
        metavar="COLUMN",
        help="number (from 1; -1 for the last one) or name of the column of labels or tags, or name of a JSON member",
    )
    parser.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="whether the first line has the names of the columns (default: detected)",
    )
    parser.add_argument(
        "--delimiter", metavar="CHARACTER", help="character between the columns of CSV (default: detected)"
    )
    add_text_flags(parser, skip=False)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of commands that use a model.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of a command.
    """
    parser.add_argument("model", help="folder of the model")
    parser.add_argument("input", help="texts, optionally compressed; - for standard input")
    parser.add_argument(
        "--embedding",
        action="append",
        metavar="EMBEDDING",
        help="embeddings used in training, for a model that was saved without them",
    )
    of_model = dict.fromkeys(PRECISION_FIELDS, "that of the model")
    add_option_flags(parser, TrainingOptions, PRECISION_FIELDS, defaults=of_model)
    add_workers_flag(parser)
    add_file_flags(parser)


def columns_of(args: argparse.Namespace) -> Columns:
    """Return the columns of texts and labels.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    Columns
        The columns.
    """

    def index_or_name(text: str | None) -> int | str | None:
        is_number = text is not None and text.removeprefix("-").isdecimal()
        return int(text) if text is not None and is_number else text

    return Columns(
        text=index_or_name(args.text_column),
        label=index_or_name(args.label_column),
        has_header=args.header,
        delimiter="\t" if args.delimiter in ("tab", "\\t") else args.delimiter,
    )


def load_embeddings(names: Sequence[str] | None) -> Any:
    """Load the embeddings that ``--embedding`` names.

    Parameters
    ----------
    names : sequence of str or None
        Values of the flag.

    Returns
    -------
    KeyedVectors, ELMo, None, or list of them
        One embedding, or a list of several; None for vectors learned from the texts.
    """
    found = [_load_embedding(name) for name in names or (_SCRATCH,)]
    return found[0] if len(found) == 1 else found


def _load_embedding(name: str) -> KeyedVectors | ELMo | None:
    if name == _SCRATCH:
        return None
    path = local_path(name)
    if path.is_dir() or path.suffix in (".zip", ".json"):
        return ELMo.from_pretrained(path)
    return load_vectors(name)


def _constructor_arguments(args: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    arguments = given_arguments(args, names)
    preparation = given_arguments(args, _PREPARATION_FIELDS)
    if preparation:
        try:
            arguments["tokenizer"] = PreparationOptions(tokenizer=arguments.get("tokenizer", "words"), **preparation)
        except ValueError as error:
            raise exits.UsageError(str(error)) from None
    if arguments.get("encoder") == "none":
        arguments["encoder"] = None
    arguments.setdefault("random_state", secrets.randbelow(1 << 31))  # the report has it, so that a run can be repeated
    return arguments


def train_and_save(
    args: argparse.Namespace,
    estimator_type: type[TextClassifier] | type[SequenceTagger],
    read: Callable[[Any], LabelledTexts | TaggedSentences],
) -> int:
    """Train an estimator, save it and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.
    estimator_type : type
        The class to train.
    read : callable
        Called with a file; returns texts and their labels, or sentences and their tags.

    Returns
    -------
    int
        Exit code.
    """
    require_writable_folder(args.output)
    files = [local_path(args.output) / name for name in (MODEL_FILE, CONFIG_FILE)]
    inputs = [None if name is None else source_of(name) for name in (args.train, args.dev)]
    embeddings = [name for name in args.embedding or [] if name != _SCRATCH]
    check_outputs(*files, folders=[args.output], inputs=inputs, models=embeddings)
    start = time.perf_counter()
    names = set(inspect.signature(estimator_type).parameters) - {"embedding", "progress"}
    estimator = estimator_type(
        load_embeddings(args.embedding), progress=progress_display(args), **_constructor_arguments(args, names)
    )
    given = read(source_of(args.train))
    texts, labels = _pair(given)
    validation = None if args.dev is None else _pair(read(source_of(args.dev)))
    stop: KeyboardInterrupt | None = None
    training_start = time.perf_counter()
    try:
        estimator.fit(texts, labels, validation_data=validation, keep_interrupted=True)
    except KeyboardInterrupt as interruption:
        if not estimator.__sklearn_is_fitted__():
            reason = exits.reason_of(interruption)
            raise type(interruption)(f"{reason} before training started; nothing was saved") from None
        stop = interruption
    except (ValueError, TypeError) as error:
        if type(error) in (ValueError, TypeError) and not estimator.__sklearn_is_fitted__():
            raise exits.UsageError(exits.error_text(error)) from None
        raise
    trained = time.perf_counter()
    estimator.save(args.output, include_embedding=not args.exclude_embedding)
    history = estimator.history_
    report = {
        "output": args.output,
        "texts": len(texts),
        "layout": str(given.layout),
        "classes": [str(label) for label in estimator.classes_],
        **({"scheme": estimator.scheme_} if isinstance(estimator, SequenceTagger) else {}),
        "epochs": len(history.get("loss", [])),
        "history": history,
        "layer_mixes": estimator.layer_mixes_,
        "seconds": {
            "reading": round(training_start - start, 3),
            "training": round(trained - training_start, 3),
            "saving": round(time.perf_counter() - trained, 3),
        },
    }
    settings = {
        name: value
        for name, value in estimator.get_params(deep=False).items()
        if name not in ("embedding", "progress") and not callable(value)
    }
    settings |= {"train": args.train, "dev": args.dev, "embedding": args.embedding or [_SCRATCH]}
    print_report(args, report, _print_summary, settings=settings, seed=settings["random_state"])
    if stop is None:
        return exits.SUCCESS
    raise type(stop)(
        f"{exits.reason_of(stop)} after {report['epochs']} epochs; the model trained so far is saved in {args.output}"
    )


def _pair(given: LabelledTexts | TaggedSentences) -> tuple[list[Any], list[Any]]:
    if isinstance(given, LabelledTexts):
        return list(given.texts), given.labels or []
    return list(given.sentences), given.tags or []


def _print_summary(report: dict[str, Any]) -> None:
    history: dict[str, list[float]] = report["history"]
    print(f"{report['texts']:,} texts, {len(report['classes'])} classes, read in {report['seconds']['reading']:.1f} s")
    print(f"read as {report['layout']}" + (f"; tag scheme {report['scheme']}" if "scheme" in report else ""))
    if history:
        names = [name for name in history if name != "seconds"]
        rows = [["epoch", *(name.replace("_", " ") for name in names)]]
        rows += [
            [str(epoch), *(f"{value:.4f}" for value in values)]
            for epoch, values in enumerate(zip(*(history[name] for name in names), strict=True), start=1)
        ]
        print_table(rows, right=range(len(rows[0])))
    print(f"trained in {report['seconds']['training']:.1f} s, saved: {report['output']}")
