"""Tests of ``wordkin doc2vec``."""
