"""Training batches against a plain implementation of the original rule, sentence orders, and resumed positions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordkin.elmo.data.batching import Position, TrainingBatches, Window, windows_of
from wordkin.elmo.data.encoded_text import EncodedText, ReadText
from wordkin.elmo.data.shuffling import permute
from wordkin.elmo.vocabulary import TargetWords
from wordkin.errors import CorpusError
from wordkin.text import SpillRules
from wordkin.text.characters import character_rows

Sentences = list[list[str]]
SENTENCES: Sentences = [["a", "b", "c"], ["d"], ["a", "a", "e", "b", "f"], ["c", "d"], ["g", "a"]]
WORDS = ["a", "b", "c", "d"]  # e, f and g are outside the vocabulary


def encoded(sentences: Any, words: list[str] = WORDS, **options: Any) -> EncodedText:
    return ReadText(sentences, name="corpus", workers=1, **options).encoded(TargetWords(words), 8)


def words_of(window: Window) -> tuple[list[list[list[str]]], list[list[list[str]]]]:
    """Return the inputs and targets of both directions as words, stream by stream."""
    known = {row.tobytes(): word for row, word in zip(character_rows(ALL, 8), ALL, strict=True)}
    names = ["<S>", "</S>", "<UNK>", *WORDS]
    assert window.characters is not None
    inputs = [[[known[window.characters[i].tobytes()] for i in column] for column in d.T] for d in window.inputs]
    targets = [[[names[i] for i in column] for column in d.T] for d in window.targets]
    return inputs, targets


ALL = ["<S>", "</S>", "<UNK>", "a", "b", "c", "d", "e", "f", "g"]


def plain_windows(sentences: Sentences, batch: int, steps: int, *, is_backward: bool) -> Iterator[tuple[Any, Any]]:
    """Yield the windows of endless epochs.

    A stream whose sentence is exhausted takes the next sentence; the last token of a sentence is a target only.
    """

    def without_end() -> Iterator[list[str]]:
        while True:
            for sentence in sentences:
                marked = ["<S>", *sentence, "</S>"]
                yield marked[::-1] if is_backward else marked

    source = without_end()
    streams: list[list[str]] = [[] for _ in range(batch)]
    while True:
        inputs: list[list[str]] = [[] for _ in range(batch)]
        targets: list[list[str]] = [[] for _ in range(batch)]
        for stream in range(batch):
            while len(inputs[stream]) < steps:
                if len(streams[stream]) < 2:
                    streams[stream] = next(source)
                inputs[stream].append(streams[stream].pop(0))
                targets[stream].append(streams[stream][0])
        yield inputs, [[w if w in (*WORDS, "<S>", "</S>") else "<UNK>" for w in stream] for stream in targets]


@pytest.mark.parametrize(("batch", "steps"), [(1, 1), (1, 7), (2, 3), (3, 4), (4, 2), (7, 2), (1, 18)])
def test_windows_match_the_definition(batch: int, steps: int) -> None:
    text = encoded(SENTENCES)
    assert text.tokens == 18
    batches = TrainingBatches(text, batch_size=batch, unroll_steps=steps, shuffle_seed=None)
    assert batches.steps_per_epoch == 18 // (batch * steps)
    expected = [plain_windows(SENTENCES, batch, steps, is_backward=backward) for backward in (False, True)]
    for _ in range(20):
        window = batches.next()
        inputs, targets = words_of(window)
        for direction in (0, 1):
            assert (inputs[direction], targets[direction]) == next(expected[direction])
        assert window.mask.all()
        assert window.inputs.shape == window.targets.shape == (2, steps, batch)
        assert all(array.flags.c_contiguous for array in (window.inputs, window.targets, window.characters))
        assert (window.inputs.dtype, window.targets.dtype) == (np.int32, np.int32)


def test_windows_contain_each_word_type_once() -> None:
    window = TrainingBatches(encoded(SENTENCES), batch_size=2, unroll_steps=9, shuffle_seed=None).next()
    assert window.characters is not None
    assert len(np.unique(window.characters, axis=0)) == len(window.characters)
    assert np.array_equal(np.unique(window.inputs), np.arange(len(window.characters)))


def test_unknown_words_keep_their_characters_as_inputs() -> None:
    text = encoded(SENTENCES)
    inputs, targets = words_of(next(windows_of(text, batch_size=1, unroll_steps=50)))
    assert "e" in inputs[0][0]
    assert "e" not in targets[0][0]
    assert text.unknown_tokens == targets[0][0].count("<UNK>") == 3


def test_markers_in_the_text_are_predicted_as_markers() -> None:
    text = encoded([["a", "</S>", "<UNK>", "b"]])
    _, targets = words_of(next(windows_of(text, batch_size=1, unroll_steps=5)))
    assert targets[0][0] == ["a", "</S>", "<UNK>", "b", "</S>"]


def test_models_of_token_ids_get_ids() -> None:
    text = ReadText(SENTENCES, name="corpus", workers=1).encoded(TargetWords(WORDS), None)
    window = next(windows_of(text, batch_size=1, unroll_steps=18))
    assert window.characters is None
    assert window.inputs[0, :5, 0].tolist() == [0, 3, 4, 5, 0]
    assert window.targets[0, :5, 0].tolist() == [3, 4, 5, 1, 6]


@given(
    st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=9), min_size=1, max_size=12),
    st.integers(1, 5),
    st.integers(1, 6),
)
@settings(max_examples=25, deadline=None)
def test_windows_of_a_text_predict_every_word_once(sentences: Sentences, batch: int, steps: int) -> None:
    read: dict[int, list[str]] = {0: [], 1: []}
    for window in windows_of(encoded(sentences), batch_size=batch, unroll_steps=steps):
        _, targets = words_of(window)
        for direction in (0, 1):
            mask = window.mask[direction].T
            assert not (np.diff(mask.astype(int), axis=1) > 0).any()  # masked positions only follow text
            for words, is_text in zip(targets[direction], mask, strict=True):
                read[direction] += words[: is_text.sum()]
    flat = [word if word in WORDS else "<UNK>" for sentence in sentences for word in sentence]
    assert sorted(read[0]) == sorted(flat + ["</S>"] * len(sentences))
    assert sorted(read[1]) == sorted(flat + ["<S>"] * len(sentences))


def zipf(count: int) -> Sentences:
    draw = np.random.default_rng(3)
    return [[f"w{i}" for i in draw.zipf(1.5, draw.integers(1, 12)) % 50] for _ in range(count)]


def test_sentences_are_shuffled_in_each_epoch_and_direction() -> None:
    text = encoded([[f"w{i}"] for i in range(3000)], [f"w{i}" for i in range(3000)])
    batches = TrainingBatches(text, batch_size=1, unroll_steps=6000, shuffle_seed=5)
    orders = []
    for _ in range(2):
        window = batches.next()
        orders += [window.targets[0, ::2, 0].tolist(), window.targets[1, ::2, 0].tolist()]
    for order in orders:
        assert sorted(order) == list(range(3, 3003))
    assert len({tuple(order) for order in orders}) == 4
    again = TrainingBatches(text, batch_size=1, unroll_steps=6000, shuffle_seed=5).next()
    assert again.targets[0, ::2, 0].tolist() == orders[0]
    other = TrainingBatches(text, batch_size=1, unroll_steps=6000, shuffle_seed=6).next()
    assert other.targets[0, ::2, 0].tolist() != orders[0]


@pytest.mark.parametrize("seed", [None, 1])
@pytest.mark.parametrize("done", [0, 1, 5, 40])
def test_reading_continues_from_a_position(seed: int | None, done: int) -> None:
    text = encoded(zipf(60))
    first = TrainingBatches(text, batch_size=4, unroll_steps=5, shuffle_seed=seed)
    for _ in range(done):
        first.next()
    position = first.position
    expected = [first.next() for _ in range(30)]
    second = TrainingBatches(text, batch_size=4, unroll_steps=5, shuffle_seed=seed)
    second.next()
    second.position = Position(position.taken, position.sentences, position.offsets)
    for window in expected:
        got = second.next()
        assert np.array_equal(got.inputs, window.inputs)
        assert np.array_equal(got.targets, window.targets)
        assert np.array_equal(got.characters, window.characters)


def test_files_and_iterables_give_the_same_windows(tmp_path: Any) -> None:
    sentences = zipf(500)
    path = tmp_path / "text"
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences), encoding="utf-8")

    class Repeatable:
        def __iter__(self) -> Iterator[list[str]]:
            return iter(sentences)

    texts = [
        encoded(sentences),
        encoded(path),
        encoded(path, spill=SpillRules(memory_bytes=0)),
        encoded(Repeatable()),
    ]
    windows = [list(windows_of(text, batch_size=8, unroll_steps=10)) for text in texts]
    for other in windows[1:]:
        assert len(other) == len(windows[0])
        for one, two in zip(windows[0], other, strict=True):
            assert one.inputs.tobytes() == two.inputs.tobytes()
            assert one.targets.tobytes() == two.targets.tobytes()
    assert len({tuple(text.fingerprint().items()) for text in texts}) == 1
    assert encoded(sentences[1:]).fingerprint() != texts[0].fingerprint()


def test_text_too_short_for_one_step_is_refused() -> None:
    message = r"corpus: 13 words in 5 sentences give 18 predictions.* batch_size 19 x unroll_steps 1 = 19"
    with pytest.raises(CorpusError, match=message):
        TrainingBatches(encoded(SENTENCES), batch_size=19, unroll_steps=1, shuffle_seed=None)


@pytest.mark.parametrize("sentences", [[], [[]], [[], [""]]])
def test_text_without_words_is_refused(sentences: Any) -> None:
    with pytest.raises(CorpusError, match="no words"):
        encoded(sentences)


def test_iterators_are_refused() -> None:
    with pytest.raises(TypeError, match="must allow several passes"):
        encoded(iter(SENTENCES))


@given(st.integers(1, 400), st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
def test_permute_is_a_permutation(count: int, key: list[int]) -> None:
    order = permute(np.arange(count), count, tuple(key))
    assert sorted(order.tolist()) == list(range(count))
    if count > 3:
        assert permute(np.array([3]), count, tuple(key))[0] == order[3]


def test_permutations_are_uniform() -> None:
    """Each index is mapped to each number equally often: chi-square statistic over 400 keys."""
    count, keys = 10, 400
    tally = np.zeros((count, count))
    for key in range(keys):
        tally[np.arange(count), permute(np.arange(count), count, (key, 0, 0))] += 1
    expected = keys / count
    chi_square = ((tally - expected) ** 2 / expected).sum()
    # With 81 degrees of freedom the mean is 81 and the variance 162; the bound is five standard deviations above.
    assert chi_square < 81 + 5 * np.sqrt(162)
