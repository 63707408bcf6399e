"""``wordkin align``, ``wordkin compare`` and ``wordkin explore``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors

from ..conftest import Run

WORDS = [f"word{number}" for number in range(60)]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Vectors of two periods: rotated, and with one word that has moved."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(1)
    rows = generator.normal(size=(60, 6)).astype(np.float32)
    turned, _ = np.linalg.qr(generator.normal(size=(6, 6)))
    later = rows.copy()
    later[7] = rows[33] + 0.01
    for name, matrix in (("old", rows), ("new", later @ turned), ("again", later @ turned.T)):
        vectors = KeyedVectors.from_vocabulary(list(WORDS), matrix.astype(np.float32))
        vectors.save(f"{name}.safetensors")
    KeyedVectors.load("new.safetensors").save_word2vec_format("new.txt")
    Path("pairs.txt").write_text("".join(f"{word} {word}\n" for word in [*WORDS[8:40], "unknown"]), encoding="utf-8")
    Path("stable.txt").write_text("\n".join(WORDS[10:50]), encoding="utf-8")
    return tmp_path


def test_align_writes_the_rotated_vectors(run: Run, files: Path) -> None:
    for source, options in (("new.safetensors", ()), ("new.txt", ("--words", "stable.txt"))):
        outcome = run("align", source, "old.safetensors", "-o", "out.safetensors", "--json", *options)
        assert outcome.status == 0, outcome.err
        report = outcome.report
        assert (report["words"], report["vector_size"], report["files"]) == (60, 6, ["out.safetensors"])
        aligned, old = KeyedVectors.load("out.safetensors"), KeyedVectors.load("old.safetensors")
        cosines = (aligned.get_normed_vectors() * old.get_normed_vectors()).sum(axis=1)
        assert int(np.argmin(cosines)) == 7
        assert np.delete(cosines, 7).min() > 0.9


def test_align_maps_two_languages(run: Run, files: Path) -> None:
    arguments = ("align", "new.txt", "old.safetensors", "--dictionary", "pairs.txt", "-o", "a.txt")
    outcome = run(*arguments, "--target-output", "b.txt", "--json")
    assert outcome.status == 0, outcome.err
    assert (outcome.report["pairs"], outcome.report["unknown_pairs"]) == (32, 1)
    first, second = (KeyedVectors.load_word2vec_format(name) for name in ("a.txt", "b.txt"))
    assert second.similar_by_vector(first["word3"], topn=1)[0][0] == "word3"
    for wrong in (arguments, ("align", "new.txt", "new.txt", "-o", "a.txt", "--no-whiten")):
        assert run(*wrong).status == 2


def test_compare_lists_the_words_that_moved(run: Run, files: Path) -> None:
    outcome = run("compare", "old.safetensors", "new.txt", "--rows", "3", "--topn", "2")
    assert outcome.status == 0, outcome.err
    lines = outcome.out.splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["word", "cosine", "gained", "lost"]
    assert lines[1].split()[0] == "word7"
    assert "word33" in lines[1]


def test_compare_with_retrainings_has_intervals(run: Run, files: Path) -> None:
    outcome = run("compare", "old.safetensors", "new.txt", "--new-retrained", "again.safetensors", "--json")
    assert outcome.status == 0, outcome.err
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    assert len(rows) == 20
    assert rows[0]["word"] == "word7"
    assert rows[0]["low"] <= rows[0]["cosine"] <= rows[0]["high"] < rows[0]["noise"]
    assert "interval" in run("compare", "old.safetensors", "new.txt", "--new-retrained", "again.safetensors").out


def test_inputs_are_not_replaced_and_errors_are_explained(run: Run, files: Path) -> None:
    outcome = run("align", "new.txt", "old.safetensors", "-o", "new.txt")
    assert outcome.status == 1
    assert "must not replace" in outcome.err
    Path("pairs.txt").write_text("one two three\n", encoding="utf-8")
    outcome = run(
        "align", "new.txt", "old.safetensors", "-o", "a.txt", "--dictionary", "pairs.txt", "--target-output", "b.txt"
    )
    assert outcome.status == 1
    assert "line 1: expected a word and its translation" in outcome.err
    assert not Path("a.txt").exists()
    Path("stable.txt").write_bytes(b"word3\nw\xf6rd\n")
    outcome = run("compare", "old.safetensors", "new.txt", "--words", "stable.txt")
    assert outcome.status == 1
    assert "--encoding" in outcome.err
    assert run("compare", "old.safetensors", "new.txt", "--words", "stable.txt", "--encoding", "cp1252").status == 0
    Path("stable.txt").write_text("\n\n", encoding="utf-8")
    assert "expected words, found none" in run("compare", "old.safetensors", "new.txt", "--words", "stable.txt").err


def test_explore_writes_a_page(run: Run, files: Path) -> None:
    outcome = run("explore", "old.safetensors", "--other", "new.txt", "-o", "page.html", "--json", "--max-words", "50")
    assert outcome.status == 0, outcome.err
    size = Path("page.html").stat().st_size
    assert outcome.report.items() >= {"file": "page.html", "words": 50, "total": 60, "bytes": size}.items()
    assert "<title>old.safetensors</title>" in Path("page.html").read_text(encoding="utf-8")
    assert run("explore", "new.txt", "-o", "new.txt").status == 1
    assert run("explore", "new.txt", "-o", "page.html", "--max-words", "0").status == 1
