"""Every kind of save: how to write an old and a new version to a folder, and how to read what is there."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wordkin import ELMo, KeyedVectors, Phrases, SequenceTagger, TextClassifier, Word2Vec
from wordkin.cli.program import main
from wordkin.elmo.archive import load_optimizer
from wordkin.fasttext import load_model
from wordkin.phrases import FrozenPhrases
from wordkin.storage.checkpoint import CheckpointFolder
from wordkin.vectors.files import read_projector_tsv

__all__ = ["FAMILIES", "KindOfSave", "kinds_of_family"]

SENTENCES = [line.split() for line in ["new york is big", "big plums are red", "new york", "figs are good"] * 6]
FORMATS = Path(__file__).parent.parent.parent / "formats"
WORDS = sorted({word for sentence in SENTENCES for word in sentence})


@dataclass(frozen=True, kw_only=True)
class KindOfSave:
    """A kind of save.

    Parameters
    ----------
    saves : tuple of callable
        Two functions that write the old and the new version to a folder.
    read : callable
        Called with the folder; returns a value that differs for the old and the new version.
    is_logged : bool
        Whether a failure is logged instead of raised.
    """

    saves: tuple[Callable[[Path], object], Callable[[Path], object]]
    read: Callable[[Path], object]
    is_logged: bool = False


def digest(*values: Any) -> str:
    """Return a hash of arrays, texts and other values with a faithful `repr`."""
    result = hashlib.sha256()
    for value in values:
        result.update(repr((value.shape, value.dtype)).encode() if isinstance(value, np.ndarray) else b"")
        result.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return result.hexdigest()[:16]


def _vectors(factor: float) -> KeyedVectors:
    kv = KeyedVectors(4)
    rows = factor * np.arange(1, 1 + 4 * len(WORDS), dtype=np.float32).reshape(-1, 4)
    kv.add_vectors(WORDS, rows)
    for row, word in enumerate(WORDS):
        kv.set_vecattr(word, "count", int(factor) * (len(WORDS) - row))
    return kv


def _of_vectors(kv: KeyedVectors) -> str:
    counts = [kv.get_vecattr(key, "count") for key in kv.index_to_key] if "count" in kv.expandos else []
    return digest(kv.index_to_key, kv.vectors, counts)


def _vector_files() -> Iterator[tuple[str, KindOfSave]]:
    pair = (_vectors(1), _vectors(2))

    def kind(name: str, read: Callable[[Path], KeyedVectors], **arguments: Any) -> KindOfSave:
        def save(kv: KeyedVectors) -> Callable[[Path], object]:
            def write(folder: Path) -> None:
                own = {key: folder / value if key == "fvocab" else value for key, value in arguments.items()}
                kv.save_word2vec_format(folder / name, **own)

            return write

        return KindOfSave(saves=(save(pair[0]), save(pair[1])), read=lambda folder: _of_vectors(read(folder)))

    load = KeyedVectors.load_word2vec_format
    yield (
        "vectors",
        KindOfSave(
            saves=(lambda folder: pair[0].save(folder / "kv"), lambda folder: pair[1].save(folder / "kv")),
            read=lambda folder: _of_vectors(KeyedVectors.load(folder / "kv")),
        ),
    )
    reversed_words = KeyedVectors(4)
    reversed_words.add_vectors(WORDS[::-1], pair[1].vectors)
    yield (
        "folder for sentence-transformers",
        KindOfSave(
            saves=(pair[0].save_pretrained, reversed_words.save_pretrained),
            read=lambda folder: _of_vectors(KeyedVectors.from_pretrained(folder)),
        ),
    )
    pages = [pair[0].explore(max_words=words) for words in (4, 5)]
    yield (
        "page of the explorer",
        KindOfSave(
            saves=(lambda folder: pages[0].save(folder / "p.html"), lambda folder: pages[1].save(folder / "p.html")),
            read=lambda folder: digest((folder / "p.html").read_bytes()),
        ),
    )
    models = [load_model(FORMATS / f"fasttext-{name}") for name in ("softmax.bin", "cutoff.ftz")]
    yield (
        "fastText model",
        KindOfSave(
            saves=(
                lambda folder: models[0].save_model(folder / "m"),
                lambda folder: models[1].save_model(folder / "m"),
            ),
            read=lambda folder: digest(
                (model := load_model(folder / "m")).words, model.predict("the team wins", k=-1), model.is_quantized()
            ),
        ),
    )
    yield "word2vec text", kind("v.txt", lambda folder: load(folder / "v.txt"))
    yield "word2vec text, gzip", kind("v.txt.gz", lambda folder: load(folder / "v.txt.gz"))
    yield "word2vec binary", kind("v.bin", lambda folder: load(folder / "v.bin", binary=True), binary=True)
    yield "glove", kind("g.txt", lambda folder: load(folder / "g.txt", no_header=True), write_header=False)
    yield (
        "vectors and vocabulary",
        kind("v.txt", lambda folder: load(folder / "v.txt", fvocab=folder / "v.vocab"), fvocab="v.vocab"),
    )


def _word_models() -> Iterator[tuple[str, KindOfSave]]:
    options: dict[str, Any] = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
    models = [Word2Vec(SENTENCES, seed=seed, **options) for seed in (1, 2)]
    yield (
        "word2vec",
        KindOfSave(
            saves=(lambda folder: models[0].save(folder / "m"), lambda folder: models[1].save(folder / "m")),
            read=lambda folder: digest(
                _of_vectors((model := Word2Vec.load(folder / "m")).wv), model.syn1neg, model.seed
            ),
        ),
    )
    phrases = [Phrases(SENTENCES, min_count=1, threshold=threshold) for threshold in (0.1, 5.0)]
    yield (
        "phrases",
        KindOfSave(
            saves=(lambda folder: phrases[0].save(folder / "p"), lambda folder: phrases[1].save(folder / "p")),
            read=lambda folder: digest((model := Phrases.load(folder / "p")).threshold, sorted(model.vocab.items())),
        ),
    )
    frozen = [model.freeze() for model in phrases]
    yield (
        "frozen phrases",
        KindOfSave(
            saves=(lambda folder: frozen[0].save(folder / "p"), lambda folder: frozen[1].save(folder / "p")),
            read=lambda folder: digest(sorted(FrozenPhrases.load(folder / "p").phrasegrams.items())),
        ),
    )


SMALL: dict[str, Any] = {"dim": 8, "projection_dim": 4, "n_layers": 1, "char_dim": 4, "filters": [[1, 4], [2, 4]],
                         "n_highway": 0, "max_characters_per_token": 10}  # fmt: skip
QUICK: dict[str, Any] = {"batch_size": 3, "unroll_steps": 4, "min_count": 1, "workers": 1, "progress": False,
                         "max_steps": 2}  # fmt: skip


def _trained(seed: int) -> ELMo:
    model = ELMo(**SMALL)
    model.train(SENTENCES[seed:], **QUICK, seed=seed)
    return model


def _of_model(model: ELMo) -> str:
    state = model._state
    assert state is not None
    optimizer = load_optimizer(state)
    moments = (
        []
        if optimizer is None
        else [optimizer.moments[kind][name] for kind in optimizer.moments for name in sorted(model.parameters)]
    )
    parameters = [model.parameters[name] for name in sorted(model.parameters)]
    return digest(model.options, model.vocabulary, *parameters, *moments)


def _language_models(scratch: Path) -> Iterator[tuple[str, KindOfSave]]:
    text = scratch / "text.txt"
    old, new = _trained(1), _trained(2)
    words = ELMo(**{**SMALL, "token_input": True})
    words.initialize(["one", "two"], seed=3)
    without_softmax = ELMo(**SMALL)
    without_softmax.initialize(seed=4)

    def read(folder: Path) -> str:
        return _of_model(ELMo.from_pretrained(folder))

    yield "language model", KindOfSave(saves=(old.save_pretrained, new.save_pretrained), read=read)
    yield (
        "language model without training state",
        KindOfSave(
            saves=(old.save_pretrained, lambda folder: words.save_pretrained(folder, training_state=False)), read=read
        ),
    )
    yield "official files", KindOfSave(saves=(old.export_hdf5, new.export_hdf5), read=read)
    yield "official files without softmax", KindOfSave(saves=(old.export_hdf5, without_softmax.export_hdf5), read=read)

    def encode(model: ELMo, name: str) -> Callable[[Path], object]:
        return lambda folder: model.encode_file(text, folder / name, workers=1)

    yield (
        "encoded text, safetensors",
        KindOfSave(
            saves=(encode(old, "x.safetensors"), encode(new, "x.safetensors")),
            read=lambda folder: _of_tensors(folder / "x.safetensors"),
        ),
    )
    yield (
        "encoded text, hdf5",
        KindOfSave(
            saves=(encode(old, "x.hdf5"), encode(new, "x.hdf5")), read=lambda folder: _of_datasets(folder / "x.hdf5")
        ),
    )


def _of_tensors(path: Path) -> str:
    from safetensors.numpy import load_file

    return digest(*(value for _, value in sorted(load_file(path).items())))


def _of_datasets(path: Path) -> str:
    import h5py

    with h5py.File(path, "r") as file:
        return digest(sorted(file), *(file[name][()] for name in sorted(file) if name != "sentence_to_index"))


def _checkpoints() -> Iterator[tuple[str, KindOfSave]]:
    def save(steps: tuple[int, ...]) -> Callable[[Path], object]:
        def write(folder: Path) -> None:
            checkpoints = CheckpointFolder(folder, keep=2)
            for step in steps:
                checkpoints.save({"x": np.arange(step)}, {"step": step})
                checkpoints.wait()

        return write

    yield (
        "checkpoints",
        KindOfSave(
            saves=(save((1, 2)), save((3,))),
            read=lambda folder: CheckpointFolder(folder).find().archive.metadata["step"],  # type: ignore[union-attr]
            is_logged=True,
        ),
    )


def _training_checkpoints() -> Iterator[tuple[str, KindOfSave]]:
    def train(seed: int) -> Callable[[Path], object]:
        options: dict[str, Any] = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1, "seed": seed}
        return lambda folder: Word2Vec(SENTENCES, **options, checkpoint=folder, resume=False)

    def read(folder: Path) -> object:
        found = CheckpointFolder(folder).find()
        assert found is not None
        return Word2Vec.load(found.path).seed

    yield "checkpoints of word2vec", KindOfSave(saves=(train(1), train(2)), read=read, is_logged=True)


def _estimators() -> Iterator[tuple[str, KindOfSave]]:
    quick: dict[str, Any] = {"hidden_dim": 4, "embedding_dim": 4, "epochs": 1, "workers": 1, "progress": False,
                             "random_state": 1}  # fmt: skip
    texts, labels = ["new york", "red plums"] * 4, ["x", "y"] * 4
    language = [_trained(1), _trained(2)]

    def classifier(embedding: Any, **more: Any) -> TextClassifier:
        return TextClassifier(embedding, **{**quick, **more}).fit(texts, labels)

    def read(folder: Path) -> str:
        model = TextClassifier.load(folder)
        return digest(model.decision_function(["new plums", "good york"]))

    by_name = {
        "classifier": (classifier(_vectors(1)), classifier(_vectors(2))),
        "classifier, language models": tuple(classifier(model, fine_tune=True) for model in language),
        "classifier, other embeddings": (classifier([language[0], _vectors(1)]), classifier([_vectors(2), None])),
    }
    for name, (old, new) in by_name.items():
        yield name, KindOfSave(saves=(old.save, new.save), read=read)
    sentences, tags = [["new", "york"], ["red", "plums"]] * 4, [["B-X", "I-X"], ["O", "B-Y"]] * 4
    taggers = [SequenceTagger(_vectors(factor), **quick).fit(sentences, tags) for factor in (1, 2)]
    yield (
        "tagger",
        KindOfSave(
            saves=(taggers[0].save, taggers[1].save),
            read=lambda folder: digest(
                (tagger := SequenceTagger.load(folder)).predict(sentences), tagger.embedding.vectors, tagger.history_
            ),
        ),
    )


class CommandFailed(OSError):
    """The command reported an error of the system."""


def _command(*arguments: object) -> Callable[[Path], object]:
    """Return a function that runs a command in a folder; @ in arguments stands for the folder."""

    def run(folder: Path) -> None:
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
            code = main([str(argument).replace("@", str(folder)) for argument in arguments])
        if code:
            raise CommandFailed(None, f"exit code {code}: {errors.getvalue()[-2000:]}")

    return run


def _commands(scratch: Path) -> Iterator[tuple[str, KindOfSave]]:
    def pair(
        *arguments: object, change: tuple[object, ...]
    ) -> tuple[Callable[[Path], object], Callable[[Path], object]]:
        return _command(*arguments), _command(*arguments, *change)

    text = scratch / "text.txt"
    quiet = ("--no-progress", "--workers", 1)
    train = ("train", text, "-o", "@/v.txt", "--format", "text", "--vector-size", 4, "--min-count", 1, *quiet)
    yield (
        "command train",
        KindOfSave(
            saves=pair(*train, change=("--seed", 5)),
            read=lambda folder: _of_vectors(KeyedVectors.load_word2vec_format(folder / "v.txt")),
        ),
    )
    yield (
        "command vocab",
        KindOfSave(
            saves=pair("vocab", text, "-o", "@/words", "--min-count", 1, change=("--min-count", 7)),
            read=lambda folder: (folder / "words").read_text(encoding="utf-8"),
        ),
    )
    phrases = ("phrases", text, "-o", "@/joined", "--min-count", 1, *quiet)
    yield (
        "command phrases",
        KindOfSave(
            saves=pair(*phrases, change=("--threshold", 1)),
            read=lambda folder: (folder / "joined").read_text(encoding="utf-8"),
        ),
    )
    old, new = _trained(1), _trained(2)
    for name, model in (("old", old), ("new", new)):
        model.save_pretrained(scratch / name)
    for factor, name in ((1, "old.kv"), (2, "new.kv")):
        _vectors(factor).save(scratch / name)

    def convert(target: str, *more: str) -> tuple[Callable[[Path], object], Callable[[Path], object]]:
        return (
            _command("convert", scratch / "old.kv", target, *more),
            _command("convert", scratch / "new.kv", target, *more),
        )

    def read_projector(folder: Path) -> str:
        loaded = read_projector_tsv(folder / "p_tensor.tsv", folder / "p_metadata.tsv")
        return digest(loaded.words, loaded.vectors, None if loaded.counts is None else loaded.counts.tolist())

    yield "command convert, projector", KindOfSave(saves=convert("@/p", "--to", "projector"), read=read_projector)
    yield (
        "command elmo encode",
        KindOfSave(
            saves=(
                _command("elmo", "encode", scratch / "old", text, "@/x.safetensors", *quiet),
                _command("elmo", "encode", scratch / "new", text, "@/x.safetensors", *quiet),
            ),
            read=lambda folder: _of_tensors(folder / "x.safetensors"),
        ),
    )
    yield (
        "command convert, official",
        KindOfSave(
            saves=(
                _command("convert", scratch / "old", "@/official", "--to", "official"),
                _command("convert", scratch / "new", "@/official", "--to", "official"),
            ),
            read=lambda folder: _of_model(ELMo.from_pretrained(folder / "official")),
        ),
    )


FAMILIES: dict[str, Callable[[Path], Iterator[tuple[str, KindOfSave]]]] = {
    "vectors": lambda scratch: _vector_files(),
    "word models": lambda scratch: _word_models(),
    "language models": _language_models,
    "checkpoints": lambda scratch: _checkpoints(),
    "training checkpoints": lambda scratch: _training_checkpoints(),
    "estimators": lambda scratch: _estimators(),
    "commands": _commands,
}


def kinds_of_family(family: str, scratch: Path) -> dict[str, KindOfSave]:
    """Return the kinds of a family.

    Parameters
    ----------
    family : str
        Key of `FAMILIES`.
    scratch : Path
        Folder for inputs.

    Returns
    -------
    dict of str to KindOfSave
        The kinds by name.
    """
    (scratch / "text.txt").write_text("".join(f"{' '.join(sentence)}\n" for sentence in SENTENCES), encoding="utf-8")
    kinds = dict(FAMILIES[family](scratch))
    if importlib.util.find_spec("h5py") is None:  # such files can be written without it, but not read
        kinds = {name: kind for name, kind in kinds.items() if "official" not in name and "hdf5" not in name}
    return kinds
