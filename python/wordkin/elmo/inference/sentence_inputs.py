"""Conversion of what callers pass as sentences (a text, texts, or token lists) to token lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...runtime.columns import as_list
from ...text.token_lists import checked_tokens
from ...text.tokenization import Tokenizer, split_words, tokenize, warn_of_single_tokens, warn_of_unsplit_texts

__all__ = ["SentenceInput", "SentenceInputs", "parse_sentence", "parse_sentences"]

SentenceInput = str | Iterable[str]  # a text, or the tokens of a sentence

_EXAMPLES = "pass [['first', 'sentence'], ['second', 'one']], or texts such as ['first sentence', 'second one']"


@dataclass(frozen=True, kw_only=True)
class SentenceInputs:
    """Sentences as token lists, and whether the caller passed a single text instead of a list.

    Parameters
    ----------
    sentences : list of lists of str
        Tokens of each sentence.
    is_single : bool
        Whether the input was one text; results are then returned for it alone, not in a list.
    """

    sentences: list[list[str]]
    is_single: bool

    @classmethod
    def parse(cls, inputs: str | Iterable[SentenceInput], tokenizer: Tokenizer | None) -> SentenceInputs:
        """Convert the input of `ELMo.encode` or `ELMo.score`.

        Parameters
        ----------
        inputs : str, or iterable of str or of iterables of str
            A text, or a list of texts or token lists.
        tokenizer : callable or None
            Splits a text into tokens; `split_words` if None.

        Returns
        -------
        SentenceInputs
            The sentences.

        Raises
        ------
        TypeError
            See `parse_sentences`.
        """
        is_single = isinstance(inputs, str)
        return cls(sentences=parse_sentences([inputs] if is_single else inputs, tokenizer), is_single=is_single)

    @property
    def tokens(self) -> int:
        """Total number of tokens."""
        return sum(map(len, self.sentences))


def parse_sentences(inputs: object, tokenizer: Tokenizer | None = None, *, first: int = 0) -> list[list[str]]:
    """Convert a list of texts or token lists to token lists.

    Parameters
    ----------
    inputs : iterable of str or of iterables of str
        Texts, token lists, or a mixture of both.
    tokenizer : callable, optional
        Splits a text into tokens; `split_words` by default.
    first : int, default 0
        Index of the first sentence in error messages.

    Returns
    -------
    list of lists of str
        Tokens of each sentence.

    Raises
    ------
    TypeError
        If an input is neither a text nor an iterable of str.

    Notes
    -----
    Without a tokenizer, a warning is logged if most texts are a single token: they may be the words of one sentence.
    Another one is logged if most token lists hold a whole text as their only token.

    Examples
    --------
    >>> parse_sentences(["A text.", ["tokens", "of", "another"]])
    [['A', 'text', '.'], ['tokens', 'of', 'another']]
    """
    given = as_list(inputs, "inputs", f"a text or a list of sentences ({_EXAMPLES})")
    sentences = [parse_sentence(sentence, tokenizer, first + index) for index, sentence in enumerate(given)]
    if tokenizer is None and first == 0 and all(isinstance(sentence, str) for sentence in given):
        warn_of_single_tokens(sentences, "inputs")
    if first == 0:
        lists = [tokens for tokens, sentence in zip(sentences, given, strict=True) if not isinstance(sentence, str)]
        warn_of_unsplit_texts(lists, "inputs")
    return sentences


def parse_sentence(sentence: object, tokenizer: Tokenizer | None, index: int | None = None) -> list[str]:
    """Convert one text or token list to a token list.

    Parameters
    ----------
    sentence : str or iterable of str
        A text, or the tokens of a sentence.
    tokenizer : callable or None
        Splits a text into tokens; `split_words` if None.
    index : int, optional
        Index of the sentence in error messages.

    Returns
    -------
    list of str
        The tokens.

    Raises
    ------
    TypeError
        If the sentence is neither a text nor an iterable of str.
    """
    name = "the sentence" if index is None else f"sentence {index}"
    if isinstance(sentence, str):
        return tokenize(sentence, split_words if tokenizer is None else tokenizer, name)
    return checked_tokens(sentence, name, f"a text or a list of tokens ({_EXAMPLES})")
