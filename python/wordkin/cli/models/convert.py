"""``wordkin convert``: from one file format to another."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING, Any

from .. import exits
from ..outputs import FORMATS, chosen_output, save_vectors
from ..terminal import complain, print_json
from ..vectors.files import KINDS, Kind, kind_of, load_vectors
from .confinement import run_confined
from .elmo_convert import LANGUAGE_MODEL_FORMATS, convert_language_model, is_language_model

if TYPE_CHECKING:
    from ...word2vec import Word2Vec

__all__ = ["add_parser", "run"]

# Ways to say that a file is of word2vec's family: the variant is then not guessed.
_VARIANTS: dict[str, dict[str, bool]] = {
    "text": {"binary": False, "no_header": False},
    "binary": {"binary": True},
    "glove": {"binary": False, "no_header": True},
}
_WORD2VEC_FLAGS = ("limit", "fvocab", "encoding", "unicode_errors", "datatype", "on_duplicate", "allow_nonfinite")


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "convert",
        help="from one file format to another",
        description="Read vectors of any format and write them in another. Saves of gensim are read without running "
        "anything in them. Language models: from the original's options.json and HDF5 to a folder of wordkin, and "
        "back.",
    )
    parser.add_argument("input", help="a model, or vectors in any format")
    parser.add_argument("output", help="where to write")
    parser.add_argument(
        "--from",
        dest="source",
        choices=(*KINDS, *_VARIANTS),
        help="what the input is; told from its content by default",
    )
    parser.add_argument(
        "--to",
        dest="target",
        choices=(*FORMATS, *(name for name in LANGUAGE_MODEL_FORMATS if name not in FORMATS)),
        help="what to write; told from the output's name by default",
    )
    parser.add_argument(
        "--weights", metavar="FILE", help="HDF5 file of a language model whose options.json is the input"
    )
    parser.add_argument(
        "--sandbox",
        action="store_true",
        help="read in a process of its own with bounded memory and time: for files from strangers",
    )
    parser.add_argument("--save-vocab", metavar="FILE", help="write the vocabulary with its counts, a word a line")
    reading = parser.add_argument_group("reading word2vec's formats")
    reading.add_argument("--limit", type=int, metavar="INT", help="read only the first vectors")
    reading.add_argument("--read-vocab", dest="fvocab", metavar="FILE", help="counts of the words, a word a line")
    reading.add_argument("--encoding", metavar="NAME", help="of the words (utf8)")
    reading.add_argument(
        "--errors", dest="unicode_errors", choices=("strict", "replace", "ignore"), help="for words cut in a character"
    )
    reading.add_argument(
        "--dtype", dest="datatype", choices=("float16", "float32", "float64"), help="of the vectors in memory"
    )
    reading.add_argument("--on-duplicate", choices=("first", "last", "error"), help="which of two equal words stays")
    reading.add_argument(
        "--allow-nonfinite", action="store_const", const=True, help="take rows that hold NaN or infinities"
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    """Read, write, report."""
    if args.sandbox:
        arguments = [argument for argument in args.arguments if argument != "--sandbox"]
        return run_confined(arguments, [args.input, *([] if args.weights is None else [args.weights])])
    if is_language_model(args):
        return convert_language_model(args)
    if args.weights is not None or args.target == "official":
        raise exits.UsageError(f"{args.input} is no language model: --weights and --to official do not apply")
    output = chosen_output(args.output, args.target)
    given = {name: getattr(args, name) for name in _WORD2VEC_FLAGS if getattr(args, name) is not None}
    kind: Kind = "word2vec" if args.source in _VARIANTS else args.source or kind_of(args.input)
    if given and kind != "word2vec":
        raise exits.UsageError(f"{args.input} is {KINDS[kind]}: flags about reading word2vec's formats do not apply")
    options = {**_VARIANTS.get(args.source, {}), **given}
    model = _model_of(args.input, kind) if output.format == "model" else None
    if output.format == "model" and model is None and args.target is None:  # .safetensors: as much as there is
        output = dataclasses.replace(output, format="vectors")
    vectors = load_vectors(args.input, kind, **options) if model is None else model.wv
    save_vectors(output, vectors, model)
    if args.save_vocab is not None:
        from ...vectors.files import write_vocabulary

        write_vocabulary(args.save_vocab, vectors.index_to_key, vectors.expandos["count"])
    if args.json:
        print_json(
            {"input": args.input, "kind": kind, "output": args.output, "format": output.format,
             "words": len(vectors), "vector_size": vectors.vector_size}
        )  # fmt: skip
    else:
        print(f"{len(vectors):,} vectors of {vectors.vector_size} numbers written to {args.output} ({output.format})")
    return exits.SUCCESS


def _model_of(path: str, kind: Kind) -> Word2Vec | None:
    """The whole model that a file holds, if it does."""
    from ...word2vec import Word2Vec

    if kind == "model":
        return Word2Vec.load(path)
    if kind != "gensim":
        return None
    from ...vectors.files import read_gensim
    from ...word2vec.files.gensim_model import NotContinuableError

    saved = read_gensim(path)
    try:
        return Word2Vec.from_gensim(saved) if saved.parameters else None
    except NotContinuableError as error:
        complain("warning", f"{path}: {error}; only its vectors are written")
        return None
