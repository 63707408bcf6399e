"""A config.json that contradicts the model in the same folder is an error: a change of it is never ignored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, SequenceTagger, TextClassifier
from wordkin.errors import FormatError

OPTIONS: dict[str, Any] = {"hidden_dim": 3, "epochs": 1, "random_state": 1, "workers": 1, "progress": False}


def saved_model(kind: str, folder: Path) -> Callable[[], object]:
    """Save a model, and return a function that loads it."""
    estimator: Any
    if kind == "tagger":
        estimator = SequenceTagger(embedding_dim=2, **OPTIONS).fit([["a", "b"]] * 2, [["X", "Y"]] * 2)
    else:
        kv = KeyedVectors(2)
        kv.add_vectors(["a", "b"], np.eye(2, dtype=np.float32))
        model = ELMo(dim=4, projection_dim=2, n_layers=1, char_dim=2, filters=[[1, 3]], n_highway=0)
        model.initialize()
        estimator = TextClassifier([kv, model], class_weight={0: 1.0, 1: 2.0}, **OPTIONS).fit(
            ["a", "b"] * 2, [0, 1] * 2
        )
    estimator.save(folder)
    return lambda: type(estimator).load(folder)


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "parameter": (lambda config: config["params"].update(max_length=7), r"params\.max_length is 7, but .* with 5000"),
    "removed parameter": (lambda config: config["params"].pop("max_length"), r"params\.max_length is None, but"),
    "added key": (lambda config: config.update(extra=[1]), r"extra is \[1\], but .* with None"),
    "class": (lambda config: config["state"].update(classes=["x", "y"]), r"state\.classes is \['x', 'y'\], but"),
    "kind": (lambda config: config.update(kind="other"), r"kind is 'other', but"),
    "source": (lambda config: config["sources"].append({}), r"sources is \[.*, but"),
}


@pytest.mark.parametrize("kind", ["classifier", "tagger"])
@pytest.mark.parametrize("change", CHANGES)
def test_changed_config(tmp_path: Path, kind: str, change: str) -> None:
    load = saved_model(kind, tmp_path)
    load()
    path = tmp_path / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    modify, message = CHANGES[change]
    path.write_text(json.dumps(config), encoding="utf-8")
    load()  # the layout is free
    modify(config)
    path.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(FormatError, match=rf"config\.json: {message}"):
        load()
    path.unlink()
    load()


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"7", b"\xff", b"[" * 100_000])
def test_damaged_config(tmp_path: Path, text: bytes) -> None:
    load = saved_model("tagger", tmp_path)
    (tmp_path / "config.json").write_bytes(text)
    with pytest.raises(FormatError, match=r"config\.json: (not valid JSON|must be a JSON object)"):
        load()


def test_changed_options_of_the_language_model_in_the_folder(tmp_path: Path) -> None:
    load = saved_model("classifier", tmp_path)
    (path,) = tmp_path.rglob("options.json")
    options = json.loads(path.read_text(encoding="utf-8"))
    options["lstm"]["cell_clip"] = 9.0
    path.write_text(json.dumps(options), encoding="utf-8")
    with pytest.raises(FormatError, match=r"options\.json: lstm\.cell_clip is 9\.0"):
        load()
