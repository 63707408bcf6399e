"""Files of a model's folder that contradict each other are an error: a change of them is never ignored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wordkin import ELMo
from wordkin.errors import FormatError


@pytest.fixture
def folder(trained: ELMo, tmp_path: Path) -> Path:
    trained.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def options_of(folder: Path) -> dict[str, Any]:
    options: dict[str, Any] = json.loads((folder / "options.json").read_text(encoding="utf-8"))
    return options


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "clip": (lambda o: o["lstm"].update(cell_clip=5.0), r"lstm\.cell_clip is 5\.0, but .* was saved with 3\.0"),
    "no clip": (lambda o: o["lstm"].update(proj_clip=None), r"lstm\.proj_clip is None, but"),
    "dimension": (lambda o: o["lstm"].update(dim=32), r"lstm\.dim is 32, but .* was saved with 16"),
    "cell": (lambda o: o["wordkin"].update(cell="rnn"), r"wordkin\.cell is 'rnn', but .* 'lstm'"),
    "filters": (lambda o: o["char_cnn"]["filters"].append([3, 4]), r"char_cnn\.filters is .*\[3, 4\]\], but"),
    "training": (lambda o: o.update(dropout=0.5), r"dropout is 0\.5, but .* was saved with 0\.1"),
    "added key": (lambda o: o["lstm"].update(dropout=0.5), r"lstm\.dropout is 0\.5, but .* was saved with None"),
    "removed key": (lambda o: o["lstm"].pop("n_layers"), r"lstm\.n_layers is None, but .* was saved with 2"),
    "removed group": (lambda o: o.pop("wordkin"), r"wordkin\.cell is None, but"),
    "group of another type": (lambda o: o.update(lstm=7), r"lstm\.cell_clip is None, but"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_options(folder: Path, change: str) -> None:
    options = options_of(folder)
    modify, message = CHANGES[change]
    modify(options)
    (folder / "options.json").write_text(json.dumps(options), encoding="utf-8")
    with pytest.raises(FormatError, match=rf"options\.json: {message}"):
        ELMo.from_pretrained(folder)
    assert ELMo.from_pretrained(folder / "weights.safetensors").options.dim == 16  # one file, which is the truth
    (folder / "options.json").unlink()
    assert ELMo.from_pretrained(folder).options.dim == 16


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"\xff", b'{"lstm": NaN}', b"[" * 100_000, b" " * (1 << 21)])
def test_damaged_options(folder: Path, text: bytes) -> None:
    (folder / "options.json").write_bytes(text)
    with pytest.raises(FormatError, match=r"options\.json"):
        ELMo.from_pretrained(folder)


@pytest.mark.parametrize("indent", [None, 1, 8])
def test_the_layout_of_options_is_free(folder: Path, indent: int | None) -> None:
    (folder / "options.json").write_text(json.dumps(options_of(folder), indent=indent), encoding="utf-8")
    assert ELMo.from_pretrained(folder).options.dim == 16


WORDS: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "other word": (lambda words: [*words[:4], "kiwis", *words[5:]], r"line 5 is 'kiwis', but .* was saved with '.+'"),
    "other order": (lambda words: [*words[:3], *sorted(words[3:], reverse=True)], r"line \d+ is "),
    "missing word": (lambda words: words[:-1], r"line 12 is '', but .* was saved with"),
    "added word": (lambda words: [*words, "kiwis"], r"has not the 12 words of weights\.safetensors"),
    "many added words": (lambda words: [*words, *["kiwis"] * 1000], r"has not the 12 words"),
    "no words": (lambda words: [], r"line 1 is '', but"),
}


@pytest.mark.parametrize("change", WORDS)
def test_changed_vocabulary(folder: Path, trained: ELMo, change: str) -> None:
    assert trained.vocabulary is not None
    modify, message = WORDS[change]
    text = "".join(f"{word}\n" for word in modify(trained.vocabulary))
    (folder / "vocabulary.txt").write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=rf"vocabulary\.txt: {message}"):
        ELMo.from_pretrained(folder)
    (folder / "vocabulary.txt").unlink()
    assert ELMo.from_pretrained(folder).vocabulary == trained.vocabulary


def test_a_vocabulary_of_a_model_that_has_none(small_model: Callable[..., ELMo], tmp_path: Path) -> None:
    model = small_model()
    model.initialize()
    model.save_pretrained(tmp_path)
    (tmp_path / "vocabulary.txt").write_text("apples\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"vocabulary\.txt: has not the 0 words"):
        ELMo.from_pretrained(tmp_path)


def test_line_ends_of_windows_are_no_contradiction(folder: Path, trained: ELMo) -> None:
    for name in ("options.json", "vocabulary.txt"):
        path = folder / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert ELMo.from_pretrained(folder).vocabulary == trained.vocabulary


def test_files_of_two_models(folder: Path, small_model: Callable[..., ELMo], tmp_path: Path) -> None:
    """Copies of single files of another model are found, as well as changes by hand."""
    other = small_model(dim=24)
    other.initialize(["figs"])
    other.save_pretrained(tmp_path / "other")
    for name in ("options.json", "vocabulary.txt"):
        own = (folder / name).read_bytes()
        (folder / name).write_bytes((tmp_path / "other" / name).read_bytes())
        with pytest.raises(FormatError, match=name):
            ELMo.from_pretrained(folder)
        (folder / name).write_bytes(own)
    (folder / "weights.safetensors").write_bytes((tmp_path / "other" / "weights.safetensors").read_bytes())
    with pytest.raises(FormatError, match=r"options\.json: "):
        ELMo.from_pretrained(folder)
