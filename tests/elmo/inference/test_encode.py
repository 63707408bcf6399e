"""Vectors in context: against the float64 definition, the same bits in any company, and whatever users give."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.elmo import layers_of_sentence, token_layer, zero_state
from reference.tape import Node
from wordkin import ELMo
from wordkin.elmo.inference import embedding
from wordkin.elmo.inference.token_cache import TokenCache
from wordkin.errors import FormatError, NotFittedError
from wordkin.text.characters import character_rows
from wordkin.text.tokenization import split_words

MakeModel = Callable[..., ELMo]
Floats = NDArray[np.float32]

TEXTS = [["A", "big", "apple"], [], ["pears"], ["Ἀθῆναι", "and", "", "plums", "are", "red"], ["and", "and"]]


@pytest.fixture
def model(small_model: MakeModel) -> ELMo:
    """Random weights that are large enough for words to differ."""
    model = small_model()
    model.initialize(seed=3)
    for tensor in model.parameters.values():
        tensor *= np.float32(3.0)
    model.parameters_changed()
    return model


def defined_layers(model: ELMo, sentences: list[list[str]]) -> list[NDArray[np.float64]]:
    """With the marks of the ends; state goes on from sentence to sentence."""
    exact = {name: Node(tensor.astype(np.float64)) for name, tensor in model.parameters.items()}
    state: Any = zero_state(model.options, 1)
    results = []
    for sentence in sentences:
        rows = character_rows(["<S>", *sentence, "</S>"], model.options.max_characters_per_token)
        vectors = token_layer(exact, model.options, rows).value
        layers, state = layers_of_sentence(exact, model.options, vectors, state)
        results.append(layers)
    return results


def assert_same(given: list[Floats], expected: list[Floats]) -> None:
    assert len(given) == len(expected)
    for one, other in zip(given, expected, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("stateful", [False, True])
def test_the_definition(model: ELMo, stateful: bool) -> None:
    # Not a state of the sentences before, but of those in the same place of a batch.
    if stateful:
        expected = defined_layers(model, TEXTS)
    else:
        expected = [defined_layers(model, [sentence])[0] for sentence in TEXTS]
    given = model.encode(TEXTS, "all", batch_size=1, stateful=stateful, boundaries=True)
    for one, other in zip(given, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)


def test_state_goes_on_by_stream_and_call(model: ELMo) -> None:
    streams = [TEXTS, TEXTS[::-1], [["other"]] * 5]
    expected = [
        model.encode(stream, "all", batch_size=1, stateful=True) for stream in streams if not model.reset_state()
    ]
    model.reset_state()
    for number, batch in enumerate(zip(*streams, strict=True)):
        assert_same(
            model.encode(list(batch), "all", batch_size=3, stateful=True), [stream[number] for stream in expected]
        )
        if number == 2:  # fewer streams: the others wait
            waited = model.encode([["one"]], stateful=True, batch_size=3)
            model.encode([["more"]], stateful=False)
            assert not np.array_equal(waited[0], model.encode([["one"]])[0])
            break
    assert_same(model.encode([TEXTS[0], streams[1][3]], "all", stateful=True, batch_size=3)[1:], [expected[1][3]])


def test_the_same_bits_in_any_company(model: ELMo) -> None:
    generator = np.random.default_rng(1)
    words = [f"w{number}" for number in range(300)]
    sentences = [generator.choice(words, length).tolist() for length in generator.integers(0, 30, 60)]
    alone = [model.encode([sentence], "all", workers=1)[0] for sentence in sentences]
    for workers, batch_size in ((1, 32), (2, 7), (1, 1)):
        assert_same(model.encode(sentences, "all", workers=workers, batch_size=batch_size), alone)
    order = generator.permutation(len(sentences)).tolist()
    assert_same(model.encode([sentences[k] for k in order], "all"), [alone[k] for k in order])
    assert_same(list(model.encode_iter(iter(sentences), "all", batch_size=4)), alone)
    mixes = model.encode(sentences, "average", pooling="mean")
    for k, vectors in enumerate(mixes):
        np.testing.assert_array_equal(model.encode([sentences[k]], "average", pooling="mean")[0], vectors)


def test_layers_and_mixes(model: ELMo) -> None:
    every = model.encode(TEXTS, "all")[3]
    one = [TEXTS[3]]
    assert_same(model.encode(one, "top"), [every[2]])
    for layer in range(3):
        assert_same(model.encode(one, layer), [every[layer]])
        assert_same(model.encode(one, layer - 3), [every[layer]])
    np.testing.assert_allclose(model.encode(one, "average")[0], every.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(model.encode(one, [0, 0, 0], gamma=2)[0], 2 * every.mean(axis=0), atol=1e-6)
    weights = np.array([0.5, -1, 2], np.float32)
    shares = np.exp(weights) / np.exp(weights).sum()
    np.testing.assert_allclose(model.encode(one, weights)[0], np.einsum("l,ltd->td", shares, every), atol=1e-6)
    assert_same(model.encode(one, [-math.inf, 0, -9e10]), [every[1]])
    np.testing.assert_allclose(model.encode(one, "all", gamma=0.5)[0], 0.5 * every, atol=1e-7)
    np.testing.assert_allclose(model.encode(one, "top", pooling="mean")[0], every[2].mean(axis=0), atol=1e-6)
    assert model.encode(TEXTS, "all", pooling="mean").shape == (5, 3, 16)
    assert model.encode(TEXTS, pooling="mean").shape == (5, 16)
    assert not model.encode(TEXTS, pooling="mean")[1].any()


def test_the_top_layer_is_not_run_in_vain(model: ELMo, monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[Any] = []
    layers = embedding.LoadedModel.layers
    monkeypatch.setattr(
        embedding.LoadedModel, "layers", lambda self, s, n=None, state=None: run.append(n) or layers(self, s, n, state)
    )
    for wanted in ("all", "average", 0, 1, [0, 0, -math.inf]):
        model.encode([["a"]], wanted)
    assert run == [None, 2, 0, 1, 1]


def test_layer_norms_by_name(model: ELMo) -> None:
    every = model.encode([TEXTS[3]], "all", boundaries=True)[0].astype(np.float64)
    for name, counted, epsilon in (("bilm", every[:, 1:-1], 1e-12), ("allennlp", every, 1e-13)):
        mean = counted.mean(axis=(1, 2), keepdims=True)
        deviation = np.sqrt(((counted - mean) ** 2).mean(axis=(1, 2), keepdims=True) + epsilon)
        expected = ((every - mean) / deviation)[:, 1:-1]
        np.testing.assert_allclose(model.encode([TEXTS[3]], "all", layer_norm=name)[0], expected, atol=1e-5)
        given = model.encode([TEXTS[3]], "average", layer_norm=name)[0]
        np.testing.assert_allclose(given, expected.mean(axis=0), atol=1e-5)
        assert model.encode([[]], layer_norm=name)[0].shape == (0, 16)


def test_bfloat16_is_near_and_the_same_in_any_company(model: ELMo) -> None:
    exact = model.encode(TEXTS, "all")
    near = model.encode(TEXTS, "all", precision="bfloat16")
    for one, other in zip(exact, near, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=0.05)
    assert_same([model.encode([text], "all", precision="bfloat16")[0] for text in TEXTS], near)
    assert_same(model.encode(TEXTS, "all"), exact)


def test_what_can_be_encoded(model: ELMo) -> None:
    tokens = ["It", "is", "red", "."]
    expected = model.encode([tokens])[0]
    np.testing.assert_array_equal(model.encode("It is red."), expected)
    assert_same(model.encode(["It is red.", tokens, tuple(tokens)]), [expected] * 3)
    assert_same(model.encode(["It|is|red|."], tokenizer=lambda text: text.split("|")), [expected])
    assert_same(model.encode(["one", "two"], tokenizer=str.split), model.encode([["one"], ["two"]]))
    assert model.encode([]) == []
    assert model.encode([], pooling="mean").shape == (0, 16)
    assert model.encode([], "all", pooling="mean").shape == (0, 3, 16)
    assert [vectors.shape for vectors in model.encode([[], ["a"]], "all")] == [(3, 0, 16), (3, 1, 16)]
    assert model.encode("").shape == (0, 16)
    assert model.encode([[]], boundaries=True)[0].shape == (2, 16)
    assert model.encode("one").shape == (1, 16)
    assert model.encode(["one"])[0].shape == (1, 16)


def test_long_words_and_where_they_are_cut(model: ELMo) -> None:
    long = "x" * 10_000
    assert_same(model.encode([[long]]), model.encode([["x" * 8]]))  # ten places, two of them marks
    word = "abcdefgé"  # nine bytes
    assert_same(model.encode([[word]], cut="characters"), model.encode([["abcdefg"]]))
    assert not np.array_equal(model.encode([[word]])[0], model.encode([["abcdefg"]])[0])
    assert model.encode([["\ud800"]])[0].shape == (1, 16)  # no UTF-8: vanishes


@pytest.mark.parametrize("stateful", [False, True])
def test_long_sentences_in_pieces(model: ELMo, monkeypatch: pytest.MonkeyPatch, stateful: bool) -> None:
    sentences = [["a", "b", "c"] * 30, ["d"], ["e", "f"] * 20]

    def run() -> list[Floats]:
        model.reset_state()
        return [
            vectors
            for _ in range(2)
            for vectors in model.encode(sentences, "all", batch_size=3, stateful=stateful, boundaries=True)
        ]

    whole = run()
    for most in (7, 41, 50):
        monkeypatch.setattr(embedding, "MOST_TOKENS", most)
        assert_same(run(), whole)


def test_ten_thousand_tokens(model: ELMo) -> None:
    (vectors,) = model.encode([["word", "after", "word", "after"] * 2500], "top")
    assert vectors.shape == (10_000, 16)
    assert np.isfinite(vectors).all()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["word", "after", "word"], r"words where sentences are meant\? For one sentence give \[\['word'"),
        (5, "a list of sentences, got int"),
        (b"text", "got bytes"),
        ({"a": 1}, "got dict"),
        ([["a", 5]], "sentence 0 must have str for tokens, got int at place 1"),
        ([["a"], 5], "sentence 1 must be a text or a list of tokens, got int"),
        ([[["a"]]], "got list at place 0"),
        ([b"a b"], "got bytes"),
        ([None], "got NoneType"),
    ],
)
def test_what_are_no_sentences(model: ELMo, inputs: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        model.encode(inputs)
    if not isinstance(inputs, bytes | dict | int):
        with pytest.raises(TypeError, match=message):
            list(model.encode_iter(inputs))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be from 1"),
        ({"batch_size": True}, TypeError, "batch_size must be an integer"),
        ({"layers": 3}, ValueError, "layers must be from -3 to 2, got 3"),
        ({"layers": "bottom"}, ValueError, "one of all, top, average"),
        ({"layers": [1.0, 2.0]}, ValueError, "each of the 3 layers"),
        ({"layers": [math.nan, 0, 0]}, ValueError, "finite"),
        ({"layers": [-math.inf] * 3}, ValueError, "leave one layer in"),
        ({"layers": None}, TypeError, "layers must be an integer"),
        ({"gamma": math.inf}, ValueError, "gamma must be finite"),
        ({"layer_norm": "mine"}, ValueError, "one of bilm, allennlp"),
        ({"pooling": "max"}, ValueError, "pooling must be one of mean"),
        ({"precision": "float16"}, ValueError, "one of float32, bfloat16"),
        ({"stateful": "yes"}, TypeError, "stateful must be True or False"),
        ({"boundaries": 2}, ValueError, "boundaries"),
        ({"tokenizer": "spaces"}, TypeError, "tokenizer must be callable"),
        ({"cut": "words"}, ValueError, "one of bytes, characters"),
        ({"workers": 0}, ValueError, "workers"),
        ({"progress": "yes"}, TypeError, "progress"),
    ],
)
def test_wrong_arguments(model: ELMo, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        model.encode([["a"]], **arguments)


def test_without_parameters(small_model: MakeModel) -> None:
    with pytest.raises(NotFittedError, match="no parameters yet"):
        small_model().encode("a text")


def test_parameters_that_have_changed(trained: ELMo, sentences: list[list[str]], quick: dict[str, Any]) -> None:
    before = trained.encode([["apples"]])[0]
    trained.train(sentences, **quick)
    after = trained.encode([["apples"]])[0]
    assert not np.array_equal(before, after)
    trained.parameters["char_embed"][:] = 0
    np.testing.assert_array_equal(trained.encode([["apples"]])[0], after)
    trained.parameters_changed()
    assert not np.array_equal(trained.encode([["apples"]])[0], after)


def test_a_stream_is_read_a_little_ahead(model: ELMo) -> None:
    read = 0

    def endless() -> Iterator[list[str]]:
        nonlocal read
        for number in itertools.count():
            read += 1
            yield [f"word{number}", "after"]

    first = list(itertools.islice(model.encode_iter(endless(), batch_size=2), 10))
    assert len(first) == 10
    assert read <= 32
    with pytest.raises(TypeError, match="encode takes a text"):
        model.encode_iter("a text")


def test_progress_tells_tokens(model: ELMo) -> None:
    told: list[int] = []
    model.encode(TEXTS, progress=told.append)
    assert told[-1] == sum(map(len, TEXTS))
    assert told == sorted(told)


def test_the_cache_is_exact_and_bounded() -> None:
    asked: list[str] = []

    def compute(words: list[str]) -> Floats:
        asked.extend(words)
        return np.array([[float(word), -float(word)] for word in words], np.float32)

    cache = TokenCache(2, compute, most_bytes=2 * 64 * (4 * 2 + 200))
    generator = np.random.default_rng(1)
    for _ in range(200):
        words = [str(number) for number in set(generator.integers(0, 300, 20).tolist())]
        np.testing.assert_array_equal(cache.vectors(words), [[float(word), -float(word)] for word in words])
        cache.vectors(["1000"])
        assert len(cache) <= 2 * 64
    assert asked.count("1000") == 1  # always in use, never forgotten
    assert cache.vectors([]).shape == (0, 2)
    cache.bound(6 * (4 * 2 + 200))
    assert len(cache) <= 2 * 3
    cache.bound(0)
    cache.vectors(["1000"])
    assert len(cache) == 0


def test_memory_for_words(model: ELMo) -> None:
    expected = model.encode(TEXTS, "all")
    for cache_bytes in (0, 1000, 1 << 30):
        assert_same(model.encode(TEXTS, "all", cache_bytes=cache_bytes), expected)
        assert_same(list(model.encode_iter(TEXTS, "all", cache_bytes=cache_bytes)), expected)
    with pytest.raises(ValueError, match="cache_bytes"):
        model.encode(TEXTS, cache_bytes=-1)
    with pytest.raises(TypeError, match="cache_bytes"):
        model.encode(TEXTS, cache_bytes="much")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \n\t ", []),
        ("Hello, world!", ["Hello", ",", "world", "!"]),
        ("snake_case 3.5", ["snake_case", "3", ".", "5"]),
        ("naïve—café…", ["naïve", "—", "café", "…"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("می\u200cروم", ["می\u200cروم"]),
        ("日本語。", ["日本語", "。"]),
    ],
)
def test_words_of_a_text(text: str, tokens: list[str]) -> None:
    assert split_words(text) == tokens


def test_a_file_line_by_line(model: ELMo, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    source = tmp_path / "text.txt"
    source.write_bytes("A big apple\r\n\npears\nA/b \u2028c d\n".encode())
    lines = [["A", "big", "apple"], [], ["pears"], ["A/b", "\u2028c", "d"]]
    expected = model.encode(lines, "all")
    assert model.encode_file(source, tmp_path / "out.hdf5") == 4
    with h5py.File(tmp_path / "out.hdf5") as file:
        assert set(file) == {"0", "1", "2", "3", "sentence_to_index"}
        assert_same([file[str(number)][...] for number in range(4)], expected)
        assert '"pears": "2"' in file["sentence_to_index"][0].decode()
    told: list[int] = []
    model.encode_file(source, tmp_path / "out.bin", "top", format="hdf5", pooling="mean", progress=told.append)
    assert told[-1] == 7
    with h5py.File(tmp_path / "out.bin") as file:
        np.testing.assert_array_equal(file["0"][...], model.encode(lines, "top", pooling="mean")[0])


@pytest.mark.parametrize(("layers", "pooling"), [("all", None), ("average", None), ("top", "mean"), ("all", "mean")])
def test_a_file_as_safetensors(model: ELMo, tmp_path: Path, layers: Any, pooling: Any) -> None:
    from safetensors.numpy import load_file

    (tmp_path / "text.txt").write_text("a b c\n\nd\n")
    assert model.encode_file(tmp_path / "text.txt", tmp_path / "o.safetensors", layers, pooling=pooling) == 3
    content = load_file(tmp_path / "o.safetensors")
    expected = model.encode([["a", "b", "c"], [], ["d"]], layers, pooling=pooling)
    if pooling:
        np.testing.assert_array_equal(content["vectors"], expected)
        return
    begins = [0, *content["ends"].tolist()]
    for number, (begin, end) in enumerate(itertools.pairwise(begins)):
        part = content["vectors"][begin:end]
        np.testing.assert_array_equal(np.moveaxis(part, 1, 0) if layers == "all" else part, expected[number])


def test_files_that_cannot_be(model: ELMo, tmp_path: Path) -> None:
    source = tmp_path / "text.txt"
    source.write_bytes(b"fine\nnot \xff fine\n")
    output = tmp_path / "out.safetensors"
    with pytest.raises(FormatError, match="line 2: invalid UTF-8"):
        model.encode_file(source, output)
    with pytest.raises(ValueError, match="output must end in"):
        model.encode_file(source, tmp_path / "out.txt")
    with pytest.raises(FileNotFoundError):
        model.encode_file(tmp_path / "none.txt", output)
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]
