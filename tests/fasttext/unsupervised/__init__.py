"""Tests of `wordkin.fasttext.unsupervised` and of the class `FastText`."""
