"""Wrong use of the public API: a type checker reports an error in each line that ends with `# wrong`."""

from __future__ import annotations

from wordkin import ELMo, KeyedVectors, Phrases, TextClassifier, Word2Vec


def mistakes(kv: KeyedVectors, elmo: ELMo, model: Word2Vec, classifier: TextClassifier) -> None:
    ELMo(dims=3)  # wrong
    ELMo(dim="big")  # wrong
    Word2Vec(vector_sise=50)  # wrong
    similarity: int = kv.similarity("time", "fruit")  # wrong
    elmo.encode(3)  # wrong
    elmo.encode(["Time flies."], layers="bottom")  # wrong
    vectors: list[str] = elmo.encode("Time flies.")  # wrong
    elmo.train("corpus.txt", optimizer="sgd")  # wrong
    model.train([["time"]], total_examples=1, epochs="two")  # wrong
    kv.most_similar("time", topn="ten")  # wrong
    Phrases([["new", "york"]], min_count="five")  # wrong
    classifier.fit(["good", "bad"])  # wrong
