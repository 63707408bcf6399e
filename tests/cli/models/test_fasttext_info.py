"""``wordkin info`` of fastText models."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from wordkin.fasttext import load_model

from ..conftest import Run

FORMATS = Path(__file__).resolve().parents[2] / "formats"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hs.bin", {"loss": "hs", "quantized": False, "buckets": 300, "min_n": 1, "max_n": 2, "word_ngrams": 1}),
        ("ova.bin", {"loss": "ova", "quantized": False, "buckets": 0, "min_n": 0, "max_n": 0}),
        ("cutoff.ftz", {"loss": "softmax", "quantized": True, "buckets": 218, "dtype": "uint8 codes"}),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_models_are_described(
    run: Run, tmp_path: Path, name: str, expected: dict[str, object], compressed: bool
) -> None:
    path = FORMATS / f"fasttext-{name}"
    if compressed:
        path = tmp_path / "model.gz"
        path.write_bytes(gzip.compress((FORMATS / f"fasttext-{name}").read_bytes()))
    facts = json.loads(run("info", path, "--json").out)
    model = load_model(path)
    assert facts["bytes"] == path.stat().st_size
    assert (facts["kind"], facts["model"], facts["vector_size"]) == ("fasttext", "supervised", 5)
    assert (facts["words"], facts["labels"]) == (len(model.get_words()), len(model.get_labels()))
    assert facts["first_labels"] == model.get_labels()[:5]
    assert {key: facts[key] for key in expected} == expected


def test_models_without_labels_are_described(run: Run) -> None:
    facts = json.loads(run("info", FORMATS / "fasttext.bin", "--json").out)
    assert (facts["model"], facts["words"], facts["vector_size"], facts["dtype"]) == ("cbow", 6, 6, "float32")
    assert "labels" not in facts
    outcome = run("info", FORMATS / "bad" / "no-such-file")
    assert outcome.status == 1
