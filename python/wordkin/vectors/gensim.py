"""Names of earlier gensim versions: attributes that raise with advice, and deprecation warnings for methods."""

from __future__ import annotations

import inspect
import warnings
from abc import ABCMeta
from typing import NoReturn

__all__ = ["HidesRemovedNames", "RemovedName", "warn_deprecated"]


class RemovedName:
    """Class attribute that a class does not have: reading or assigning it raises AttributeError with advice.

    Parameters
    ----------
    name : str
        Name of the attribute.
    advice : str
        What to use instead, for the error message.
    reason : str, optional
        Why it is missing, for the error message.
    """

    def __init__(
        self, name: str, advice: str, reason: str = "was removed in gensim 4, whose API wordkin follows"
    ) -> None:
        self._message = f"the attribute {name} {reason}: {advice}"

    def __get__(self, instance: object, owner: type | None = None) -> NoReturn:
        raise AttributeError(self._message)

    def __set__(self, instance: object, value: object) -> NoReturn:
        raise AttributeError(self._message)


class HidesRemovedNames(ABCMeta):
    """Metaclass that leaves removed names out of the ``dir()`` of a class, which completion offers.

    It is that of abstract classes, so that a class can be derived from one of these, too.

    Parameters
    ----------
    name : str
        Name of the class.
    bases : tuple of type
        Its bases.
    namespace : dict of str to object
        Its attributes.
    **kwargs
        Further arguments of the class statement.
    """

    def __dir__(cls) -> list[str]:
        names = super().__dir__()
        return [name for name in names if not isinstance(inspect.getattr_static(cls, name, None), RemovedName)]


def warn_deprecated(name: str, replacement: str) -> None:
    """Warn the caller of a deprecated method.

    Parameters
    ----------
    name : str
        Name of the deprecated method.
    replacement : str
        What to call instead.
    """
    warnings.warn(f"{name}() is deprecated: use {replacement} instead", DeprecationWarning, stacklevel=3)
