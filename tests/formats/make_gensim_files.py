"""Create the files of gensim 4 and the expected numbers in this folder, in an environment with gensim.

    python make_gensim_files.py

The tests only read the files and do not run this script.
"""

from pathlib import Path

import numpy as np
from gensim.models import Doc2Vec, FastText, KeyedVectors, Word2Vec
from gensim.models.doc2vec import TaggedDocument
from gensim.models.fasttext import save_facebook_model

HERE = Path(__file__).parent
WORDS = ["the", "naïve", "漢字", "</s>", "a\tb", "x"]
SENTENCES = [["the", "cat", "sat"], ["the", "dog", "ran", "naïve"]] * 5
OUT_OF_VOCABULARY = ["cats", "naïveté", "漢字", "dogged", "c", "", "the cat", "\u00a0"]


def keyed_vectors() -> KeyedVectors:
    vectors = np.random.default_rng(5).normal(size=(len(WORDS), 4)).astype(np.float32)
    vectors[1, 2], vectors[2, 3], vectors[3, 0] = 1e-7, 12345678, 0
    table = KeyedVectors(4)
    table.add_vectors(WORDS, vectors)
    for row, word in enumerate(WORDS):
        table.set_vecattr(word, "count", 100 - row)
    return table


def main() -> None:
    table = keyed_vectors()
    table.save_word2vec_format(HERE / "gensim.txt")
    table.save_word2vec_format(HERE / "gensim.bin", binary=True, fvocab=HERE / "gensim.vocab")
    np.save(HERE / "gensim.expected.npy", table.vectors)
    options = {"vector_size": 6, "min_count": 1, "seed": 3, "epochs": 2}
    model = Word2Vec(SENTENCES, negative=3, **options)
    model.random = None  # the state of the generator takes 2.5 kB and is not needed
    model.save(str(HERE / "gensim-negative.model"))
    model.wv.save(str(HERE / "gensim-separate.kv"), separately=["vectors"])
    np.savez(HERE / "gensim-negative.expected.npz", vectors=model.wv.vectors, syn1neg=model.syn1neg)
    model = Word2Vec(SENTENCES, hs=1, negative=0, **options)
    model.save(str(HERE / "gensim-hierarchical.model"), separately=["syn1"])
    np.savez(HERE / "gensim-hierarchical.expected.npz", vectors=model.wv.vectors, syn1=model.syn1)
    model = FastText(SENTENCES, bucket=30, min_n=2, max_n=4, **options)
    model.save(str(HERE / "gensim-fasttext.model"))
    save_facebook_model(model, str(HERE / "fasttext.bin"))
    np.savez(
        HERE / "fasttext.expected.npz",
        words=np.array(model.wv.index_to_key),
        vectors=model.wv.vectors,
        others=np.array(OUT_OF_VOCABULARY),
        other_vectors=np.array([model.wv.get_vector(word) for word in OUT_OF_VOCABULARY]),
    )


def documents() -> None:
    options = {"vector_size": 6, "min_count": 1, "seed": 3, "epochs": 2, "window": 2, "negative": 3, "workers": 1}
    mixed = [TaggedDocument(words, [number, f"group {number % 2}"]) for number, words in enumerate(SENTENCES)]
    single = [TaggedDocument(words, [number]) for number, words in enumerate(SENTENCES)]
    models = {
        "dbow": Doc2Vec(mixed, dm=0, dbow_words=1, **options),
        "mean": Doc2Vec(mixed, dm=1, **options),
        "concat": Doc2Vec(single, dm=1, dm_concat=1, **options),
        "doc-hierarchical": Doc2Vec(single, dm=0, hs=1, **{**options, "negative": 0}),
    }
    for name, model in models.items():
        model.random = None
        separate = ["vectors", "syn1neg"] if name == "mean" else None
        model.save(str(HERE / f"gensim-{name}.model"), separately=separate)
    np.savez(
        HERE / "gensim-documents.expected.npz",
        **{
            f"{name}_{part}": array
            for name, model in models.items()
            if name != "doc-hierarchical"
            for part, array in (("dv", model.dv.vectors), ("wv", model.wv.vectors), ("syn1neg", model.syn1neg))
        },
    )


if __name__ == "__main__":
    main()
    documents()
