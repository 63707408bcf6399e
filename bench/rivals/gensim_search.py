"""Searches of gensim for bench/vectors/search.py: reads lines of words and prints the seconds per query.

A line that begins with "first" is answered without the norms of the vectors, as the first query after loading.
"""

import sys
import time

import numpy as np
from gensim.models import KeyedVectors

rows = np.load(sys.argv[1])
vectors = KeyedVectors(rows.shape[1])
vectors.index_to_key = [f"w{index}" for index in range(len(rows))]
vectors.key_to_index = {key: index for index, key in enumerate(vectors.index_to_key)}
vectors.vectors = rows
vectors.fill_norms()
for line in sys.stdin:
    words = line.split()
    if words[0] == "first":
        words = words[1:]
        vectors.norms = None
    begin = time.perf_counter()
    for word in words:
        vectors.most_similar(word, topn=10)
    print((time.perf_counter() - begin) / len(words), flush=True)
