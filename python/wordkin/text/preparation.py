"""Preparation of text before training: normalization, lower case, tokens, and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Literal, cast

from .. import _core
from ..errors import CorpusError, FormatError
from ..runtime.columns import plain_value
from ..runtime.named_functions import imported_function, name_of_function
from ..runtime.options import Options, checked_field, choice_field, flag_field, integer_field
from .character_tables import Form, character_tables
from .tokenization import TOKENIZERS, Tokenizer, tokenize

__all__ = [
    "PreparationOptions",
    "PreparedTexts",
    "SavedTokenizer",
    "TextTokenizer",
    "checked_preparation",
    "core_preparer",
    "joined_sentences",
    "prepared_sentences",
    "preprocess",
    "reason_for_no_words",
]

SentenceUnit = Literal["line", "paragraph", "sentence"]
TextTokenizer = Literal["whitespace", "words"] | Callable[[str], Iterable[str]]

_MAX_LENGTH = 2**31 - 1
_UNNAMED = "a function"  # in files of earlier versions
_NAMED = "custom:"


def _checked_tokenizer(name: str, value: Any) -> TextTokenizer:
    if isinstance(value, str):
        if value not in TOKENIZERS:
            raise ValueError(f"{name} must be one of {', '.join(sorted(TOKENIZERS))}, or a callable, got {value!r}")
        return cast("TextTokenizer", value)
    if not callable(value):
        raise TypeError(f"{name} must be a str or a callable, got {type(value).__name__}")
    return cast("TextTokenizer", value)


def _checked_form(name: str, value: Any) -> Form | None:
    if value not in (None, "NFC", "NFKC"):
        raise ValueError(f"{name} must be None, 'NFC' or 'NFKC', got {value!r}")
    return cast("Form | None", value)


@dataclass(frozen=True, kw_only=True)
class PreparationOptions(Options):
    """How text is prepared before its words are counted.

    Parameters
    ----------
    tokenizer : {"whitespace", "words"} or callable, default "whitespace"
        Tokens are separated by whitespace; or words and punctuation marks are tokens, see `split_words`; or a function
        from a text to its tokens.
    lowercase : bool, default False
        Convert to lower case.
    normalize : {None, "NFC", "NFKC"}, default None
        Unicode form: NFC joins letters and their accents into one character, NFKC also replaces ligatures, full-width
        letters and the like.
    remove_arabic_marks : bool, default False
        Remove Arabic vowel marks, and the tatweel that stretches words.
    min_token_length : int, default 1
        Leave out shorter tokens (in characters, >= 1).
    max_token_length : int or None, default None
        Leave out longer tokens; None for no limit.
    sentences_per : {"line", "paragraph", "sentence"}, default "line"
        What is a sentence: a line; the lines up to an empty one; or a part of such a paragraph that ends with sentence
        punctuation, by a simple rule.

    Examples
    --------
    >>> PreparationOptions(lowercase=True).is_default
    False
    """

    tokenizer: TextTokenizer = checked_field(
        "whitespace",
        _checked_tokenizer,
        help="What separates tokens: whitespace, or the rule for words and punctuation marks.",
    )
    lowercase: bool = flag_field(False, help="Convert text to lower case.")
    normalize: Form | None = checked_field(
        None, _checked_form, help="Unicode form of the text: NFC joins letters and accents, NFKC also ligatures."
    )
    remove_arabic_marks: bool = flag_field(False, help="Remove Arabic vowel marks and the tatweel.")
    min_token_length: int = integer_field(1, low=1, high=_MAX_LENGTH, help="Leave out shorter tokens.")
    max_token_length: int | None = integer_field(None, low=1, high=_MAX_LENGTH, help="Leave out longer tokens.")
    sentences_per: SentenceUnit = choice_field(
        "line", SentenceUnit, help="What is a sentence: a line, a paragraph, or a part of a paragraph."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_token_length is not None and self.max_token_length < self.min_token_length:
            raise ValueError(
                f"max_token_length must be at least min_token_length ({self.min_token_length}), "
                f"got {self.max_token_length}"
            )

    def __str__(self) -> str:
        values = ((item.name, getattr(self, item.name), item.default) for item in fields(self))
        given = (f"{name}={_shown(value)}" for name, value, default in values if value != default)
        return ", ".join(given) or "none"

    @property
    def is_default(self) -> bool:
        """Whether text is only split at whitespace, line by line."""
        return self == PreparationOptions()

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of a text.

        Parameters
        ----------
        text : str
            The text.

        Returns
        -------
        list of str
            The tokens of all its sentences.

        Raises
        ------
        CorpusError
            If the text has unpaired surrogates, or a token is too long.

        Examples
        --------
        >>> PreparationOptions(tokenizer="words", lowercase=True).tokens("It's late.")
        ['it', "'", 's', 'late', '.']
        """
        sentences = prepared_sentences(_utf8(text, "text"), self, core_preparer(self), "text")
        return [token for sentence in sentences for token in sentence]

    def __call__(self, text: str) -> list[str]:
        """Return `tokens` of a text, so that options can be passed wherever a tokenizer can."""
        return self.tokens(text)

    def as_arguments(self) -> dict[str, Any]:
        """Return the options as keyword arguments.

        Returns
        -------
        dict of str to object
            The value of each field.
        """
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def to_metadata(self) -> dict[str, Any]:
        """Return the options for a file; of a function as tokenizer, its name.

        Returns
        -------
        dict
            The options that are not the default.
        """
        given = self.as_arguments()
        if callable(self.tokenizer):
            given["tokenizer"] = _saved_name(self.tokenizer)
        return {item.name: given[item.name] for item in fields(self) if given[item.name] != item.default}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> PreparationOptions:
        """Return the options that a file holds.

        Parameters
        ----------
        metadata : mapping
            From `to_metadata`.

        Returns
        -------
        PreparationOptions
            The options; a tokenizer that was a function becomes a `SavedTokenizer`.

        Raises
        ------
        TypeError, ValueError
            If there is no such option, or a value is invalid.
        """
        given = dict(metadata)
        name = given.get("tokenizer")
        if isinstance(name, str) and (name == _UNNAMED or name.startswith(_NAMED)):
            given["tokenizer"] = SavedTokenizer(name)
        return cls(**given)

    def with_imported_tokenizer(self) -> PreparationOptions:
        """Return the options with the function that a file names as the tokenizer.

        Importing a module executes it, so that loading never does; use this for files that you trust.

        Returns
        -------
        PreparationOptions
            These options, if the tokenizer is not a `SavedTokenizer`.

        Raises
        ------
        FormatError
            If there is no such function.
        """
        if not isinstance(self.tokenizer, SavedTokenizer):
            return self
        try:
            return replace(self, tokenizer=imported_function(self.tokenizer.name))
        except ValueError as error:
            raise FormatError(f"{error}; set the tokenizer of `preparation` to the function") from error


