"""Training and inference of Doc2Vec with wordkin; prints speeds and the accuracy as JSON.

Times are those of the processor for one thread, and those of the clock for several.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from reviews import accuracy_of, labelled_reviews

from wordkin import Doc2Vec, TaggedDocument

path, mode, count, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
threads, seed = int(sys.argv[5]), int(sys.argv[6])
clock = time.process_time if threads == 1 else time.perf_counter
trained, held_out = labelled_reviews(path, count)
documents = [TaggedDocument(words, [number]) for number, (words, _) in enumerate(trained)]
options = {"dbow": {"dm": 0}, "mean": {"dm": 1, "dm_mean": 1}, "concat": {"dm": 1, "dm_concat": 1}}[mode]
model = Doc2Vec(vector_size=100, min_count=5, workers=threads, epochs=epochs, seed=seed, progress=False, **options)
model.build_vocab(documents)
begin = clock()
_, words = model.train(documents, total_examples=len(documents), epochs=epochs)
training = clock() - begin
begin = clock()
vectors = model.infer_vectors([words for words, _ in held_out], workers=threads)
inference = clock() - begin
accuracy = accuracy_of(
    np.array(model.dv.vectors, float), [label for _, label in trained], vectors.astype(float), [y for _, y in held_out]
)
print(
    json.dumps(
        {
            "words_per_second": words / training,
            "documents_per_second": len(held_out) / inference,
            "accuracy": accuracy,
        }
    )
)
