"""Translation and checks of the arguments that gensim's API has and the option classes do not."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import ParamSpec, TypeVar

from ..distributed import Communicator
from ..distributed.agreement import joint_work
from ..runtime.options import flag_option, integer_option, real_option
from ..text import TrimRule
from .options import Architecture, TrainingOptions

__all__ = [
    "architecture_of",
    "checked_communicator",
    "checked_epochs",
    "checked_rates",
    "checked_trim_rule",
    "explains_old_names",
    "joint_arguments",
    "require_objective",
    "warn_of_unused",
]

logger = logging.getLogger(__name__)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def architecture_of(sg: int) -> Architecture:
    """Return the architecture that gensim's flag `sg` selects.

    Parameters
    ----------
    sg : {0, 1}
        1 for skip-gram, 0 for CBOW.

    Returns
    -------
    {"skipgram", "cbow"}
        The architecture.
    """
    return "skipgram" if flag_option("sg", sg) else "cbow"


def checked_rates(alpha: float, min_alpha: float, names: tuple[str, str]) -> tuple[float, float]:
    """Return the learning rates at the start and at the end after checking them.

    Parameters
    ----------
    alpha : float
        Learning rate at the start (> 0).
    min_alpha : float
        Learning rate at the end (>= 0).
    names : tuple of str
        Names of both arguments, for error messages.

    Returns
    -------
    tuple of float
        The rates.
    """
    start = real_option(names[0], alpha, 0.0, float("inf"), low_exclusive=True)
    return start, real_option(names[1], min_alpha, 0.0, float("inf"))


def checked_communicator(communicator: Communicator | None) -> Communicator | None:
    """Return a communicator after checking that it has the methods of one.

    Parameters
    ----------
    communicator : Communicator or None
        The communicator.

    Returns
    -------
    Communicator or None
        The same object.

    Raises
    ------
    TypeError
        If a method is missing.
    """
    for name in ("rank", "size", "allreduce", "allgather", "broadcast", "barrier"):
        if communicator is not None and not hasattr(communicator, name):
            raise TypeError(
                f"communicator must have the attribute {name}, got {type(communicator).__name__}; "
                "wordkin.distributed has adapters for mpi4py and torch"
            )
    return communicator


def joint_arguments(communicator: Communicator | None) -> AbstractContextManager[None]:
    """Let all processes that train together know if one of them rejects its arguments.

    Parameters
    ----------
    communicator : Communicator or None
        The group; None for a single process.

    Returns
    -------
    context manager
        The arguments are checked within it; it does nothing for a single process.
    """
    if communicator is None or communicator.size == 1:
        return nullcontext()
    return joint_work(communicator, "the check of arguments")


def checked_epochs(epochs: int | None, total_examples: int | None, total_words: int | None) -> int:
    """Return the number of epochs for `train`, which requires it and one of the totals, as in gensim.

    Parameters
    ----------
    epochs : int or None
        Number of epochs (>= 1).
    total_examples, total_words : int or None
        Number of sentences and of words in the corpus (>= 0).

    Returns
    -------
    int
        Number of epochs.

    Raises
    ------
    ValueError
        If an argument is missing or out of range.
    """
    if epochs is None:
        raise ValueError("train() needs an explicit number of epochs; the usual value is epochs=model.epochs")
    if total_examples is None and total_words is None:
        raise ValueError(
            "train() needs total_examples or total_words to schedule the learning rate; "
            "the usual value is total_examples=model.corpus_count"
        )
    for name, value in (("total_examples", total_examples), ("total_words", total_words)):
        if value is not None:
            integer_option(name, value, 0, 2**62)
    return integer_option("epochs", epochs, 1, 2**31 - 1)


def require_objective(options: TrainingOptions) -> None:
    """Raise a ValueError if both training objectives are disabled.

    Parameters
    ----------
    options : TrainingOptions
        The model's settings.

    Raises
    ------
    ValueError
        If there is neither negative sampling nor hierarchical softmax.
    """
    if not options.negative and not options.hierarchical_softmax:
        raise ValueError("hs or negative must be positive: with hs=0 and negative=0 there is no training objective")


def checked_trim_rule(trim_rule: TrimRule | None) -> TrimRule | None:
    """Return the rule after checking that it is callable.

    Parameters
    ----------
    trim_rule : callable or None
        The rule.

    Returns
    -------
    callable or None
        The rule.

    Raises
    ------
    TypeError
        If `trim_rule` is neither callable nor None.
    """
    if trim_rule is not None and not callable(trim_rule):
        raise TypeError(f"trim_rule must be callable or None, got {type(trim_rule).__name__}")
    return trim_rule


def warn_of_unused(*, trim_rule: object, callbacks: object, checkpoint: object) -> None:
    """Log a warning for each argument of the constructor that is not used without a corpus.

    Parameters
    ----------
    trim_rule, callbacks, checkpoint : object
        The arguments; those that are None or empty were not given.
    """
    methods = {"trim_rule": "build_vocab", "callbacks": "train", "checkpoint": "train"}
    for name, given in (("trim_rule", trim_rule), ("callbacks", callbacks), ("checkpoint", checkpoint)):
        if given:
            logger.warning("%s is not stored, and there is no corpus to use it on: pass it to %s", name, methods[name])


def explains_old_names(
    names: Mapping[str, str],
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Return a decorator of constructors with which names from before gensim 4 raise a TypeError with the present name.

    The signature is unchanged, so that type checkers find misspelt names.

    Parameters
    ----------
    names : mapping of str to str
        Present names of former arguments.

    Returns
    -------
    callable
        Decorator of ``__init__``.
    """

    def decorated(constructor: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        class_name = constructor.__qualname__.partition(".")[0]

        @functools.wraps(constructor)
        def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            for name in kwargs:
                if name in names:
                    raise TypeError(
                        f"{class_name}() got an unexpected keyword argument {name!r}; since gensim 4 it is called "
                        f"{names[name]!r}"
                    )
            return constructor(*args, **kwargs)

        return checked

    return decorated
