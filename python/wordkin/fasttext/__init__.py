"""Models of fastText: labels of texts, and vectors of words from their character n-grams."""

from .model import FastTextModel, load_model

__all__ = ["FastTextModel", "load_model"]
