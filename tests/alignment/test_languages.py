"""Mapping between languages and retrieval by CSLS, against plain definitions."""

from __future__ import annotations

import numpy as np
import pytest

from reference.alignment import csls, supervised_mapping
from wordkin import KeyedVectors
from wordkin.alignment import csls_neighbours, map_languages
from wordkin.errors import VocabularyError

SIZE = 12


def language(prefix: str, rows: np.ndarray) -> KeyedVectors:
    return KeyedVectors.from_vocabulary([f"{prefix}{number}" for number in range(len(rows))], rows.astype(np.float32))


@pytest.fixture
def languages() -> tuple[KeyedVectors, KeyedVectors]:
    generator = np.random.default_rng(4)
    rows = generator.normal(size=(400, SIZE))
    noisy = rows @ generator.normal(size=(SIZE, SIZE)) + 0.3 * generator.normal(size=(400, SIZE))
    return language("s", rows), language("t", noisy)


PAIRS = [(number, number) for number in range(100)] + [(3, 50), (3, 3)]  # ambiguous and repeated pairs count as given


@pytest.mark.parametrize("reweight", [0.0, 0.5, 1.0])
def test_mapping_equals_its_definition(languages: tuple[KeyedVectors, KeyedVectors], reweight: float) -> None:
    source, target = languages
    dictionary = [(f"s{first}", f"t{second}") for first, second in PAIRS]
    mapping = map_languages(source, target, [*dictionary, ("s1", "unknown")], reweight=reweight)
    expected = supervised_mapping(source.vectors.astype(float), target.vectors.astype(float), PAIRS, reweight)
    # Singular vectors are unique up to their signs.
    signs = np.sign((mapping.source.vectors * expected[0]).sum(axis=0))
    np.testing.assert_allclose(mapping.source.vectors, expected[0] * signs, atol=1e-5)
    np.testing.assert_allclose(mapping.target.vectors, expected[1] * signs, atol=1e-5)
    assert (mapping.pairs, mapping.unknown) == (len(PAIRS), [("s1", "unknown")])


def test_held_out_words_are_translated(languages: tuple[KeyedVectors, KeyedVectors]) -> None:
    source, target = languages
    mapping = map_languages(source, target, [(f"s{number}", f"t{number}") for number in range(200)])
    held_out = [(f"s{number}", f"t{number}") for number in range(200, 400)]
    assert mapping.accuracy(held_out) > 0.9
    assert mapping.accuracy([*held_out, *((word, "t0") for word, _ in held_out)]) >= mapping.accuracy(held_out)
    assert mapping.accuracy(held_out, topn=10) >= mapping.accuracy(held_out)


def test_plain_orthogonal_mapping_of_few_pairs() -> None:
    generator = np.random.default_rng(5)
    rows = generator.normal(size=(300, SIZE))
    turned, _ = np.linalg.qr(generator.normal(size=(SIZE, SIZE)))
    source, target = language("s", rows), language("t", rows @ turned)
    dictionary = [(f"s{number}", f"t{number}") for number in range(SIZE)]
    mapping = map_languages(source, target, dictionary, whiten=False)
    np.testing.assert_allclose(mapping.source.vectors, mapping.target.vectors, atol=1e-5)


