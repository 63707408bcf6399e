"""What scikit-learn expects of an estimator, without scikit-learn: parameters, clones, tags, whether it is fitted."""

from __future__ import annotations

import inspect
import sys
from functools import lru_cache
from typing import Any, ClassVar, Literal, NoReturn, TypeVar

from ..errors import NotFittedError

__all__ = ["Estimator", "refuse_unfitted"]

Self = TypeVar("Self", bound="Estimator")


class Estimator:
    """Base of what can stand in a Pipeline or a GridSearchCV.

    The constructor of a class assigns its arguments to attributes of the same names and does nothing else; what `fit`
    learns has a name that ends with an underscore.

    Examples
    --------
    >>> class Halver(Estimator):
    ...     def __init__(self, *, factor=0.5):
    ...         self.factor = factor
    >>> Halver(factor=2).set_params(factor=3)
    Halver(factor=3)
    """

    _estimator_type: ClassVar[Literal["classifier", "transformer", "tagger"]] = "transformer"
    _shared_parameters: ClassVar[tuple[str, ...]] = ()  # clones have the same objects, whatever their size

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return sorted(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the arguments of the constructor and their values.

        Parameters
        ----------
        deep
            For scikit-learn; there are no estimators within this one.
        """
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self: Self, **params: Any) -> Self:
        """Set arguments of the constructor.

        Raises
        ------
        ValueError
            If there is no such argument.
        """
        known = self._parameter_names()
        for name in params:
            if name not in known:
                raise ValueError(f"Invalid parameter {name!r} for {type(self).__name__}; it has {', '.join(known)}")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __sklearn_clone__(self: Self) -> Self:
        """Return an unfitted estimator of the same parameters; an embedding is shared, not copied."""
        from copy import deepcopy

        shared = {name: getattr(self, name) for name in self._shared_parameters}
        own = {name: value for name, value in self.get_params().items() if name not in shared}
        return type(self)(**shared, **deepcopy(own))

    def __sklearn_is_fitted__(self) -> bool:
        return any(name.endswith("_") and not name.startswith("_") for name in vars(self))

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks before it uses an estimator; only scikit-learn calls this."""
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
            refuse_unfitted(type(self).__name__)

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        given = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if not (value is defaults[name].default or _equal(value, defaults[name].default))
        ]
        return f"{type(self).__name__}({', '.join(given)})"


def _equal(value: Any, default: Any) -> bool:
    return type(value) is type(default) and isinstance(value, str | int | float | tuple) and bool(value == default)


def refuse_unfitted(name: str) -> NoReturn:
    """Raise the error about a missing `fit`; where scikit-learn is in use, it is also scikit-learn's."""
    error = _error_for_both() if "sklearn" in sys.modules else NotFittedError
    raise error(f"this {name} is not fitted yet: call fit() with texts first")


@lru_cache(maxsize=1)
def _error_for_both() -> type[NotFittedError]:
    from sklearn.exceptions import NotFittedError as TheirError

    return type("NotFittedError", (NotFittedError, TheirError), {})
