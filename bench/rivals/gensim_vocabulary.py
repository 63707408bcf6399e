"""Vocabulary pass of gensim over a file; prints the time as JSON."""

import json
import sys
import time

from gensim.models import Word2Vec

model = Word2Vec(min_count=5)
begin = time.perf_counter()
model.build_vocab(corpus_file=sys.argv[1])
seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "words_per_second": model.corpus_total_words / seconds}))
