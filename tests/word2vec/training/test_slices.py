"""Slices of a corpus trained against the frozen output layers of a model of the whole corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference import word2vec as reference
from wordkin import KeyedVectors, Word2Vec
from wordkin.alignment import drift_table
from wordkin.errors import FormatError, VocabularyError

from .test_exact_training import OBJECTIVES, ids_of, outputs_of, prepared

Sentences = list[list[str]]


@pytest.mark.parametrize("layer", OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow mean", "cbow sum"])
def test_training_with_frozen_outputs_equals_the_reference(
    isa: str, make_sentences: Any, architecture: str, layer: str
) -> None:
    sentences = make_sentences(30, 60, longest=20, is_distinct=True)
    model = prepared(
        sentences,
        vector_size=20,
        window=3,
        sg=int(architecture == "skipgram"),
        cbow_mean=int(architecture == "cbow mean"),
        batch_words=1,
        max_isa=isa,
        **OBJECTIVES[layer],
    )
    model.train_output = False
    inputs = model.wv.vectors.astype(np.float64)
    outputs, matrices = outputs_of(model)
    before = {name: getattr(model, name).tobytes() for name in matrices}
    rate = 0.05 if layer != "much noise" else 0.001
    model.train(sentences, total_examples=len(sentences), epochs=2, start_alpha=rate, end_alpha=rate / 10)
    reference.train(
        [ids_of(model, sentences)] * 2,
        inputs,
        outputs,
        window=3,
        skipgram=architecture == "skipgram",
        cbow_mean=architecture == "cbow mean",
        start=rate,
        end=rate / 10,
        train_output=False,
    )
    np.testing.assert_allclose(model.wv.vectors, inputs, atol=3e-6 * np.abs(inputs).max())
    assert {name: getattr(model, name).tobytes() for name in matrices} == before


@pytest.fixture(scope="module")
def halves() -> tuple[Sentences, Sentences]:
    """Return two texts in which one word changes its company and all others keep theirs."""
    generator = np.random.default_rng(2)
    groups = [[f"{letter}{number}" for number in range(12)] for letter in "abcd"]

    def text(moving: int) -> Sentences:
        sentences = []
        for _ in range(1500):
            group = int(generator.integers(4))
            words = [str(word) for word in generator.choice(groups[group], 7)]
            if group == moving:
                words[3] = "moved"
            sentences.append(words)
        return sentences

    return text(0), text(1)


OPTIONS: dict[str, Any] = {"vector_size": 16, "min_count": 2, "epochs": 5, "workers": 1, "sample": 0, "seed": 3}


@pytest.fixture(scope="module", params=[{"sg": 1}, {"hs": 1, "negative": 0}, {"epochs": 20}])
def compass(request: pytest.FixtureRequest, halves: tuple[Sentences, Sentences]) -> Word2Vec:
    return Word2Vec(halves[0] + halves[1], **{**OPTIONS, **request.param}, alpha=0.05)


def test_the_word_that_moved_is_found_without_a_rotation(
    compass: Word2Vec, halves: tuple[Sentences, Sentences]
) -> None:
    before = [rows.padded.tobytes() for rows in (compass._state.output, compass._state.nodes) if rows is not None]
    vectors = compass.wv.vectors.tobytes()
    old, new = (compass.train_slice(half) for half in halves)
    after = [rows.padded.tobytes() for rows in (compass._state.output, compass._state.nodes) if rows is not None]
    assert (after, compass.wv.vectors.tobytes()) == (before, vectors)
    assert isinstance(old, KeyedVectors)
    table = drift_table(old, new, topn=5, rotate=False)
    assert table.words[0] == "moved"
    assert table.cosines[0] < table.cosines[1] - 0.1
    index = table.words.index("moved")
    if not compass.options.negative or compass.options.architecture == "skipgram":  # CBOW needs more text
        assert {word[0] for word in table.gained[index]} == {"b"}
        assert {word[0] for word in table.lost[index]} == {"a"}


def test_slices_have_their_own_words_and_counts(compass: Word2Vec, halves: tuple[Sentences, Sentences]) -> None:
    part = [*halves[0][:40], ["unknown", "words"] * 5]
    vectors = compass.train_slice(part, epochs=1, min_count=3)
    counts: dict[str, int] = {}
    for sentence in part:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    expected = {word: count for word, count in counts.items() if count >= 3 and word in compass.wv}
    assert {word: vectors.get_vecattr(word, "count") for word in vectors.index_to_key} == expected


def test_slices_read_files_and_are_reproducible(
    compass: Word2Vec, halves: tuple[Sentences, Sentences], tmp_path: Path
) -> None:
    path = tmp_path / "half.txt"
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in halves[0]), encoding="utf-8")
    first = compass.train_slice(halves[0], epochs=1)
    second = compass.train_slice(corpus_file=path, epochs=1)
    assert first.index_to_key == second.index_to_key
    assert first.vectors.tobytes() == second.vectors.tobytes()


def test_slices_resume_and_other_compasses_are_refused(
    compass: Word2Vec, halves: tuple[Sentences, Sentences], tmp_path: Path
) -> None:
    class Stop:
        def on_epoch_end(self, model: Word2Vec) -> None:
            assert not model.train_output
            raise KeyboardInterrupt

    expected = compass.train_slice(halves[0], epochs=2)
    with pytest.raises(KeyboardInterrupt):
        compass.train_slice(halves[0], epochs=2, checkpoint=tmp_path, callbacks=[Stop()])
    resumed = compass.train_slice(halves[0], epochs=2, checkpoint=tmp_path)
    assert resumed.vectors.tobytes() == expected.vectors.tobytes()
    name = "syn1neg" if compass.negative else "syn1"
    layer = getattr(compass, name).copy()
    try:
        setattr(compass, name, layer * 2)
        with pytest.raises(FormatError, match=f"different run.*{name}="):
            compass.train_slice(halves[0], epochs=2, checkpoint=tmp_path)
    finally:
        setattr(compass, name, layer)


def test_bad_input(compass: Word2Vec, halves: tuple[Sentences, Sentences]) -> None:
    with pytest.raises(VocabularyError, match="min_count=5 times, got none"):
        compass.train_slice([["nothing", "known"]] * 9, min_count=5)
    with pytest.raises(VocabularyError, match="got none"):
        compass.train_slice([])
    with pytest.raises(VocabularyError, match="needs a trained model"):
        Word2Vec().train_slice(halves[0])
    untrained = Word2Vec(**OPTIONS)
    untrained.build_vocab(halves[0])
    with pytest.raises(VocabularyError, match="syn1neg has not been trained"):
        untrained.train_slice(halves[0])
    for arguments in ({"epochs": 0}, {"min_count": 0}, {"start_alpha": 0.0}, {"end_alpha": -1.0}):
        with pytest.raises(ValueError, match=next(iter(arguments))):
            compass.train_slice(halves[0], **arguments)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        compass.train_slice("no such file")


def test_the_switch_is_saved_with_the_model(halves: tuple[Sentences, Sentences], tmp_path: Path) -> None:
    model = Word2Vec(halves[0][:20], **OPTIONS)
    model.train_output = False
    model.save(tmp_path / "model")
    assert Word2Vec.load(tmp_path / "model").train_output is False
    with pytest.raises(TypeError, match="train_output"):
        model.train_output = "no"  # type: ignore[assignment]
