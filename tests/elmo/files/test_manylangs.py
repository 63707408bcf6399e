"""Models of ELMoForManyLangs: the vectors of the original modules, and files that do not fit together.

The models in ``tests/formats/elmo-manylangs`` were made by the modules of the package (version 0.0.4, with PyTorch
2.13), with the layers that they give for some sentences, each alone and from fresh states.
"""

from __future__ import annotations

import copy
import json
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import wordkin
from storage.torch_pickles import file_of_tensors
from wordkin import ELMo, SequenceTagger, TextClassifier
from wordkin.elmo.token_inputs import Alphabet, InputWords, TokenInputs
from wordkin.errors import FormatError, NotFittedError
from wordkin.storage import read_archive, write_archive
from wordkin.storage.torch_files import read_torch_tensors

MODELS = Path(__file__).resolve().parents[2] / "formats" / "elmo-manylangs"
NAMES = ("characters", "words-and-characters", "three-layers")
TOLERANCE = 2e-5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a model with words and characters, which a test may change."""
    shutil.copytree(MODELS / "words-and-characters", tmp_path / "model")
    return tmp_path / "model"


def expected(name: str) -> tuple[list[list[str]], list[NDArray[np.float32]]]:
    sentences = json.loads((MODELS / name / "sentences.json").read_text(encoding="utf-8"))
    with np.load(MODELS / name / "expected.npz") as layers:
        return sentences, [layers[str(number)] for number in range(len(sentences))]


def same(found: list[Any], others: list[Any], tolerance: float = TOLERANCE) -> None:
    for one, other in zip(found, others, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_layers_are_those_of_the_original_modules(name: str, isa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORDKIN_MAX_ISA", isa)
    sentences, layers = expected(name)
    model = ELMo.from_pretrained(MODELS / name)
    same(model.encode(sentences, layers="all", progress=False), layers)
    same(model.encode(sentences, progress=False), [each.mean(axis=0) for each in layers])
    same(model.forward(sentences).layers, layers)


@pytest.mark.parametrize("name", NAMES)
def test_models_are_saved_in_the_format_of_this_package(name: str, tmp_path: Path) -> None:
    sentences, layers = expected(name)
    model = ELMo.from_pretrained(MODELS / name)
    model.save_pretrained(tmp_path / "model")
    for other in (ELMo.from_pretrained(tmp_path / "model"), copy.deepcopy(model), wordkin.load(MODELS / name)):
        assert isinstance(other, ELMo)
        assert other.options == model.options
        same(other.encode(sentences, layers="all", progress=False), layers)


def test_zips_of_one_folder_are_opened(tmp_path: Path) -> None:
    sentences, layers = expected("three-layers")
    path = tmp_path / "175.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((MODELS / "three-layers").iterdir()):
            archive.write(file, f"175/{file.name}")
    for model in (ELMo.from_pretrained(path), wordkin.load(path)):
        assert isinstance(model, ELMo)
        same(model.encode(sentences, layers="all", progress=False), layers)


def test_classifiers_and_taggers_use_and_train_them(tmp_path: Path) -> None:
    model = ELMo.from_pretrained(MODELS / "words-and-characters")
    texts = [["The", "cat", "sat"], ["zzz", "."]] * 4
    options: dict[str, Any] = {"epochs": 1, "random_state": 1, "workers": 1, "progress": False}
    classifier = TextClassifier(embedding=model, fine_tune=True, **options).fit(texts, ["a", "b"] * 4)
    classifier.save(tmp_path / "classifier")
    probabilities = classifier.predict_proba(texts)
    np.testing.assert_allclose(TextClassifier.load(tmp_path / "classifier").predict_proba(texts), probabilities)
    tagger = SequenceTagger(embedding=model, **options).fit(texts, [["B-X", *"O" * (len(text) - 1)] for text in texts])
    assert len(tagger.predict([["cat", "sat"]])[0]) == 2


def test_gradients_reach_every_parameter() -> None:
    model = ELMo.from_pretrained(MODELS / "words-and-characters")
    sentences, _ = expected("words-and-characters")
    given = model.forward(sentences)
    gradients = given.backward([np.ones_like(layers) for layers in given.layers])
    assert set(gradients) == set(model.parameters)
    unused = {name for name, gradient in gradients.items() if not gradient.any()}
    assert unused == set()
    rows = np.flatnonzero(gradients["word_embed"].any(axis=1))
    assert model._fitted().inputs.words is not None
    known = model._fitted().inputs.words.ids(["<S>", "</S>", *(token for sentence in sentences for token in sentence)])
    np.testing.assert_array_equal(rows, np.unique(known))


def test_what_needs_an_output_layer_says_that_there_is_none() -> None:
    model = ELMo.from_pretrained(MODELS / "characters")
    for call in (
        lambda: model.perplexity([["cat"]]),
        lambda: model.score([["cat"]]),
        lambda: model.substitutes(["cat"], 0),
    ):
        with pytest.raises(NotFittedError, match=r"no softmax and vocabulary.*ELMoForManyLangs.*without"):
            call()
    assert model.vocabulary is None


def test_training_adds_an_output_layer(tmp_path: Path) -> None:
    model = ELMo.from_pretrained(MODELS / "words-and-characters")
    before = {name: value.copy() for name, value in model.parameters.items()}
    text = [["The", "cat", "sat", "."], ["well-known", "10", "."]] * 9
    quick: dict[str, Any] = {"min_count": 1, "batch_size": 2, "unroll_steps": 4, "workers": 1, "progress": False}
    report = model.train(text, **quick, epochs=3, checkpoint=tmp_path / "run")
    assert report.losses[-1].sum() < report.losses[0].sum()
    assert all(not np.array_equal(value, model.parameters[name]) for name, value in before.items())
    perplexity = model.perplexity(text, workers=1)
    assert perplexity.mean < 9
    model.save_pretrained(tmp_path / "model")
    assert ELMo.from_pretrained(tmp_path / "model").perplexity(text, workers=1) == perplexity
    longer = ELMo.from_pretrained(MODELS / "words-and-characters")
    longer.train(text, **quick, epochs=3, max_steps=report.steps + 2, checkpoint=tmp_path / "run")
    with pytest.raises(ValueError, match="word vectors beside characters; save_pretrained saves it"):
        model.export_hdf5(tmp_path / "official")


def test_words_without_characters_become_a_table(tmp_path: Path) -> None:
    """Of the model with both, only the words are left; the vectors are those of the definition."""
    shutil.copytree(MODELS / "words-and-characters", tmp_path / "model")
    folder = tmp_path / "model"
    tensors = tensors_of(folder, "token_embedder.pkl")
    words = tensors["word_emb_layer.embedding.weight"]
    projection, bias = tensors["projection.weight"][:, : words.shape[1]], tensors["projection.bias"]
    write_tensors(
        folder,
        "token_embedder.pkl",
        {"word_emb_layer.embedding.weight": words, "projection.weight": projection, "projection.bias": bias},
    )
    change_json(folder, "cnn_5_4_6.json", lambda values: values["token_embedder"].update(char_dim=0))
    (folder / "char.dic").unlink()
    model = ELMo.from_pretrained(folder)
    entries = [line.split("\t")[0] for line in (folder / "word.dic").read_text(encoding="utf-8").splitlines()]
    (vectors,) = model.encode([["cat", "unseen"]], layers=0, progress=False)
    rows = [entries.index("cat"), entries.index("<oov>")]
    half = words[rows] @ projection.T + bias
    np.testing.assert_allclose(vectors, np.concatenate([half, half], axis=1), rtol=0, atol=1e-6)


def tensors_of(folder: Path, name: str) -> dict[str, NDArray[Any]]:
    with (folder / name).open("rb") as file:
        return dict(read_torch_tensors(file, name, (folder / name).stat().st_size))


def write_tensors(folder: Path, name: str, tensors: dict[str, NDArray[Any]]) -> None:
    (folder / name).write_bytes(file_of_tensors(tensors))


def change_json(folder: Path, name: str, change: Callable[[Any], object]) -> None:
    values = json.loads((folder / name).read_text(encoding="utf-8"))
    change(values)
    (folder / name).write_text(json.dumps(values), encoding="utf-8")


def change_tensor(folder: Path, name: str, tensor: str, value: NDArray[Any] | None) -> None:
    tensors = tensors_of(folder, name)
    if value is None:
        del tensors[tensor]
    else:
        tensors[tensor] = value
    write_tensors(folder, name, tensors)


SIZES = "cnn_5_4_6.json"
FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no word.dic": (lambda folder: (folder / "word.dic").unlink(), r"word\.dic is missing; found \['char"),
    "no char.dic": (lambda folder: (folder / "char.dic").unlink(), r"char\.dic is missing"),
    "no encoder.pkl": (lambda folder: (folder / "encoder.pkl").unlink(), r"encoder\.pkl is missing; found \['char"),
    "no token_embedder.pkl": (
        lambda folder: (folder / "token_embedder.pkl").unlink(),
        r"token_embedder\.pkl is missing",
    ),
    "no config.json": (lambda folder: (folder / "config.json").unlink(), r"config\.json is missing"),
    "no sizes": (lambda folder: (folder / SIZES).unlink(), r"config_path is '/models/.*', but there is no 'cnn_5"),
    "config_path is a number": (
        lambda folder: change_json(folder, "config.json", lambda values: values.update(config_path=3)),
        "config_path must be the name of a file, got 3",
    ),
    "config.json is not JSON": (lambda folder: (folder / "config.json").write_bytes(b"{"), "not valid JSON"),
    "sizes are a list": (lambda folder: (folder / SIZES).write_bytes(b"[]"), "must be a JSON object, got list"),
    "no encoder": (lambda folder: change_json(folder, SIZES, lambda v: v.pop("encoder")), "encoder must be an object"),
    "lstm encoder": (
        lambda folder: change_json(folder, SIZES, lambda v: v["encoder"].update(name="lstm")),
        "only models with 'elmo' are supported, got 'lstm'",
    ),
    "lstm characters": (
        lambda folder: change_json(folder, SIZES, lambda v: v["token_embedder"].update(name="lstm")),
        "only models with 'cnn' are supported, got 'lstm'",
    ),
    "neither words nor characters": (
        lambda folder: change_json(folder, SIZES, lambda v: v["token_embedder"].update(char_dim=0, word_dim=0)),
        "word_dim or char_dim must be positive",
    ),
    "word_dim is text": (
        lambda folder: change_json(folder, SIZES, lambda v: v["token_embedder"].update(word_dim="6")),
        "word_dim must be a number from 0, got '6'",
    ),
    "another word_dim": (
        lambda folder: change_json(folder, SIZES, lambda v: v["token_embedder"].update(word_dim=7)),
        r"'projection\.weight' must be float32 of shape \(8, 19\) .*got float32 of shape \(8, 18\)",
    ),
    "another char_dim": (
        lambda folder: change_json(folder, SIZES, lambda v: v["token_embedder"].update(char_dim=4)),
        r"'char_emb_layer\.embedding\.weight' must be float32 of shape \(31, 4\)",
    ),
    "another dim": (
        lambda folder: change_json(folder, SIZES, lambda v: v["encoder"].update(dim=11)),
        r"'forward_layer_0\.input_linearity\.weight' must be float32 of shape \(44, 8\)",
    ),
    "more layers": (
        lambda folder: change_json(folder, SIZES, lambda v: v["encoder"].update(n_layers=3)),
        r"'forward_layer_2\.input_linearity\.weight' of shape \(40, 8\) is missing",
    ),
    "fewer layers": (
        lambda folder: change_json(folder, SIZES, lambda v: v["encoder"].update(n_layers=1)),
        r"'forward_layer_1\..*' does not belong to the configuration",
    ),
    "fewer highways": (
        lambda folder: change_json(folder, SIZES, lambda v: v["token_embedder"].update(n_highway=1)),
        r"'highways\._layers\.1\.weight' does not belong",
    ),
    "no filters": (
        lambda folder: change_json(folder, SIZES, lambda v: v["token_embedder"].pop("filters")),
        "filters must be pairs",
    ),
    "unknown activation": (
        lambda folder: change_json(folder, SIZES, lambda v: v["token_embedder"].update(activation="gelu")),
        "activation must be one of",
    ),
    "dim as wide as the projection": (
        lambda folder: change_json(folder, SIZES, lambda v: v["encoder"].update(dim=8)),
        "a projection_dim that is dim or the number of filters is not supported, got 8",
    ),
    "words are missing": (
        lambda folder: (folder / "word.dic").write_text("<oov>\t0\n<pad>\t1\n", encoding="utf-8"),
        r"'word_emb_layer\.embedding\.weight' must be float32 of shape \(2, 6\) .*, got float32 of shape \(10, 6\)",
    ),
    "a number twice": (
        lambda folder: (folder / "word.dic").write_text("<oov>\t0\n<pad>\t0\n", encoding="utf-8"),
        r"word\.dic: line 2: the numbers must be those from 0 to 1, each once, got 0",
    ),
    "a number beyond the end": (
        lambda folder: (folder / "word.dic").write_text("<oov>\t0\n<pad>\t2\n", encoding="utf-8"),
        "line 2: the numbers must be those from 0 to 1, each once, got 2",
    ),
    "no number": (
        lambda folder: (folder / "word.dic").write_text("<oov>\t0\n<pad>\n", encoding="utf-8"),
        "line 2: expected an entry and its number, found '<pad>'",
    ),
    "an empty dictionary": (
        lambda folder: (folder / "word.dic").write_text("", encoding="utf-8"),
        "line 1: expected an entry and its number, found ''",
    ),
    "a mark is missing": (
        lambda folder: (folder / "char.dic").write_bytes((folder / "char.dic").read_bytes().replace(b"<bow>", b"<bow")),
        r"char\.dic: the entry <bow> is missing",
    ),
    "not UTF-8": (lambda folder: (folder / "char.dic").write_bytes(b"\xff\t0\n"), "byte 0: not valid UTF-8"),
    "a tensor is missing": (
        lambda folder: change_tensor(folder, "encoder.pkl", "backward_layer_1.state_projection.weight", None),
        r"'backward_layer_1\.state_projection\.weight' of shape \(8, 10\) is missing",
    ),
    "integers": (
        lambda folder: change_tensor(folder, "token_embedder.pkl", "projection.bias", np.arange(8)),
        r"'projection\.bias' must be float32 of shape \(8,\) .*got int64",
    ),
    "a zip of PyTorch": (
        lambda folder: (folder / "encoder.pkl").write_bytes(b"PK\x03\x04" + bytes(60)),
        r"encoder\.pkl: a file of PyTorch 1\.6 or later, which is a zip archive; save it",
    ),
    "a truncated file": (
        lambda folder: (folder / "encoder.pkl").write_bytes((folder / "encoder.pkl").read_bytes()[:-1]),
        r"encoder\.pkl: byte \d+: unexpected end of file",
    ),
    "an empty file": (lambda folder: (folder / "encoder.pkl").write_bytes(b""), "expected tensors saved by PyTorch"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_files_that_do_not_fit_are_named(folder: Path, fault: str) -> None:
    change, message = FAULTS[fault]
    change(folder)
    with pytest.raises(FormatError, match=message) as caught:
        ELMo.from_pretrained(folder)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("name", ["token_embedder.pkl", "encoder.pkl", "char.dic", "word.dic", SIZES, "config.json"])
def test_changed_bytes_give_a_model_or_an_error_of_the_format(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    draw = random.Random(name)
    for _ in range(60):
        changed = bytearray(content)
        for _ in range(draw.randint(1, 3)):
            changed[draw.randrange(len(content))] = draw.randrange(256)
        (folder / name).write_bytes(changed[: draw.choice([len(content), draw.randrange(len(content))])])
        try:
            model = ELMo.from_pretrained(folder)
        except FormatError:
            continue
        model.encode([["The", "cat"]], workers=1, progress=False)


def test_alphabets_cut_and_frame_words() -> None:
    marks = {"begin_word": 1, "end_word": 2, "padding": 3, "unknown": 0, "begin_sentence": 4, "end_sentence": 5}
    alphabet = Alphabet(characters={"a": 6, "日": 7}, **marks)
    rows = alphabet.rows(["a日", "", "<S>", "</S>", "<bos>", "aaaaaaa", "\U0001f600a"], 6)
    assert rows.tolist() == [
        [1, 6, 7, 2, 3, 3],
        [1, 2, 3, 3, 3, 3],
        [1, 4, 2, 3, 3, 3],
        [1, 5, 2, 3, 3, 3],
        [1, 4, 2, 3, 3, 3],
        [1, 6, 6, 6, 6, 2],
        [1, 0, 6, 2, 3, 3],
    ]
    words = InputWords(words=["?", "aaaaa", "<bos>"], unknown=0, begin_sentence=2, end_sentence=0, max_length=5)
    types = TokenInputs(alphabet=alphabet, words=words).types(["aaaaaa", "<S>", "<bos>", "b", "</S>"], 6)
    assert types.words is not None
    assert types.words.tolist() == [1, 2, 2, 0, 0]


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors, metadata: metadata.pop("input_words"),
        lambda tensors, metadata: metadata["input_words"].update(unknown=10),
        lambda tensors, metadata: metadata["alphabet"].update(padding=31),
        lambda tensors, metadata: metadata["alphabet"].pop("padding"),
        lambda tensors, metadata: tensors.update({"alphabet/ids": tensors["alphabet/ids"] + 31}),
        lambda tensors, metadata: tensors.update({"alphabet/ids": tensors["alphabet/ids"][1:]}),
        lambda tensors, metadata: tensors.pop("alphabet/characters"),
        lambda tensors, metadata: metadata["options"].update(n_input_words=9),
    ],
)
def test_damaged_inputs_of_saved_models_are_errors(folder: Path, change: Callable[[Any, Any], object]) -> None:
    saved = folder.parent / "saved"
    ELMo.from_pretrained(folder).save_pretrained(saved)
    archive = read_archive(saved / "weights.safetensors")
    tensors, metadata = dict(archive.tensors), dict(archive.metadata)
    change(tensors, metadata)
    write_archive(saved / "weights.safetensors", tensors, metadata)
    (saved / "options.json").unlink()
    with pytest.raises(FormatError):
        ELMo.from_pretrained(saved)
