"""Reading or writing of a word2vec file with wordkin; prints the time as JSON."""

import json
import sys
import time

import wordkin.vectors.files  # noqa: F401 - imported before the measurement, like the readers of gensim
from wordkin import KeyedVectors

task, path, out = sys.argv[1:4]
binary = task.endswith("binary")
begin = time.perf_counter()
table = KeyedVectors.load_word2vec_format(path, binary=binary)
if task.startswith("write"):
    begin = time.perf_counter()
    table.save_word2vec_format(out, binary=binary)
print(json.dumps({"seconds": time.perf_counter() - begin, "vectors": len(table)}))
