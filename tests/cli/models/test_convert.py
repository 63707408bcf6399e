"""``wordkin convert``: parts of files, rows and words that do not fit, and saves of gensim."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.vectors import FastTextKeyedVectors
from wordkin.vectors.files import read_projector_tsv

from ..conftest import Run

FILES = Path(__file__).parents[2] / "formats"


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """Vectors of three words, one of which text formats do not allow."""
    kv = KeyedVectors(2)
    kv.add_vectors(["new york", "b", "c"], [[1, 2], [3, 4], [5, 6]], extras={"count": [9, 8, 7]})
    kv.save(tmp_path / "v.safetensors")
    return tmp_path / "v.safetensors"


def test_part_of_the_vectors_of_wordkin(run: Run, vectors: Path, tmp_path: Path) -> None:
    output = tmp_path / "part.safetensors"
    assert run("convert", vectors, output, "--limit", 2, "--dtype", "float16").status == 0
    part = KeyedVectors.load(output)
    assert part.index_to_key == ["new york", "b"]
    assert part.vectors.dtype == np.float16
    assert part.vectors.tolist() == [[1, 2], [3, 4]]
    assert part.get_vecattr("b", "count") == 8
    assert run("convert", vectors, output, "--limit", 0).status == 0
    assert len(KeyedVectors.load(output)) == 3
    assert run("convert", vectors, output, "--limit", -1).status == 1
    assert run("convert", vectors, output, "--limit", 1, "--to", "model").status == 2
    assert run("convert", vectors, output, "--encoding", "latin1").status == 2


def test_part_of_a_fasttext_model_keeps_its_n_grams(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "part.safetensors"
    assert run("convert", FILES / "fasttext.bin", output, "--limit", 2).status == 0
    whole, part = FastTextKeyedVectors.load_fasttext_format(FILES / "fasttext.bin"), FastTextKeyedVectors.load(output)
    assert part.index_to_key == whole.index_to_key[:2]
    np.testing.assert_array_equal(part["zzz"], whole["zzz"])


def test_words_that_a_format_does_not_allow(run: Run, vectors: Path, tmp_path: Path) -> None:
    text = tmp_path / "v.txt"
    outcome = run("convert", vectors, text)
    assert outcome.status == 1
    assert "word number 1 must not be empty or contain spaces" in outcome.err
    assert run("convert", vectors, text, "--replace-whitespace").status == 0
    assert KeyedVectors.load_word2vec_format(text).index_to_key == ["new_york", "b", "c"]


def test_bad_rows(run: Run, tmp_path: Path) -> None:
    text, output = tmp_path / "v.txt", tmp_path / "v.safetensors"
    text.write_text("3 2\na 1 2\nb 1\nc 3 4\n", encoding="utf-8")
    assert run("convert", text, output).status == 1
    outcome = run("convert", text, output, "--on-bad-rows", "skip")
    assert outcome.status == 0
    assert "left out 1 row that cannot be read; the first one: line 3" in outcome.err
    assert KeyedVectors.load(output).index_to_key == ["a", "c"]


def test_all_files_for_the_projector_are_named(run: Run, vectors: Path, tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("p_tensor.tsv", "p_metadata.tsv", "projector_config.pbtxt")]
    assert run("convert", vectors, tmp_path / "p", "--to", "projector", "--json").report["files"] == files
    assert ", ".join(files) in run("convert", vectors, tmp_path / "p", "--to", "projector").out
    loaded = read_projector_tsv(files[0], files[1])
    assert loaded.words == ["new york", "b", "c"]
    assert loaded.counts is not None
    assert loaded.counts.tolist() == [9, 8, 7]


@pytest.mark.parametrize("version", ["1.0.1-py2", "3.2.0-py2", "3.8.3-py2", "3.8.3-py3"])
def test_saves_of_gensim_before_version_4(run: Run, tmp_path: Path, version: str) -> None:
    output = tmp_path / "model.safetensors"
    outcome = run("convert", FILES / f"gensim-{version}-word2vec.model", output, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    assert (outcome.report["format"], outcome.report["words"]) == ("model", 6)
    assert run("convert", FILES / f"gensim-{version}-separate.kv", tmp_path / "v.txt").status == 0
    assert "naïve" in KeyedVectors.load_word2vec_format(tmp_path / "v.txt")


def test_fasttext_models_of_gensim_keep_their_n_grams_but_cannot_be_continued(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "v.safetensors"
    outcome = run("convert", FILES / "gensim-3.8.3-py3-fasttext.model", output)
    assert outcome.status == 0
    assert "the model is a FastText model, whose training wordkin cannot continue; only the vectors" in outcome.err
    assert FastTextKeyedVectors.load(output)["dogged"].any()
