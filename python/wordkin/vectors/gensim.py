"""Attributes that gensim 4 removed: asking for one tells what to use instead."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["RemovedName"]


class RemovedName:
    """A class attribute whose reading and setting raise AttributeError with advice."""

    def __init__(self, name: str, advice: str) -> None:
        self._message = f"`{name}` does not exist since gensim 4, whose names wordkin has: {advice}"

    def __get__(self, instance: object, owner: type | None = None) -> NoReturn:
        raise AttributeError(self._message)

    def __set__(self, instance: object, value: object) -> NoReturn:
        raise AttributeError(self._message)
