"""Arguments of ELMo: those of the constructor, which may be an official options.json, and types of the methods'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from inspect import Parameter, Signature
from typing import Any, TypedDict

from ..runtime.compute import InferencePrecision
from ..text.characters import Cut
from ..text.tokenization import Tokenizer
from .files.official_options import OFFICIAL_KEYS, OfficialOptions, translate_fields, translate_options
from .options import ELMoOptions, LayerNorm

__all__ = ["EncodingKeywords", "TokenProgress", "constructor_signature", "parse_model_options"]

TokenProgress = bool | Callable[[int], object] | None  # a bar or not, or a function of the number of tokens done

_FIELDS = {field.name for field in fields(ELMoOptions)}
_ONLY_OFFICIAL = {"lstm", "char_cnn"}
# Names of other programs, and the names of the same options here.
_OTHER_NAMES = {
    "embedding_dim": "char_dim",
    "layers": "n_layers",
    "max_characters": "max_characters_per_token",
    "num_layers": "n_layers",
    "projection": "projection_dim",
}


class EncodingKeywords(TypedDict, total=False):
    """Keyword arguments that the overloads of `ELMo.encode` have in common; see `ELMo.encode`."""

    batch_size: int
    stateful: bool
    precision: InferencePrecision | None
    progress: TokenProgress
    workers: int | None
    gamma: float
    layer_norm: LayerNorm | None
    boundaries: bool
    tokenizer: Tokenizer | None
    cut: Cut
    cache_bytes: int | None


def constructor_signature() -> Signature:
    """Return the signature of ELMo's constructor for `help` and interactive shells.

    Returns
    -------
    inspect.Signature
        Keyword-only parameters with the fields and defaults of `ELMoOptions`.

    Examples
    --------
    >>> constructor_signature().parameters["dim"].default
    1024
    """
    return Signature(
        [Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default) for field in fields(ELMoOptions)]
    )


def parse_model_options(arguments: Mapping[str, Any]) -> OfficialOptions:
    """Return the options that the arguments of a constructor describe.

    Parameters
    ----------
    arguments : mapping of str to object
        Fields of `ELMoOptions`. If there is a member ``lstm`` or ``char_cnn``, all members of an official
        options.json are accepted, too.

    Returns
    -------
    OfficialOptions
        Options of the model and arguments of `ELMo.train`.

    Raises
    ------
    TypeError
        If an argument is unknown or has the wrong type; where possible, the message names the right argument.
    ValueError
        If a value is out of range.

    Examples
    --------
    >>> parse_model_options({"dim": 32, "projection_dim": 8}).model.dim
    32
    >>> parse_model_options({"lstm": {"dim": 32, "projection_dim": 8}, "char_cnn": {}}).model.dim
    32
    """
    if arguments.keys() & _ONLY_OFFICIAL:
        _refuse_unknown(arguments, OFFICIAL_KEYS | _FIELDS)
        official = {name: value for name, value in arguments.items() if name in OFFICIAL_KEYS}
        own = {name: value for name, value in arguments.items() if name not in OFFICIAL_KEYS}
        found = translate_options(official)
        if not own:
            return found
        return OfficialOptions(model=ELMoOptions(**{**translate_fields(official), **own}), training=found.training)
    _refuse_unknown(arguments, _FIELDS)
    return OfficialOptions(model=ELMoOptions(**arguments))


def _refuse_unknown(arguments: Mapping[str, Any], known: set[str]) -> None:
    for name in arguments:
        if name not in known:
            hint = _OTHER_NAMES.get(name)
            advice = f"; use {hint!r}" if hint else ""
            raise TypeError(f"ELMo() got an unexpected keyword argument {name!r}{advice}")
