"""Loads a supervised model with fastText and predicts texts, one at a time and in a list; prints times as JSON.

Single texts are predicted by the compiled function, because the method of Python fails with NumPy 2.
"""

import json
import sys
import time
from pathlib import Path

import fasttext

fasttext.FastText.eprint = lambda text: None
LOADS = 10
model_path, text_path = sys.argv[1:3]
texts = Path(text_path).read_text(encoding="utf-8").splitlines()
model = fasttext.load_model(model_path)
begin = time.process_time()
for _ in range(LOADS):
    model = fasttext.load_model(model_path)
load = (time.process_time() - begin) / LOADS
predict = model.f.predict
begin = time.process_time()
for text in texts:
    predict(text + "\n", 1, 0.0, "strict")
one = time.process_time() - begin
begin = time.perf_counter()
model.predict(texts)
together = time.perf_counter() - begin
print(json.dumps({"one_at_a_time": len(texts) / one, "list": len(texts) / together, "loads": 1 / load}))
