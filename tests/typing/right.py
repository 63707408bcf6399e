"""Correct use of the public API: a type checker in strict mode reports nothing here. Not meant to be run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wordkin import ELMo, FrozenPhrases, KeyedVectors, Phrases, SequenceTagger, TextClassifier, Word2Vec
from wordkin.elmo import ELMoTrainingReport, Perplexity
from wordkin.word2vec import LineSentence

Array = NDArray[np.float32]

sentences: list[list[str]] = [["time", "flies"], ["fruit", "flies", "like", "bananas"]]
model = Word2Vec(sentences, vector_size=50, window=5, min_count=1, sg=1, workers=2)
from_file = Word2Vec(LineSentence("corpus.txt"), epochs=3, seed=7, callbacks=[], progress=False)
counts: tuple[int, int] = model.train(sentences, total_examples=len(sentences), epochs=model.epochs)
vectors: KeyedVectors = model.wv
similarity: float = vectors.similarity("time", "fruit")
neighbours: list[tuple[Any, float]] = vectors.most_similar(positive=["time"], negative=["fruit"], topn=3)
cosines: NDArray[Any] = vectors.most_similar("time", topn=None)
vector: NDArray[Any] = vectors["time"]
loaded = KeyedVectors.load_word2vec_format(Path("vectors.bin"), binary=True, limit=1000)
phrases = Phrases(sentences, min_count=1, threshold=1.0, scoring="npmi")
frozen: FrozenPhrases = phrases.freeze()
joined: list[str] = phrases[["new", "york"]]
scores: dict[str, float] = phrases.export_phrases()
elmo = ELMo(dim=64, projection_dim=16, n_layers=1, filters=[(1, 8), (2, 16)], cell="lstm")
report: ELMoTrainingReport = elmo.train("corpus.txt", epochs=1, optimizer="adam", state_reset_rate=0.1, workers=1)
perplexity: Perplexity = elmo.perplexity(sentences)
one_text: Array = elmo.encode("Time flies.", layers="all")
several: list[Array] = elmo.encode(["Time flies.", "Fruit flies."], layers=[0.5, 0.3, 0.2], precision="bfloat16")
of_tokens: list[Array] = elmo.encode(sentences, layers=1, workers=2)
pooled: Array = elmo.encode(sentences, pooling="mean")
substitutes: list[tuple[str, float]] = elmo.substitutes(["time", "flies"], 1, topn=5, direction="forward")
classifier: TextClassifier = TextClassifier(vectors, encoder="lstm", hidden_dim=32).fit(["good", "bad"], [1, 0])
probabilities: Array = classifier.predict_proba(["a good film"])
accuracy: float = classifier.score(["good"], [1])
tagger: SequenceTagger = SequenceTagger([vectors, elmo], crf=True).fit([["time"]], [["O"]], epochs=2)
tags: list[list[str]] = tagger.predict([["time", "flies"]])
