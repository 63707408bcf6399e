"""gensim's module paths: a program moves by replacing ``gensim`` with ``wordkin.gensim`` in its imports."""

from __future__ import annotations

from . import models, utils

__all__ = ["models", "utils"]
