"""Supervised training, quantisation and parameter search."""
