"""Inference with weights and activations rounded to 8-bit integers."""

from __future__ import annotations

import copy
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from elmo.inference.models import SENTENCES, assert_identical, scale_parameters
from wordkin import ELMo
from wordkin.errors import FormatError, PrecisionError
from wordkin.runtime import compute
from wordkin.storage import read_archive
from wordkin.storage.archive_bytes import save_archive

WORDS = ["apples", "pears", "plums", "and", "red"]
Floats = NDArray[np.float32]


@pytest.fixture
def language_model(small_model: Callable[..., ELMo]) -> ELMo:
    """An untrained model with a softmax, whose vectors differ clearly between tokens."""
    model = small_model(dim=37, projection_dim=11)
    model.initialize(WORDS, seed=3)
    for tensor in model.parameters.values():
        tensor *= np.float32(3)
    model.parameters_changed()
    return model


@pytest.fixture
def rounded(language_model: ELMo, tmp_path: Path) -> ELMo:
    language_model.save_pretrained(tmp_path / "rounded", precision="int8")
    return ELMo.from_pretrained(tmp_path / "rounded")


def cosines(one: list[Floats], other: list[Floats]) -> Floats:
    a, b = np.concatenate(one, axis=1), np.concatenate(other, axis=1)
    products: Floats = (a * b).sum(axis=-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    return products


@pytest.mark.parametrize("options", [{}, {"cell": "rnn"}, {"projection_dim": 16}, {"token_input": True}])
def test_layers_are_close_to_those_of_float32(small_model: Callable[..., ELMo], options: dict[str, Any]) -> None:
    model = small_model(**options)
    model.initialize(WORDS, seed=3)
    for tensor in model.parameters.values():
        tensor *= np.float32(3)
    model.parameters_changed()
    sentences = [sentence for sentence in SENTENCES if sentence]
    exact, found = (model.encode(sentences, "all", precision=p) for p in ("float32", "int8"))
    similar = cosines(exact, found)
    np.testing.assert_array_equal(similar[0], cosines(exact, exact)[0])  # the token layer is not rounded
    assert similar.min() > 0.98
    assert not np.array_equal(np.concatenate(exact, axis=1), np.concatenate(found, axis=1))


def test_sentences_do_not_depend_on_the_batch_and_the_threads(language_model: ELMo) -> None:
    together = language_model.encode(SENTENCES, "all", precision="int8", workers=1)
    for workers in (1, 2, 3):
        alone = [language_model.encode([s], "all", precision="int8", workers=workers)[0] for s in SENTENCES]
        assert_identical(alone, together)
        backwards = language_model.encode(SENTENCES[::-1], "all", precision="int8", workers=workers)
        assert_identical(backwards[::-1], together)
    assert_identical(list(language_model.encode_iter(SENTENCES, "all", precision="int8", batch_size=2)), together)


def test_long_sentences_are_the_same_in_pieces(language_model: ELMo, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = ["red", "apples", "and", "plums"] * 10
    whole = language_model.encode([sentence], "all", precision="int8")
    monkeypatch.setattr("wordkin.elmo.inference.embedding.MAX_BATCH_TOKENS", 7)
    assert_identical(language_model.encode([sentence], "all", precision="int8"), whole)


def test_every_instruction_set_gives_close_vectors(
    language_model: ELMo, any_isa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Integer sums are the same everywhere; gates differ by float32 rounding, which can change an integer by one."""
    best = language_model.encode(SENTENCES, "all", precision="int8")
    monkeypatch.setenv("WORDKIN_MAX_ISA", any_isa)
    for one, other in zip(language_model.encode(SENTENCES, "all", precision="int8"), best, strict=True):
        np.testing.assert_allclose(one, other, atol=0.02)


def test_all_calls_accept_the_precision(language_model: ELMo, tmp_path: Path) -> None:
    options: Any = {"precision": "int8"}
    text = [["red", "apples"], ["plums", "and", "pears"]] * 20
    perplexities = [language_model.perplexity(text, precision=p).mean for p in ("float32", "int8", "auto", None)]
    assert perplexities[0] == perplexities[3] != perplexities[1]
    assert perplexities[1] == pytest.approx(perplexities[0], rel=0.02)
    exact, found = (language_model.score("red plums", precision=p).forward for p in ("float32", "int8"))
    np.testing.assert_allclose(found, exact, atol=0.1)
    assert dict(language_model.substitutes(["red", "plums"], 1, **options)).keys() >= set(WORDS)
    np.testing.assert_array_equal(
        language_model.to_keyed_vectors(["red"], **options).vectors, language_model.to_keyed_vectors(["red"]).vectors
    )
    distilled = language_model.distill(text, progress=False, **options).vectors
    np.testing.assert_allclose(distilled, language_model.distill(text, progress=False).vectors, atol=0.05)
    (tmp_path / "text.txt").write_text("red apples\nplums\n", encoding="utf-8")
    assert language_model.encode_file(tmp_path / "text.txt", tmp_path / "v.safetensors", progress=False, **options) == 2


def test_stateful_calls_carry_the_state(language_model: ELMo) -> None:
    options: Any = {"layers": "all", "precision": "int8", "stateful": True}
    first = language_model.encode([["red", "plums"]], **options)[0]
    second = language_model.encode([["red", "plums"]], **options)[0]
    assert not np.array_equal(first[1:], second[1:])
    language_model.reset_state()
    np.testing.assert_array_equal(language_model.encode([["red", "plums"]], **options)[0], first)


def test_auto_chooses_by_the_instruction_set(language_model: ELMo, monkeypatch: pytest.MonkeyPatch) -> None:
    for isa, expected in (("baseline", "float32"), (compute.available_isas()[-1], "int8")):
        monkeypatch.setenv("WORDKIN_MAX_ISA", isa)
        if compute.choose_isa() == "baseline":
            expected = "float32"
        chosen = language_model.encode(SENTENCES, "all", precision="auto")
        assert_identical(chosen, language_model.encode(SENTENCES, "all", precision=expected))  # type: ignore[arg-type]


def test_saved_weights_give_the_same_vectors(language_model: ELMo, rounded: ELMo, tmp_path: Path) -> None:
    expected = language_model.encode(SENTENCES, "all", precision="int8")
    for precision in (None, "int8", "auto"):
        assert_identical(rounded.encode(SENTENCES, "all", precision=precision), expected)  # type: ignore[arg-type]
    text = [["red", "apples"], ["plums", "and", "pears"]] * 20
    assert rounded.perplexity(text) == language_model.perplexity(text, precision="int8")
    score, expected_score = rounded.score("red plums"), language_model.score("red plums", precision="int8")
    np.testing.assert_array_equal(score.forward, expected_score.forward)
    for other in (copy.deepcopy(rounded), pickle.loads(pickle.dumps(rounded))):
        assert_identical(other.encode(SENTENCES, "all"), expected)
    rounded.save_pretrained(tmp_path / "again")
    assert_identical(ELMo.from_pretrained(tmp_path / "again").encode(SENTENCES, "all"), expected)
    one, other = (tmp_path / name / "weights.safetensors" for name in ("again", "rounded"))
    assert one.read_bytes() == other.read_bytes()
    rounded.save_pretrained(tmp_path / "rounded")  # over the file that its weights are mapped from
    assert_identical(ELMo.from_pretrained(tmp_path / "rounded").encode(SENTENCES, "all"), expected)


def test_saved_weights_are_small_and_mapped(small_model: Callable[..., ELMo], tmp_path: Path) -> None:
    model = small_model(dim=512, projection_dim=64, n_layers=2)
    model.initialize()
    model.save_pretrained(tmp_path / "whole")
    model.save_pretrained(tmp_path / "rounded", precision="int8")
    whole, small = ((tmp_path / name / "weights.safetensors").stat().st_size for name in ("whole", "rounded"))
    assert small < 0.28 * whole
    assert not (tmp_path / "rounded" / "optimizer.safetensors").exists()
    loaded = ELMo.from_pretrained(tmp_path / "rounded")
    assert not any(tensor.flags.owndata or tensor.flags.writeable for tensor in loaded.parameters.values())
    kinds = {name.rpartition("/")[2]: tensor.dtype for name, tensor in loaded.parameters.items()}
    assert kinds["W_0"] == kinds["W_P_0"] == np.int8 and kinds["scales"] == kinds["B"] == np.float32


def test_models_show_that_their_weights_are_rounded(language_model: ELMo, rounded: ELMo) -> None:
    assert repr(rounded) == repr(language_model).removesuffix(">") + ", 8-bit weights>"
    assert "8-bit integers" in rounded._repr_html_()
    assert "8-bit" not in language_model._repr_html_()


def test_rounded_weights_are_for_inference_only(rounded: ELMo, tmp_path: Path) -> None:
    refusals: list[tuple[str, Callable[[], object]]] = [
        ("training needs float32 weights", lambda: rounded.train([["red"]] * 9, min_count=1, epochs=1)),
        (
            "the format of the original program needs float32 weights",
            lambda: rounded.export_hdf5(tmp_path / "official"),
        ),
        ("fine-tuning needs float32 weights", lambda: rounded.forward([["red"]])),
        ("saving with precision='float32' needs", lambda: rounded.save_pretrained(tmp_path / "s", precision="float32")),
        ("precision must be 'int8' or 'auto'.*got 'float32'", lambda: rounded.encode("red", precision="float32")),
        ("precision must be 'int8' or 'auto'.*got 'bfloat16'", lambda: rounded.score(["red"], precision="bfloat16")),
    ]
    for message, call in refusals:
        with pytest.raises(PrecisionError, match=message):
            call()
    assert not (tmp_path / "official").exists() and not (tmp_path / "s").exists()
    rounded.initialize(WORDS)  # new float32 weights
    assert all(tensor.dtype == np.float32 for tensor in rounded.parameters.values())


@pytest.mark.parametrize("precision", ["int8", "auto"])
def test_training_is_refused_with_the_reason(language_model: ELMo, precision: Any) -> None:
    with pytest.raises(PrecisionError, match=f"for training, got '{precision}': the changes of a training step are"):
        language_model.train([["red"]] * 9, precision=precision)
    with pytest.raises(PrecisionError, match=f"for fine-tuning, got '{precision}': rounded weights have no gradients"):
        language_model.forward([["red"]], precision=precision)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["W_0", "W_P_0"])
def test_weights_without_a_scale_are_refused(language_model: ELMo, tmp_path: Path, name: str, value: float) -> None:
    tensor = next(t for key, t in language_model.parameters.items() if key.endswith(f"/{name}"))
    tensor[3, 5] = value
    language_model.parameters_changed()
    for call in (
        lambda: language_model.encode("red", precision="int8"),
        lambda: language_model.perplexity([["red"]], precision="int8"),
        lambda: language_model.save_pretrained(tmp_path / "rounded", precision="int8"),
    ):
        with pytest.raises(PrecisionError, match=f"{name} has infinite or NaN elements, which cannot be rounded"):
            call()
    assert not (tmp_path / "rounded").exists()
    tensor[3, 5] = 0.5
    language_model.parameters_changed()
    assert np.isfinite(language_model.encode("red", precision="int8")).all()


def test_columns_and_rows_of_zeros(language_model: ELMo) -> None:
    for name, tensor in language_model.parameters.items():
        if name.endswith("/W_0"):
            tensor[:, ::2] = 0
        if name.endswith("/W_P_0"):
            tensor[...] = 0  # the state stays 0, so that the products of all later steps are 0
    language_model.parameters_changed()
    found = language_model.encode([["red", "plums"]], "all", precision="int8")[0]
    assert (found[1] == 0).all()


def test_activations_that_overflow_leave_other_sentences_alone(small_model: Callable[..., ELMo]) -> None:
    model = small_model(token_input=True, use_skip_connections=False)
    model.initialize(WORDS, seed=3)
    expected = model.encode([["plums"], ["and", "red"]], "all", precision="int8")
    model.parameters["embedding"][model.vocabulary.index("pears")] = 1e38  # type: ignore[union-attr]
    model.parameters["embedding"][model.vocabulary.index("apples")] = np.inf  # type: ignore[union-attr]
    model.parameters_changed()
    found = model.encode([["plums"], ["apples"], ["and", "red"], ["pears"]], "all", precision="int8")
    assert_identical([found[0], found[2]], expected)
    assert np.isnan(found[1][1:]).all()
    assert np.isfinite(found[3]).all()  # the products are large, and saturate the gates


def test_damaged_files_are_refused(language_model: ELMo, tmp_path: Path) -> None:
    language_model.save_pretrained(tmp_path / "good", precision="int8")
    weights = tmp_path / "good" / "weights.safetensors"
    archive = read_archive(weights)
    name = next(name for name in archive.tensors if name.endswith("W_P_0"))
    changes: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("must be int8 of shape", {name: archive.tensors[name].astype(np.float32)}, {}),
        ("must be float32 of shape", {name + "/scales": np.ones((2, 11), np.float32)}, {}),
        ("the precision of the weights must be 'float32' or 'int8', got 'int4'", {}, {"precision": "int4"}),
        ("must be float32 of shape", {}, {"precision": "float32"}),
    ]
    for number, (message, tensors, metadata) in enumerate(changes):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "good", folder)
        save_archive(folder / "weights.safetensors", {**archive.tensors, **tensors}, {**archive.metadata, **metadata})
        with pytest.raises(FormatError, match=message):
            ELMo.from_pretrained(folder)


def test_an_int8_model_replaces_a_float32_one_and_its_optimizer_state(
    small_model: Callable[..., ELMo], tmp_path: Path
) -> None:
    model = small_model()
    model.train([["red", "plums"]] * 20, min_count=1, epochs=1, batch_size=2, unroll_steps=4, progress=False)
    model.save_pretrained(tmp_path / "m")
    assert (tmp_path / "m" / "optimizer.safetensors").exists()
    model.save_pretrained(tmp_path / "m", precision="int8")
    assert not (tmp_path / "m" / "optimizer.safetensors").exists()
    report = model.train([["red", "plums"]] * 20, min_count=1, epochs=1, batch_size=2, unroll_steps=4, progress=False)
    assert np.isfinite(report.losses).all()  # the model itself keeps its float32 weights


def test_scaled_models_of_other_tests_work_too(small_model: Callable[..., ELMo]) -> None:
    model = scale_parameters(small_model(n_layers=3))
    assert np.isfinite(model.encode(["Red plums"], "top", precision="int8")[0]).all()
