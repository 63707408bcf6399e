"""``wordkin convert``: convert models and vectors from one file format to another."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from ...loading.vector_files import KINDS, Kind, kind_of, load_vectors, vector_file
from ...storage.overwrite import check_outputs
from ...vectors.files import keys_as_words, read_gensim, write_vocabulary
from ...word2vec import Word2Vec
from ...word2vec.files.gensim_model import NotContinuableError
from .. import exits
from ..flags import add_json_flag
from ..messages import report_message
from ..outputs import FORMATS, chosen_output, save_vectors
from ..parsers import add_examples
from ..reports import print_report
from ..streams import allow_streams
from .confinement import run_confined
from .elmo_convert import LANGUAGE_MODEL_FORMATS, convert_language_model, is_language_model

__all__ = ["configure", "run"]

# Values of --from that fix the variant of the word2vec format instead of recognising it.
_VARIANTS: dict[str, dict[str, bool]] = {
    "text": {"binary": False, "no_header": False},
    "binary": {"binary": True},
    "glove": {"binary": False, "no_header": True},
}
_FLAGS = ("limit", "datatype")
_WORD2VEC_FLAGS = ("fvocab", "encoding", "unicode_errors", "on_duplicate", "allow_nonfinite", "on_bad_rows")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Convert word vectors or a Word2Vec model from one file format to another; models saved by gensim are read "
        "without executing any code in them. Language models are converted between the format of the original "
        "program and that of wordkin."
    )
    parser.add_argument("input", help="model, or word vectors in any format")
    parser.add_argument("output", help="output file or folder")
    parser.add_argument(
        "--from",
        dest="source",
        choices=(*KINDS, *_VARIANTS),
        help="format of the input (default: recognised by content)",
    )
    parser.add_argument(
        "--to",
        dest="target",
        choices=(*FORMATS, *(name for name in LANGUAGE_MODEL_FORMATS if name not in FORMATS)),
        help="format of the output (default: according to the file name)",
    )
    parser.add_argument(
        "--weights", metavar="FILE", help="HDF5 weights of a language model whose options.json is the input"
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "int8"),
        help="weights of the recurrent layers of a language model: int8 for a smaller model that is for inference only "
        "(default: as in the input)",
    )
    parser.add_argument(
        "--sandbox",
        action="store_true",
        help="read untrusted files in a subprocess with limited memory and time",
    )
    parser.add_argument("--save-vocab", metavar="FILE", help="write the words and their counts, one word per line")
    parser.add_argument("--limit", type=int, metavar="INT", help="convert only this many vectors")
    parser.add_argument(
        "--dtype",
        dest="datatype",
        choices=("float16", "float32", "float64"),
        help="data type of the vectors in memory (default: according to the file)",
    )
    parser.add_argument(
        "--replace-whitespace",
        action="store_true",
        help="write spaces in words as _, and line breaks and tabs as \\n, \\r and \\t, in formats that do not allow "
        "them",
    )
    reading = parser.add_argument_group("reading formats of word2vec")
    reading.add_argument(
        "--read-vocab", dest="fvocab", metavar="FILE", help="words and their counts, one word per line"
    )
    reading.add_argument("--encoding", metavar="NAME", help="encoding of the words (default: utf8)")
    reading.add_argument(
        "--errors",
        dest="unicode_errors",
        choices=("strict", "replace", "ignore"),
        help="treatment of words that are not valid in the encoding (default: strict)",
    )
    reading.add_argument(
        "--on-bad-rows",
        choices=("error", "skip"),
        help="treatment of rows of text files that cannot be read; the number of skipped rows is reported "
        "(default: error)",
    )
    reading.add_argument(
        "--on-duplicate", choices=("first", "last", "error"), help="vector to keep for a repeated word (default: first)"
    )
    reading.add_argument(
        "--allow-nonfinite", action="store_const", const=True, help="accept vectors with NaN or infinities"
    )
    add_json_flag(parser)
    allow_streams(parser, inputs=("input", "fvocab"), outputs=("output", "save_vocab"))
    add_examples(
        parser,
        (
            "read a model of gensim, whose pickled code is not executed",
            "wordkin convert gensim.model model.safetensors",
        ),
        ("convert the first 50,000 vectors to text", "wordkin convert vectors.bin vectors.txt --limit 50000"),
        ("convert an ELMo model of the original program", "wordkin convert options.json folder --weights weights.hdf5"),
        ("make an ELMo model smaller and faster", "wordkin convert model model-int8 --precision int8"),
    )


def run(args: argparse.Namespace) -> int:
    """Convert and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    if args.sandbox:
        arguments = [argument for argument in args.arguments if argument != "--sandbox"]
        return run_confined(arguments, [args.input, *([] if args.weights is None else [args.weights])])
    if is_language_model(args):
        return convert_language_model(args)
    if args.weights is not None or args.target == "official" or args.precision is not None:
        raise exits.UsageError(
            f"{args.input} is not a language model: --weights, --precision and --to official do not apply"
        )
    output = chosen_output(args.output, args.target)
    check_outputs(*output.files, args.save_vocab, inputs=[args.input, args.fvocab])
    given = {name: getattr(args, name) for name in _WORD2VEC_FLAGS if getattr(args, name) is not None}
    kind: Kind = "word2vec" if args.source in _VARIANTS else args.source or kind_of(args.input)
    if given and kind != "word2vec":
        raise exits.UsageError(f"{args.input} is {KINDS[kind]}: flags for reading formats of word2vec do not apply")
    part = {name: getattr(args, name) for name in _FLAGS if getattr(args, name) is not None}
    if part and args.target == "model":
        raise exits.UsageError("--limit and --dtype apply to vectors, not to whole models; use --to vectors")
    options = {**_VARIANTS.get(args.source, {}), **given, **part}
    model = _model_of(str(vector_file(args.input)), kind) if output.format == "model" and not part else None
    if output.format == "model" and model is None and args.target is None:
        # Without --to, the suffix .safetensors stands for the complete model, or for vectors if there is none.
        output = dataclasses.replace(output, format="vectors")
    vectors = load_vectors(args.input, kind, **options) if model is None else model.wv
    save_vectors(output, vectors, model, replace_whitespace=args.replace_whitespace)
    if args.save_vocab is not None:
        write_vocabulary(args.save_vocab, keys_as_words(vectors.index_to_key), vectors.expandos["count"])
    report = {
        "input": args.input,
        "kind": kind,
        "output": args.output,
        "format": output.format,
        "files": list(output.files),
        "words": len(vectors),
        "vector_size": vectors.vector_size,
    }
    print_report(args, report, _print_summary)
    return exits.SUCCESS


def _print_summary(report: dict[str, Any]) -> None:
    print(
        f"{report['words']:,} vectors of dimensionality {report['vector_size']} written to "
        f"{', '.join(report['files'])} ({report['format']})"
    )


def _model_of(path: str, kind: Kind) -> Word2Vec | None:
    """Return the complete model of a file, or None if it has only vectors."""
    if kind == "model":
        return Word2Vec.load(path)
    if kind != "gensim":
        return None
    saved = read_gensim(path)
    try:
        return Word2Vec.from_gensim(saved) if saved.parameters else None
    except NotContinuableError as error:
        report_message("warning", f"{path}: {error}; only the vectors are written")
        return None
