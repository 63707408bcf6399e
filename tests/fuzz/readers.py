"""Every reader of files, with files that it reads; what is read is used, as a fault may show only then."""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wordkin import ELMo, KeyedVectors, Phrases, SequenceTagger, TextClassifier, Word2Vec
from wordkin.alignment import read_dictionary, read_word_list
from wordkin.downstream.files.labelled_files import read_labelled, read_tagged
from wordkin.elmo.files.official_options import read_official_options
from wordkin.elmo.vocabulary import parse_vocabulary
from wordkin.fasttext import load_model
from wordkin.phrases import FrozenPhrases
from wordkin.storage.signatures import HDF5_SIGNATURE, is_safetensors
from wordkin.vectors import FastTextKeyedVectors
from wordkin.vectors.evaluation import read_analogies, read_word_pairs
from wordkin.vectors.files import read_gensim, read_projector_tsv, read_vocabulary

__all__ = ["Reader", "all_readers"]

FORMATS = Path(__file__).parent.parent / "formats"
SENTENCES = [line.split() for line in ["new york is big", "big plums are red", "new york", "figs are good"] * 6]
SMALL: dict[str, Any] = {"dim": 8, "projection_dim": 4, "n_layers": 1, "char_dim": 4, "filters": [[1, 4], [2, 4]],
                         "n_highway": 0, "max_characters_per_token": 10}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A reader and files for it.

    Parameters
    ----------
    seeds : sequence of bytes
        Content of files that it reads.
    mutations : sequence of str
        Keys of `MUTATIONS`.
    name : str
        Name of the file.
    read : callable
        Called with the path.
    others : dict of str to bytes
        Further files in the folder.
    """

    seeds: Sequence[bytes]
    mutations: Sequence[str]
    name: str
    read: Callable[[Path], object]
    others: dict[str, bytes]


def _use_vectors(kv: KeyedVectors) -> None:
    if len(kv) and np.isfinite(kv.vectors[0]).all():
        kv.most_similar(kv.index_to_key[0], topn=2)
        kv.get_vecattr(kv.index_to_key[0], "count") if "count" in kv.expandos else None
    pickle.loads(pickle.dumps(kv))


def _use_word2vec(model: Word2Vec) -> None:
    _use_vectors(model.wv)
    str(model), model.lifecycle_events, model.corpus_count
    pickle.loads(pickle.dumps(model))
    can_train = (model.hs or model.negative) and len(model.wv.vectors_lockf) in (1, len(model.wv))
    if can_train and model.wv.vector_size <= 100 and model.window <= 100 and model.negative <= 100:
        model.train(SENTENCES[:2], total_examples=2, epochs=1)


def _use_elmo(model: ELMo) -> None:
    model.encode([["new", "york"]], workers=1)
    pickle.loads(pickle.dumps(model))


def _predict(predict: Callable[[Any], object], texts: object) -> None:
    try:
        predict(texts)
    except ValueError as error:  # as documented: the parameters of a changed file may be finite and yet overflow
        if "must be finite" not in str(error):
            raise


def _use_classifier(model: TextClassifier) -> None:
    _predict(model.predict_proba, ["new york", ""])
    model.get_params()
    len(model.classes_)
    pickle.loads(pickle.dumps(model))


def _use_tagger(model: SequenceTagger) -> None:
    _predict(model.predict, [["new", "york"], []])
    model.get_params()
    pickle.loads(pickle.dumps(model))


def _gensim(path: Path) -> None:
    found = read_gensim(path)
    _use_vectors((KeyedVectors if found.subwords is None else FastTextKeyedVectors).from_gensim(found))
    if found.class_name == "Word2Vec" and not found.parameters.get("hs"):  # whose trees differ
        _use_word2vec(Word2Vec.from_gensim(path))


def all_readers(scratch: Path) -> dict[str, Reader]:
    """Return the readers; files that are not among `FORMATS` are made in a folder."""
    warnings.simplefilter("ignore")
    readers = {**_texts(), **_vector_files(scratch), **_models(scratch)}
    return dict(sorted(readers.items()))


def _reader(
    name: str, seeds: Sequence[bytes], mutations: Sequence[str], read: Callable[[Path], object], **others: bytes
) -> Reader:
    return Reader(name=name, seeds=seeds, mutations=mutations, read=read, others=others)


def _texts() -> dict[str, Reader]:
    text = ("bytes", "text")
    analogies = [b": capitals\nParis France Rome Italy\nBern Suisse Wien Austria\n", b"cat\tcats/kitties\ndog\tdogs\n"]
    pairs = [b"Word 1,Word 2,Human (mean)\ntiger,cat,7.35\nbook,paper,7.46\n", b"a b 1\nc d 2,5\n", b"x\ty\t0.5\n"]
    labels = [
        b"a good film\tpositive\na bad film\tnegative\n",
        b'text,label\n"a, b",x\nc,y\n',
        b"__label__a b c\n__label__d e\n",
    ]
    tags = [
        b"the B-NP\ndog I-NP\n\nruns B-VP\n",
        b"# newdoc\n1\tthe\tthe\tDET\tDT\t_\t2\tdet\t_\t_\n2\tdog\tdog\tNOUN\tNN\t_\t0\troot\t_\t_\n\n",
    ]
    records = [
        b'{"text": "a good film", "label": "x"}\n{"tokens": ["a", "b"], "labels": ["x", "y"]}\n',
        b'[{"text": "a", "label": 1}]',
    ]
    tagged = [b'{"tokens": ["a", "b"], "tags": ["X", "Y"]}\n', b'[{"tokens": ["a"], "tags": ["X"]}]']
    lstm = {
        "dim": 64,
        "projection_dim": 16,
        "n_layers": 2,
        "cell_clip": 3,
        "proj_clip": 3,
        "use_skip_connections": True,
    }
    char_cnn = {"activation": "relu", "embedding": {"dim": 4}, "filters": [[1, 4], [2, 8]], "n_highway": 2,
                "max_characters_per_token": 50, "n_characters": 262}  # fmt: skip
    training = {"batch_size": 32, "dropout": 0.1, "n_tokens_vocab": 10, "all_clip_norm_val": 10.0}
    options = [json.dumps({"lstm": lstm, "char_cnn": char_cnn, **training}).encode()]
    return {
        "vocabulary": _reader("v.txt", [b"<S>\n</S>\n<UNK>\nthe\nof\n"], text, parse_vocabulary),
        "word counts": _reader("v.txt", [b"the 12\nof 7\nna\xc3\xafve 1\n"], text, read_vocabulary),
        "analogies": _reader("q.txt", analogies, text, read_analogies),
        "word pairs": _reader("p.csv", pairs, text, read_word_pairs),
        "dictionary": _reader("d.txt", [b"cat chat\nNew York\tNew York\n"], text, read_dictionary),
        "word list": _reader("d.txt", [b"cat\ndog\n"], text, read_word_list),
        "labels": _reader("l", [labels[0], labels[2]], text, read_labelled),
        "csv labels": _reader("l.csv", labels[1:2], text, read_labelled),
        "json labels": _reader("l.jsonl", records[:1], ("json", "bytes"), read_labelled),
        "json array labels": _reader("l.json", records[1:], ("json", "bytes"), read_labelled),
        "tags": _reader("t.conll", tags, text, read_tagged),
        "tsv tags": _reader("t.tsv", [b"the dog\tB-NP I-NP\nruns\tB-VP\n"], text, read_tagged),
        "json tags": _reader("t.jsonl", tagged[:1], ("json", "bytes"), read_tagged),
        "json array tags": _reader("t.json", tagged[1:], ("json", "bytes"), read_tagged),
        "ELMo options": _reader("options.json", options, ("json", "bytes"), lambda path: read_official_options(path)),
    }


def _vector_files(scratch: Path) -> dict[str, Reader]:
    def load(path: Path, **options: Any) -> None:
        _use_vectors(KeyedVectors.load_word2vec_format(path, **options))

    kv = KeyedVectors(3)
    kv.add_vectors(["cat", "dog", "New York"], np.arange(9.0).reshape(3, 3))
    kv.set_vecattr("cat", "count", 5)
    tensor, metadata = scratch / "t.tsv", scratch / "m.tsv"
    from wordkin.vectors.files import write_projector_tsv

    write_projector_tsv(tensor, metadata, kv.index_to_key, kv.vectors)
    readers = {
        "word2vec text": _reader("v.txt", [(FORMATS / "gensim.txt").read_bytes()], ("bytes", "text"), load),
        "word2vec binary": _reader("v.bin", [(FORMATS / "gensim.bin").read_bytes()], ("bytes",), load),
        "GloVe": _reader("v.txt", [b"the 0.1 0.2\nof 1 2\n"], ("bytes", "text"), lambda path: load(
            path, no_header=True)),
        "fastText": _reader("v.bin", [(FORMATS / "fasttext.bin").read_bytes()], ("bytes",), lambda path: _use_vectors(
            FastTextKeyedVectors.load_fasttext_format(path))),
        "fastText model": _reader("m.bin", [path.read_bytes() for path in sorted(FORMATS.glob("fasttext-*.[bf]*"))], (
            "bytes",), lambda path: load_model(path).predict(["the team", "a cook"], k=-1)),
        "projector": _reader("m.tsv", [metadata.read_bytes()], ("bytes", "text"), lambda path: read_projector_tsv(
            path.with_name("t.tsv"), path), **{"t.tsv": tensor.read_bytes()}),
        "projector vectors": _reader("t.tsv", [tensor.read_bytes()], ("bytes", "text"), lambda path: read_projector_tsv(
            path, path.with_name("m.tsv")), **{"m.tsv": metadata.read_bytes()}),
    }  # fmt: skip
    for saved in [*FORMATS.glob("*.kv"), *FORMATS.glob("*.model")]:
        others = {side.name: side.read_bytes() for side in FORMATS.glob(f"{saved.name}.*")}
        readers[f"gensim {saved.name}"] = _reader(saved.name, [saved.read_bytes()], ("bytes",), _gensim, **others)
        for side in others:
            readers[f"gensim {side}"] = _reader(
                side, [others[side]], ("bytes",), lambda path, name=saved.name: _gensim(path.with_name(name)),
                **{saved.name: saved.read_bytes()}, **{name: value for name, value in others.items() if name != side},
            )  # fmt: skip
    return readers


def _models(scratch: Path) -> dict[str, Reader]:
    both = ("archive", "archive", "bytes")
    path = scratch / "model"

    def saved(model: Any, **options: Any) -> bytes:
        model.save(path, **options)
        return path.read_bytes()

    small: dict[str, Any] = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1, "seed": 1}
    models = [Word2Vec(SENTENCES, **small), Word2Vec(SENTENCES, hs=1, negative=0, sg=1, **small)]
    phrases = Phrases(SENTENCES, min_count=1, threshold=0.1)
    fast = FastTextKeyedVectors.load_fasttext_format(FORMATS / "fasttext.bin")
    readers = {
        "model Word2Vec": _reader("m", [saved(model) for model in models], both, lambda path: _use_word2vec(
            Word2Vec.load(path))),
        "model KeyedVectors": _reader("m", [saved(models[0].wv)], both, lambda path: _use_vectors(
            KeyedVectors.load(path))),
        "model FastText": _reader("m", [saved(fast)], both, lambda path: _use_vectors(FastTextKeyedVectors.load(path))),
        "model Phrases": _reader("m", [saved(phrases)], both, lambda path: _use_phrases(Phrases.load(path))),
        "model FrozenPhrases": _reader("m", [saved(phrases.freeze())], both, lambda path: _use_phrases(
            FrozenPhrases.load(path))),
    }  # fmt: skip
    return {**readers, **_language_models(scratch), **_networks(scratch, models[0].wv)}


def _use_phrases(model: Any) -> None:
    list(model[SENTENCES[:3]])
    model.find_phrases(SENTENCES[:3])
    pickle.loads(pickle.dumps(model))


def _mutations_of(content: bytes) -> tuple[str, ...]:
    if is_safetensors(content):
        return ("archive", "archive", "bytes")
    if content.startswith(HDF5_SIGNATURE):
        return ("bytes",)
    return ("json", "bytes") if content.startswith(b"{") else ("text", "bytes")


def _folder(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _language_models(scratch: Path) -> dict[str, Reader]:
    model = ELMo(**SMALL)
    model.train(SENTENCES, batch_size=3, unroll_steps=4, min_count=1, workers=1, max_steps=2, progress=False, seed=1)
    model.save_pretrained(scratch / "elmo")
    model.export_hdf5(scratch / "official")
    readers = {}
    for kind in ("elmo", "official"):
        files = _folder(scratch / kind)
        for name, content in files.items():
            others = {other: value for other, value in files.items() if other != name}
            readers[f"{kind} {name}"] = _reader(
                name,
                [content],
                _mutations_of(content),
                lambda path: _use_elmo(ELMo.from_pretrained(path.parent)),
                **others,
            )
    return readers


def _networks(scratch: Path, kv: KeyedVectors) -> dict[str, Reader]:
    quick: dict[str, Any] = {"epochs": 1, "progress": False, "random_state": 1, "workers": 1}
    texts = [" ".join(sentence) for sentence in SENTENCES]
    classifier = TextClassifier(kv, **quick).fit(texts, ["x", "y"] * (len(texts) // 2))
    tagger = SequenceTagger(kv, **quick).fit(
        SENTENCES, [["B-X", *["O"] * (len(sentence) - 1)] for sentence in SENTENCES]
    )
    readers = {}
    kinds: list[tuple[str, Any, Any, Any]] = [
        ("classifier", classifier, TextClassifier, _use_classifier), ("tagger", tagger, SequenceTagger, _use_tagger)
    ]  # fmt: skip
    for kind, model, cls, use in kinds:
        model.save(scratch / kind, include_embedding=True)
        files = _folder(scratch / kind)
        for name, content in files.items():
            others = {other: value for other, value in files.items() if other != name}
            label = "embedding" if "embedding" in name else name
            up = len(Path(name).parts)
            readers[f"{kind} {label}"] = _reader(
                name, [content], _mutations_of(content),
                lambda path, cls=cls, use=use, up=up: use(cls.load(path.parents[up - 1])), **others,
            )  # fmt: skip
    return readers
