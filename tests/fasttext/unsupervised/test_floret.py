"""Training of floret's tables, in which words and n-grams share hash buckets."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference import subwords as reference
from wordkin import FastText, _core
from wordkin.errors import FormatError
from wordkin.fasttext import FastTextModel, save_facebook_model, train_unsupervised
from wordkin.vectors import FastTextKeyedVectors

SENTENCES = [["apples", "and", "pears"], ["pears", "and", "plums"], ["größe", "слово", "</s>"]] * 5
OPTIONS: dict[str, Any] = {"vector_size": 12, "min_count": 1, "bucket": 30, "workers": 1, "epochs": 2, "sample": 0}


def trained(**options: Any) -> FastText:
    return FastText(SENTENCES, **{**OPTIONS, "hash_count": 2, **options})


@pytest.mark.parametrize("objective", [{"negative": 5}, {"negative": 0, "hs": 1}])
@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("has_factors", [False, True])
def test_training_equals_the_definition(isa: str, sg: int, objective: dict[str, int], has_factors: bool) -> None:
    """That of fastText's training, with words whose rows are zero, frozen and do not count."""
    model = FastText(
        min_count=1, sample=0, shrink_windows=False, ns_exponent=100.0, workers=1, vector_size=20, min_n=2, max_n=4,
        bucket=40, window=3, batch_words=1, hash_count=2, sg=sg, max_isa=isa, **objective,
    )  # fmt: skip
    model.build_vocab(SENTENCES)
    model.wv.expandos["count"][0] = 10**6  # so that it is always the noise word
    generator = np.random.default_rng(5)
    model.wv.vectors_ngrams = (generator.standard_normal((40, 20)) * 0.3).astype(np.float32)
    name = "syn1" if model.hs else "syn1neg"
    setattr(model, name, generator.standard_normal((len(model.wv), 20)) * 0.3)
    scales = None
    if has_factors:
        model.wv.vectors_ngrams_lockf = generator.random(40).astype(np.float32)
        scales = model.wv.vectors_ngrams_lockf.astype(np.float64)
    ngrams, matrix = model.wv.vectors_ngrams.astype(np.float64), getattr(model, name).astype(np.float64)
    paths = _core.word2vec.huffman_paths(np.ascontiguousarray(model.wv.expandos["count"])) if model.hs else None

    def outputs(centre: int) -> Any:
        if paths is not None:
            nodes, codes = paths[centre]
            return matrix, nodes, 1.0 - codes, np.ones(len(nodes))
        noise = [] if centre == 0 else [0]
        return matrix, [centre, *noise], [1.0] + [0.0] * len(noise), [1.0] + [5.0] * len(noise)

    model.train(SENTENCES, total_examples=len(SENTENCES), epochs=1, start_alpha=0.05, end_alpha=0.005)
    reference.train(
        [[model.wv.key_to_index[word] for word in sentence] for sentence in SENTENCES],
        [model.wv.subword_buckets(word) for word in model.wv.index_to_key],
        None,
        ngrams,
        outputs,
        window=3,
        skipgram=bool(sg),
        start=0.05,
        end=0.005,
        scales=None if scales is None else (None, scales),
    )
    np.testing.assert_allclose(model.wv.vectors_ngrams, ngrams, atol=2e-5 * np.abs(ngrams).max())
    np.testing.assert_allclose(getattr(model, name), matrix, atol=2e-5 * np.abs(matrix).max())
    for word in model.wv.index_to_key:
        expected = ngrams[model.wv.subword_buckets(word)].mean(axis=0)
        np.testing.assert_allclose(model.wv[word], expected, atol=1e-5)


def test_words_have_no_rows() -> None:
    model = trained()
    assert not model.wv.vectors_vocab.any()
    assert model.wv.vectors_vocab.strides == (0, 0)  # and take no memory
    assert model.estimate_memory()["vectors_vocab"] == 0
    assert model.hash_count == model.wv.hash_count == 2
    np.testing.assert_allclose(
        model.wv["new"], model.wv.vectors_ngrams[model.wv.subword_buckets("new")].mean(axis=0), atol=1e-6
    )


