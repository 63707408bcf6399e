"""Every command that reads text reads it from standard input, too, and in any encoding."""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from wordkin import Doc2Vec, ELMo, KeyedVectors, SequenceTagger, TaggedDocument, TextClassifier
from wordkin.cli.parsers import subcommands_of
from wordkin.cli.program import program_parser

from .conftest import Outcome, Run

FASTTEXT = Path(__file__).resolve().parents[1] / "formats" / "fasttext-softmax.bin"
TEXT = "für die Müller\ndie für\n" * 4
TAGGED = "für\tO\nMüller\tB-PER\n\n" * 4
LABELLED = "gut\tfür Müller\nschlecht\tdie\n" * 4
FASTTEXT_LABELLED = "__label__sport für Müller\n__label__food die für\n" * 4
SMALL_ELMO = "--min-count 1 --dim 8 --projection-dim 4 --n-layers 1 --filters 1x4 --batch-size 1 --unroll-steps 2"

# Of each command: what it reads from standard input (where arguments have "-", or if there are no words), arguments.
COMMANDS = {
    "train": (TEXT, "- -o OUT.txt --min-count 1 --vector-size 4 --workers 1"),
    "train --read-vocab": (
        "für 3\ndie 2\n",
        "TEXT -o OUT.txt --min-count 1 --vector-size 4 --workers 1 --read-vocab -",
    ),
    "vocab": (TEXT, "-"),
    "phrases": (TEXT, "- -o OUT.txt --min-count 1 --threshold 0.1"),
    "similar": ("für\nMüller\n", "VECTORS --topn 2"),
    "nn": ("für\nMüller + die\n", "VECTORS --topn 2"),
    "similarity": ("für\tMüller\n", "VECTORS"),
    "vectors": ("für\nMüller\n", "VECTORS"),
    "plot": ("für\nMüller\n", "VECTORS - -o OUT.svg"),
    "evaluate --pairs": ("für\tdie\t1\nMüller\tdie\t2\nfür\tMüller\t3\n", "VECTORS --pairs -"),
    "evaluate --analogies": (": a\nfür die Müller und\n", "VECTORS --analogies -"),
    "align --words": ("für\nMüller\ndie\n", "VECTORS VECTORS -o OUT.txt --words -"),
    "align --dictionary": (
        "für für\nMüller Müller\ndie die\n",
        "VECTORS VECTORS -o OUT.txt --target-output OUT-target.txt --dictionary -",
    ),
    "compare": ("für\nMüller\n", "VECTORS VECTORS --words -"),
    "convert": ("2 2\nfür 1 0\nMüller 0 1\n", "- OUT.txt --to text"),
    "elmo train": (TEXT, f"- -o OUT {SMALL_ELMO} --epochs 1 --seed 1 --workers 1 --no-checkpoint"),
    "elmo encode": (TEXT, "ELMO - OUT.safetensors"),
    "elmo perplexity": (TEXT, "ELMO -"),
    "classify train": (LABELLED, "- -o OUT --epochs 1 --random-state 1 --format tsv --label-column 1 --text-column 2"),
    "classify predict": ("für Müller\ndie\n", "CLASSIFIER -"),
    "classify evaluate": (LABELLED, "CLASSIFIER - --label-column 1 --text-column 2"),
    "tag train": (TAGGED, "- -o OUT --epochs 1 --random-state 1"),
    "tag predict": ("für Müller\n", "TAGGER -"),
    "tag evaluate": (TAGGED, "TAGGER -"),
    "doc2vec train": (TEXT, "- -o OUT-model.safetensors --min-count 1 --vector-size 4 --workers 1"),
    "doc2vec infer": ("für Müller\ndie\n", "DOC2VEC"),
    "doc2vec similar": ("für\n", "DOC2VEC -"),
    "doc2vec similar --texts": ("für Müller\ndie\n", "DOC2VEC --texts -"),
    "fasttext skipgram": (TEXT, "-input - -output OUT -minCount 1 -dim 4 -bucket 10 -thread 1"),
    "fasttext cbow": (TEXT, "-input - -output OUT -minCount 1 -dim 4 -bucket 10 -thread 1"),
    "fasttext supervised": (FASTTEXT_LABELLED, "-input - -output OUT -dim 4 -thread 1"),
    "fasttext quantize": (FASTTEXT_LABELLED, "-input - -output COPY -cutoff 300 -retrain -thread 1"),
    "fasttext predict": (TEXT, "FASTTEXT - 2"),
    "fasttext predict-prob": (TEXT, "FASTTEXT - 2"),
    "fasttext test": ("__label__sport für Müller\n", "FASTTEXT -"),
    "fasttext test-label": ("__label__sport für Müller\n", "FASTTEXT -"),
    "fasttext print-word-vectors": ("für\n", "FASTTEXT"),
    "fasttext print-sentence-vectors": ("für Müller\n", "FASTTEXT"),
    "fasttext nn": ("für\n", "FASTTEXT 2"),
    "fasttext analogies": ("für die Müller\n", "FASTTEXT 2"),
}
WITHOUT_TEXT = {
    "demo": "its text is the documentation of Python",
    "analogy": "its words are arguments",
    "explore": "it reads vectors, whose encoding is recognised; `convert` reads others",
    "elmo substitutes": "its sentence is an argument",
    "fasttext print-ngrams": "its word is an argument",
    "info": "it reads models and vectors",
    "merge": "it reads vectors, like `explore`",
}
# Text beside the main one that is UTF-8 whatever the text is encoded in.
ALWAYS_UTF8 = {"train --read-vocab": "a list of words that `wordkin vocab` has written"}


