# -*- coding: utf-8 -*-
"""Makes files as gensim saved them before version 4, in the current folder; runs with Python 2.7 and 3.

    python make_old_gensim_files.py

Run it with gensim 1.0.1 and 3.2.0 (Python 2.7) and 3.8.3 (Python 2.7 and 3.7); the names of the files contain the
versions. `make_old_gensim_expectations.py` adds what gensim 4 reads from them. The tests only read the files.
"""

from __future__ import unicode_literals

import sys

import gensim
from gensim.models import Word2Vec

TAG = "%s-py%d" % (gensim.__version__, sys.version_info[0])
SENTENCES = [["the", "cat", "sat"], ["the", "dog", "ran", "naïve"]] * 5
OPTIONS = {"size": 6, "min_count": 1, "seed": 3, "iter": 2, "window": 3}


def save(model, name, **options):
    if hasattr(model, "random"):
        model.random = None  # 2.5 kB of generator state for nothing
    for part in ("vocabulary", "trainables"):
        if hasattr(model, part) and hasattr(getattr(model, part), "cum_table"):
            getattr(model, part).cum_table = None
    model.save("gensim-%s-%s" % (TAG, name), **options)


def main():
    model = Word2Vec(SENTENCES, negative=3, **OPTIONS)
    save(model, "word2vec.model")
    save(model.wv, "separate.kv", separately=["vectors" if gensim.__version__ >= "3.3" else "syn0"])
    if sys.version_info[0] == 2:
        encoded = [[word.encode("utf-8") for word in words] for words in SENTENCES]
        save(Word2Vec(encoded, negative=3, **OPTIONS).wv, "bytes.kv")
    if gensim.__version__ >= "3.8":
        from gensim.models import FastText

        save(FastText(SENTENCES, negative=3, bucket=30, min_n=2, max_n=4, **OPTIONS), "fasttext.model")


if __name__ == "__main__":
    main()
