"""``wordkin fasttext skipgram`` and ``cbow``: the arguments and the files of the program fasttext."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wordkin import FastText, KeyedVectors
from wordkin.fasttext import load_model, train_unsupervised
from wordkin.vectors import FastTextKeyedVectors

from ..conftest import Run

LINES = ["apples and pears", "pears and plums", "größe слово"] * 6
FLAGS = ["-dim", "12", "-bucket", "100", "-epoch", "2", "-thread", "1", "-minCount", "1"]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("".join(f"{line}\n" for line in LINES), encoding="utf-8")
    return path


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_models_are_those_of_the_function(run: Run, text: Path, tmp_path: Path, model: str) -> None:
    flags = [*FLAGS, "-lr", "0.1", "-ws", "3", "-neg", "4", "-minn", "2", "-maxn", "4", "-t", "1e-3", "-verbose", "0"]
    outcome = run("fasttext", model, "-input", text, "-output", tmp_path / "out", *flags)
    assert outcome.status == 0, outcome.err
    written = load_model(tmp_path / "out.bin")
    expected = train_unsupervised(
        text, model, lr=0.1, ws=3, neg=4, minn=2, maxn=4, t=1e-3, dim=12, bucket=100, epoch=2, thread=1, minCount=1
    )
    assert written.words == expected.words
    np.testing.assert_array_equal(written.get_input_matrix(), expected.get_input_matrix())
    vectors = KeyedVectors.load_word2vec_format(tmp_path / "out.vec")
    assert vectors.index_to_key == written.words
    np.testing.assert_allclose(vectors["pears"], written.get_word_vector("pears"), atol=1e-5)


def test_reports(run: Run, text: Path, tmp_path: Path) -> None:
    outcome = run("fasttext", "skipgram", "-input", text, "-output", tmp_path / "out", *FLAGS, "--json")
    report = json.loads(outcome.out)
    assert report["outputs"] == [str(tmp_path / "out.bin"), str(tmp_path / "out.vec")]
    assert report["vocabulary_size"] == 7
    assert len(report["loss"]) == 2
    assert report["settings"]["dim"] == 12


def test_text_is_prepared_on_request(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes("Größe, GRÖSSE!\n".encode("latin-1") * 5)
    run("fasttext", "cbow", "-input", tmp_path / "in.txt", "-output", tmp_path / "out", *FLAGS, "--encoding", "latin-1",
        "--lowercase", "--tokenizer", "words")  # fmt: skip
    assert {"größe", ",", "!"} < set(load_model(tmp_path / "out.bin").words)


def test_checkpoints(run: Run, text: Path, tmp_path: Path) -> None:
    arguments = ["-input", text, "-output", tmp_path / "out", *FLAGS, "--checkpoint", tmp_path / "checkpoints"]
    assert run("fasttext", "skipgram", *arguments).status == 0
    newest = max((tmp_path / "checkpoints").glob("*.safetensors"))
    assert FastText.load(newest).vector_size == 12
    assert "resumed after" in run("fasttext", "skipgram", *arguments).out


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["-dim", "0"], "dim must"),
        (["-dim", "many"], "-dim"),
        (["-loss", "softmax"], "-loss"),
        (["-minn", "5", "-maxn", "4"], "maxn must be at least minn"),
        (["-bucket", "0"], "bucket must be at least 1"),
        (["-thread", "0"], "thread must be from 1"),
        (["--keep", "3"], "--checkpoint must name the folder"),
        (["-what", "1"], "-what"),
    ],
)
def test_invalid_flags(run: Run, text: Path, tmp_path: Path, flags: list[str], message: str) -> None:
    outcome = run("fasttext", "skipgram", "-input", text, "-output", tmp_path / "out", *flags)
    assert outcome.status == 2
    assert message in outcome.err
    assert not list(tmp_path.glob("out*"))


def test_outputs_must_differ_from_inputs(run: Run, text: Path, tmp_path: Path) -> None:
    text.rename(tmp_path / "out.vec")
    outcome = run("fasttext", "skipgram", "-input", tmp_path / "out.vec", "-output", tmp_path / "out", *FLAGS)
    assert outcome.status != 0
    assert (tmp_path / "out.vec").read_text(encoding="utf-8").startswith("apples")
    assert run("fasttext", "skipgram", "-input", tmp_path / "missing", "-output", tmp_path / "new").status != 0


def test_tables_of_floret(run: Run, text: Path, tmp_path: Path) -> None:
    flags = [*FLAGS, "-mode", "floret", "-hashCount", "2", "-minn", "4", "-maxn", "5"]
    outcome = run("fasttext", "cbow", "-input", text, "-output", tmp_path / "out", *flags)
    assert outcome.status == 0, outcome.err
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.floret", "out.vec"]
    table = FastTextKeyedVectors.load_floret_format(tmp_path / "out.floret")
    assert (table.bucket, table.min_n, table.max_n, table.hash_count) == (100, 4, 5, 2)
    vectors = KeyedVectors.load_word2vec_format(tmp_path / "out.vec")
    np.testing.assert_allclose(table["pears"], vectors["pears"], atol=1e-5)
    assert run("fasttext", "cbow", "-input", text, "-output", tmp_path / "b", "-hashCount", "2").status == 2
