"""Conversion between the inputs of the token layer and the tensors and metadata of a saved file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError
from ..runtime.options import integer_option
from ..storage import Archive, pack_words, unpack_words
from .options import ELMoOptions
from .token_inputs import Alphabet, InputWords, TokenInputs

__all__ = ["archive_to_inputs", "inputs_to_archive"]

_ALPHABET, _WORDS = "alphabet", "input_words"  # prefixes of the tensors, and keys of the metadata
_MARKS = ("begin_word", "end_word", "padding", "unknown", "begin_sentence", "end_sentence")
_ROWS = ("unknown", "begin_sentence", "end_sentence")


def inputs_to_archive(inputs: TokenInputs) -> Archive:
    """Return the tensors and the metadata of the inputs of a token layer.

    Parameters
    ----------
    inputs : TokenInputs
        The inputs.

    Returns
    -------
    Archive
        Characters and words; nothing for a model that reads bytes only.
    """
    tensors: dict[str, NDArray[Any]] = {}
    metadata: dict[str, Any] = {}
    if inputs.alphabet is not None:
        codes = [ord(character) for character in inputs.alphabet.characters]
        tensors[f"{_ALPHABET}/characters"] = np.array(codes, dtype=np.int32)
        tensors[f"{_ALPHABET}/ids"] = np.array(list(inputs.alphabet.characters.values()), dtype=np.int32)
        metadata[_ALPHABET] = {name: getattr(inputs.alphabet, name) for name in _MARKS}
    if inputs.words is not None:
        tensors[f"{_WORDS}/bytes"], tensors[f"{_WORDS}/offsets"] = pack_words(inputs.words.words)
        values = asdict(inputs.words)
        metadata[_WORDS] = {name: value for name, value in values.items() if name != "words"}
    return Archive(tensors=tensors, metadata=metadata)


def archive_to_inputs(archive: Archive, options: ELMoOptions) -> TokenInputs:
    """Return the inputs of the token layer that an archive contains.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata of a file.
    options : ELMoOptions
        Options of the model.

    Returns
    -------
    TokenInputs
        The inputs.

    Raises
    ------
    FormatError
        If they do not fit the options.
    KeyError, TypeError, ValueError
        If they are invalid.
    """
    alphabet = _alphabet_of(archive, options.n_characters) if _ALPHABET in archive.metadata else None
    words = _words_of(archive, options.n_input_words) if _WORDS in archive.metadata else None
    if (words is None) != (options.word_dim == 0):
        raise FormatError(f"a model with word_dim={options.word_dim} has {'no' if words is None else 'unused'} words")
    return TokenInputs(alphabet=alphabet, words=words)


def _alphabet_of(archive: Archive, count: int) -> Alphabet:
    codes, ids = (archive.tensors[f"{_ALPHABET}/{name}"] for name in ("characters", "ids"))
    for tensor, limit in ((codes, 0x110000), (ids, count)):
        if tensor.ndim != 1 or tensor.dtype != np.int32 or np.any((tensor < 0) | (tensor >= limit)):
            raise ValueError(f"{_ALPHABET} must be vectors of int32 below {limit}")
    if len(codes) != len(ids):
        raise ValueError(f"{_ALPHABET} has {len(codes)} characters, but {len(ids)} ids")
    marks = {name: integer_option(name, archive.metadata[_ALPHABET][name], 0, count - 1) for name in _MARKS}
    return Alphabet(characters=dict(zip(map(chr, codes.tolist()), ids.tolist(), strict=True)), **marks)


def _words_of(archive: Archive, count: int) -> InputWords:
    values = archive.metadata[_WORDS]
    words = unpack_words(archive.tensors[f"{_WORDS}/bytes"], archive.tensors[f"{_WORDS}/offsets"])
    if len(words) != count:
        raise FormatError(f"the model has {count} word vectors beside characters, but {len(words)} words for them")
    rows = {name: integer_option(name, values[name], 0, count - 1) for name in _ROWS}
    longest = values["max_length"]
    return InputWords(
        words=words,
        max_length=None if longest is None else integer_option("max_length", longest, 1, 2**31 - 1),
        **rows,
    )
