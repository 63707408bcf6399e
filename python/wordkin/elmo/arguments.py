"""Arguments of ELMo's constructor: fields of its options, or the members of an official options.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from .files.official_options import OFFICIAL_KEYS, OfficialOptions, translated, translated_fields
from .options import ELMoOptions

__all__ = ["model_options"]

_FIELDS = {field.name for field in fields(ELMoOptions)}
_ONLY_OFFICIAL = {"lstm", "char_cnn"}
_ELSEWHERE = {
    "embedding_dim": "char_dim",
    "layers": "n_layers",
    "max_characters": "max_characters_per_token",
    "num_layers": "n_layers",
    "projection": "projection_dim",
}


def model_options(arguments: Mapping[str, Any]) -> OfficialOptions:
    """Return what the arguments of a constructor ask for.

    Raises
    ------
    TypeError
        If one is unknown; the error tells the right name where it can.
    ValueError
        If one is out of range.

    Examples
    --------
    >>> model_options({"dim": 32, "projection_dim": 8}).model.dim
    32
    >>> model_options({"lstm": {"dim": 32, "projection_dim": 8}, "char_cnn": {}}).model.dim
    32
    """
    if arguments.keys() & _ONLY_OFFICIAL:
        _refuse_others(arguments, OFFICIAL_KEYS | _FIELDS)
        official = {name: value for name, value in arguments.items() if name in OFFICIAL_KEYS}
        own = {name: value for name, value in arguments.items() if name not in OFFICIAL_KEYS}
        found = translated(official)
        if not own:
            return found
        both = {**translated_fields(official), **own}
        return OfficialOptions(model=ELMoOptions(**both), training=found.training)
    _refuse_others(arguments, _FIELDS)
    return OfficialOptions(model=ELMoOptions(**arguments))


def _refuse_others(arguments: Mapping[str, Any], known: set[str]) -> None:
    for name in arguments:
        if name not in known:
            hint = _ELSEWHERE.get(name)
            advice = f"; it is called {hint!r} here" if hint else ""
            raise TypeError(f"ELMo() got an unexpected keyword argument {name!r}{advice}")
