"""Supervised training: its losses and steps, and what models it gives."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference import fasttext_training as reference
from reference.fasttext_prediction import line_rows
from wordkin.errors import CorpusError, FormatError, LabelError, TrainingDiverged, VocabularyError
from wordkin.fasttext import FastTextModel, load_model, train_supervised
from wordkin.fasttext.supervised.corpus import LabelledText
from wordkin.fasttext.supervised.options import SupervisedOptions
from wordkin.fasttext.supervised.run import train_file
from wordkin.runtime.compute import Compute, available_isas
from wordkin.vectors import KeyedVectors

LOSSES = ["softmax", "hs", "ns", "ova"]
WORDS = {"a": "apple pear plum cherry", "b": "iron steel zinc copper", "c": "rain snow hail storm"}


def lines_of(count: int, seed: int = 1) -> str:
    """Return lines of three topics that share half of their words."""
    draw = np.random.default_rng(seed)
    lines = []
    for _ in range(count):
        topic = draw.choice(list(WORDS))
        words = [*draw.choice(WORDS[topic].split(), 3), *draw.choice(["the", "of", "and", "very"], 3)]
        lines.append(f"__label__{topic} {' '.join(draw.permutation(words))}\n")
    return "".join(lines)


def train(text: str | bytes, **options: Any) -> FastTextModel:
    given = {"dim": 8, "thread": 1, "verbose": 0, "lr": 0.5, **options}
    return train_supervised(io.BytesIO(text.encode() if isinstance(text, str) else text), **given)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "train.txt").write_text(lines_of(300), encoding="utf-8")
    return tmp_path / "train.txt"


@pytest.mark.parametrize("loss", ["softmax", "hs", "ova"])
def test_gradients_by_central_differences(loss: str) -> None:
    draw = np.random.default_rng(4)
    counts = [9, 7, 4, 2, 1]
    inputs, output = draw.normal(size=(6, 3)), draw.normal(size=(5, 3))
    line, labels = [0, 2, 2, 5], [3, 1]
    rows, targets = reference.targets_of(loss, labels, 3, counts)
    stepped_inputs, stepped_output = inputs.copy(), output.copy()
    reference.step(loss, stepped_inputs, stepped_output, line, rows, targets, 1.0)

    def value(matrix: NDArray[np.float64], index: tuple[int, ...], shift: float) -> float:
        kept, matrix[index] = matrix[index], matrix[index] + shift
        found = reference.loss_of(loss, inputs[line].mean(axis=0), output, rows, targets)
        matrix[index] = kept
        return found

    for matrix, stepped in ((inputs, stepped_inputs), (output, stepped_output)):
        for index in np.ndindex(matrix.shape):
            slope = (value(matrix, index, 1e-6) - value(matrix, index, -1e-6)) / 2e-6
            assert stepped[index] - matrix[index] == pytest.approx(-slope, abs=1e-8)


@pytest.mark.parametrize("loss", ["softmax", "hs", "ova"])
@pytest.mark.parametrize("name", available_isas())
def test_steps_are_those_of_the_definition(loss: str, name: str) -> None:
    if name in ("amx", "avx512bf16", "avx512vnni"):
        pytest.skip("has the kernels of avx512")
    several = loss == "ova"  # the other losses draw one of several labels
    text = "".join(
        f"__label__{'abcde'[i % 5]} {'__label__a' if several and i % 3 == 0 else ''} w{i % 7} w{i % 4} rare{i}\n"
        for i in range(30)
    )
    sizes: dict[str, Any] = {"dim": 5, "min_count": 2, "word_ngrams": 3, "minn": 2, "maxn": 3, "bucket": 50}
    options = SupervisedOptions(**sizes, lr=0.3, epoch=2, loss=loss, lr_update_rate=2**30)  # type: ignore[arg-type]
    labelled = LabelledText.of_files(io.BytesIO(text.encode()), "__label__")
    compute = Compute.choose(workers=1, max_isa=name)
    trained = train_file(labelled, options, compute, progress=False).file
    start = train_file(
        LabelledText.of_files(io.BytesIO(text.encode()), "__label__"),
        SupervisedOptions(**{**vars(options), "lr": 1e-30}),
        compute,
        progress=False,
    ).file
    assert isinstance(start.input, np.ndarray)
    inputs, output = start.input.astype(np.float64), np.zeros((5, 5))
    counts = start.label_counts.tolist()
    tokens = labelled.tokens
    for epoch in range(2):
        # The learning rate is updated at the end of a job, which the whole text is.
        rate = 0.3 * (1 - epoch * tokens / (2 * tokens))
        for line in text.splitlines():
            labels = [start.labels.index(word.encode()) for word in line.split() if word.startswith("__label__")]
            rows, targets = reference.targets_of(loss, labels, labels[0], counts)
            reference.step(loss, inputs, output, line_rows(start, line), rows, targets, rate)
    assert isinstance(trained.input, np.ndarray)
    assert isinstance(trained.output, np.ndarray)
    np.testing.assert_allclose(trained.input, inputs, rtol=1e-3, atol=2e-5)
    np.testing.assert_allclose(trained.output, output, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("threads", [1, 2])
def test_topics_are_learned(loss: str, threads: int) -> None:
    model = train(lines_of(2000), loss=loss, thread=threads, epoch=10)
    report = model.training_report
    assert report is not None
    assert report.epochs[-1].loss < 0.3 * report.epochs[0].loss
    for topic, words in WORDS.items():
        assert model.predict(words)[0] == (f"__label__{topic}",)
    assert model.predict("pear very")[1][0] > 0.8


def test_one_thread_is_reproducible(corpus: Path) -> None:
    def matrices(**options: Any) -> list[NDArray[np.float32]]:
        model = train(corpus.read_bytes(), wordNgrams=2, bucket=100, **options)
        return [model.get_input_matrix(), model.get_output_matrix()]

    first, again, other = matrices(seed=3), matrices(seed=3), matrices(seed=4)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[0], other[0])


def test_initial_vectors() -> None:
    model = train("__label__a one two three\n", lr=1e-30, dim=40, seed=2, wordNgrams=2, bucket=5000)
    rows = model.get_input_matrix()
    assert rows.shape == (4 + 5000, 40)
    assert abs(rows).max() <= 1 / 40
    assert np.std(rows) == pytest.approx(1 / 40 / np.sqrt(3), rel=0.01)
    assert abs(rows.mean()) < 1e-4
    assert len(np.unique(rows[:, 0])) > 4900


def test_entries_are_sorted_by_count() -> None:
    model = train("__label__x b b b a a\n__label__y b a c\n__label__y z\n")
    assert model.get_words(include_freq=True)[0] == ["b", "</s>", "a", "c", "z"]
    assert model.get_words(include_freq=True)[1].tolist() == [4, 3, 3, 1, 1]
    assert model.labels == ["__label__y", "__label__x"]
    assert train("__label__x b b a\n__label__y b\n", minCount=3, minCountLabel=1).words == ["b"]
    assert train("__label__x b\n__label__x b\n__label__y b\n", minCountLabel=2).labels == ["__label__x"]


def test_files_read_back(corpus: Path, tmp_path: Path) -> None:
    model = train(corpus.read_bytes(), wordNgrams=2, minn=2, maxn=3, bucket=500, loss="hs")
    model.save_model(tmp_path / "m.bin")
    loaded = load_model(tmp_path / "m.bin")
    assert loaded.training_report is None
    for text in ("pear snow", "unheard", ""):
        np.testing.assert_array_equal(loaded.predict(text, k=3)[1], model.predict(text, k=3)[1])
    assert loaded.test(corpus) == model.test(corpus)


@pytest.mark.parametrize("loss", LOSSES)
def test_fasttext_reads_the_model(corpus: Path, tmp_path: Path, loss: str) -> None:
    core = pytest.importorskip("fasttext_pybind", reason="needs fastText to compare with")
    model = train(corpus.read_bytes(), wordNgrams=2, minn=2, maxn=3, bucket=500, loss=loss)
    model.save_model(tmp_path / "m.bin")
    theirs = core.fasttext()
    theirs.loadModel(str(tmp_path / "m.bin"))
    for text in ("pear snow", "of the zinc", "unheard"):
        expected = theirs.predict(text + "\n", 3, 0.0, "strict")
        labels, probabilities = model.predict(text, k=3)
        assert list(labels) == [label for _, label in expected]
        np.testing.assert_allclose(probabilities, [probability for probability, _ in expected], atol=1e-5)


def test_pretrained_vectors(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    vectors = KeyedVectors.from_vocabulary(["b", "new", "__label__q"], draw.normal(size=(3, 4)).astype(np.float32))
    vectors.save_word2vec_format(tmp_path / "v.vec")
    for source in (vectors, tmp_path / "v.vec", str(tmp_path / "v.vec")):
        model = train("__label__x b c\n__label__y c\n", dim=4, lr=1e-30, pretrainedVectors=source)
        assert sorted(model.words) == ["</s>", "b", "c", "new"]
        assert model.get_words(include_freq=True)[1].tolist()[model.get_word_id("b")] == 2
        for word in ("b", "new"):
            np.testing.assert_allclose(model[word], vectors[word], rtol=1e-6)
    with pytest.raises(FormatError, match="pretrainedVectors must have the dimensionality of the model, dim=5, got 4"):
        train("__label__x b\n", dim=5, pretrainedVectors=vectors)


def test_labels_with_another_prefix(tmp_path: Path) -> None:
    model = train("#good nice\n#bad sad __label__x\n" * 50, label="#", epoch=10)
    assert sorted(model.labels) == ["#bad", "#good"]
    assert "__label__x" in model.words
    assert model.predict("nice #unknown")[0] == ("#good",)
    assert model.get_line("nice #bad #new") == (["nice", "</s>"], ["#bad"])
    (tmp_path / "t").write_text("#good nice\n#bad sad\n", encoding="utf-8")
    assert model.test(tmp_path / "t") == (2, 1.0, 1.0)
    model.save_model(tmp_path / "m.bin")
    assert load_model(tmp_path / "m.bin", label="#").get_line("nice #new") == (["nice", "</s>"], [])
    with pytest.raises(ValueError, match="label must be text without whitespace"):
        load_model(tmp_path / "m.bin", label="")


def test_lines_that_are_left_out_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    model = train("no label here\n\n__label__a one\n__label__b\n   \n__label__rare two\n", minCountLabel=0)
    report = model.training_report
    assert report is not None
    assert (report.lines, report.lines_left_out) == (4, 1)  # a label alone is trained with the end of its line
    assert "1 of 4 lines have no label or no word of the model and are left out" in caplog.text
    report = train("__label__a one\n__label__a two\n__label__b one\n", minCountLabel=2).training_report
    assert report is not None
    assert report.lines_left_out == 1


def test_the_end_of_a_text_without_a_line_feed() -> None:
    whole, cut = (train(f"__label__a one\n__label__b two{end}", dim=3) for end in ("\n", ""))
    np.testing.assert_array_equal(whole.get_input_matrix(), cut.get_input_matrix())


def test_separators_and_ends_of_lines() -> None:
    model = train("__label__a one\ttwo\rthree\vfour\ffive\x00six\xa0seven\r\n__label__b x </s> __label__a y\n")
    assert sorted(model.words) == ["</s>", "five", "four", "one", "six\xa0seven", "three", "two", "x", "y"]
    report = model.training_report
    assert report is not None
    assert report.lines == 3


@pytest.mark.parametrize("size", [7, 100, 1 << 20])
def test_blocks_end_anywhere(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = lines_of(100) + "__label__a é ü ß 日本 " + "long " * 50 + "\n"
    expected = train(text).get_input_matrix()
    monkeypatch.setattr("wordkin.text.reader.BLOCK_BYTES", size)
    monkeypatch.setattr("wordkin.fasttext.supervised.corpus._BLOCK_TOKENS", 20)
    np.testing.assert_array_equal(train(text).get_input_matrix(), expected)


def test_several_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("__label__a one", encoding="utf-8")
    (tmp_path / "b").write_text("__label__b two\n", encoding="utf-8")
    model = train_supervised([tmp_path / "a", tmp_path / "b"], dim=2, verbose=0)
    assert sorted(model.labels) == ["__label__a", "__label__b"]
    assert "__label__b" not in model.words


@pytest.mark.parametrize(
    ("text", "options", "error", "message"),
    [
        ("", {}, VocabularyError, "words that occur at least minCount=1 times, got none"),
        ("__label__a\n", {"minCount": 2}, VocabularyError, "use a smaller minCount"),
        ("one two\n", {}, LabelError, "lines must have labels, words that begin with '__label__'"),
        ("__label__a one\n", {"minCountLabel": 2}, LabelError, "minCountLabel=2 times, got none"),
        ("__label__a one\n", {"lr": float("nan")}, ValueError, "lr must be finite"),
        ("__label__a one\n", {"lr": 0}, ValueError, "lr must be"),
        ("__label__a one\n", {"lr": -1.0}, ValueError, "lr must be"),
        ("__label__a one\n", {"dim": 0}, ValueError, "dim must be"),
        ("__label__a one\n", {"epoch": 0}, ValueError, "epoch must be"),
        ("__label__a one\n", {"loss": "hinge"}, ValueError, "loss must be one of softmax, hs, ns, ova"),
        ("__label__a one\n", {"bucket": 0, "wordNgrams": 2}, ValueError, "bucket must be at least 1 with n-grams"),
        ("__label__a one\n", {"bucket": 0, "maxn": 3}, ValueError, "bucket must be at least 1 with n-grams"),
        ("__label__a one\n", {"minn": 4, "maxn": 3}, ValueError, "maxn must be at least minn, got minn=4 and maxn=3"),
        ("__label__a one\n", {"label": ""}, ValueError, "label must be text without whitespace"),
        ("__label__a one\n", {"label": "a b"}, ValueError, "label must be text without whitespace"),
        ("__label__a one\n", {"seed": -1}, ValueError, "seed must be"),
        ("__label__a one\n", {"thread": 0}, ValueError, "thread must be from 1 to 4096, got 0"),
        ("__label__a one\n", {"progress": 3}, TypeError, "progress must be"),
        (
            "__label__a one\n__label__b one\n" * 50,
            {"lr": 1e30, "epoch": 50},
            TrainingDiverged,
            "the loss is no longer finite",
        ),
        (b"__label__a \xff\n", {}, CorpusError, "byte 11: invalid UTF-8"),
        (b"__label__a " + b"x" * 70_000 + b"\n", {}, CorpusError, "a word is longer than 65535 bytes"),
        (b"__label__a " + b"x" * (3 << 20) + b"\n", {}, CorpusError, "longer than 65535 bytes"),
    ],
)
def test_bad_input(text: str | bytes, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        train(text, **options)


def test_bytes_that_are_not_utf8_can_be_accepted() -> None:
    assert sorted(train(b"__label__a \xff\n", errors="replace").words) == ["</s>", "\ufffd"]
    assert sorted(train("__label__a é\n".encode("cp1252"), encoding="cp1252").words) == ["</s>", "é"]


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        train_supervised(tmp_path / "none")


@pytest.mark.parametrize("loss", LOSSES)
def test_a_single_label(loss: str) -> None:
    assert train("__label__a one\n__label__a two\n", loss=loss).predict("one")[0] == ("__label__a",)


@pytest.mark.parametrize("loss", LOSSES)
def test_thousands_of_labels(loss: str) -> None:
    model = train("".join(f"__label__{i} word{i}\n" for i in range(3000)), loss=loss, epoch=1, dim=4)
    assert len(model.labels) == 3000
    # Paths of a tree whose probability is below 1e-5 are not followed.
    assert len(model.predict("word7", k=-1)[0]) == 3000 or loss == "hs"


def test_labels_in_a_prediction_are_no_words(corpus: Path) -> None:
    model = train(corpus.read_bytes())
    np.testing.assert_array_equal(
        model.predict("pear __label__a __label__unknown", k=3)[1], model.predict("pear", k=3)[1]
    )


def test_progress_of_a_function(corpus: Path) -> None:
    events: list[Any] = []
    train(corpus.read_bytes(), epoch=3, progress=events.append)
    assert [event.epoch for event in events[-1:]] == [2]
    assert events[-1].tokens == events[-1].planned_tokens
    assert events[-1].learning_rate == 0


def test_interruption_ends_training() -> None:
    class Stop(Exception):
        pass

    def stop(event: object) -> None:
        raise Stop

    before = threading.active_count()
    with pytest.raises(Stop):
        train(lines_of(200), epoch=1000, progress=stop)
    assert threading.active_count() == before


def test_the_report_says_what_was_done(corpus: Path) -> None:
    report = train(corpus.read_bytes(), epoch=2).training_report
    assert report is not None
    assert [epoch.epoch for epoch in report.epochs] == [0, 1]
    assert report.summary.startswith("300 lines, 17 words, 3 labels, 2 epochs, loss 0.")
    assert "300 lines" in repr(report)
    assert "<table" in report._repr_html_()
