"""``wordkin train``: word vectors from text."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from .. import exits
from ..corpus_flags import add_corpus, add_vocabulary_rules, open_input
from ..outputs import Format, Output, chosen_output, require_writable_place, save_vectors
from ..terminal import print_json, size_text

if TYPE_CHECKING:
    from ...word2vec import TrainingReport, Word2Vec

__all__ = ["MODEL_FLAGS", "add_parser", "run"]

_FORMATS: tuple[Format, ...] = ("model", "vectors", "text", "binary")

# Flags that are arguments of Word2Vec by the same name; their defaults are Word2Vec's own.
MODEL_FLAGS: dict[str, tuple[type, str]] = {
    "vector_size": (int, "numbers in each vector (100)"),
    "alpha": (float, "learning rate at the start (0.025)"),
    "min_alpha": (float, "learning rate at the end (0.0001)"),
    "window": (int, "farthest context word (5)"),
    "sample": (float, "words more frequent than this share are thinned, 0 for none (0.001)"),
    "seed": (int, "start of all random numbers (1)"),
    "workers": (int, "threads (as many as there are cores)"),
    "negative": (int, "noise words for each target, 0 for no negative sampling (5)"),
    "ns_exponent": (float, "noise words are drawn by count to this power (0.75)"),
    "epochs": (int, "passes over the corpus (5)"),
    "batch_words": (int, "words that a thread takes at a time (10000)"),
    "comment": (str, "text kept with the model"),
    "max_isa": (str, "best instruction set to use, as in WORDKIN_MAX_ISA"),
}
_VOCABULARY_FLAGS = ("min_count", "max_vocab_size", "max_final_vocab", "sorted_vocab")


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "train",
        help="train word vectors on text",
        description="Train word vectors on text: a sentence a line, words apart by blanks. Ctrl-C saves what is "
        "trained so far.",
    )
    add_corpus(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="where to write the vectors")
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        help="model: everything, to train on (.safetensors); vectors: the same without what only training needs; "
        "text (.txt, .vec) and binary (.bin): word2vec's formats. By default what the name says",
    )
    learning = parser.add_argument_group("training")
    learning.add_argument("--sg", action="store_const", const=1, help="skip-gram instead of CBOW")
    learning.add_argument("--hs", action="store_const", const=1, help="hierarchical softmax (--negative 0: alone)")
    combined = learning.add_mutually_exclusive_group()
    combined.add_argument(
        "--cbow-mean", action="store_const", const=1, help="CBOW takes the mean of the context (default)"
    )
    combined.add_argument("--cbow-sum", dest="cbow_mean", action="store_const", const=0, help="CBOW takes the sum")
    learning.add_argument(
        "--no-shrink-windows",
        dest="shrink_windows",
        action="store_const",
        const=False,
        help="each window reaches as far as it may, instead of a random distance",
    )
    for name, (type_, text) in MODEL_FLAGS.items():
        flag = "--" + name.replace("_", "-")
        learning.add_argument(flag, type=type_, metavar=type_.__name__.upper(), help=text)
    add_vocabulary_rules(
        parser.add_argument_group("vocabulary"), min_count="words that occur less often are left out (5)"
    )
    parser.add_argument("--save-vocab", metavar="FILE", help="write the vocabulary with its counts, a word a line")
    parser.add_argument("--read-vocab", metavar="FILE", help="take words and counts from such a file")
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="a bar on standard error; by default where that is a terminal",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    """Train, save, report."""
    output = chosen_output(args.output, args.format, allowed=_FORMATS)
    if args.save_vocab is not None:
        require_writable_place(args.save_vocab)
    trainer = _Trainer(args)
    stop: KeyboardInterrupt | None = None
    try:
        trainer.train()
    except KeyboardInterrupt as interruption:
        if trainer.model is None:
            raise type(interruption)(f"{exits.manner(interruption)} before training began; nothing was saved") from None
        stop = interruption
    model = trainer.model
    if model is None:
        raise AssertionError("training tells its model when it begins")
    began = time.perf_counter()
    save_vectors(output, model.wv, model)
    report = trainer.report(model, output, saving=time.perf_counter() - began)
    if args.json:
        print_json(report)
    else:
        _print_summary(report)
    if stop is None:
        return exits.SUCCESS
    done, epochs = len(report["epochs"]), model.epochs
    raise type(stop)(
        f"{exits.manner(stop)} in epoch {max(done, 1)} of {epochs}; what was trained is saved in {output.path}"
    )


class _Trainer:
    """One training; its model can be had even when it does not come to its end."""

    def __init__(self, args: argparse.Namespace) -> None:
        names = [*MODEL_FLAGS, *_VOCABULARY_FLAGS, "sg", "hs", "cbow_mean", "shrink_windows"]
        given = {name: getattr(args, name) for name in names}
        self._options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        # A bar that was asked for needs a place to stand.
        self._options["progress"] = False if sys.stderr is None else args.progress
        self._args = args
        self._begin = time.perf_counter()
        self._training_begin = self._begin
        self.model: Word2Vec | None = None

    def train(self) -> None:
        """Count, then train.

        Raises
        ------
        UsageError
            If an option is out of its range, or the corpus cannot be read as often as these options need.
        """
        from ...word2vec import Word2Vec

        try:
            untrained = Word2Vec(**self._options)
        except (ValueError, TypeError) as error:
            raise exits.UsageError(exits.described(error)) from None
        source, corpus = open_input(self._args.corpus)
        if not corpus.is_restartable and (self._args.max_vocab_size or self._args.read_vocab or not untrained.epochs):
            raise exits.UsageError(
                f"{corpus.name} can be read only once; --max-vocab-size, --read-vocab and --epochs 0 need a file"
            )
        if self._args.read_vocab is None:
            Word2Vec(corpus_file=source, callbacks=[self], **self._options)
            return
        from ...vectors.files import read_vocabulary

        untrained.build_vocab_from_freq(read_vocabulary(self._args.read_vocab))
        words = corpus.scan(untrained.workers, keep_ids=False).counts.raw_words
        untrained.train(corpus_file=source, total_words=words, epochs=untrained.epochs, callbacks=[self])

    def on_train_begin(self, model: Word2Vec) -> None:
        """Called by the model, when its vocabulary is there."""
        self.model = model
        self._training_begin = time.perf_counter()
        if self._args.save_vocab is not None:
            from ...vectors.files import write_vocabulary

            write_vocabulary(self._args.save_vocab, model.wv.index_to_key, model.wv.expandos["count"])

    def report(self, model: Word2Vec, output: Output, *, saving: float) -> dict[str, Any]:
        """What was done, for machines."""
        training: TrainingReport | None = model.training_report
        if training is None:
            raise AssertionError("a model that began to train has a report")
        seconds = sum(epoch.seconds for epoch in training.epochs)
        return {
            "output": output.path,
            "format": output.format,
            "vocabulary_size": len(model.wv),
            "vector_size": model.vector_size,
            "corpus_words": model.corpus_total_words,
            "raw_words": training.raw_words,
            "words_per_second": round(training.raw_words / seconds) if seconds else None,
            "loss": [epoch.loss for epoch in training.epochs],
            "epochs": [
                {
                    "loss": epoch.loss,
                    "seconds": round(epoch.seconds, 3),
                    "words_per_second": round(epoch.words_per_second),
                    "learning_rate": epoch.learning_rate,
                    "interrupted": epoch.interrupted,
                }
                for epoch in training.epochs
            ],
            "workers": training.workers,
            "isa": training.isa,
            "interrupted": training.interrupted,
            "seconds": {
                "vocabulary": round(self._training_begin - self._begin, 3),
                "training": round(seconds, 3),
                "saving": round(saving, 3),
                "total": round(time.perf_counter() - self._begin, 3),
            },
        }


def _print_summary(report: dict[str, Any]) -> None:
    seconds = report["seconds"]
    print(f"vocabulary: {report['vocabulary_size']:,} words in {seconds['vocabulary']:.1f} s")
    if report["epochs"]:
        print(
            f"training: {report['raw_words']:,} words in {len(report['epochs'])} epochs and {seconds['training']:.1f} s"
            f" ({report['words_per_second'] or 0:,} words/s), loss {report['loss'][0]:.4f} to {report['loss'][-1]:.4f}"
        )
    size = size_text(_bytes_of(report["output"]))
    print(f"saved: {report['output']} ({report['format']}, {size}) in {seconds['saving']:.1f} s")


def _bytes_of(path: str) -> int:
    from ...storage.paths import local_path

    return local_path(path).stat().st_size
