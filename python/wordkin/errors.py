"""Exceptions raised by wordkin; each also derives from the built-in exception that callers would expect."""

from __future__ import annotations

__all__ = [
    "CorpusError",
    "CorruptFileError",
    "DistributedError",
    "FormatError",
    "LabelError",
    "NotFittedError",
    "OverwriteError",
    "PrecisionError",
    "ResourceError",
    "TrainingDiverged",
    "TruncatedFileError",
    "UndecodableWordError",
    "VocabularyError",
    "WordkinError",
    "WrongKindError",
]


class WordkinError(Exception):
    """Base class of all errors that this package defines."""


class FormatError(WordkinError, ValueError):
    """A file or its content does not have the expected format."""


class WrongKindError(FormatError, AttributeError):
    """A model file holds an object of another kind; also an ``AttributeError``, which gensim raises here."""


class CorruptFileError(FormatError):
    """A file of a known format is damaged: truncated, inconsistent sizes, or a wrong checksum."""


class TruncatedFileError(CorruptFileError, EOFError):
    """A file ends too early; also an ``EOFError``, which gensim raises here."""


class UndecodableWordError(FormatError, UnicodeDecodeError):
    """A word of a file is not valid in its encoding; also a ``UnicodeDecodeError``, which gensim raises here.

    Parameters
    ----------
    message : str
        The message.
    encoding : str
        The encoding.
    word : bytes
        The word.
    start, end : int
        Position of the invalid bytes in `word`.
    reason : str
        What is wrong with them.
    """

    def __init__(self, message: str, encoding: str, word: bytes, start: int, end: int, reason: str) -> None:
        UnicodeDecodeError.__init__(self, encoding, word, start, end, reason)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[type[UndecodableWordError], tuple[object, ...]]:
        return type(self), (self.message, *self.args)


class CorpusError(WordkinError, ValueError):
    """A corpus cannot be read."""


class VocabularyError(WordkinError, ValueError, RuntimeError):
    """A vocabulary is missing, empty, or not suitable for the operation."""


class LabelError(WordkinError, ValueError):
    """Labels or tags cannot be used: unknown ones, only one class, or an invalid tagging scheme."""


class NotFittedError(WordkinError, ValueError, AttributeError):
    """An operation needs a model that has been trained."""


class OverwriteError(WordkinError, ValueError):
    """An output would replace a file that is read."""


class PrecisionError(WordkinError, ValueError):
    """An operation needs numbers of another precision, such as float32 weights in place of 8-bit integers."""


class TrainingDiverged(WordkinError, ArithmeticError):
    """Training produced values that are not finite."""


class DistributedError(WordkinError, RuntimeError):
    """Processes that train together cannot continue: their settings differ, or one of them has failed."""


class ResourceError(WordkinError, MemoryError):
    """An operation needs more memory, or larger indices, than are available."""
