"""Tests of ``wordkin fasttext``."""
