"""Saving, loading, pickling and copying phrase models."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin.errors import CorruptFileError, FormatError
from wordkin.phrases import FrozenPhrases, Phrases
from wordkin.storage import read_archive, write_archive

SENTENCES = [["bank", "of", "america", "é"], ["new_york"], ["new", "york", "in", "new", "york"]] * 3


def custom(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):  # type: ignore
    return bigram_count


def make(**arguments: Any) -> Phrases:
    return Phrases(SENTENCES, min_count=1, threshold=0.5, connector_words=["of"], **arguments)


def are_equal(one: Phrases, other: Phrases) -> bool:
    settings = "threshold min_count delimiter connector_words scoring max_vocab_size min_reduce corpus_word_count"
    return (
        dict(one.vocab) == dict(other.vocab)
        and all(getattr(one, name) == getattr(other, name) for name in settings.split())
        and list(one[SENTENCES]) == list(other[SENTENCES])
    )


def test_save_and_load(tmp_path: Path) -> None:
    phrases = make(max_vocab_size=float("inf"))
    phrases.save(tmp_path / "a")
    loaded = Phrases.load(tmp_path / "a")
    assert are_equal(phrases, loaded)
    loaded.save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    for one in (phrases, loaded):
        one.add_vocab([["new", "jersey", "bank", "of", "america"]])
    assert are_equal(phrases, loaded)


def test_save_and_load_frozen_phrases(tmp_path: Path) -> None:
    frozen = make(scoring="npmi").freeze()
    frozen.save(str(tmp_path / "a"))
    loaded = FrozenPhrases.load(tmp_path / "a")
    assert loaded.phrasegrams == frozen.phrasegrams
    assert str(loaded) == str(frozen)
    assert list(loaded[SENTENCES]) == list(frozen[SENTENCES])
    assert (loaded.scoring, loaded.min_count) == (frozen.scoring, frozen.min_count)
    with pytest.raises(FormatError, match="kind 'frozen_phrases', expected 'phrases'"):
        Phrases.load(tmp_path / "a")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies(duplicate: Any) -> None:
    phrases = make(scoring=custom)
    copied = duplicate(phrases)
    assert are_equal(phrases, copied)
    copied.add_vocab([["more"]])
    assert "more" not in phrases.vocab
    frozen = duplicate(phrases.freeze())
    assert frozen.phrasegrams == phrases.export_phrases()
    assert frozen.scoring is custom
    assert duplicate(frozen.phrasegrams) == frozen.phrasegrams


def test_a_user_defined_scorer_must_be_passed_to_load(tmp_path: Path) -> None:
    phrases = make(scoring=custom)
    phrases.save(tmp_path / "a")
    with pytest.raises(ValueError, match=r"custom:.*custom.*pass it to load\(\) as scoring="):
        Phrases.load(tmp_path / "a")
    assert are_equal(Phrases.load(tmp_path / "a", scoring=custom), phrases)


@pytest.mark.parametrize("is_frozen", [False, True])
def test_a_user_defined_scorer_is_imported_only_if_allowed(tmp_path: Path, is_frozen: bool) -> None:
    module = f"scorers_of_{is_frozen}"  # imported by no other test
    (tmp_path / f"{module}.py").write_text(
        "def constant(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):\n"
        "    return 1.0\n"
        "class Scorers:\n"
        "    constant = staticmethod(constant)\n",
        encoding="utf-8",
    )
    code = f"""
