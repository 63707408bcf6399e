"""The estimator interface of scikit-learn, without scikit-learn: parameters, clones, tags, and the fitted check."""

from __future__ import annotations

import inspect
import secrets
import sys
from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, TypeVar

import numpy as np

from ..errors import NotFittedError
from .notebooks import completed_names, html_table
from .options import Options, integer_option

if TYPE_CHECKING:
    from sklearn.utils import Tags

__all__ = ["Estimator", "RandomState", "not_fitted_error", "seed_from"]

Self = TypeVar("Self", bound="Estimator")
OptionsT = TypeVar("OptionsT", bound=Options)
RandomState: TypeAlias = int | np.random.RandomState | np.random.Generator | None


class Estimator:
    """Base class of estimators and transformers that can be part of a scikit-learn pipeline or parameter search.

    The constructor of a subclass assigns its arguments to attributes of the same names and does nothing else. What
    `fit` learns is in attributes whose names end with an underscore.

    Examples
    --------
    >>> class Halver(Estimator):
    ...     def __init__(self, *, factor=0.5):
    ...         self.factor = factor
    >>> Halver(factor=2).set_params(factor=3)
    Halver(factor=3)
    """

    _estimator_type: ClassVar[Literal["classifier", "transformer", "tagger"]] = "transformer"
    _shared_parameters: ClassVar[tuple[str, ...]] = ()  # clones share these objects, as copies could be large

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return sorted(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters of the estimator.

        Parameters
        ----------
        deep : bool, default True
            Ignored; for compatibility with scikit-learn.

        Returns
        -------
        dict of str to object
            Arguments of the constructor by name.

        Examples
        --------
        >>> from wordkin.sklearn import WordVectorizer
        >>> WordVectorizer(weighting="sif").get_params()["weighting"]
        'sif'
        """
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self: Self, **params: Any) -> Self:
        """Set parameters of the estimator.

        Parameters
        ----------
        **params : object
            Arguments of the constructor by name.

        Returns
        -------
        Estimator
            This estimator.

        Raises
        ------
        ValueError
            If the constructor has no such argument.

        Examples
        --------
        >>> from wordkin.sklearn import WordVectorizer
        >>> WordVectorizer().set_params(weighting="sif").weighting
        'sif'
        """
        known = self._parameter_names()
        for name in params:
            if name not in known:
                raise ValueError(f"Invalid parameter {name!r} for {type(self).__name__}; it has {', '.join(known)}")
        vars(self).update(params)
        return self

    def _options(self, options: type[OptionsT], **overrides: Any) -> OptionsT:
        """Return options with the parameters of the same names; overrides that are None are ignored."""
        given = {item.name: getattr(self, item.name) for item in fields(options) if hasattr(self, item.name)}
        return options(**{**given, **{name: value for name, value in overrides.items() if value is not None}})

    def __sklearn_clone__(self: Self) -> Self:
        """Return an unfitted estimator with the same parameters; embeddings are shared, not copied."""
        from copy import deepcopy

        shared = {name: getattr(self, name) for name in self._shared_parameters}
        own = {name: value for name, value in self.get_params().items() if name not in shared}
        copy = type(self)(**shared, **deepcopy(own))
        config = vars(self).get(
            "_sklearn_output_config"
        )  # what set_output has chosen; scikit-learn uses this name, too
        if config is not None:
            vars(copy)["_sklearn_output_config"] = dict(config)
        return copy

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether `fit` has been called."""
        return any(name.endswith("_") and not name.startswith("_") for name in vars(self))

    def __sklearn_tags__(self) -> Tags:
        """Return what scikit-learn needs to know about the estimator; only scikit-learn calls this."""
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags, TransformerTags

        kind = self._estimator_type
        return Tags(
            estimator_type=kind if kind == "classifier" else None,
            target_tags=TargetTags(required=kind != "transformer"),
            transformer_tags=TransformerTags(preserves_dtype=[]) if kind == "transformer" else None,
            classifier_tags=ClassifierTags(multi_label=True) if kind == "classifier" else None,
            regressor_tags=None,
            input_tags=InputTags(one_d_array=True, two_d_array=False, string=True),
            non_deterministic=False,
            requires_fit=True,
        )

    def _require_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise not_fitted_error(type(self).__name__)

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        given = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if not (value is defaults[name].default or _is_equal(value, defaults[name].default))
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def _repr_html_(self) -> str:
        try:
            from sklearn.utils import estimator_html_repr
        except ImportError:
            rows = [(name, repr(value)) for name, value in self.get_params().items()]
            fitted = "fitted" if self.__sklearn_is_fitted__() else "not fitted"
            return html_table(f"{type(self).__name__}, {fitted}", (), rows)
        diagram: str = estimator_html_repr(self)
        return diagram

    def __dir__(self) -> list[str]:
        return completed_names(self)


def _is_equal(value: Any, default: Any) -> bool:
    return type(value) is type(default) and isinstance(value, str | int | float | tuple) and bool(value == default)


def not_fitted_error(name: str) -> NotFittedError:
    """Return the error for an estimator that is not fitted.

    Parameters
    ----------
    name : str
        Name of the estimator's class.

    Returns
    -------
    NotFittedError
        The error. If scikit-learn is loaded, it is also an instance of scikit-learn's class of this name.

    Examples
    --------
    >>> str(not_fitted_error("TextClassifier"))
    'this TextClassifier is not fitted; call fit() first'
    """
    error = _combined_error() if "sklearn" in sys.modules else NotFittedError
    return error(f"this {name} is not fitted; call fit() first")


@lru_cache(maxsize=1)
def _combined_error() -> type[NotFittedError]:
    from sklearn.exceptions import NotFittedError as SklearnError

    return type("NotFittedError", (NotFittedError, SklearnError), {})


def seed_from(random_state: RandomState) -> int:
    """Return the random seed that a `random_state` argument specifies.

    Parameters
    ----------
    random_state : int, RandomState, Generator or None
        A seed (>= 0); a generator to draw one from; None for a random seed.

    Returns
    -------
    int
        The seed.

    Raises
    ------
    TypeError, ValueError
        If `random_state` has another type or is negative.

    Examples
    --------
    >>> seed_from(7)
    7
    """
    if random_state is None:
        return secrets.randbits(32)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31 - 1))
    return integer_option("random_state", random_state, 0, 2**63 - 1)
