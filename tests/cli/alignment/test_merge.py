"""``wordkin merge``, and ``--shard`` of ``wordkin train``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors, Word2Vec

from ..conftest import Run

WORDS = [f"word{number}" for number in range(60)]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Vectors of three machines, in several formats, and a text."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(1)
    rows = generator.normal(size=(60, 6)).astype(np.float32)
    for name in ("a", "b", "c"):
        turned, _ = np.linalg.qr(generator.normal(size=(6, 6)))
        counts = np.arange(60, 0, -1, dtype=np.int64)
        vectors = KeyedVectors.from_vocabulary(list(WORDS), (rows @ turned).astype(np.float32), counts)
        vectors.save(f"{name}.safetensors")
    vectors.save_word2vec_format("c.txt")
    lines = [" ".join(generator.choice(WORDS, 10)) for number in range(300)]
    Path("text.txt").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_vectors_of_any_format_are_merged(run: Run, files: Path) -> None:
    outcome = run("merge", "a.safetensors", "b.safetensors", "c.txt", "-o", "merged.safetensors", "--json")
    assert outcome.status == 0, outcome.err
    assert outcome.report["merged"][2] == {"file": "c.txt", "words": 60}
    assert (outcome.report["words"], outcome.report["vector_size"]) == (60, 6)
    merged, first = KeyedVectors.load("merged.safetensors"), KeyedVectors.load("a.safetensors")
    np.testing.assert_allclose(merged.vectors, first.vectors, atol=1e-4)
    outcome = run("merge", "a.safetensors", "b.safetensors", "-o", "merged.bin")
    assert "60 words of 2 files written to merged.bin" in outcome.out
    assert KeyedVectors.load("a.safetensors").get_vecattr("word0", "count") == 60


def test_inputs_that_cannot_be_merged(run: Run, files: Path) -> None:
    Path("copy.safetensors").write_bytes(Path("a.safetensors").read_bytes())
    KeyedVectors.from_vocabulary(["x", "y"], np.eye(2, 6, dtype=np.float32)).save("other.safetensors")
    KeyedVectors.from_vocabulary(["x", "y"], np.eye(2, 3, dtype=np.float32)).save("small.safetensors")
    for given, status, message in (
        (["a.safetensors"], 2, "two or more files"),
        (["a.safetensors", "b.safetensors", "./a.safetensors"], 2, "./a.safetensors must be given only once"),
        (["a.safetensors", "b.safetensors", "copy.safetensors"], 1, "as a.safetensors and copy.safetensors"),
        (["a.safetensors", "other.safetensors"], 1, "none for other.safetensors"),
        (["a.safetensors", "small.safetensors"], 1, "small.safetensors must have vectors of size 6, got 3"),
        (["a.safetensors", "missing.bin"], 1, "missing.bin"),
        (["a.safetensors", "b.safetensors", "--restrict-vocab", "0"], 2, "--restrict-vocab"),
    ):
        outcome = run("merge", *given, "-o", "merged.safetensors")
        assert outcome.status == status, outcome.err
        assert message in outcome.err
        assert not Path("merged.safetensors").exists()
    outcome = run("merge", "a.safetensors", "b.safetensors", "-o", "b.safetensors")
    assert outcome.status != 0
    assert "b.safetensors" in outcome.err


def test_shards_are_trained_apart_and_merged(run: Run, files: Path) -> None:
    options = ("--vector-size", "6", "--epochs", "1", "--workers", "1", "--min-count", "1")
    for number in (1, 2, 3):
        outcome = run("train", "text.txt", "-o", f"{number}.safetensors", "--shard", f"{number}/3", *options, "--json")
        assert outcome.status == 0, outcome.err
        assert outcome.report["settings"]["shard"] == f"{number}/3"
    outcome = run("merge", "1.safetensors", "2.safetensors", "3.safetensors", "-o", "merged.safetensors")
    assert outcome.status == 0, outcome.err
    merged = KeyedVectors.load("merged.safetensors")
    counts = Counter(Path("text.txt").read_text(encoding="utf-8").split())
    assert {word: int(merged.get_vecattr(word, "count")) for word in merged.index_to_key} == counts
    assert sum(Word2Vec.load(f"{number}.safetensors").corpus_total_words for number in (1, 2, 3)) == 3000


def test_shards_that_do_not_exist(run: Run, files: Path) -> None:
    for shard, status in (("0/3", 2), ("4/3", 2), ("3", 2), ("1/0", 2), ("a/b", 2), ("-1/3", 2), ("900/1000", 1)):
        outcome = run("train", "text.txt", "-o", "v.safetensors", f"--shard={shard}")
        assert outcome.status == status, outcome.err
        assert shard in outcome.err
        assert not Path("v.safetensors").exists()


def test_standard_input_has_no_shards(run_process: Run, files: Path) -> None:
    outcome = run_process("train", "-", "-o", "v.safetensors", "--shard", "1/3", input="a b c\n")
    assert outcome.status == 1
    assert "cannot be divided into shards" in outcome.err