@pytest.mark.parametrize("max_n", [0, 4])
def test_saving_and_continuing(tmp_path: Path, max_n: int) -> None:
    model = trained(min_n=min(3, max_n), max_n=max_n)
    model.save(tmp_path / "model.safetensors")
    for copy in (FastText.load(tmp_path / "model.safetensors"), pickle.loads(pickle.dumps(model))):
        assert copy.hash_count == 2
        np.testing.assert_array_equal(copy.wv["plum"], model.wv["plum"])
        np.testing.assert_array_equal(copy.wv.vectors, model.wv.vectors)
        copy.build_vocab([["more", "words"]] * 3, update=True)
        copy.train([["more", "words"]] * 3, total_examples=3, epochs=1)
        assert len(copy.wv) == len(model.wv) + 2
        np.testing.assert_allclose(
            copy.wv["more"], copy.wv.vectors_ngrams[copy.wv.subword_buckets("more")].mean(axis=0), atol=1e-6
        )


def test_checkpoints_resume(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def progress(event: Any) -> None:
        if event.epoch >= 2:
            raise Stop

    whole = trained(epochs=4)
    options = {"checkpoint": tmp_path / "run", "checkpoint_epochs": 1}
    with pytest.raises(Stop):
        trained(epochs=4, progress=progress, **options)
    resumed = trained(epochs=4, **options)
    np.testing.assert_array_equal(resumed.wv.vectors_ngrams, whole.wv.vectors_ngrams)


def test_files(tmp_path: Path) -> None:
    model = trained()
    model.wv.save_floret_format(tmp_path / "vectors.floret")
    loaded = FastTextKeyedVectors.load_floret_format(tmp_path / "vectors.floret")
    np.testing.assert_allclose(loaded["pears"], model.wv["pears"], atol=1e-6)
    with pytest.raises(FormatError, match="floret"):
        save_facebook_model(model, tmp_path / "model.bin")


def module_model(tmp_path: Path, **options: Any) -> FastTextModel:
    path = tmp_path / "text.txt"
    path.write_text("apples and pears\nplums and pears\n" * 20, encoding="utf-8")
    return train_unsupervised(path, mode="floret", dim=8, bucket=50, minCount=1, thread=1, epoch=1, **options)


@pytest.mark.parametrize("name", ["hashCount", "hash_count"])
def test_names_of_the_module(tmp_path: Path, name: str) -> None:
    model = module_model(tmp_path, **{name: 2})
    path = tmp_path / "vectors.floret"
    model.save_floret_vectors(path)
    kv = FastTextKeyedVectors.load_floret_format(path)
    for word in ("pears", "unseen", "</s>"):
        np.testing.assert_allclose(model.get_word_vector(word), kv[word], atol=1e-6)
    subwords, rows = model.get_subwords("pear")
    assert subwords[:2] == ["<pear>", "<pe"]
    assert rows.tolist() == kv.subword_buckets("pear")
    assert model.get_input_matrix().shape == (50, 8)
    assert model.get_subword_id("<pe") == -1
    assert {word for _, word in model.get_nearest_neighbors("pears", 2)} < {"apples", "and", "plums", "</s>"}
    with pytest.raises(FormatError, match="save_floret_vectors"):
        model.save_model(tmp_path / "model.bin")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hashCount": 0}, "hashCount"),
        ({"hashCount": 5}, "hashCount"),
        ({"bucket": 0}, "bucket"),
        ({"mode": "fasttext", "hashCount": 2}, "hashCount"),
        ({"mode": "other"}, "mode"),
    ],
)
def test_arguments_out_of_range(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    path = tmp_path / "text.txt"
    path.write_text("a b\n", encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        train_unsupervised(path, **{"mode": "floret", **options})


@pytest.mark.parametrize("options", [{"hash_count": 5}, {"hash_count": -1}, {"hash_count": 1, "bucket": 0}])
def test_arguments_of_the_class_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"hash_count|bucket"):
        FastText(**options)


def test_pretrained_vectors_are_refused(tmp_path: Path) -> None:
    (tmp_path / "v.vec").write_text("1 8\npears 1 2 3 4 5 6 7 8\n", encoding="utf-8")
    with pytest.raises(ValueError, match="pretrainedVectors"):
        module_model(tmp_path, pretrainedVectors=tmp_path / "v.vec")
