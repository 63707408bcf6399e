"""Settings of language models that were found by measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A model, how it is trained, and the word vectors it starts from.

    Parameters
    ----------
    about : str
        What it is for.
    model : mapping of str to object
        Arguments of `ELMo`.
    training : mapping of str to object
        Arguments of `ELMo.train`.
    word_vectors : mapping of str to object
        Arguments of `Word2Vec`, for vectors of the same text that are given as `word_vectors` to `ELMo.train`.

    Examples
    --------
    >>> PRESETS["hour"].training["decay_seconds"]
    3600.0
    """

    about: str
    model: Mapping[str, Any]
    training: Mapping[str, Any]
    word_vectors: Mapping[str, Any]


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "hour": Preset(
            about="a model for classifiers and taggers, trained for one hour",
            model=MappingProxyType(
                {
                    "dim": 512,
                    "projection_dim": 128,
                    "filters": ((1, 16), (2, 16), (3, 32), (4, 64), (5, 128)),
                }
            ),
            training=MappingProxyType(
                {
                    "min_count": 5,
                    "batch_size": 64,
                    "negatives": 2048,
                    "optimizer": "adam",
                    "learning_rate": 2e-3,
                    "schedule": "linear",
                    "warmup_steps": 500,
                    "decay_seconds": 3600.0,
                    "epochs": 1000,
                    "precision": "bfloat16",
                }
            ),
            word_vectors=MappingProxyType({"vector_size": 200, "sg": 1, "min_count": 5, "epochs": 5}),
        )
    }
)
