"""``wordkin doc2vec similar``: print the documents most similar to others."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ...doc2vec import Doc2Vec
from ...vectors.typed_keys import typed_key
from .. import exits
from ..corpus_flags import add_text_flags
from ..fasttext.lines import batches_of_lines
from ..flags import add_json_flag
from ..messages import report_message
from ..parsers import add_examples
from ..terminal import given_words, print_json
from ..vectors.queries import positive_number, print_neighbours
from .infer import add_inference_flags, documents_of, inference_arguments

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Print the tags of the most similar documents with their cosine similarities, one per line: for the tags of "
        "other documents, or for the lines of a text, which are new documents. Unknown tags are reported and do not "
        "stop the command."
    )
    parser.add_argument("model", help="model (.safetensors)")
    parser.add_argument("tags", nargs="*", metavar="tag", help="tags; - for lines of standard input (default)")
    parser.add_argument("--texts", metavar="FILE", help="text with one new document per line, instead of tags")
    parser.add_argument(
        "--topn", type=int, default=10, metavar="INT", help="number of documents (default: %(default)s)"
    )
    add_inference_flags(parser)
    add_text_flags(parser, skip=False)
    add_json_flag(parser, "print one JSON object per document and line")
    add_examples(
        parser,
        ("documents like the first one", "wordkin doc2vec similar reviews.safetensors 0"),
        ("documents like new ones", "wordkin doc2vec similar reviews.safetensors --texts new.txt --topn 3"),
    )


def run(args: argparse.Namespace) -> int:
    """Print the neighbours of each document.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    positive_number("--topn", args.topn)
    if args.texts is not None and args.tags:
        raise exits.UsageError("either tags or --texts must be given, got both")
    model = Doc2Vec.load(args.model)
    return _of_texts(model, args) if args.texts is not None else _of_tags(model, args)


def _of_tags(model: Doc2Vec, args: argparse.Namespace) -> int:
    status = exits.SUCCESS
    for tag in given_words(args, args.tags):
        try:
            neighbours = model.dv.most_similar(typed_key(model.dv, tag), topn=args.topn)
        except KeyError as error:
            report_message("error", str(error))
            status = exits.FAILURE
            continue
        _show(args, tag, list(neighbours), is_only=len(args.tags) == 1 and args.tags != ["-"])
    return status


def _of_texts(model: Doc2Vec, args: argparse.Namespace) -> int:
    number = 0
    settings = inference_arguments(args)
    for lines in batches_of_lines(args.texts, args):
        vectors = model.infer_vectors(documents_of(model, lines), **settings)
        indices, cosines = model.dv.most_similar_batch(vectors, topn=args.topn)
        for rows, scores in zip(indices.tolist(), cosines.tolist(), strict=True):
            tags = [model.dv.index_to_key[row] for row in rows]
            _show(args, str(number), list(zip(tags, scores, strict=True)), is_only=False)
            number += 1
        sys.stdout.flush()
    return exits.SUCCESS


def _show(args: argparse.Namespace, document: str, neighbours: list[tuple[Any, float]], *, is_only: bool) -> None:
    if args.json:
        found = [{"tag": tag, "cosine": cosine} for tag, cosine in neighbours]
        print_json({"document": document, "neighbours": found})
    else:
        print_neighbours(neighbours, query=None if is_only else document)
