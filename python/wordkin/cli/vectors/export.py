"""``wordkin vectors``: print or save the vectors of words or sentences."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterable, Iterator

import numpy as np

from ...errors import FormatError
from ...loading.vector_files import load_vectors
from ...storage.atomic import replaced_file
from ...storage.overwrite import check_outputs
from ...vectors import KeyedVectors
from .. import exits
from ..corpus_flags import add_text_flags
from ..flags import add_json_flag
from ..messages import report_message
from ..outputs import chosen_output, require_writable_file, save_vectors
from ..parsers import add_examples
from ..reports import print_report
from ..streams import allow_streams
from ..tables import print_table
from ..terminal import given_words, print_json
from .queries import WordQueries

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Print the vectors of words, or of sentences: the mean of the unit vectors of their known words. With "
        "--output, write a matrix (.npy, a row per line of input) or word vectors (.safetensors, .txt, .bin)."
    )
    parser.add_argument("file", help="model, or word vectors in any format")
    parser.add_argument(
        "texts", nargs="*", metavar="text", help="words or sentences; - for lines of standard input (default)"
    )
    parser.add_argument("--sentences", action="store_true", help="each text is a sentence instead of a word")
    parser.add_argument("--norm", action="store_true", help="scale the vectors to unit norm")
    parser.add_argument(
        "--missing",
        choices=("error", "zero"),
        default="error",
        help="texts without a known word are errors, which leave no file, or have zero vectors (default: %(default)s)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="file for the vectors (default: standard output)")
    add_text_flags(parser, skip=False)
    add_json_flag(parser, "print one JSON object per text and line; with --output, a report")
    allow_streams(parser, outputs=("output",))
    add_examples(
        parser,
        ("print the vector of a word", "wordkin vectors vectors.safetensors king"),
        ("save a matrix of sentences", "wordkin vectors vectors.safetensors --sentences -o m.npy < sentences.txt"),
    )


def run(args: argparse.Namespace) -> int:
    """Print or save the vectors.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    check_outputs(args.output, inputs=[args.file, None if args.texts else sys.stdin])
    is_matrix = args.output is not None and args.output.endswith(".npy")
    if is_matrix:
        require_writable_file(args.output)
    elif args.output is not None:
        chosen_output(args.output, None)
    queries = WordQueries(vectors=load_vectors(args.file))
    rows = _rows(args, queries)
    if args.output is None:
        return _print_rows(args, rows)
    found: list[tuple[str, np.ndarray]] = []
    for text, row in rows:
        if row is None:
            raise FormatError(f"no word of {text!r} has a vector; nothing was written (--missing zero writes zeros)")
        found.append((text, row))
    matrix = np.array([row for _, row in found], np.float32).reshape(len(found), queries.vectors.vector_size)
    if is_matrix:
        content = io.BytesIO()
        np.save(content, matrix)
        with replaced_file(args.output) as file:
            file.write(content.getbuffer())
    else:
        _save_keyed(args.output, [text for text, _ in found], matrix)
    report = {"output": args.output, "rows": len(matrix), "vector_size": matrix.shape[1]}
    print_report(args, report, lambda shown: print(f"{len(matrix):,} vectors written to {shown['output']}"))
    return exits.SUCCESS


def _rows(args: argparse.Namespace, queries: WordQueries) -> Iterator[tuple[str, np.ndarray | None]]:
    for text in given_words(args, args.texts):
        row = _vector(queries, text, is_sentence=args.sentences)
        if row is not None and args.norm:
            row = row / (np.linalg.norm(row) or 1.0)
        if row is None and args.missing == "zero":
            row = np.zeros(queries.vectors.vector_size, np.float32)
        yield text, row


def _vector(queries: WordQueries, text: str, *, is_sentence: bool) -> np.ndarray | None:
    vectors = queries.vectors
    known = [key for key in (queries.tokens(text) if is_sentence else queries.keys(text)) if key in vectors]
    if not known:
        return None
    if not is_sentence and len(known) == 1:
        return vectors.get_vector(known[0])
    return vectors.get_mean_vector(known)


def _print_rows(args: argparse.Namespace, rows: Iterable[tuple[str, np.ndarray | None]]) -> int:
    status = exits.SUCCESS
    for text, row in rows:
        if row is None:
            report_message("error", f"no word of {text!r} has a vector")
            status = exits.FAILURE
        elif args.json:
            print_json({"text": text, "vector": row.tolist()})
        else:
            print_table([[text, *map(str, row)]])
    return status


def _save_keyed(path: str, texts: list[str], matrix: np.ndarray) -> None:
    first = {text: index for index, text in reversed(list(enumerate(texts)))}
    vectors = KeyedVectors(matrix.shape[1])
    vectors.add_vectors(list(first), matrix[list(first.values())])
    output = chosen_output(path, None)
    if output.format == "model":
        vectors.save(path)
    else:
        save_vectors(output, vectors)
