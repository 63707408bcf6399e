"""``wordkin elmo encode``, ``wordkin elmo substitutes``, and ``info`` and ``convert`` of language models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wordkin import ELMo

from ..conftest import Run

h5py = pytest.importorskip("h5py")

SENTENCES = [["the", "dog", "barks"], ["the", "cat", "sleeps"], ["a", "dog", "sleeps"]] * 10


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a model after one epoch."""
    model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 6], [2, 8]], n_highway=0)
    model.train(SENTENCES, epochs=1, batch_size=2, unroll_steps=5, min_count=1, workers=1, progress=False)
    model.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def test_encode_writes_the_vectors_of_the_python_api(run: Run, folder: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the dog barks\n\na cat\n", encoding="utf-8")
    outcome = run("elmo", "encode", folder, text, tmp_path / "out.hdf5", "--json")
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out)["sentences"] == 3
    model = ELMo.from_pretrained(folder)
    with h5py.File(tmp_path / "out.hdf5") as file:
        np.testing.assert_array_equal(file["2"][...], model.encode([["a", "cat"]], "all")[0])
    run("elmo", "encode", folder, text, tmp_path / "out.safetensors", "--layers", "0,1", "--pooling", "mean")
    for bad in (["--layers", "5"], ["--layers", "low"], ["--batch-size", "0"]):
        outcome = run("elmo", "encode", folder, text, tmp_path / "other.hdf5", *bad)
        assert outcome.status == 2
        assert "layers" in outcome.err or "batch_size" in outcome.err


def test_substitutes_equal_those_of_the_python_api(run: Run, folder: Path) -> None:
    found = json.loads(run("elmo", "substitutes", folder, "the ___ barks", "--topn", "3", "--json").out)
    expected = ELMo.from_pretrained(folder).substitutes(["the", "", "barks"], 1, topn=3)
    assert [answer["word"] for answer in found] == [word for word, _ in expected]
    lines = run("elmo", "substitutes", folder, "the", "dog", "barks", "--position", "1").out.splitlines()
    assert len(lines) == 6
    assert "___ once" in run("elmo", "substitutes", folder, "the dog").err
    assert "--position" in run("elmo", "substitutes", folder, "the dog", "--position", "2").err


def test_conversion_to_hdf5_and_back(run: Run, folder: Path, tmp_path: Path) -> None:
    run("convert", folder, tmp_path / "official")
    assert (tmp_path / "official" / "weights.hdf5").is_file()
    facts = json.loads(run("info", tmp_path / "official", "--json").out)
    assert facts["kind"] == "language model in the format of the original program"
    assert facts["projection_dim"] == 8
    run("convert", tmp_path / "official" / "options.json", tmp_path / "a", "--weights",
        tmp_path / "official" / "weights.hdf5")  # fmt: skip
    run("convert", tmp_path / "official", tmp_path / "b")
    model = ELMo.from_pretrained(folder)
    for name in "ab":
        back = ELMo.from_pretrained(tmp_path / name)
        assert back.vocabulary == model.vocabulary
        assert all(tensor.tobytes() == model.parameters[key].tobytes() for key, tensor in back.parameters.items())
    assert "got text" in run("convert", folder, tmp_path / "c.txt", "--to", "text").err


def test_conversion_in_a_sandbox(run_process: Run, folder: Path, tmp_path: Path) -> None:
    run_process("convert", folder, tmp_path / "official")
    outcome = run_process("convert", "--sandbox", tmp_path / "official", tmp_path / "back", "--json")
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out)["format"] == "model"
    back = ELMo.from_pretrained(tmp_path / "back")
    for name, tensor in ELMo.from_pretrained(folder).parameters.items():
        np.testing.assert_array_equal(tensor, back.parameters[name])
    (tmp_path / "official" / "weights.hdf5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(1000))
    outcome = run_process("convert", "--sandbox", tmp_path / "official", tmp_path / "other")
    assert outcome.status == 1
    assert "libhdf5 cannot open it" in outcome.err


def test_models_with_8_bit_weights(run: Run, folder: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the dog barks\na cat\n", encoding="utf-8")
    outcome = run("convert", folder, tmp_path / "small", "--precision", "int8")
    assert outcome.status == 0, outcome.err
    facts = [json.loads(run("info", path, "--json").out) for path in (folder, tmp_path / "small")]
    assert [fact["weights"] for fact in facts] == [
        "float32",
        "8-bit integers in the recurrent layers, for inference only",
    ]
    assert facts[0]["parameters"] == facts[1]["parameters"] and facts[0]["bytes"] > facts[1]["bytes"]
    for model, flags in (
        (folder, ["--precision", "int8"]),
        (tmp_path / "small", []),
        (tmp_path / "small", ["--precision", "auto"]),
    ):
        outcome = run("elmo", "encode", model, text, tmp_path / "out.hdf5", *flags)
        assert outcome.status == 0, outcome.err
        with h5py.File(tmp_path / "out.hdf5") as file:
            expected = ELMo.from_pretrained(folder).encode([["a", "cat"]], "all", precision="int8")[0]
            np.testing.assert_array_equal(file["1"][...], expected)
    measured = [
        json.loads(run("elmo", "perplexity", model, text, *flags, "--json").out)["mean"]
        for model, flags in ((folder, ["--precision", "int8"]), (tmp_path / "small", []))
    ]
    assert measured[0] == measured[1]
    assert run("elmo", "substitutes", tmp_path / "small", "the ___ barks", "--precision", "int8").status == 0
    refused = run("elmo", "encode", tmp_path / "small", text, tmp_path / "out.hdf5", "--precision", "float32")
    assert refused.status != 0 and "8-bit weights" in refused.err
    refused = run("convert", tmp_path / "small", tmp_path / "official")
    assert refused.status != 0 and "needs float32 weights" in refused.err and not (tmp_path / "official").exists()
    assert (
        "--precision applies to --to model"
        in run("convert", folder, tmp_path / "o", "--precision", "int8", "--to", "official").err
    )
    assert "invalid choice: 'int8'" in run("elmo", "train", text, "-o", tmp_path / "m", "--precision", "int8").err