def checked_preparation(value: object) -> PreparationOptions:
    """Return the value of an attribute `preparation`.

    Parameters
    ----------
    value : PreparationOptions
        The value.

    Returns
    -------
    PreparationOptions
        The same object.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if not isinstance(value, PreparationOptions):
        raise TypeError(f"preparation must be PreparationOptions, got {type(value).__name__}")
    return value


@dataclass(frozen=True)
class SavedTokenizer:
    """The name of a function with which a model was trained; it is not called, but raises an error with advice.

    Parameters
    ----------
    name : str
        The name in the file.
    """

    name: str

    def __call__(self, text: str) -> list[str]:
        name = self.name.removeprefix(_NAMED)
        raise ValueError(
            f"texts of this model are split by a function ({name}), which is not saved: pass tokens, or set the "
            "model's `preparation` to preparation.with_imported_tokenizer() or to options with this function"
        )


def _saved_name(function: Callable[..., object]) -> str:
    return function.name if isinstance(function, SavedTokenizer) else name_of_function(function)


def _shown(value: object) -> str:
    return _saved_name(value).removeprefix(_NAMED) if callable(value) else str(value)


_BY_FUNCTION = SavedTokenizer(_UNNAMED)  # stands for all functions, which the core does not call


def core_preparer(options: PreparationOptions) -> _core.text.TextPreparer | None:
    """Return what prepares text in C++.

    Parameters
    ----------
    options : PreparationOptions
        The options. A tokenizer that is a function, and limits of the length of its tokens, are not applied.

    Returns
    -------
    TextPreparer or None
        The preparer; None if text needs no preparation.
    """
    return None if options.is_default else _core_preparer(replace(options, tokenizer=_split_in_core(options)))


def _split_in_core(options: PreparationOptions) -> TextTokenizer:
    return _BY_FUNCTION if callable(options.tokenizer) else options.tokenizer


@lru_cache(maxsize=8)  # checking the tables takes a millisecond
def _core_preparer(options: PreparationOptions) -> _core.text.TextPreparer:
    by_function = callable(options.tokenizer)
    return _core.text.TextPreparer(
        character_tables(options.normalize),
        splits_words=options.tokenizer == "words",
        lowercase=options.lowercase,
        normalizes=options.normalize is not None,
        removes_arabic_marks=options.remove_arabic_marks,
        min_length=1 if by_function else options.min_token_length,
        max_length=_MAX_LENGTH if by_function else options.max_token_length or _MAX_LENGTH,
        unit=options.sentences_per,
    )


def prepared_sentences(
    text: bytes, options: PreparationOptions, preparer: _core.text.TextPreparer | None, name: str
) -> Iterator[list[str]]:
    """Split a text into sentences of tokens.

    Parameters
    ----------
    text : bytes
        UTF-8 text.
    options : PreparationOptions
        The options.
    preparer : TextPreparer or None
        `core_preparer` of the options.
    name : str
        Name of the text in error messages.

    Yields
    ------
    list of str
        A sentence with at least one token.

    Raises
    ------
    CorpusError
        If a token is too long.
    """
    try:
        prepared = text if preparer is None else preparer.prepare(text)
    except _core.text.TextError as error:
        raise CorpusError(f"{name}: byte {error.args[1]}: {error.args[0]}; is this text?") from None
    # bytes.splitlines ends lines at CR and LF only, as the C++ scanner does; str.splitlines has more line ends.
    for line in prepared.splitlines():
        sentence = line.decode("utf-8")
        tokens = (
            _tokens_by_function(sentence.strip(), options, name) if callable(options.tokenizer) else sentence.split()
        )
        if tokens:
            yield tokens


def joined_sentences(sentences: Iterable[list[str]], name: str) -> bytes:
    """Return sentences as text, with tokens separated by spaces and sentences by line feeds.

    Parameters
    ----------
    sentences : iterable of list of str
        The sentences.
    name : str
        Name of the text in error messages.

    Returns
    -------
    bytes
        UTF-8 text.

    Raises
    ------
    CorpusError
        If a token contains whitespace.
    """
    lines = []
    for tokens in sentences:
        line = " ".join(tokens)
        if line.split() != tokens:
            token = next(token for token in tokens if token.split() != [token])
            raise CorpusError(f"{name}: tokens in text must not contain whitespace, got {token!r:.60}")
        lines.append(line + "\n")
    return "".join(lines).encode("utf-8")


def _tokens_by_function(text: str, options: PreparationOptions, name: str) -> list[str]:
    longest = options.max_token_length or _MAX_LENGTH
    tokens = tokenize(text, cast("Tokenizer", options.tokenizer), name) if text else []
    return [token for token in tokens if options.min_token_length <= len(token) <= longest]


def reason_for_no_words(options: PreparationOptions, count: Callable[[PreparationOptions], int] | None) -> str:
    """Return why prepared texts have no words, for error messages.

    Parameters
    ----------
    options : PreparationOptions
        How they are prepared.
    count : callable or None
        Returns the number of tokens of the same texts for other options; None if they cannot be read again.

    Returns
    -------
    str
        The end of a sentence about the texts: the options that left out all tokens and their number, or all options.

    Examples
    --------
    >>> reason_for_no_words(PreparationOptions(min_token_length=9), lambda options: 12)
    ': min_token_length=9 left out all 12 tokens'
    """
    if options.is_default:
        return ""
    lengths = PreparationOptions(min_token_length=options.min_token_length, max_token_length=options.max_token_length)
    if count is not None and not lengths.is_default:
        tokens = count(replace(options, min_token_length=1, max_token_length=None))
        if tokens:
            return f": {lengths} left out all {tokens} tokens"
    return f", prepared with {options}"


def preprocess(
    text: str,
    *,
    tokenizer: TextTokenizer = "whitespace",
    lowercase: bool = False,
    normalize: Form | None = None,
    remove_arabic_marks: bool = False,
    min_token_length: int = 1,
    max_token_length: int | None = None,
    sentences_per: SentenceUnit = "line",
) -> list[str]:
    """Return the tokens of a text, as training with the same options would see them.

    Parameters
    ----------
    text : str
        The text.
    tokenizer : {"whitespace", "words"} or callable, default "whitespace"
        What separates tokens; this and the following options are those of `wordkin.Word2Vec`.
    lowercase : bool, default False
        Convert to lower case.
    normalize : {None, "NFC", "NFKC"}, default None
        Unicode form.
    remove_arabic_marks : bool, default False
        Remove Arabic vowel marks and the tatweel.
    min_token_length : int, default 1
        Leave out shorter tokens (in characters, >= 1).
    max_token_length : int or None, default None
        Leave out longer tokens.
    sentences_per : {"line", "paragraph", "sentence"}, default "line"
        What is a sentence, which a tokenizer that is a function receives.

    Returns
    -------
    list of str
        The tokens of all sentences.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.
    CorpusError
        If the text has unpaired surrogates.

    Examples
    --------
    >>> import wordkin
    >>> wordkin.preprocess("The Café's CLOSED.", tokenizer="words", lowercase=True, min_token_length=2)
    ['the', 'café', 'closed']
    """
    options = PreparationOptions(
        tokenizer=tokenizer,
        lowercase=lowercase,
        normalize=normalize,
        remove_arabic_marks=remove_arabic_marks,
        min_token_length=min_token_length,
        max_token_length=max_token_length,
        sentences_per=sentences_per,
    )
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, got {type(text).__name__}")
    return options.tokens(text)


def _utf8(text: str, name: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CorpusError(f"{name} must not have unpaired surrogates, got one at position {error.start}") from None


class PreparedTexts:
    """Texts as an iterable of token lists.

    Parameters
    ----------
    texts : iterable of str
        The texts.
    options : PreparationOptions
        How they are prepared.
    name : str
        Name of the argument in error messages.
    accepts_tokens : bool, default False
        Whether token lists are taken as they are; otherwise they are an error.
    """

    def __init__(
        self, texts: Iterable[object], options: PreparationOptions, name: str, *, accepts_tokens: bool = False
    ) -> None:
        self._texts = texts
        self._accepts_tokens = accepts_tokens
        self._options = options
        self._preparer = core_preparer(options)
        self._name = name

    def __iter__(self) -> Iterator[Any]:
        for position, text in enumerate(map(plain_value, self._texts)):
            if self._accepts_tokens and not isinstance(text, str):
                yield text
                continue
            if not isinstance(text, str):
                raise TypeError(
                    f"{self._name} must be texts (str) if options of preparation are given, got a "
                    f"{type(text).__name__} at index {position}: prepare token lists before, or leave the options out"
                )
            name = f"{self._name}[{position}]"
            yield from prepared_sentences(_utf8(text, name), self._options, self._preparer, name)
