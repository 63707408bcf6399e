"""Word analogies: batched answers equal those of single queries."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.errors import FormatError
from wordkin.vectors.evaluation import AnalogySet, evaluate_analogies, read_analogies


@pytest.fixture
def vectors(random_vectors: Callable[..., KeyedVectors]) -> KeyedVectors:
    """Return 300 words with case variants: W5 is less frequent than w5."""
    kv = random_vectors(300, 20, seed=3)
    for index in range(200, 260):
        kv.index_to_key[index] = f"W{index - 200}"
        kv.vectors[index] = kv.vectors[index - 200] + 0.3 * kv.vectors[index]
    kv.key_to_index = {key: index for index, key in enumerate(kv.index_to_key)}
    return kv


@pytest.fixture
def questions(vectors: KeyedVectors) -> AnalogySet:
    """Return questions, every other one of which 3CosAdd answers correctly."""
    rng = np.random.default_rng(4)
    made = []
    for number in range(600):
        a, b, c, d = (vectors.index_to_key[index] for index in rng.integers(0, 300, 4))
        if number % 2:
            d = vectors.most_similar(positive=[b, c], negative=[a], topn=1)[0][0]
        made.append((a, b.lower(), c, d if number % 7 else "unknown"))
    return AnalogySet(
        sections=("one", "two"), questions=tuple(made), section_of=tuple(i // 400 for i in range(600)), invalid_lines=0
    )


def answer_one(
    vectors: KeyedVectors, words: tuple[str, ...], restrict: int, fold: bool, method: str
) -> tuple[bool, bool]:
    """Answer a question with single queries and return (answered, correct)."""
    rows: dict[str, int] = {}
    for row, key in enumerate(vectors.index_to_key[:restrict]):
        rows.setdefault(key.upper() if fold else key, row)
    forms = [word.upper() if fold else word for word in words]
    if any(form not in rows for form in forms):
        return False, False
    a, b, c = (rows[form] for form in forms[:3])
    ask = vectors.most_similar if method == "3cosadd" else vectors.most_similar_cosmul
    for key, _ in ask(positive=[b, c], negative=[a], topn=5, restrict_vocab=restrict):
        form = key.upper() if fold else key
        if form not in forms[:3]:
            return True, form == forms[3]
    return True, False


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize("restrict", [300, 120])
def test_batched_answers_equal_single_queries(
    vectors: KeyedVectors, questions: AnalogySet, method: str, fold: bool, restrict: int
) -> None:
    scores = evaluate_analogies(
        vectors,
        questions,
        restrict_vocab=restrict,
        case_insensitive=fold,
        method=method,  # type: ignore[arg-type]
    )
    expected = [answer_one(vectors, words, restrict, fold, method) for words in questions.questions]
    assert scores.answered.tolist() == [answered for answered, _ in expected]
    assert scores.correct.tolist() == [correct for _, correct in expected]
    assert scores.correct.any() and (scores.answered & ~scores.correct).any()


def test_scores_of_sections_and_total(vectors: KeyedVectors, questions: AnalogySet) -> None:
    scores = evaluate_analogies(vectors, questions)
    one, two = scores.sections
    assert (one.name, two.name, one.questions, two.questions) == ("one", "two", 400, 200)
    assert one.correct + two.correct == scores.total.correct and one.answered + two.answered == scores.total.answered
    assert scores.accuracy == scores.total.correct / scores.total.answered
    assert scores.oov_fraction == pytest.approx(86 / 600)
    interval = scores.interval()
    assert interval.low < interval.value == scores.accuracy < interval.high
    # The normal approximation. Both bounds are multiples of 1/n, and quantiles of a finite number of resamples.
    half = 1.96 * (scores.accuracy * (1 - scores.accuracy) / scores.total.answered) ** 0.5
    assert interval.high - interval.low == pytest.approx(2 * half, abs=3 / scores.total.answered)
    assert scores.interval() == interval


def test_tiny_vocabularies(vectors: KeyedVectors, questions: AnalogySet) -> None:
    few = evaluate_analogies(vectors, questions, restrict_vocab=4).total
    assert few.correct <= few.answered < 600
    scores = evaluate_analogies(KeyedVectors(4), questions)
    assert scores.accuracy == 0 and scores.oov_fraction == 1 and np.isnan(scores.interval().low)


def test_integer_keys_answer_no_questions(questions: AnalogySet) -> None:
    kv = KeyedVectors(2, count=2)
    kv.add_vectors([5, "w1"], np.ones((2, 2)))
    assert evaluate_analogies(kv, questions).total.answered == 0


def test_similarity_function_selects_the_method(vectors: KeyedVectors, questions: AnalogySet, tmp_path: Path) -> None:
    path = tmp_path / "questions.txt"
    path.write_text(": all\n" + "".join(" ".join(words) + "\n" for words in questions.questions), encoding="utf-8")
    for name, method in (("most_similar", "3cosadd"), ("most_similar_cosmul", "3cosmul")):
        score, sections = vectors.evaluate_word_analogies(path, similarity_function=name)
        assert score == evaluate_analogies(vectors, path, method=method).accuracy  # type: ignore[arg-type]
        assert [section["section"] for section in sections] == ["all", "Total accuracy"]
    with pytest.raises(ValueError, match="similarity_function"):
        vectors.evaluate_word_analogies(path, similarity_function="distance")
    with pytest.raises(ValueError, match="method"):
        evaluate_analogies(vectors, path, method="other")  # type: ignore[arg-type]


def test_files(tmp_path: Path, vectors: KeyedVectors) -> None:
    path = tmp_path / "questions.txt"
    path.write_text(": one: two \na b c d\n\na b c\n: empty\n:three\nα β γ δ\n", encoding="utf-8")
    read = read_analogies(str(path).encode())
    assert read.sections == ("one: two", "empty", "three") and read.section_of == (0, 2) and read.invalid_lines == 1
    assert read.questions == (("a", "b", "c", "d"), ("α", "β", "γ", "δ"))
    for text, rule in (
        ("", "no analogy"),
        (": one\na b\n", "no anal"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FormatError, match=rule):
            read_analogies(path)
    with pytest.raises(FileNotFoundError):
        vectors.evaluate_word_analogies(tmp_path / "nothing")


def test_standard_test_set_is_read(data: Path) -> None:
    read = read_analogies(data / "wordsim" / "questions-words.txt")
    assert len(read.questions) == 19_544 and len(read.sections) == 14 and read.invalid_lines == 0
    assert read.sections[0] == "capital-common-countries" and read.questions[0] == (
        "Athens",
        "Greece",
        "Baghdad",
        "Iraq",
    )


def test_byte_order_mark_and_other_encodings(tmp_path: Path) -> None:
    text = ": one\na b c é\n"
    for name, content, encoding in (
        ("mark", text.encode("utf-8-sig"), "utf8"),
        ("compressed", gzip.compress(text.encode()), "utf-8"),
        ("latin", text.encode("latin-1"), "latin-1"),
    ):
        (tmp_path / name).write_bytes(content)
        assert read_analogies(tmp_path / name, encoding).questions == (("a", "b", "c", "é"),)
    with pytest.raises(FormatError, match="line 2: invalid UTF-8"):
        read_analogies(tmp_path / "latin")
