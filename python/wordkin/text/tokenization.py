"""Tokenizers: functions that split a text into tokens, and their selection by name."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import lru_cache

from .token_lists import checked_tokens

__all__ = [
    "TOKENIZERS",
    "Tokenizer",
    "character_kind",
    "is_variation_selector",
    "resolve_tokenizer",
    "split_words",
    "tokenize",
    "warn_of_single_tokens",
    "warn_of_unsplit_texts",
]

Tokenizer = Callable[[str], Iterable[str]]

_log = logging.getLogger(__name__)

_WORD_OR_SYMBOL = re.compile(r"\w+|[^\w\s]")

# Letters of scripts that are written without spaces between words: Thai, Lao, Myanmar, Khmer, Hiragana, Katakana, Han.
_UNSPACED_LETTER = re.compile(
    "[\u0e01-\u0e4f\u0e81-\u0ecf\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f"
    "\u1780-\u17df\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001aff0-\U0001b16f\U00020000-\U0003fffd]"
)
_SPACING_VOWELS = "\u0e33\u0eb3\uff9e\uff9f"  # belong to the letter before, although Unicode calls them letters
_STACKING_SIGNS = "\u1039\u17d2"  # the letter after them is written below the one before (Myanmar, Khmer)
_JOINERS = "\u200c\u200d"
_ZERO_WIDTH_JOINER = "\u200d"
_ZERO_WIDTH_SPACE = "\u200b"
_VARIATION_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_VIRAMA = 9  # combining class of the signs after which a joiner changes the shape of a letter


class CharacterKind(Enum):
    """Kinds of characters for splitting text into words; the values are those of the C++ core."""

    WORD = 0
    PREFIX = 1  # belongs to the word after it
    UNSPACED = 2
    SYMBOL = 3
    REGIONAL = 4  # one half of a flag
    MARK = 5  # belongs to the character before
    MODIFIER = 6  # the skin tone of the symbol before
    INVISIBLE = 7  # joiners, byte-order and direction marks, soft hyphens
    SPACE = 8


# The kind of a token that begins with a character of another kind.
_TOKEN_KINDS = {
    CharacterKind.MARK: CharacterKind.WORD,
    CharacterKind.PREFIX: CharacterKind.WORD,
    CharacterKind.MODIFIER: CharacterKind.SYMBOL,
}


@lru_cache(maxsize=1 << 14)
def character_kind(character: str) -> CharacterKind:
    """Return the kind of a character.

    Parameters
    ----------
    character : str
        The character.

    Returns
    -------
    CharacterKind
        Its kind.
    """
    category = unicodedata.category(character)
    if character == _ZERO_WIDTH_SPACE or character.isspace():
        return CharacterKind.SPACE
    if category[0] == "M" or character in _SPACING_VOWELS or "\U000e0020" <= character <= "\U000e007f":
        return CharacterKind.MARK
    if "\U0001f3fb" <= character <= "\U0001f3ff":
        return CharacterKind.MODIFIER
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return CharacterKind.REGIONAL
    if category == "Cf":
        # The number signs of Arabic and Syriac are format characters that are visible.
        is_visible = unicodedata.bidirectional(character) == "AN" or character == "\u070f"
        return CharacterKind.PREFIX if is_visible else CharacterKind.INVISIBLE
    if character.isalnum() or character == "_":
        is_unspaced = _UNSPACED_LETTER.match(character) and not character.isdecimal()
        return CharacterKind.UNSPACED if is_unspaced else CharacterKind.WORD
    return CharacterKind.SYMBOL


def is_variation_selector(character: str) -> bool:
    """Return whether a character selects the form of the one before.

    Parameters
    ----------
    character : str
        The character.

    Returns
    -------
    bool
        Whether it does.
    """
    return _VARIATION_SELECTOR.match(character) is not None


def split_words(text: str) -> list[str]:
    """Split a text into words and punctuation marks.

    A word is a run of letters, digits and underscores; every other character except whitespace is a token by itself.
    Letters of scripts that are written without spaces (Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar) are tokens
    by themselves, too. Combining marks, variation selectors and skin tones belong to the character before, and emoji
    that are joined form one token. Byte-order marks, direction marks and other invisible characters are dropped at the
    edges of tokens, and a zero-width space separates words.

    The published language models were trained with finer rules (the Penn Treebank's), and vectors of Chinese, Japanese
    or Thai words need a word segmenter; for those, pass tokens or a tokenizer.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    list of str
        The tokens.

    Examples
    --------
    >>> split_words("It's 5 o'clock, isn't it?")
    ['It', "'", 's', '5', 'o', "'", 'clock', ',', 'isn', "'", 't', 'it', '?']
    >>> split_words("iPhone手机")
    ['iPhone', '手', '机']
    """
    if text.isascii():
        return _WORD_OR_SYMBOL.findall(text)
    special = {
        character
        for character in set(text)
        if character_kind(character) not in (CharacterKind.WORD, CharacterKind.SYMBOL)
    }
    if all(map(str.isspace, special)):
        return _WORD_OR_SYMBOL.findall(text)
    tokens: list[str] = []
    for chunk in text.split():
        tokens += _WORD_OR_SYMBOL.findall(chunk) if special.isdisjoint(chunk) else _split_chunk(chunk)
    return tokens


def _split_chunk(chunk: str) -> list[str]:
    tokens: list[str] = []
    start = 0  # of the current token
    before: CharacterKind | None = None  # kind of the current token; None if nothing can be added to it
    for position, character in enumerate(chunk):
        kind = character_kind(character)
        if before is not None and _continues(before, kind, chunk[position - 1]):
            if kind is CharacterKind.REGIONAL:
                before = CharacterKind.SYMBOL
            continue
        tokens.append(chunk[start:position])
        if kind in (CharacterKind.SPACE, CharacterKind.INVISIBLE) or is_variation_selector(character):
            start, before = position + 1, None
        else:
            start = position
            before = _TOKEN_KINDS.get(kind, kind)
    tokens.append(chunk[start:])
    return [token for token in map(_without_invisible_end, tokens) if token]


def _continues(token: CharacterKind, kind: CharacterKind, character_before: str) -> bool:
    """Whether a character of a kind belongs to a token of a kind."""
    if kind in (CharacterKind.MARK, CharacterKind.INVISIBLE):
        return True
    if kind is CharacterKind.MODIFIER or (kind is CharacterKind.SYMBOL and character_before == _ZERO_WIDTH_JOINER):
        return token is CharacterKind.SYMBOL
    if kind is CharacterKind.UNSPACED:
        return token is CharacterKind.UNSPACED and character_before in _STACKING_SIGNS
    if kind is CharacterKind.REGIONAL:
        return token is CharacterKind.REGIONAL
    return token is CharacterKind.WORD and kind in (CharacterKind.WORD, CharacterKind.PREFIX)


def _without_invisible_end(token: str) -> str:
    end = len(token)
    while end and character_kind(token[end - 1]) is CharacterKind.INVISIBLE:
        if end > 1 and token[end - 1] in _JOINERS and unicodedata.combining(token[end - 2]) == _VIRAMA:
            break
        end -= 1
    return token[:end]


def warn_of_single_tokens(tokens: Sequence[Sequence[str]], name: str) -> None:
    """Log a warning if most of several texts are a single token.

    Parameters
    ----------
    tokens : sequence of list of str
        The tokens of each text.
    name : str
        Name of the argument in the message.

    Examples
    --------
    >>> warn_of_single_tokens([["good", "film"], ["bad"]], "X")
    """
    single = [own[0] for own in tokens if len(own) == 1]
    if len(tokens) > 1 and 2 * len(single) > len(tokens):
        _log.warning(
            "%s: %d of %d texts are a single token, such as %r; the words of one text belong in a token list, and "
            "scripts without spaces between words may need another tokenizer",
            name,
            len(single),
            len(tokens),
            single[0][:40],
        )


def warn_of_unsplit_texts(tokens: Sequence[Sequence[str]], name: str) -> None:
    """Log a warning if most of several token lists hold a whole text as their only token.

    Parameters
    ----------
    tokens : sequence of list of str
        The tokens of each text, as they were given.
    name : str
        Name of the argument in the message.

    Examples
    --------
    >>> warn_of_unsplit_texts([["good", "film"], ["bad"]], "X")
    """
    unsplit = [own[0] for own in tokens if len(own) == 1 and len(own[0].split()) > 1]
    if len(tokens) > 1 and 2 * len(unsplit) > len(tokens):
        _log.warning(
            "%s: %d of %d token lists hold a text that is not split, such as [%r]; pass texts as str to split them",
            name,
            len(unsplit),
            len(tokens),
            unsplit[0][:40],
        )


def tokenize(text: str, tokenizer: Tokenizer, name: str) -> list[str]:
    """Split a text by a function of the caller, and check what it returns.

    Parameters
    ----------
    text : str
        The text.
    tokenizer : callable
        Function from a text to its tokens.
    name : str
        Name of the text in error messages.

    Returns
    -------
    list of str
        The tokens.

    Raises
    ------
    TypeError
        If the function returns anything other than an iterable of str.

    Examples
    --------
    >>> tokenize("It's late", str.split, "X[0]")
    ["It's", 'late']
    """
    return checked_tokens(tokenizer(text), f"the tokenizer's result for {name}", "a list of str")


TOKENIZERS: dict[str, Tokenizer] = {"words": split_words, "whitespace": str.split}


def resolve_tokenizer(tokenizer: object) -> Tokenizer:
    """Return the function that splits texts into tokens.

    Parameters
    ----------
    tokenizer : {"words", "whitespace"} or callable
        "words" for `split_words`, "whitespace" for ``str.split``, or a function from a text to its tokens.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    TypeError, ValueError
        If `tokenizer` is neither a known name nor callable.

    Examples
    --------
    >>> list(resolve_tokenizer("whitespace")("It's late"))
    ["It's", 'late']
    """
    if isinstance(tokenizer, str):
        if tokenizer not in TOKENIZERS:
            raise ValueError(f"tokenizer must be one of {', '.join(TOKENIZERS)}, or a callable, got {tokenizer!r}")
        return TOKENIZERS[tokenizer]
    if not callable(tokenizer):
        raise TypeError(f"tokenizer must be a str or a callable, got {type(tokenizer).__name__}")
    return tokenizer
