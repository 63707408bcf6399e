"""Vectors of new documents."""
