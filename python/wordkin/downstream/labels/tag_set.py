"""Tags of tokens as the class indices that a network is trained on, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ...errors import LabelError
from ...runtime.options import choice_option
from .schemes import Scheme, as_scheme, check_scheme, recognised_scheme

__all__ = ["LearnedScheme", "SchemeChoice", "TagSet", "Tags"]

Tags = list[list[str]]
SchemeChoice = Literal["auto", "bio", "iob1", "iobes", "bilou", "bmes", "plain", "lenient"]
LearnedScheme = Literal["bio", "iobes"]


@dataclass(frozen=True, eq=False, kw_only=True)
class TagSet:
    """The tags that tokens can have.

    Parameters
    ----------
    classes : ndarray, shape (n_tags,)
        Distinct tags of the training sentences in ascending order; integers if they were given as such.
    scheme : {"bio", "iob1", "iobes", "bilou", "bmes", "plain"}
        The scheme of these tags.
    learned : list of str
        The tags that the network predicts, in the order of its outputs. They differ from `classes` if `learned_scheme`
        is another scheme.
    learned_scheme : {"bio", "iobes"} or None
        The scheme that the network is trained on; None for `scheme`.
    """

    classes: NDArray[Any]
    scheme: Scheme
    learned: list[str]
    learned_scheme: LearnedScheme | None

    def __post_init__(self) -> None:
        if self.scheme not in get_args(Scheme):
            raise ValueError(f"scheme must be one of {', '.join(get_args(Scheme))}, got {self.scheme!r:.20}")
        if self.classes.dtype.kind not in "iU":
            raise ValueError(f"classes must be str or integers, got {self.classes.dtype}")
        if self.classes.dtype.kind == "i" and set(map(str, self.classes.tolist())) != set(self.learned):
            raise ValueError("tags must be the digits of classes that are integers")

    @classmethod
    def learn(
        cls, tags: Tags, scheme: SchemeChoice, learned_scheme: LearnedScheme | None, *, are_numbers: bool = False
    ) -> TagSet:
        """Collect the tags of training sentences.

        Parameters
        ----------
        tags : list of list of str
            The tags of each sentence.
        scheme : {"auto", "bio", "iob1", "iobes", "bilou", "bmes", "plain", "lenient"}
            The scheme that the tags must follow; "auto" to detect it, "lenient" to detect it and accept violations.
        learned_scheme : {"bio", "iobes"} or None
            The scheme that the network is trained on.
        are_numbers : bool, default False
            Whether the tags are the digits of integers.

        Returns
        -------
        TagSet
            The distinct tags.

        Raises
        ------
        LabelError
            If there are fewer than two tags, a tag violates the scheme, or tags such as "X-NP" fit no scheme.
        ValueError
            If an argument is not one of the choices, or `learned_scheme` is given for plain tags.

        Examples
        --------
        >>> TagSet.learn([["B-NP", "I-NP", "O"]], "auto", "iobes").learned
        ['B-NP', 'E-NP', 'O']
        """
        choice = choice_option("scheme", scheme, get_args(SchemeChoice))
        actual: Scheme = recognised_scheme(tags) if choice in ("auto", "lenient") else choice  # type: ignore[assignment]
        if choice != "lenient":
            check_scheme(tags, actual, "y")
        if learned_scheme is not None:
            choice_option("learned_scheme", learned_scheme, get_args(LearnedScheme))
            if actual == "plain":
                raise ValueError(
                    f"learned_scheme must be None for tags that do not mark chunks, got {learned_scheme!r}"
                )
        order = int if are_numbers else None
        classes = sorted({tag for own in tags for tag in own}, key=order)
        if len(classes) < 2:
            raise LabelError(f"y must have at least two distinct tags, got only {classes[0]!r:.60}")
        learned = sorted({tag for own in _converted(tags, actual, learned_scheme) for tag in own}, key=order)
        shown = np.array([int(tag) for tag in classes], dtype=np.int64) if are_numbers else np.array(classes)
        return cls(classes=shown, scheme=actual, learned=learned, learned_scheme=learned_scheme)

    def targets(self, tags: Tags) -> NDArray[np.int32]:
        """Convert tags to training targets.

        Parameters
        ----------
        tags : list of list of str
            The tags of each sentence, in the scheme of the training sentences.

        Returns
        -------
        ndarray, shape (n_tokens,)
            Tag indices of all sentences, concatenated. A tag that did not occur in training has the index 0: the loss
            of validation sentences needs some index, and metrics compare the tags themselves.
        """
        index_of = {tag: index for index, tag in enumerate(self.learned)}
        converted = _converted(tags, self.scheme, self.learned_scheme)
        return np.array([index_of.get(tag, 0) for own in converted for tag in own], dtype=np.int32)

    def decode(self, paths: Sequence[NDArray[np.int32]]) -> Tags:
        """Convert outputs of the network to tags.

        Parameters
        ----------
        paths : list of ndarray
            Tag indices of each sentence, int32 of shape (n_tokens,).

        Returns
        -------
        list of list of str
            Tags in the scheme of the training sentences.
        """
        return _converted(
            [[self.learned[index] for index in path.tolist()] for path in paths], self.learned_scheme, self.scheme
        )

    def as_given(self, tags: Tags) -> list[list[Any]]:
        """Return tags as those of the training sentences were given.

        Parameters
        ----------
        tags : list of list of str
            The tags of each sentence.

        Returns
        -------
        list of list
            The same tags, as integers if the training sentences had integers.
        """
        if self.classes.dtype.kind != "i":
            return tags
        return [[int(tag) for tag in own] for own in tags]


def _converted(tags: Tags, scheme: Scheme | None, target: Scheme | None) -> Tags:
    """Convert between schemes; None stands for the other scheme, so that nothing changes."""
    if scheme is None or target is None or scheme == target:
        return list(tags)
    return [as_scheme(own, target) for own in tags]
