"""Texts with the targets that a network is trained and validated on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError
from ...runtime.options import real_option
from .batching import Indices

__all__ = ["Examples", "held_out", "joined_examples", "require_labels", "require_tags"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Examples:
    """Training and validation texts with their targets.

    Parameters
    ----------
    sentences : list of list of str
        The tokens of all texts.
    targets : ndarray
        A target for each text or, if `per_token`, for each token of all texts, concatenated.
    per_token : bool
        Whether targets belong to tokens.
    weights : ndarray, shape (n_texts,)
        Weight of each text in the loss, float32.
    training, validation : ndarray
        Indices of the training texts and of the validation texts.
    """

    sentences: list[list[str]]
    targets: NDArray[Any]
    per_token: bool
    weights: NDArray[np.float32]
    training: Indices
    validation: Indices


def joined_examples(
    training: tuple[list[list[str]], NDArray[Any]],
    validation: tuple[list[list[str]], NDArray[Any]] | None,
    weights: NDArray[np.float32],
    *,
    per_token: bool,
    held_out_fraction: float | None,
    seed: int,
) -> Examples:
    """Combine training texts with validation texts.

    Parameters
    ----------
    training : (sentences, targets)
        The training texts.
    validation : (sentences, targets) or None
        The validation texts.
    weights : ndarray, shape (n_training_texts,)
        Weights of the training texts, float32. Validation texts have the weight 1.
    per_token : bool
        Whether targets belong to tokens.
    held_out_fraction : float or None
        Fraction of the training texts to hold out if there are no validation texts; None for no validation.
    seed : int
        Random seed of the choice of these texts.

    Returns
    -------
    Examples
        The examples.
    """
    sentences, targets = training
    indices, held = np.arange(len(sentences)), np.arange(0)
    if validation is not None:
        more, more_targets = validation
        held = np.arange(len(sentences), len(sentences) + len(more))
        sentences = sentences + more
        targets = np.concatenate([targets, more_targets])
        weights = np.concatenate([weights, np.ones(len(more), np.float32)])
    elif held_out_fraction is not None:
        indices, held = held_out(len(sentences), held_out_fraction, seed)
    return Examples(
        sentences=sentences, targets=targets, per_token=per_token, weights=weights, training=indices, validation=held
    )


def held_out(count: int, fraction: float, seed: int) -> tuple[Indices, Indices]:
    """Split texts at random into training texts and validation texts.

    Parameters
    ----------
    count : int
        Number of texts.
    fraction : float
        Fraction of the texts to hold out, between 0 and 1; at least one text is held out.
    seed : int
        Random seed.

    Returns
    -------
    training : ndarray
        Indices of the training texts in ascending order.
    validation : ndarray
        Indices of the validation texts in ascending order.

    Raises
    ------
    ValueError
        If no text is left for training.

    Examples
    --------
    >>> training, validation = held_out(10, 0.2, seed=1)
    >>> len(training), len(validation)
    (8, 2)
    """
    share = real_option("validation_fraction", fraction, 0.0, 1.0, low_exclusive=True)
    size = max(1, round(count * share))
    if size >= count:
        raise ValueError(f"validation_fraction must leave texts to train on, got {fraction} with {count} texts")
    order = np.random.default_rng([seed, 0x76616C]).permutation(count)
    return np.sort(order[size:]), np.sort(order[:size])


def require_labels(texts: int, labels: int, name: str = "X", label_name: str = "y") -> None:
    """Check that there are texts, and a label for each of them.

    Parameters
    ----------
    texts, labels : int
        Number of texts and of labels.
    name, label_name : str
        Names of the arguments in error messages.

    Raises
    ------
    ValueError
        If the numbers differ.
    CorpusError
        If there are no texts.
    """
    if texts != labels:
        raise ValueError(f"{label_name} must have a label for each of {texts} texts of {name}, got {labels}")
    if texts == 0:
        raise CorpusError(f"{name} must have at least one text, got none")


def require_tags(sentences: list[list[str]], tags: list[list[str]], name: str = "X", tag_name: str = "y") -> None:
    """Check that there is a tag for each token.

    Parameters
    ----------
    sentences : list of list of str
        The tokens of each sentence.
    tags : list of list of str
        The tags of each sentence.
    name, tag_name : str
        Names of the arguments in error messages.

    Raises
    ------
    ValueError
        If the numbers differ.
    """
    if len(sentences) != len(tags):
        raise ValueError(f"{tag_name} must have tags for each of {len(sentences)} sentences of {name}, got {len(tags)}")
    for index, (tokens, own) in enumerate(zip(sentences, tags, strict=True)):
        if len(tokens) != len(own):
            raise ValueError(f"{tag_name}[{index}] must have a tag for each of {len(tokens)} tokens, got {len(own)}")