import sys
import {module}
from wordkin import Phrases
phrases = Phrases([["a", "b"]], min_count=1, threshold=0.5, scoring={module}.constant)
(phrases.freeze() if sys.argv[2] == "True" else phrases).save(sys.argv[1])
"""
    python_path = os.pathsep.join([str(tmp_path), *sys.path])
    path = tmp_path / "phrases"
    arguments = [sys.executable, "-c", code, str(path), str(is_frozen)]
    subprocess.run(arguments, check=True, env={**os.environ, "PYTHONPATH": python_path})
    cls = FrozenPhrases if is_frozen else Phrases
    with pytest.raises(FormatError, match=rf"\(custom:{module}:constant\): .* scoring=, or import_scoring=True"):
        cls.load(path)
    assert module not in sys.modules
    with pytest.raises(FormatError, match=rf"{module}:constant cannot be imported \(No module"):
        cls.load(path, import_scoring=True)
    archive = read_archive(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        for name in (f"{module}:constant", f"{module}.constant", f"{module}:Scorers.constant"):
            write_archive(path, archive.tensors, {**archive.metadata, "scoring": f"custom:{name}"})
            loaded = cls.load(path, import_scoring=True)
            assert loaded.scoring(1, 1, 1, 1, 1, 1) == 1.0
            assert loaded[["a", "b"]] == ["a_b"]
        for name in (f"{module}:Scorers", f"{module}:missing", f"{module}:Scorers.missing", "", ":", "."):
            write_archive(path, archive.tensors, {**archive.metadata, "scoring": f"custom:{name}"})
            with pytest.raises(FormatError, match=r"load\(\) as scoring="):
                cls.load(path, import_scoring=True)


def test_phrasegrams_can_be_changed() -> None:
    frozen = make().freeze()
    frozen.phrasegrams["in_new"] = 99.0
    assert frozen[["in", "new", "york"]] == ["in_new", "york"]
    del frozen.phrasegrams["in_new"]
    assert frozen[["in", "new", "york"]] == ["in", "new_york"]
    frozen.phrasegrams |= {"in_new": 0.4}  # not above the threshold
    assert frozen[["in", "new", "york"]] == ["in", "new_york"]
    frozen.threshold = 0.3
    assert frozen[["in", "new", "york"]] == ["in_new", "york"]
    frozen.phrasegrams.clear()
    assert frozen[["in", "new", "york"]] == ["in", "new", "york"]
    frozen.phrasegrams = {"new_york": 1.0}
    assert frozen[["in", "new", "york"]] == ["in", "new_york"]
    frozen.phrasegrams.pop("new_york")
    frozen.phrasegrams.setdefault("in_new", 5)
    assert frozen.find_phrases([["in", "new", "york"]]) == {"in_new": 5.0}
    assert frozen.score_candidate("in", "new", []) == ("in_new", 5.0)
    frozen.phrasegrams[5] = 1.0  # type: ignore[index]
    with pytest.raises(TypeError, match="scores must have keys of type str"):
        frozen[["in"]]


@pytest.mark.parametrize(
    ("tensor", "value"),
    [
        ("first", 99),
        ("first", -1),
        ("second", 99),
        ("second", -1),
        ("gap", 7),
        ("gap_last", 99),
        ("gap_before", 1),
        ("counts", 0),
        ("counts", -5),
        ("word_counts", -1),
    ],
)
def test_invalid_numbers_are_rejected(tmp_path: Path, tensor: str, value: int) -> None:
    make().save(tmp_path / "a")
    archive = read_archive(tmp_path / "a")
    plain = np.flatnonzero(archive.tensors["second"] >= 0)
    at = plain[0] if tensor in ("first", "second", "gap", "counts") else 0
    archive.tensors[tensor][at] = value
    write_archive(tmp_path / "a", archive.tensors, archive.metadata)
    with pytest.raises(FormatError, match="invalid content of a 'phrases' model"):
        Phrases.load(tmp_path / "a")


def test_damaged_files_are_rejected(tmp_path: Path) -> None:
    make().save(tmp_path / "a")
    archive = read_archive(tmp_path / "a")
    for name in archive.tensors:
        for other in (None, np.zeros(2, np.float32), np.zeros((2, 2), np.int64)):
            tensors = dict(archive.tensors)
            if other is None:
                del tensors[name]
            else:
                tensors[name] = other
            write_archive(tmp_path / "b", tensors, archive.metadata)
            with pytest.raises(FormatError):
                Phrases.load(tmp_path / "b")
    for name in archive.metadata:
        for value in (None, [1], "x\ty", {"a": 1}, True):
            metadata = dict(archive.metadata)
            metadata[name] = value
            if name == "delimiter" and isinstance(value, str):
                continue
            write_archive(tmp_path / "b", archive.tensors, metadata)
            with pytest.raises((FormatError, ValueError)):
                Phrases.load(tmp_path / "b")
    content = (tmp_path / "a").read_bytes()
    (tmp_path / "b").write_bytes(content[:-1])
    with pytest.raises(CorruptFileError):
        Phrases.load(tmp_path / "b")
    (tmp_path / "b").write_bytes(pickle.dumps({"vocab": {}}))
    with pytest.raises(FormatError):
        Phrases.load(tmp_path / "b")


class LabelledPhrases(Phrases):
    label = "none"


class LabelledFrozenPhrases(FrozenPhrases):
    label = "none"


def test_derived_classes_are_copied_and_loaded(tmp_path: Path) -> None:
    phrases = LabelledPhrases(SENTENCES, min_count=1, threshold=0.5)
    for number, model in enumerate((phrases, LabelledFrozenPhrases(phrases))):
        model.label = "mine"
        copied = pickle.loads(pickle.dumps(model))
        assert (type(copied), copied.label) == (type(model), "mine")
        model.save(tmp_path / str(number))
        loaded = type(model).load(tmp_path / str(number))
        assert (type(loaded), loaded.label) == (type(model), "none")
        assert list(loaded[SENTENCES]) == list(copied[SENTENCES]) == list(model[SENTENCES])
