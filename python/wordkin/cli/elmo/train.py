"""``wordkin elmo train``: a language model from text."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...errors import WordkinError
from .. import exits
from ..corpus_flags import add_corpus, open_input
from ..outputs import require_writable_folder
from ..terminal import print_json

if TYPE_CHECKING:
    from ...elmo import ELMo, ELMoTrainingReport

__all__ = ["MODEL_FLAGS", "TRAINING_FLAGS", "add_parser", "run"]


def _filters(text: str) -> list[list[int]]:
    """``1x32,2x64`` or JSON as in an options.json."""
    if text.lstrip().startswith("["):
        filters: list[list[int]] = json.loads(text)
        return filters
    return [[int(number) for number in pair.split("x")] for pair in text.split(",")]


# Flags that are options of the model by the same name; their defaults are the library's own.
MODEL_FLAGS: dict[str, tuple[Callable[[str], Any], str]] = {
    "cell": (str, "lstm or rnn (lstm)"),
    "dim": (int, "width of the recurrent cells (1024)"),
    "projection_dim": (int, "width of what goes from layer to layer (128)"),
    "n_layers": (int, "recurrent layers in each direction (2)"),
    "cell_clip": (float, "greatest value in a cell, 0 for no limit (3.0)"),
    "proj_clip": (float, "greatest value after a projection, 0 for no limit (3.0)"),
    "char_dim": (int, "numbers for each character (16)"),
    "filters": (_filters, "widths and numbers of the character filters, such as 1x32,2x32,3x64"),
    "activation": (str, "relu or tanh, after the filters (relu)"),
    "n_highway": (int, "highway layers after the filters (1)"),
    "max_characters_per_token": (int, "bytes of a word that are seen, and two (50)"),
}
# Flags that are arguments of ELMo.train by the same name.
TRAINING_FLAGS: dict[str, tuple[Callable[[str], Any], str]] = {
    "epochs": (int, "passes over the corpus (10)"),
    "batch_size": (int, "streams of text in each direction (128)"),
    "unroll_steps": (int, "words of each in a step (20)"),
    "precision": (str, "float32, or bfloat16 for the factors of matrix products (float32)"),
    "negatives": (int, "words drawn to estimate the softmax (8192)"),
    "optimizer": (str, "adagrad or adam (adagrad)"),
    "learning_rate": (float, "0.2 for Adagrad and 0.001 for Adam by default"),
    "schedule": (str, "of the learning rate: constant, linear, inverse_sqrt or epoch_decay (constant)"),
    "warmup_steps": (int, "steps in which the learning rate rises (0)"),
    "decay": (float, "factor after each pass, for epoch_decay (0.8)"),
    "clip_norm": (float, "greatest norm of the gradients, 0 for no limit (10.0)"),
    "dropout": (float, "share of zeros in the input of layers (0.1)"),
    "state_reset_rate": (float, "share of streams that begin a step without a memory (0.05)"),
    "seed": (int, "start of all random numbers (1)"),
    "max_steps": (int, "end after these steps"),
    "max_seconds": (float, "end after this time"),
    "validation_steps": (int, "steps between looks at the validation text (one pass)"),
    "patience": (int, "looks without a better perplexity that end training"),
    "checkpoint_steps": (int, "steps between checkpoints"),
    "checkpoint_seconds": (float, "time between checkpoints (600.0)"),
    "keep": (int, "checkpoints that stay (2)"),
    "workers": (int, "threads (as many as there are cores)"),
    "max_isa": (str, "best instruction set to use, as in WORDKIN_MAX_ISA"),
}
_VOCABULARY_FLAGS: dict[str, tuple[Callable[[str], Any], str]] = {
    "vocabulary": (str, "file of words to predict, one a line; by default made from the corpus"),
    "min_count": (int, "words that occur less often are not predicted (3)"),
    "max_vocabulary_size": (int, "predict no more than the most frequent"),
    "vocabulary_change": (str, "of a model that is trained on: keep, extend or replace (keep)"),
}


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "train",
        help="train a language model on text",
        description="Train a bidirectional language model on text: a sentence a line, words apart by blanks. Ctrl-C "
        "saves what is trained so far; the same command goes on from there.",
    )
    add_corpus(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="where to write the model")
    parser.add_argument(
        "--validation", action="append", metavar="FILE", help="held-out text to look at; may be given again"
    )
    parser.add_argument("--options", metavar="FILE", help="options.json, with official names; flags go before it")
    parser.add_argument("--from", dest="trained", metavar="FOLDER", help="train this model on")
    checkpoints = parser.add_mutually_exclusive_group()
    checkpoints.add_argument("--checkpoint", metavar="FOLDER", help="for checkpoints (OUTPUT/checkpoints)")
    checkpoints.add_argument("--no-checkpoint", action="store_true", help="make none")
    parser.add_argument(
        "--no-resume",
        dest="resume",
        action="store_const",
        const=False,
        help="begin anew whatever checkpoints there are",
    )
    parser.add_argument(
        "--no-training-state", action="store_true", help="leave out of the model what only training on needs"
    )
    model = parser.add_argument_group("model (the defaults are the published small one)")
    _add_flags(model, MODEL_FLAGS)
    for flag, name, value, text in (
        ("--no-skip-connections", "use_skip_connections", False, "layers do not add their input"),
        ("--token-input", "token_input", True, "words as rows of a table, without characters"),
        ("--separate-softmax", "shared_softmax", False, "a softmax for each direction"),
    ):
        model.add_argument(flag, dest=name, action="store_const", const=value, help=text)
    _add_flags(parser.add_argument_group("vocabulary"), _VOCABULARY_FLAGS)
    training = parser.add_argument_group("training")
    _add_flags(training, TRAINING_FLAGS)
    training.add_argument(
        "--full-softmax", dest="sampled_softmax", action="store_const", const=False, help="do not estimate the softmax"
    )
    training.add_argument(
        "--no-shuffle", dest="shuffle", action="store_const", const=False, help="sentences in the order of the corpus"
    )
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="a bar on standard error; by default where that is a terminal",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def _add_flags(group: argparse._ArgumentGroup, flags: dict[str, tuple[Callable[[str], Any], str]]) -> None:
    for name, (type_, text) in flags.items():
        metavar = "LIST" if type_ is _filters else type_.__name__.upper()
        group.add_argument("--" + name.replace("_", "-"), type=type_, metavar=metavar, help=text)


def run(args: argparse.Namespace) -> int:
    """Train, save, report."""
    require_writable_folder(args.output)
    trainer = _Trainer(args)
    stop: KeyboardInterrupt | None = None
    try:
        trainer.train()
    except KeyboardInterrupt as interruption:
        if not trainer.has_begun:
            raise type(interruption)(f"{exits.manner(interruption)} before training began; nothing was saved") from None
        stop = interruption
    began = time.perf_counter()
    trainer.model.save_pretrained(args.output, training_state=not args.no_training_state)
    training = trainer.model.training_report
    if training is None:
        raise AssertionError("a training that began has a report")
    report = _report(trainer, args.output, training, saving=time.perf_counter() - began)
    if args.json:
        print_json(report)
    else:
        _print_summary(report)
    if stop is None:
        return exits.SUCCESS
    raise type(stop)(f"{exits.manner(stop)} after step {training.steps}; what was trained is saved in {args.output}")


class _Trainer:
    """One training; its model can be had even when it does not come to its end."""

    model: ELMo

    def __init__(self, args: argparse.Namespace) -> None:
        from ...elmo import ELMo

        self._args = args
        self.begin = self.training_begin = time.perf_counter()
        self.has_begun = False
        given = {name: value for name, value in vars(args).items() if value is not None}
        options = {name: given[name] for name in (*MODEL_FLAGS, *_SWITCHES) if name in given}
        arguments = [*TRAINING_FLAGS, *_VOCABULARY_FLAGS, "sampled_softmax", "shuffle", "resume"]
        self._training = {name: given[name] for name in arguments if name in given}
        try:
            self.model = ELMo.from_pretrained(args.trained) if args.trained is not None else self._new(options)
        except (ValueError, TypeError) as error:
            raise exits.UsageError(exits.described(error)) from None
        if args.trained is not None and (options or args.options is not None):
            raise exits.UsageError("--from takes a model as it is: options of the model cannot be given with it")

    def _new(self, options: dict[str, Any]) -> ELMo:
        from dataclasses import asdict

        from ...elmo import ELMo, read_official_options

        if self._args.options is None:
            return ELMo(**options)
        official = read_official_options(self._args.options)
        known = inspect.signature(ELMo.train).parameters
        self._training = {**{k: v for k, v in official.training.items() if k in known}, **self._training}
        return ELMo(**{**asdict(official.model), **options})

    def train(self) -> None:
        """Read, then train.

        Raises
        ------
        UsageError
            If an option is out of its range.
        """
        args = self._args
        checkpoint = None if args.no_checkpoint else args.checkpoint or f"{args.output}/checkpoints"
        # A bar that was asked for needs a place to stand.
        progress = False if sys.stderr is None else args.progress
        _, corpus = open_input(args.corpus)
        validation = None if args.validation is None else open_input(args.validation)[1]
        try:
            self.model.train(
                corpus,
                validation=validation,
                checkpoint=checkpoint,
                callbacks=[self],
                progress=progress,
                **self._training,
            )
        except (ValueError, TypeError) as error:
            if self.has_begun or isinstance(error, WordkinError):
                raise
            raise exits.UsageError(exits.described(error)) from None

    def on_train_begin(self, model: ELMo) -> None:
        """Called by the model, when the text is read."""
        self.has_begun = True
        self.training_begin = time.perf_counter()


_SWITCHES = ("use_skip_connections", "token_input", "shared_softmax")


def _report(trainer: _Trainer, output: str, training: ELMoTrainingReport, *, saving: float) -> dict[str, Any]:
    """What was done, for machines."""
    model = trainer.model
    losses = training.losses
    return {
        "output": output,
        "vocabulary_size": model.options.n_tokens_vocab,
        "parameters": sum(tensor.size for tensor in model.parameters.values()),
        "first_step": training.first_step,
        "steps": training.steps,
        "steps_per_epoch": training.steps_per_epoch,
        "stopped_by": training.stopped_by,
        "interrupted": training.interrupted,
        "softmax": training.softmax,
        "loss": None if not len(losses) else {"forward": losses[-1][0], "backward": losses[-1][1]},
        "validations": [
            {
                "step": look.step,
                "seconds": round(look.seconds, 3),
                "forward": look.perplexity.forward,
                "backward": look.perplexity.backward,
                "mean": look.perplexity.mean,
                "geometric_mean": look.perplexity.geometric_mean,
            }
            for look in training.validations
        ],
        "tokens": training.tokens,
        "tokens_per_second": round(training.tokens_per_second),
        "checkpoint": training.checkpoint,
        "checkpoint_failures": list(training.checkpoint_failures),
        "workers": training.workers,
        "isa": training.isa,
        "seconds": {
            "reading": round(trainer.training_begin - trainer.begin, 3),
            "training": round(training.seconds, 3),
            "saving": round(saving, 3),
            "total": round(time.perf_counter() - trainer.begin, 3),
        },
    }


def _print_summary(report: dict[str, Any]) -> None:
    seconds = report["seconds"]
    print(f"vocabulary: {report['vocabulary_size']:,} words, text read in {seconds['reading']:.1f} s")
    print(f"model: {report['parameters']:,} parameters")
    done = f"{report['steps']:,} steps" + (f", resumed at {report['first_step']:,}" if report["first_step"] else "")
    print(f"training: {done}, {report['tokens']:,} words in {seconds['training']:.1f} s "
          f"({report['tokens_per_second']:,} words/s), ended by {report['stopped_by']}")  # fmt: skip
    if report["loss"] is not None:
        print(f"loss: {report['loss']['forward']:.4f} forward, {report['loss']['backward']:.4f} backward")
    if report["validations"]:
        last = report["validations"][-1]
        print(f"validation perplexity: {last['forward']:.2f} forward, {last['backward']:.2f} backward, "
              f"mean {last['mean']:.2f}")  # fmt: skip
    print(f"saved: {report['output']} in {seconds['saving']:.1f} s")