@pytest.mark.parametrize(("words", "neighbourhood"), [(5, 10), (60, 3), (3000, 10)])
def test_csls_equals_its_definition(words: int, neighbourhood: int) -> None:
    generator = np.random.default_rng(words)
    hub = generator.normal(size=SIZE)
    rows = [generator.normal(size=(words, SIZE)) + hub for _ in range(2)]
    source, target = language("s", rows[0]), language("t", rows[1])
    expected = csls(source.vectors.astype(float), target.vectors.astype(float), neighbourhood)
    queries = range(0, words, max(1, words // 200))
    found = csls_neighbours(source, target, [f"s{n}" for n in queries], topn=5, neighbourhood=neighbourhood)
    for number, neighbours in zip(queries, found, strict=True):
        best = np.argsort(-expected[number])[:5]
        scores = [score for _, score in neighbours]
        np.testing.assert_allclose(scores, expected[number][best], atol=2e-6)
        for word, score in neighbours:
            assert expected[number][int(word[1:])] == pytest.approx(score, abs=2e-6)


@pytest.mark.parametrize("topn", [1, 4, 30])
@pytest.mark.parametrize("share", [1.0, 0.2])
def test_csls_of_hubs_equals_its_definition(topn: int, share: float) -> None:
    """Rows that are not among the nearest ones of a query can have the best scores, if others are hubs."""
    generator = np.random.default_rng(7)
    centres = generator.normal(size=(12, SIZE))
    hubs = np.linspace(0, 3, 900)[:, np.newaxis] * centres[0]
    rows = [centres[generator.integers(0, 12, 900)] + 0.7 * generator.normal(size=(900, SIZE)) for _ in range(2)]
    source, target = language("s", rows[0] + hubs), language("t", rows[1] + hubs[::-1])
    expected = csls(source.vectors.astype(float), target.vectors.astype(float), 10)
    queries = list(range(0, 900, round(1 / share)))
    found = csls_neighbours(source, target, [f"s{n}" for n in queries], topn=topn)
    for number, neighbours in zip(queries, found, strict=True):
        scores = [score for _, score in neighbours]
        np.testing.assert_allclose(scores, np.sort(expected[number])[::-1][:topn], atol=2e-6)
        assert len({word for word, _ in neighbours}) == topn
        assert [expected[number][int(word[1:])] for word, _ in neighbours] == pytest.approx(scores, abs=2e-6)


def test_vectors_that_are_not_finite_have_no_neighbours() -> None:
    generator = np.random.default_rng(8)
    rows = [generator.normal(size=(300, SIZE)) for _ in range(2)]
    plain = csls_neighbours(language("s", rows[0]), language("t", rows[1]), [f"s{n}" for n in range(1, 300)], topn=3)
    rows[1][5] = np.nan
    found = csls_neighbours(language("s", rows[0]), language("t", rows[1]), [f"s{n}" for n in range(1, 300)], topn=3)
    assert all("t5" not in [word for word, _ in near] for near in found)
    assert sum(first[0][0] == second[0][0] for first, second in zip(plain, found, strict=True)) > 290


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("number", [0, 7, 29])
def test_words_without_finite_vectors_are_named(value: float, number: int) -> None:
    rows = np.random.default_rng(4).normal(size=(30, SIZE))
    target = language("t", rows)
    rows[number, 3] = value
    source = language("s", rows)
    message = rf"words must have finite vectors in source, got NaN or infinite values for 's{number}' \(row {number}\)"
    for words in ([f"s{number}"], [f"s{n}" for n in range(30)]):
        with pytest.raises(ValueError, match=message):
            csls_neighbours(source, target, words)
    others = [f"s{n}" for n in range(30) if n != number]
    scores = [score for near in csls_neighbours(source, target, others, topn=3) for _, score in near]
    assert np.isfinite(scores).all()


def test_neighbours_that_are_not_finite_do_not_count() -> None:
    """Fewer finite vectors than neighbours that are averaged."""
    rows = np.random.default_rng(4).normal(size=(2, 30, SIZE))
    finite = csls_neighbours(language("s", rows[0]), language("t", rows[1, :6]), ["s0", "s1"], topn=4)
    rows[1, 6:, 2] = np.inf
    found = csls_neighbours(language("s", rows[0]), language("t", rows[1]), ["s0", "s1"], topn=4)
    assert [[word for word, _ in near] for near in found] == [[word for word, _ in near] for near in finite]
    scores = [[[score for _, score in near] for near in each] for each in (found, finite)]
    assert scores[0] == pytest.approx(np.array(scores[1]), abs=1e-6)


def test_no_words_and_no_vectors() -> None:
    vectors = language("s", np.eye(3))
    assert csls_neighbours(vectors, vectors, []) == []
    assert csls_neighbours(vectors, KeyedVectors(3), ["s0"]) == [[]]


def test_bad_arguments_are_named(languages: tuple[KeyedVectors, KeyedVectors]) -> None:
    source, target = languages
    with pytest.raises(VocabularyError, match="both languages have, got 1 pairs with unknown words"):
        map_languages(source, target, [("t0", "s0")])
    with pytest.raises(ValueError, match="12 linearly independent vectors for whitening, got 5 pairs"):
        map_languages(source, target, [(f"s{number}", f"t{number}") for number in range(5)])
    with pytest.raises(TypeError, match="dictionary must contain pairs of words, got 's0'"):
        map_languages(source, target, ["s0"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="reweight"):
        map_languages(source, target, [("s0", "t0")], reweight=2)
    with pytest.raises(ValueError, match="target must have vectors of size 12, got 3"):
        map_languages(source, language("t", np.eye(3)), [("s0", "t0")])
    with pytest.raises(KeyError, match="unknown"):
        csls_neighbours(source, target, ["unknown"])
    with pytest.raises(TypeError, match="words must be a list"):
        csls_neighbours(source, target, "s0")
    mapping = map_languages(source, target, [(f"s{number}", f"t{number}") for number in range(100)])
    with pytest.raises(VocabularyError, match="dictionary must contain pairs"):
        mapping.accuracy([("no", "no")])
