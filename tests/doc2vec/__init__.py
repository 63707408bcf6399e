"""Tests of Doc2Vec."""
