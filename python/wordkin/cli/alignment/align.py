"""``wordkin align``: bring word vectors into the space of others."""

from __future__ import annotations

import argparse
import dataclasses

from ...alignment import align, map_languages, read_dictionary, read_word_list
from ...loading.vector_files import load_vectors
from ...storage.overwrite import check_outputs
from ...vectors import KeyedVectors
from .. import exits
from ..corpus_flags import add_text_flags, text_arguments
from ..flags import add_json_flag
from ..outputs import Format, Output, chosen_output, save_vectors
from ..parsers import add_examples
from ..reports import print_report
from ..streams import allow_streams, displayed
from ..vectors.queries import positive_number

__all__ = ["configure", "run"]

_FORMATS: tuple[Format, ...] = ("vectors", "text", "binary", "glove")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Rotate word vectors into the space of others, so that the same word can be compared in both, for example in "
        "two periods. For a series of periods, align each with the output for the one before it. With --dictionary, "
        "map two languages into one space instead."
    )
    parser.add_argument("source", help="vectors to bring into the space of the others, in any format")
    parser.add_argument("target", help="vectors that give the space, in any format")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="aligned vectors of the source")
    parser.add_argument("--format", choices=_FORMATS, help="format of the outputs (default: according to file names)")
    parser.add_argument("--words", metavar="FILE", help="fit on these words, one per line (default: all common words)")
    parser.add_argument(
        "--restrict-vocab", type=int, metavar="INT", help="fit on the first, most frequent common words only"
    )
    languages = parser.add_argument_group("two languages")
    languages.add_argument(
        "--dictionary", metavar="FILE", help="words and their translations, one pair per line; needs --target-output"
    )
    languages.add_argument(
        "--target-output", metavar="FILE", help="mapped vectors of the target; both languages change"
    )
    languages.add_argument(
        "--no-whiten", dest="whiten", action="store_false", help="only rotate, which is better for small dictionaries"
    )
    add_text_flags(parser, skip=False)
    add_json_flag(parser)
    allow_streams(parser, inputs=("words", "dictionary"), outputs=("output", "target_output"))
    add_examples(
        parser,
        (
            "bring the vectors of one period into the space of another",
            "wordkin align old.safetensors new.safetensors -o old-aligned.safetensors",
        ),
        (
            "map two languages with a dictionary",
            "wordkin align en.vec de.vec --dictionary en-de.txt -o en.txt --target-output de.txt",
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Align and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    restrict_vocab = positive_number("--restrict-vocab", args.restrict_vocab)
    _check_flags(args)
    outputs = [_output(path, args.format) for path in (args.output, args.target_output) if path is not None]
    check_outputs(*(output.path for output in outputs), inputs=[args.source, args.target, args.words, args.dictionary])
    source, target = load_vectors(args.source), load_vectors(args.target)
    if args.dictionary is None:
        words = None if args.words is None else read_word_list(args.words, **text_arguments(args))
        _save(outputs, [align(source, target, words=words, restrict_vocab=restrict_vocab)])
        report = {"words": len(source), "vector_size": source.vector_size, "files": [args.output]}
        text = f"{len(source):,} aligned vectors written to {displayed(args, args.output)}"
    else:
        mapping = map_languages(
            source, target, read_dictionary(args.dictionary, **text_arguments(args)), whiten=args.whiten
        )
        _save(outputs, [mapping.source, mapping.target])
        report = {
            "words": len(source),
            "target_words": len(target),
            "vector_size": source.vector_size,
            "pairs": mapping.pairs,
            "unknown_pairs": len(mapping.unknown),
            "files": [args.output, args.target_output],
        }
        text = (
            f"mapped with {mapping.pairs:,} pairs ({len(mapping.unknown):,} pairs with unknown words left out); "
            f"written to {displayed(args, args.output)} and {displayed(args, args.target_output)}"
        )
    print_report(args, report, lambda report: print(text))
    return exits.SUCCESS


def _check_flags(args: argparse.Namespace) -> None:
    if args.dictionary is None:
        if args.target_output is not None or not args.whiten:
            raise exits.UsageError("--target-output and --no-whiten need --dictionary")
    elif args.target_output is None:
        raise exits.UsageError("--dictionary needs --target-output, because the vectors of both languages change")
    elif args.words is not None or args.restrict_vocab is not None:
        raise exits.UsageError("--words and --restrict-vocab do not apply with --dictionary")


def _output(path: str, format_name: Format | None) -> Output:
    output = chosen_output(path, format_name)
    return dataclasses.replace(output, format="vectors") if output.format == "model" else output


def _save(outputs: list[Output], results: list[KeyedVectors]) -> None:
    for output, vectors in zip(outputs, results, strict=True):
        save_vectors(output, vectors)
