"""Names that gensim 4 replaced."""

from __future__ import annotations

__all__ = ["NAMES_BEFORE_GENSIM_4"]

# Arguments of the constructor before gensim 4, with their present names.
NAMES_BEFORE_GENSIM_4 = {
    "size": "vector_size",
    "iter": "epochs",
    "docvecs": "dv",
    "docvecs_mapfile": "dv_mapfile",
    "sg": "dm",
}
