"""Tests of `wordkin.fasttext`."""
