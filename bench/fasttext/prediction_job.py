"""Loads a supervised model with wordkin and predicts texts, one at a time and in a list; prints times as JSON.

Times are those of the processor, except those of lists, for which all threads are used.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from wordkin.fasttext import load_model

LOADS = 10
model_path, text_path = sys.argv[1:3]
texts = Path(text_path).read_text(encoding="utf-8").splitlines()
model = load_model(model_path)
begin = time.process_time()
for _ in range(LOADS):
    model = load_model(model_path)
load = (time.process_time() - begin) / LOADS
predict = model.predict
begin = time.process_time()
found = [predict(text)[0] for text in texts]
one = time.process_time() - begin
begin = time.perf_counter()
labels, _ = predict(texts)
together = time.perf_counter() - begin
assert [list(names) for names in found] == labels
print(json.dumps({"one_at_a_time": len(texts) / one, "list": len(texts) / together, "loads": 1 / load}))
