"""Benchmarks of training by several processes and on parts of a corpus."""
