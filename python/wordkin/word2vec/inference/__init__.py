"""Queries that a trained Word2Vec model answers."""
