"""Counting and encoding of a text with wordkin on one thread; prints words per second as JSON.

A second argument is a JSON object of options of preparation.
"""

import json
import sys
import time

from wordkin.text import PreparationOptions, open_corpus

preparation = PreparationOptions(**json.loads(sys.argv[2])) if len(sys.argv) > 2 else None
begin = time.perf_counter()
scan = open_corpus(corpus_file=sys.argv[1], preparation=preparation).scan(1, keep_ids=True)
vocabulary, _ = scan.counts.prune(5)
encoded = scan.encoded(vocabulary, 1)
seconds = time.perf_counter() - begin
assert encoded is not None
print(json.dumps({"seconds": seconds, "words_per_second": encoded.raw_words / seconds}))
