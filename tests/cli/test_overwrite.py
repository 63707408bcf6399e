"""No command replaces a file that it reads, and every one says so before it does anything."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, Phrases
from wordkin.errors import OverwriteError

from .conftest import Run

TEXT = "one two three four five six seven eight nine ten\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the current one, with a file of each kind that commands read."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.txt", "c.safetensors"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "texts" / "more" / "old").mkdir(parents=True)
    (tmp_path / "texts" / "more" / "b.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "texts" / "more" / "link.txt").symlink_to("../../b.txt")
    (tmp_path / "link.txt").symlink_to("a.txt")
    (tmp_path / "texts-link").symlink_to("texts")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "more").symlink_to("../texts/more")
    os.link("a.txt", "hard.txt")
    os.link("a.txt", "hard.safetensors")
    kv = KeyedVectors(2)
    kv.add_vectors(["a", "b"], np.eye(2), extras={"count": [2, 1]})
    kv.save("kv.safetensors")
    kv.save_word2vec_format("kv.txt")
    kv.save_word2vec_format("kv.npy")  # the name is that of a matrix that can be written
    Path("kv-link.txt").symlink_to("kv.txt")
    Path("kv_tensor.tsv").symlink_to("kv.txt")
    (tmp_path / "model").mkdir()
    for name in ("options.json", "vocabulary.txt", "config.json", "weights.safetensors"):
        (tmp_path / "model" / name).write_text("{}", encoding="utf-8")
    return tmp_path


COMMANDS = [
    "train a.txt -o a.txt --format text",
    "train a.txt -o ./a.txt --format text",
    "train a.txt -o link.txt",
    "train link.txt -o hard.txt",
    "train texts -o texts/vectors.txt",
    "train texts -o texts/more/b.txt",
    "train texts -o texts/more/old/vectors.txt",
    "train texts -o links/more/vectors.txt",
    "train texts-link -o texts/more/b.txt",
    "train texts -o b.txt",  # linked in the folder
    "train texts --save-vocab texts/more/b.txt -o vectors.txt",
    "train ./*.txt -o a.txt --format text",
    "train b.txt a.txt -o a.txt",
    "train a.txt -o new.txt --save-vocab a.txt",
    "train a.txt -o new.txt --save-vocab new.txt",
    "train a.txt -o b.txt --read-vocab b.txt",
    "vocab a.txt -o a.txt",
    "vocab texts -o texts/a.txt",
    "vocab texts -o texts/more/b.txt",
    "vocab ./*.txt -o a.txt",
    "phrases a.txt -o hard.txt",
    "phrases texts -o texts/more/b.txt",
    "phrases texts -o b.txt",
    "phrases ./*.txt -o a.txt",
    "phrases a.txt -o new.txt --export a.txt",
    "phrases a.txt -o new.txt --save link.txt",
    "phrases a.txt -o new.txt --connector-words b.txt --export b.txt",
    "phrases a.txt -o new.txt --export new.txt",
    "elmo train texts -o texts",
    "elmo train model/vocabulary.txt -o model",
    "elmo train a.txt --validation model/vocabulary.txt -o model",
    "elmo train a.txt --vocabulary model/vocabulary.txt -o model",
    "elmo train a.txt --options model/options.json -o model",
    "elmo train texts -o new --checkpoint texts",
    "elmo train a.txt --from model -o model",
    "elmo encode model a.txt hard.safetensors",
    "elmo encode model a.txt model/weights.safetensors",
    "elmo encode model/options.json --weights c.safetensors a.txt c.safetensors",
    "convert kv.txt kv.txt",
    "convert kv.txt kv-link.txt",
    "convert kv.safetensors kv.safetensors",
    "convert kv.txt kv --to projector",
    "vectors kv.safetensors a -o kv.safetensors",
    "vectors kv.txt a -o kv-link.txt",
    "vectors kv.npy a -o kv.npy",
    "convert kv.txt new.bin --save-vocab kv.txt",
    "convert kv.txt new.bin --read-vocab a.txt --save-vocab a.txt",
    "convert --sandbox kv.txt kv.txt",
    "convert model/options.json --weights c.safetensors model",
    "align kv.txt b.txt -o kv.txt",
    "align b.txt kv.txt -o kv-link.txt",
    "align kv.txt b.txt --words a.txt -o hard.txt",
    "align kv.txt b.txt --dictionary a.txt -o new.txt --target-output link.txt",
    "explore kv.txt -o kv-link.txt",
    "classify train model/config.json -o model",
    "classify train a.txt --dev model/config.json -o model",
    "tag train a.txt --embedding model -o model",
]


@pytest.mark.skipif(os.name == "nt", reason="links")
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_refuse_to_replace_an_input(run: Run, folder: Path, command: str) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    outcome = run(*command.split())
    assert outcome.status == 1
    assert "must not" in outcome.err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_functions_refuse_to_replace_an_input(folder: Path) -> None:
    phrases = Phrases([["one", "two"]] * 5, min_count=1, threshold=0.1)
    for detector in (phrases, phrases.freeze()):
        for source in ("a.txt", "link.txt", Path("hard.txt")):
            with pytest.raises(OverwriteError):
                detector.apply_file(source, "a.txt")
        for target in ("texts/new.txt", "texts/more/b.txt", "texts-link/new.txt", "links/more/new.txt", "b.txt"):
            with pytest.raises(OverwriteError):
                detector.apply_file("texts", target)
    elmo = ELMo(dim=8, projection_dim=4, filters=[(1, 4)], n_highway=0)
    with pytest.raises(OverwriteError):
        elmo.encode_file("a.txt", "hard.safetensors")
    with pytest.raises(OverwriteError):
        elmo.train("texts", checkpoint="texts")
    kv = KeyedVectors.load("kv.safetensors")
    with pytest.raises(OverwriteError):
        kv.save_word2vec_format("new.txt", fvocab="./new.txt")
    assert Path("a.txt").read_text(encoding="utf-8") == Path("texts/a.txt").read_text(encoding="utf-8") == TEXT
    assert not Path("new.txt").exists()
