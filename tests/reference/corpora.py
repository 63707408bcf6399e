"""Decode encoded corpora back to sentences."""

from __future__ import annotations

import io
from typing import Any

from wordkin.text import EncodedCorpus, FileCorpus, SpillRules, Vocabulary, open_corpus
from wordkin.text.reader import SentenceRules, TextReader
from wordkin.text.sources import StreamSource


def decoded(corpus: EncodedCorpus, vocabulary: Vocabulary) -> list[list[str]]:
    sentences = []
    for block in corpus.blocks():
        assert block.ids.dtype == "int32"
        assert block.ends.dtype == "int64"
        assert (int(block.ends[-1]) if len(block.ends) else 0) == len(block.ids)
        start = 0
        for end in block.ends.tolist():
            assert end > start
            sentences.append([vocabulary.words[number] for number in block.ids[start:end].tolist()])
            start = end
    return sentences


def read(given: Any, *, min_count: int = 1, workers: int = 1, **options: Any) -> list[list[str]]:
    """Return the sentences of any corpus by encoding it to ids and decoding these."""
    corpus = open_corpus(given, **options)
    scan = corpus.scan(workers, keep_ids=True)
    vocabulary, _ = scan.counts.prune(min_count)
    encoded = scan.encoded(vocabulary, workers) or corpus.encode(vocabulary, workers)
    return decoded(encoded, vocabulary)


def corpus_of_bytes(
    data: bytes, *, block_bytes: int = 1 << 20, rules: SentenceRules | None = None, memory_bytes: int = 1 << 30
) -> FileCorpus:
    """Return a corpus of a text in memory that is read in blocks of a given size."""
    reader = TextReader([StreamSource(io.BytesIO(data))], rules=rules, block_bytes=block_bytes)
    return FileCorpus(reader, SpillRules(memory_bytes=memory_bytes))
