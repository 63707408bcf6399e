"""The errors that wordkin raises; each is also the built-in error that a caller would expect."""

from __future__ import annotations

__all__ = [
    "CorpusError",
    "CorruptFileError",
    "FormatError",
    "LabelError",
    "NotFittedError",
    "ResourceError",
    "TrainingDiverged",
    "TruncatedFileError",
    "VocabularyError",
    "WordkinError",
    "WrongKindError",
]


class WordkinError(Exception):
    """Base of every error of this package."""


class FormatError(WordkinError, ValueError):
    """A file or its content does not have the form that it should have."""


class WrongKindError(FormatError, AttributeError):
    """A file of wordkin holds another kind of object; gensim raises an AttributeError then."""


class CorruptFileError(FormatError):
    """A file of a known format is damaged: cut short, wrong sizes, wrong checksum."""


class TruncatedFileError(CorruptFileError, EOFError):
    """A file ends before its content does; also an ``EOFError``, as gensim raises one here."""


class CorpusError(WordkinError, ValueError):
    """A training text cannot be read as one."""


class VocabularyError(WordkinError, ValueError, RuntimeError):
    """A vocabulary is missing, empty, or does not fit what is asked of it."""


class LabelError(WordkinError, ValueError):
    """Labels or tags are not what can be learned or compared: unknown ones, a single one, a broken scheme."""


class NotFittedError(WordkinError, ValueError, AttributeError):
    """Something is asked of a model that has not been trained yet."""


class TrainingDiverged(WordkinError, ArithmeticError):
    """Training produced numbers that are not finite."""


class ResourceError(WordkinError, MemoryError):
    """The work needs more memory or larger indices than there are."""
