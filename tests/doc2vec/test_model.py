"""Doc2Vec as a whole: training from any source, inference, saving, and gensim's members."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wordkin
from wordkin import Doc2Vec, KeyedVectors, TaggedDocument, TaggedLineDocument
from wordkin.errors import FormatError
from wordkin.word2vec import CallbackAny2Vec

OPTIONS: dict[str, Any] = {"min_count": 1, "vector_size": 12, "workers": 1, "epochs": 3, "sample": 0, "progress": False}
MODES: dict[str, dict[str, int]] = {
    "dbow": {"dm": 0}, "dbow words": {"dm": 0, "dbow_words": 1}, "mean": {}, "sum": {"dm_mean": 0},
    "concat": {"dm_concat": 1, "window": 2}, "tree": {"dm": 0, "hs": 1, "negative": 0},
}  # fmt: skip


def texts(count: int = 30) -> list[list[str]]:
    """Return documents about two subjects, of 0 to 20 words."""
    generator = np.random.default_rng(3)
    return [
        [f"{'ab'[number % 2]}{word}" for word in generator.integers(0, 15, generator.integers(0, 20))]
        for number in range(count)
    ]


def documents(count: int = 30) -> list[TaggedDocument]:
    return [TaggedDocument(words, [number]) for number, words in enumerate(texts(count))]


def weights(model: Doc2Vec) -> bytes:
    layers = ([model.syn1neg] if model.negative else []) + ([model.syn1] if model.hs else [])
    return b"".join(array.tobytes() for array in (model.wv.vectors, model.dv.vectors, *layers))


class Stream:
    """Documents that are read again in every pass."""

    def __iter__(self) -> Any:
        return iter(documents())


@pytest.mark.parametrize("mode", MODES)
def test_lists_streams_and_files_train_alike(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "documents.txt"
    path.write_text("\n".join(map(" ".join, texts())) + "\n", encoding="utf-8")
    sources = [documents(), Stream(), path, str(path), TaggedLineDocument(path)]
    models = [Doc2Vec(source, **MODES[mode], **OPTIONS) for source in sources]
    models.append(Doc2Vec(corpus_file=path, **MODES[mode], **OPTIONS))
    assert len({weights(model) for model in models}) == 1
    assert {model.corpus_count for model in models} == {30}
    for model in models:
        assert model.training_report.epochs[-1].learning_rate == pytest.approx(1e-4)


@pytest.mark.parametrize("mode", MODES)
def test_documents_of_a_subject_are_similar(mode: str) -> None:
    model = Doc2Vec(documents(60), **MODES[mode], **{**OPTIONS, "epochs": 60})
    longer = [number for number, words in enumerate(texts(60)) if len(words) > 5]
    inferred = model.infer_vectors([texts(60)[number] for number in longer], epochs=60)
    queries = [inferred] if mode == "sum" else [inferred, longer]  # words explain most where vectors are added
    for query in queries:
        nearest, _ = model.dv.most_similar_batch(query, topn=1)
        same = sum(row % 2 == number % 2 for number, row in zip(longer, nearest[:, 0].tolist(), strict=True))
        assert same > 0.8 * len(longer)


@pytest.mark.parametrize("mode", MODES)
def test_inference_depends_on_the_document_and_the_seed_only(mode: str) -> None:
    model = Doc2Vec(documents(), **MODES[mode], **OPTIONS)
    before = weights(model)
    new = [*texts(40)[::-1], ["a1"], []] * 3
    vectors = model.infer_vectors(new, epochs=4, workers=1)
    np.testing.assert_array_equal(model.infer_vectors(iter(new), epochs=4, workers=4), vectors)
    np.testing.assert_array_equal([model.infer_vector(words, epochs=4) for words in new], vectors)
    np.testing.assert_array_equal(
        model.infer_vectors([TaggedDocument(words, ["x"]) for words in new], epochs=4), vectors
    )
    assert not np.array_equal(model.infer_vectors(new, epochs=4, seed=5), vectors)
    assert weights(model) == before
    assert np.isfinite(vectors).all()


def test_inference_follows_new_weights() -> None:
    model = Doc2Vec(documents(), dm=0, **OPTIONS)
    first = model.infer_vector(["a1", "a2"])
    model.train(documents(), total_examples=30, epochs=5)
    second = model.infer_vector(["a1", "a2"])
    assert not np.array_equal(first, second)
    model.syn1neg = np.zeros_like(model.syn1neg)
    assert not np.array_equal(model.infer_vector(["a1", "a2"]), second)
    model.build_vocab([TaggedDocument(["new"], [30])], update=True)
    assert model.infer_vector(["new"]).any()


def test_documents_of_any_length_are_trained_completely() -> None:
    long = [TaggedDocument([f"w{number % 50}" for number in range(120_000)], ["long"])]
    model = Doc2Vec(long, dm=0, **OPTIONS)
    assert model.training_report.trained_words == 3 * 120_000
    rates: list[float] = []
    options = {**OPTIONS, "epochs": 1, "progress": lambda event: rates.append(event.learning_rate)}
    Doc2Vec(long, dm=0, **options)
    assert rates[-1] == pytest.approx(1e-4)


def test_lock_factors_of_words_and_tags_are_their_own() -> None:
    model = Doc2Vec(**OPTIONS)
    model.build_vocab(documents())
    before = model.wv.vectors.copy(), model.dv.vectors.copy()
    model.wv.vectors_lockf = np.ones(len(model.wv), np.float32)
    model.dv.vectors_lockf = np.ones(len(model.dv), np.float32)
    model.wv.vectors_lockf[3] = model.dv.vectors_lockf[29] = 0.0
    model.train(documents(), total_examples=30, epochs=2)
    for old, new, locked in zip(before, (model.wv.vectors, model.dv.vectors), (3, 29), strict=True):
        assert np.array_equal(old[locked], new[locked])
        assert (np.delete(old, locked, 0) != np.delete(new, locked, 0)).any(axis=1).sum() > 20


@pytest.mark.parametrize("mode", MODES)
def test_saving_keeps_everything(tmp_path: Path, mode: str) -> None:
    corpus = [TaggedDocument(words, [number, "all"]) for number, words in enumerate(texts())]
    options = {**MODES[mode], "dm_tag_count": 2, "comment": "note", **OPTIONS}
    model = Doc2Vec(corpus, **options)
    path = tmp_path / "model.safetensors"
    model.save(path)
    loaded = [Doc2Vec.load(path), wordkin.load(path), Doc2Vec.load(path, mmap="r"), pickle.loads(pickle.dumps(model))]
    model.save_pretrained(tmp_path / "folder")
    loaded += [Doc2Vec.from_pretrained(tmp_path / "folder"), wordkin.load(tmp_path / "folder")]
    for other in loaded:
        assert isinstance(other, Doc2Vec)
        assert weights(other) == weights(model)
        assert str(other) == str(model)
        assert other.dv.index_to_key == [*range(30), "all"]
        assert other.dv.expandos["doc_count"].tolist() == model.dv.expandos["doc_count"].tolist()
        other.train(corpus, total_examples=30, epochs=1)
    assert len({weights(other) for other in loaded}) == 1
    again = tmp_path / "again.safetensors"
    Doc2Vec.load(path).save(again)
    assert again.read_bytes() == path.read_bytes()
    assert len(KeyedVectors.load(path)) == len(model.wv)
    with pytest.raises(AttributeError, match="on the class"):
        model.load(path)
    with pytest.raises(FormatError, match="word2vec"):
        wordkin.Word2Vec.load(path)


def test_an_interrupted_run_resumes_bit_for_bit(tmp_path: Path) -> None:
    class Stop(CallbackAny2Vec):
        def on_epoch_end(self, model: Any) -> None:
            if len(model.training_report.epochs) == 2:
                raise KeyboardInterrupt

    options = {**OPTIONS, "epochs": 4, "batch_words": 50}
    whole = Doc2Vec(documents(), **options)
    checkpoint = {"checkpoint": tmp_path / "checkpoints", "checkpoint_epochs": 1}
    with pytest.raises(KeyboardInterrupt):
        Doc2Vec(documents(), callbacks=[Stop()], **options, **checkpoint)
    resumed = Doc2Vec(documents(), **options, **checkpoint)
    assert resumed.training_report.words_before > 0
    assert weights(resumed) == weights(whole)
    other = [TaggedDocument(words, [29 - number]) for number, words in enumerate(texts())]
    with pytest.raises(FormatError, match="different run"):
        Doc2Vec(other, **options, **checkpoint)


def test_vectors_of_tags_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "tags.bin"
    inside, mapped = (Doc2Vec(documents(), dm=0, dv_mapfile=file, **OPTIONS) for file in (None, path))
    assert weights(mapped) == weights(inside)
    rows = np.fromfile(path, np.float32).reshape(30, 16)
    assert np.array_equal(rows[:, :12], inside.dv.vectors)
    for model in (inside, mapped):
        model.build_vocab([TaggedDocument(["a1"], [40])], update=True)
        model.train(documents(), total_examples=30, epochs=1)
    assert weights(mapped) == weights(inside)
    assert path.stat().st_size == 41 * 16 * 4


def test_updates_add_words_tags_and_counts() -> None:
    model = Doc2Vec(documents(4), **OPTIONS)
    vectors = model.dv.vectors.copy()
    model.build_vocab([TaggedDocument(["new", "a1"], ["x", 1]), TaggedDocument(["new"], [5])], update=True)
    assert model.dv.index_to_key == [0, 1, 2, 3, "x", 4, 5] or model.dv.index_to_key == [0, 1, 2, 3, 4, 5, "x"]
    assert np.array_equal(model.dv.vectors[:4], vectors)
    assert model.dv.get_vecattr(1, "doc_count") == 2
    assert "new" in model.wv
    model.build_vocab_from_freq({"a": 3}, corpus_count=2)
    assert (model.wv.index_to_key, len(model.dv)) == (["a"], 2)


def test_vectors_in_the_format_of_word2vec(tmp_path: Path) -> None:
    model = Doc2Vec([TaggedDocument(["a", "b"], [0, "tag"])] * 3, **OPTIONS)
    path = tmp_path / "vectors.txt"
    for binary in (False, True):
        model.save_word2vec_format(path, doctag_vec=True, binary=binary)
        both = KeyedVectors.load_word2vec_format(path, binary=binary)
        assert both.index_to_key == ["a", "b", "*dt_0", "*dt_tag"]
        np.testing.assert_allclose(both["*dt_tag"], model.dv["tag"], rtol=1e-6)
        model.save_word2vec_format(path, doctag_vec=True, word_vec=False, prefix="", binary=binary)
        assert set(KeyedVectors.load_word2vec_format(path, binary=binary).index_to_key) == {"0", "tag"}
        model.save_word2vec_format(path, binary=binary)
        assert KeyedVectors.load_word2vec_format(path, binary=binary).index_to_key == ["a", "b"]
    with pytest.raises(FormatError, match="prefix"):
        Doc2Vec([TaggedDocument(["a"], ["a"])], **OPTIONS).save_word2vec_format(path, doctag_vec=True, prefix="")
    with pytest.raises(ValueError, match="got neither"):
        model.save_word2vec_format(path, word_vec=False)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "Doc2Vec<dm/m,d12,n5,w5>"),
        ({"dm_mean": 0, "comment": "c"}, 'Doc2Vec<"c",dm/s,d12,n5,w5>'),
        ({"dm_concat": 1, "window": 2}, "Doc2Vec<dm/c,d12,n5,w2>"),
        ({"dm": 0, "sample": 1e-3, "min_count": 2, "workers": 2}, "Doc2Vec<dbow,d12,n5,mc2,s0.001,t2>"),
        ({"dm": 0, "dbow_words": 1, "hs": 1}, "Doc2Vec<dbow+w,d12,n5,hs,w5>"),
    ],
)
def test_descriptions_are_those_of_gensim(options: dict[str, Any], expected: str) -> None:
    model = Doc2Vec(**{**OPTIONS, **options})
    assert str(model) == repr(model) == expected
    assert expected.replace('"', "&quot;") in model._repr_html_() or "Doc2Vec" in model._repr_html_()


def test_members_of_gensim() -> None:
    model = Doc2Vec(documents(), dm=0, **OPTIONS)
    assert (model.dm, model.dbow, model.sg, model.dbow_words, model.dm_concat) == (False, True, 1, 0, 0)
    with pytest.warns(DeprecationWarning, match="docvecs"):
        assert model.docvecs is model.dv
    assert model[3].shape == (12,)
    assert model[[3, 4]].shape == (2, 12)
    assert model.estimated_lookup_memory() > 0
    assert model.estimate_memory()["total"] > model.estimate_memory()["doctag_syn0"] > 0
    words = texts()[1]
    assert model.similarity_unseen_docs(words, words) == pytest.approx(1.0)
    other = Doc2Vec(**OPTIONS)
    other.reset_from(model)
    assert other.dv.index_to_key == model.dv.index_to_key
    assert other.wv.index_to_key == model.wv.index_to_key
    trained = weights(model)
    model.init_weights()
    assert weights(model) != trained
    given = KeyedVectors(12)
    assert Doc2Vec(dv=given, **OPTIONS).dv is given
    with pytest.raises(AttributeError, match="removed in gensim 4"):
        _ = model.trainables


def test_prepared_texts_are_tokens_of_training_and_inference() -> None:
    corpus = [TaggedDocument("It's LATE, really late.", [0]), TaggedDocument(["it", "late"], [1])]
    model = Doc2Vec(corpus, tokenizer="words", lowercase=True, **OPTIONS)
    assert "late" in model.wv
    assert "LATE" not in model.wv
    np.testing.assert_array_equal(model.infer_vector("LATE"), model.infer_vector(["late"]))
