"""gensim's module paths: a program moves by replacing ``gensim`` with ``wordkin.gensim`` in its imports."""

from __future__ import annotations

from . import models, utils
from .utils import simple_preprocess

__all__ = ["models", "simple_preprocess", "utils"]
