"""Results equal those of gensim 4.4, which `oracle/make_gensim_oracle.py` recorded."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors

ORACLE = json.loads((Path(__file__).parent / "oracle" / "gensim.json").read_text(encoding="utf-8"))

# gensim computes in float32. The 8 terms of dot products and the two norms are rounded at most 16 times in all, each
# time by half an eps of a value of at most 2.
TOLERANCE = 16 * float(np.finfo(np.float32).eps)


def name_of(answer: dict[str, Any]) -> str:
    return f"{answer['method']}-{json.dumps(answer['args'])[:40]}-{json.dumps(answer['kwargs'])[:40]}"


def decoded(argument: Any, folder: Path) -> Any:
    if isinstance(argument, dict) and "array" in argument:
        return np.array(argument["array"], dtype=np.float32)
    if isinstance(argument, dict) and "file" in argument:
        path = folder / "set.txt"
        path.write_text(argument["file"], encoding="utf-8")
        return path
    return [decoded(item, folder) for item in argument] if isinstance(argument, list) else argument


def check_same(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, dict) and set(theirs) == {"array"}:
        expected = np.array(theirs["array"])
        assert isinstance(ours, np.ndarray) and ours.shape == expected.shape
        np.testing.assert_allclose(ours, expected, rtol=0, atol=TOLERANCE)
    elif isinstance(theirs, dict):
        assert ours.keys() == theirs.keys()
        for key in theirs:
            check_same(ours[key], theirs[key])
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for mine, expected in zip(ours, theirs, strict=True):
            check_same(mine, expected)
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=0, abs=TOLERANCE, nan_ok=True)
    else:
        assert ours == theirs


@pytest.fixture(params=["added vectors", "padded rows", "read-only"])
def vectors(request: pytest.FixtureRequest) -> KeyedVectors:
    words, rows = ORACLE["words"], np.array(ORACLE["vectors"], dtype=np.float32)
    counts = np.arange(100, 100 - len(words), -1)
    if request.param == "added vectors":
        kv = KeyedVectors(8)
        kv.add_vectors(words, rows, extras={"count": counts})
        return kv
    if request.param == "padded rows":
        padded = np.full((len(words), 16), np.nan, dtype=np.float32)
        padded[:, :8] = rows
        return KeyedVectors.from_vocabulary(words, padded[:, :8], counts)
    rows.setflags(write=False)
    return KeyedVectors.from_vocabulary(words, rows, counts)


@pytest.mark.parametrize("answer", ORACLE["answers"], ids=name_of)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_results_equal_those_of_gensim(answer: dict[str, Any], vectors: KeyedVectors, tmp_path: Path) -> None:
    def call() -> Any:
        return getattr(vectors, answer["method"])(*decoded(answer["args"], tmp_path), **answer["kwargs"])

    if "raises" in answer:
        with pytest.raises(getattr(builtins, answer["raises"])):
            call()
        return
    result = call()
    check_same(result, answer["result"])
    # gensim returns single cosines as NumPy scalars, which `json` and others do not accept.
    assert type(result).__name__ == ("float" if answer["type"] in ("float32", "float64") else answer["type"])
