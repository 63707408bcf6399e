"""Benchmarks of Doc2Vec."""