def commands_of_the_program() -> dict[str, argparse.ArgumentParser]:
    parser = program_parser()
    found = {}
    for name, command in subcommands_of(parser).items():
        found.update({f"{name} {leaf}": own for leaf, own in subcommands_of(command).items()} or {name: command})
    return found


def command_of(case: str) -> str:
    return case.partition(" --")[0]


def test_every_command_is_listed() -> None:
    assert set(commands_of_the_program()) == {*map(command_of, COMMANDS), *WITHOUT_TEXT}


@pytest.mark.parametrize("command", sorted({*map(command_of, COMMANDS)}))
def test_commands_that_read_text_have_the_flags_of_its_encoding(command: str) -> None:
    flags = [flag for action in commands_of_the_program()[command]._actions for flag in action.option_strings]
    assert {"--encoding", "--errors"} <= set(flags)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Small models of each kind, by the name that the arguments above have for them."""
    folder = tmp_path_factory.mktemp("models")
    words = ["für", "die", "Müller", "und"]
    vectors = KeyedVectors(3)
    vectors.add_vectors(words, np.random.default_rng(1).normal(size=(4, 3)))
    vectors.save(folder / "kv.safetensors")
    elmo = ELMo(dim=8, projection_dim=4, n_layers=1, filters=[[1, 4]], n_highway=0)
    elmo.initialize(words)
    elmo.save_pretrained(folder / "elmo")
    small = {"hidden_dim": 4, "epochs": 1, "random_state": 1, "embedding": None}
    classifier = TextClassifier(**small).fit(["für Müller", "die"] * 4, ["gut", "schlecht"] * 4)
    classifier.save_pretrained(folder / "classifier")
    tagger = SequenceTagger(**small).fit([["für", "Müller"]] * 4, [["O", "B-PER"]] * 4)
    tagger.save_pretrained(folder / "tagger")
    (folder / "text").write_text(TEXT, encoding="utf-8")
    documents = [TaggedDocument(["für", "Müller"], ["für"]), TaggedDocument(["die"], ["die"])] * 2
    Doc2Vec(documents, vector_size=4, min_count=1, workers=1).save(folder / "doc2vec.safetensors")
    shutil.copy(FASTTEXT, folder / "copy.bin")
    return {
        "DOC2VEC": str(folder / "doc2vec.safetensors"),
        "COPY": str(folder / "copy"),
        "VECTORS": str(folder / "kv.safetensors"),
        "ELMO": str(folder / "elmo"),
        "CLASSIFIER": str(folder / "classifier"),
        "TAGGER": str(folder / "tagger"),
        "FASTTEXT": str(FASTTEXT),
        "TEXT": str(folder / "text"),
    }


def without_times(output: str) -> list[str]:
    return [line for line in output.splitlines() if not any(word in line for word in ("second", "saved", "/s)"))]


@pytest.mark.parametrize("case", COMMANDS)
def test_text_of_standard_input_is_read_in_any_encoding(
    run: Run,
    models: dict[str, str],
    case: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if case == "plot":
        pytest.importorskip("matplotlib")
    text, arguments = COMMANDS[case]

    def result(data: bytes, *flags: str) -> tuple[Outcome, dict[str, bytes]]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        given = [models.get(own, own.replace("OUT", str(tmp_path / "out"))) for own in arguments.split()]
        outcome = run(*command_of(case).split(), *given, *flags)
        files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        return outcome, {name: content for name, content in files.items() if name.endswith((".txt", "out.safetensors"))}

    expected, files = result(text.encode())
    assert expected.status == 0, expected.err
    for data, *flags in ((text.encode("utf-8-sig"),), (text.encode("cp1252"), "--encoding", "cp1252")):
        if flags and case in ALWAYS_UTF8:
            continue
        outcome, again = result(data, *flags)
        assert outcome.status == 0, outcome.err
        assert again == files
        if not files:
            assert without_times(outcome.out) == without_times(expected.out)
    outcome, _ = result(text.encode("cp1252"))
    assert outcome.status == 1
    if case not in ALWAYS_UTF8:
        assert "--encoding" in outcome.err or "--errors" in outcome.err
        assert "encoding=" not in outcome.err
