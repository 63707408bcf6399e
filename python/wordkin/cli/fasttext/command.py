"""``wordkin fasttext``: the group of commands for models of fastText."""

from __future__ import annotations

import argparse

from ..groups import add_group, run_group
from ..parsers import add_examples
from . import labels, training, unsupervised, vectors

__all__ = ["configure", "run"]

_COMMANDS = {
    "supervised": (training.configure_supervised, training.run_supervised, "train a classifier on labelled lines"),
    "quantize": (training.configure_quantize, training.run_quantize, "compress a supervised model"),
    "skipgram": (unsupervised.configure, unsupervised.run, "train word vectors with skip-gram"),
    "cbow": (unsupervised.configure, unsupervised.run, "train word vectors with CBOW"),
    "predict": (labels.configure_predict, labels.run_predict, "print the most probable labels of each line"),
    "predict-prob": (labels.configure_predict, labels.run_predict, "print labels with their probabilities"),
    "test": (labels.configure_test, labels.run_test, "print precision and recall on labelled lines"),
    "test-label": (labels.configure_test, labels.run_test_label, "print precision, recall and F1 of each label"),
    "print-word-vectors": (vectors.configure, vectors.run_words, "print the vectors of words"),
    "print-sentence-vectors": (vectors.configure, vectors.run_sentences, "print the vectors of lines"),
    "print-ngrams": (vectors.configure_ngrams, vectors.run_ngrams, "print the vectors of a word's n-grams"),
    "nn": (vectors.configure_neighbours, vectors.run_neighbours, "print the nearest neighbours of words"),
    "analogies": (vectors.configure_neighbours, vectors.run_analogies, "print the words most similar to A - B + C"),
}

_EXAMPLES = {
    "supervised": (
        "train on bigrams of words, and write model.bin and model.vec",
        "wordkin fasttext supervised -input train.txt -output model -wordNgrams 2 -epoch 10",
    ),
    "quantize": (
        "keep 100,000 words and n-grams of model.bin, and write model.ftz",
        "wordkin fasttext quantize -input train.txt -output model -cutoff 100000 -retrain",
    ),
    "skipgram": (
        "train vectors of 300 dimensions",
        "wordkin fasttext skipgram -input corpus.txt -output model -dim 300",
    ),
    "cbow": ("train on all texts of a folder", "wordkin fasttext cbow -input novels/ -output model"),
    "predict": ("print the most probable label of each line", "wordkin fasttext predict model.bin texts.txt"),
    "predict-prob": ("print 3 labels and their probabilities", "wordkin fasttext predict-prob model.ftz texts.txt 3"),
    "test": ("measure precision and recall", "wordkin fasttext test model.bin labelled.txt"),
    "test-label": ("measure them for each label", "wordkin fasttext test-label model.bin labelled.txt"),
    "print-word-vectors": ("print vectors", "wordkin fasttext print-word-vectors model.bin < words.txt"),
    "print-sentence-vectors": (
        "print a vector per line",
        "wordkin fasttext print-sentence-vectors model.bin < texts.txt",
    ),
    "print-ngrams": ("print the vectors of n-grams", "wordkin fasttext print-ngrams model.bin walking"),
    "nn": ("print 5 neighbours of each word", "wordkin fasttext nn model.bin 5 < words.txt"),
    "analogies": ("berlin - germany + france", "echo 'berlin germany france' | wordkin fasttext analogies model.bin"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the commands of the group.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the group.
    """
    parser.description = (
        "Train and use models of fastText (.bin and .ftz). The commands have the arguments and the output of the "
        "program fasttext."
    )
    commands = add_group(parser)
    add_examples(parser, _EXAMPLES["predict"])
    for name, (configure_command, _, summary) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        configure_command(command)
        add_examples(command, _EXAMPLES[name])


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
    return run_group(args, {name: run_command for name, (_, run_command, _) in _COMMANDS.items()})
