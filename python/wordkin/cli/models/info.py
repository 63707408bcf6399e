"""``wordkin info``: describe a file, or the configuration of this machine."""

from __future__ import annotations

import argparse
from typing import Any

from ...loading.vector_files import kind_of, load_vectors, vector_file
from ...runtime.compute import show_config
from ...storage.paths import local_path
from ...word2vec import Word2Vec
from .. import exits
from ..flags import add_json_flag
from ..parsers import add_examples
from ..tables import print_table
from ..terminal import print_json
from .document_info import facts_of_documents
from .elmo_info import facts_of_language_model
from .fasttext_info import facts_of_fasttext
from .network_info import facts_of_network
from .phrases_info import facts_of_phrases

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Describe a model or a file of word vectors; without a file, the configuration that wordkin uses on this "
        "machine."
    )
    parser.add_argument("file", nargs="?", help="model, folder of a model, or word vectors in any format")
    add_json_flag(parser)
    add_examples(
        parser,
        ("describe a file", "wordkin info vectors.safetensors"),
        ("show instruction sets and the number of threads", "wordkin info --json"),
    )


def run(args: argparse.Namespace) -> int:
    """Describe and print.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    facts = show_config() if args.file is None else _facts_of(args.file)
    if args.json:
        print_json(facts)
    else:
        print_table([[name.replace("_", " "), _text(value)] for name, value in facts.items()])
    return exits.SUCCESS


def _facts_of(path: str) -> dict[str, Any]:
    language_model = facts_of_language_model(path)
    if language_model is not None:
        return language_model
    network = facts_of_network(path)
    if network is not None:
        return network
    phrases = facts_of_phrases(path)
    if phrases is not None:
        return phrases
    path = str(vector_file(path))
    kind = kind_of(path)
    if kind == "document-model":
        return facts_of_documents(path)
    if kind == "fasttext":
        return facts_of_fasttext(local_path(path))
    facts: dict[str, Any] = {"file": path, "kind": kind, "bytes": local_path(path).stat().st_size}
    if kind == "model":
        model = Word2Vec.load(path, mmap=True)
        vectors = model.wv
        options = model.options
        settings = {
            "architecture": options.architecture,
            "negative": options.negative,
            "hierarchical_softmax": options.hierarchical_softmax,
            "window": options.window,
            "sample": options.sample,
            "seed": options.seed,
            "min_count": model.effective_min_count,
            "epochs": model.epochs,
            **_facts_of_training(model),
            "alpha": model.alpha,
            "min_alpha": model.min_alpha,
            "corpus_words": model.corpus_total_words,
            "corpus_sentences": model.corpus_count,
            "trained_seconds": round(model.total_train_time, 3),
            "comment": model.comment,
        }
    else:
        vectors = load_vectors(path, kind)
        settings = {}
    facts |= {
        "words": len(vectors),
        "vector_size": vectors.vector_size,
        "dtype": str(vectors.vectors.dtype),
        "attributes": sorted(vectors.expandos),
        "first_words": [str(key) for key in vectors.index_to_key[:5]],
        "text_preparation": str(vectors.preparation),
    }
    return facts | settings


def _facts_of_training(model: Word2Vec) -> dict[str, Any]:
    """Return how far the last training run of a model or a checkpoint went."""
    report = model.training_report
    if report is None:
        return {}
    done = [epoch for epoch in report.epochs if not epoch.interrupted]
    return {
        "epochs_done": len(done),
        "interrupted": report.interrupted,
        "loss": done[-1].loss if done else None,
        "learning_rate": done[-1].learning_rate if done else None,
    }


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if value >= 10_000 else str(value)
    return "-" if value is None else str(value)
