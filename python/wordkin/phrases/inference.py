"""What finding phrases and keeping them have in common: joining them in sentences, corpora and files."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from .. import _core
from ..storage.atomic import OutputFile, replaced_file
from ..storage.lifecycle import LifecycleEvents
from ..storage.paths import AnyPath
from ..text.inputs import text_reader
from ..text.reader import TextBlock, TextReader, located_error
from ..text.token_lists import single_pass_error

__all__ = [
    "JoinedCorpus",
    "JoinedReport",
    "PhraseJoiner",
    "Progress",
    "native_rules",
    "require_tokens",
    "require_workers",
]

Progress: TypeAlias = Callable[[int], None]  # told how many words were read so far


@dataclass(frozen=True, kw_only=True)
class JoinedReport:
    """What `apply_file` did.

    Parameters
    ----------
    sentences : int
        Lines with a word in them.
    words : int
        Words read.
    phrases : int
        Occurrences of phrases, each written as one word.
    """

    sentences: int
    words: int
    phrases: int


class PhraseJoiner(LifecycleEvents, ABC):
    """Joins the phrases that it knows."""

    connector_words: frozenset[str]

    @abstractmethod
    def _matcher(self, *, for_corpus: bool) -> _core.phrases.Matcher:
        """What decides which words are phrases, as things are now."""

    @property
    @abstractmethod
    def delimiter(self) -> str:
        """What stands between the words of a phrase."""

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Iterable[str]
    ) -> tuple[str, float] | tuple[None, None]:
        """Score one phrase.

        Parameters
        ----------
        word_a, word_b : str
            Its first and its last word.
        in_between : iterable of str
            The connector words between them.

        Returns
        -------
        tuple
            The joined words and their score; ``(None, None)`` when they are no phrase.

        Examples
        --------
        >>> from wordkin import Phrases
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> phrases.score_candidate("new", "york", [])
        ('new_york', 0.75)
        """
        found = self._matcher(for_corpus=False).match([word_a, *in_between, word_b])
        return (None, None) if found is None else found

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[tuple[str, float | None]]:
        """Join the phrases of a sentence and tell their scores.

        Parameters
        ----------
        sentence : iterable of str
            Tokens.

        Yields
        ------
        tuple
            ``(joined words, score)`` of a phrase, ``(word, None)`` of any other word.

        Examples
        --------
        >>> from wordkin import Phrases
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> list(phrases.analyze_sentence(["new", "york", "city"]))
        [('new_york', 0.75), ('city', None)]
        """
        yield from self._matcher(for_corpus=False).analyze(sentence)

    def __getitem__(self, sentence: Any) -> list[str] | JoinedCorpus:
        """Join the phrases of a sentence, or of each sentence of a corpus when it is gone through.

        Parameters
        ----------
        sentence : iterable of str, or iterable of iterables of str, or pathlib.Path, or LineSentence
            A sentence is joined at once; of a corpus comes an iterable that can be gone through as often as the corpus.

        Raises
        ------
        TypeError
            If it is a str, or a token is no str.
        """
        if isinstance(sentence, str | bytes):
            raise TypeError(
                f"a sentence must be a list of str, got {sentence[:40]!r}, which is not split into tokens "
                "(a text file is given as pathlib.Path or LineSentence)"
            )
        if isinstance(sentence, JoinedCorpus) or text_reader(sentence) is not None:
            return JoinedCorpus(self, sentence)
        # A list of str is a sentence, anything else with items is a corpus: its first item has to be looked at.
        items = iter(sentence)
        first = list(itertools.islice(items, 1))
        if first and not isinstance(first[0], str):
            return JoinedCorpus(self, itertools.chain(first, items) if items is sentence else sentence)
        if items is sentence:
            sentence = itertools.chain(first, items)
        joined: list[str] = self._matcher(for_corpus=False).join(sentence)
        return joined

    def find_phrases(self, sentences: Any) -> dict[str, float]:
        """Return the phrases that occur in a corpus, with their scores.

        Parameters
        ----------
        sentences : iterable of iterables of str, or path, or LineSentence
            The corpus.

        Returns
        -------
        dict
            Joined words to score, in the order of first occurrence.

        Examples
        --------
        >>> from wordkin import Phrases
        >>> sentences = [["new", "york"], ["new", "york", "city"]]
        >>> Phrases(sentences, min_count=1, threshold=0.1).find_phrases(sentences)
        {'new_york': 1.25}
        """
        reader = text_reader(sentences)
        matcher = self._matcher(for_corpus=True)
        found: dict[str, float] = {}
        for sentence in sentences if reader is None else reader.sentences():
            matcher.find(sentence, found)
        return found

    def apply_file(
        self, corpus: Any, output: AnyPath, *, workers: int = 1, progress: Progress | None = None
    ) -> JoinedReport:
        """Write a text with its phrases joined, one line for each line.

        Parameters
        ----------
        corpus : path, file object or LineSentence
            The text; compressed files are recognised by their content.
        output : path
            The new text, in UTF-8 with line feeds; an existing file is replaced when all is written. Words are
            separated by one blank. It may be the corpus itself.
        workers : int
            Threads.
        progress : callable, optional
            Called with the number of words read so far.

        Returns
        -------
        JoinedReport
            How much was read and joined.

        Raises
        ------
        CorpusError
            If the text is no UTF-8.
        OSError
            If a file cannot be read or written; the old output is kept.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> from wordkin import Phrases
        >>> text = pathlib.Path(tempfile.mkdtemp(), "text")
        >>> _ = text.write_text("new york\\nnew york city\\n")
        >>> Phrases(text, min_count=1, threshold=0.1).apply_file(text, text.with_name("joined")).phrases
        2
        >>> text.with_name("joined").read_text()
        'new_york\\nnew_york city\\n'
        """
        require_workers(workers)
        if any(byte in " \t\n\v\f\r" for byte in self.delimiter):
            raise ValueError(f"delimiter {self.delimiter!r} has a blank in it: in a text its phrases would fall apart")
        reader = text_reader(corpus, name="corpus")
        if reader is None:
            raise TypeError(f"corpus must be a path, a file or a LineSentence, got {type(corpus).__name__}")
        with replaced_file(output) as file:
            return self._write_joined(reader, file, workers, progress)

    def _write_joined(
        self, reader: TextReader, file: OutputFile, workers: int, progress: Progress | None
    ) -> JoinedReport:
        joiner = _core.phrases.BlockJoiner(self._matcher(for_corpus=True), workers, native_rules(reader))
        waiting: deque[TextBlock] = deque()
        words = phrases = sentences = 0

        def write_finished() -> None:
            nonlocal words, phrases, sentences
            while waiting:
                try:
                    joined = joiner.take()
                except _core.text.TextError as error:
                    raise located_error(error, waiting[0]) from None
                if joined is None:
                    return
                waiting.popleft()
                file.write(joined[0])
                words += joined[1]
                phrases += joined[2]
                sentences += joined[3]
                if progress is not None:
                    progress(words)

        for block in reader.blocks():
            joiner.submit(block.data, block.continues_line)
            waiting.append(block)
            write_finished()
        joiner.wait()
        write_finished()
        return JoinedReport(sentences=sentences, words=words, phrases=phrases)


class JoinedCorpus:
    """A corpus in which phrases are joined while it is gone through.

    Parameters
    ----------
    obj : Phrases or FrozenPhrases
        What joins; asked anew each time.
    corpus : iterable of iterables of str, or path, or LineSentence
        What is joined.
    """

    def __init__(self, obj: PhraseJoiner, corpus: Any) -> None:
        self.obj = obj
        self.corpus = corpus
        self._is_exhausted = False

    def __iter__(self) -> Iterator[list[str]]:
        reader = None if isinstance(self.corpus, JoinedCorpus) else text_reader(self.corpus)
        matcher = self.obj._matcher(for_corpus=True)
        if reader is not None:
            return _joined_text(matcher, reader)
        sentences = iter(self.corpus)
        joined: Iterator[list[str]] = _core.phrases.JoinedSentences(matcher, sentences)
        return self._single_pass(joined) if sentences is self.corpus else joined

    def _single_pass(self, joined: Iterator[list[str]]) -> Iterator[list[str]]:
        # A second pass over a generator would be an empty corpus, and a model would learn nothing from it in silence.
        if self._is_exhausted:
            raise single_pass_error("the corpus whose phrases are joined")
        yield from joined
        self._is_exhausted = True

    def __len__(self) -> int:
        return len(self.corpus)

    def __getitem__(self, docno: Any) -> Any:
        if not hasattr(self.corpus, "__getitem__"):
            raise RuntimeError(f"Type {type(self.corpus).__name__} does not support slicing.")
        return self.obj[self.corpus[docno]]


def _joined_text(matcher: _core.phrases.Matcher, reader: TextReader) -> Iterator[list[str]]:
    joined = _core.phrases.JoinedBlocks(matcher, native_rules(reader))
    for block in reader.blocks():
        try:
            joined.start(block.data)
            while sentences := joined.next():
                yield from sentences
        except _core.text.TextError as error:
            raise located_error(error, block) from None


def native_rules(reader: TextReader) -> _core.text.SentenceRules:
    """The rules of a reader as C++ takes them."""
    return _core.text.SentenceRules(reader.rules.max_sentence_length, reader.rules.line_is_sentence)


def require_workers(workers: int) -> None:
    """Refuse what is no number of threads."""
    if isinstance(workers, bool) or not hasattr(workers, "__index__"):
        raise TypeError(f"workers must be an integer, got {type(workers).__name__}")
    if not 1 <= workers <= 1024:
        raise ValueError(f"workers must be from 1 to 1024, got {workers}")


def require_tokens(name: str, words: Iterable[Any]) -> frozenset[str]:
    """The words as a set, when all of them are text."""
    words = frozenset(words)
    for word in words:
        if not isinstance(word, str):
            raise TypeError(f"{name} must be str, got {type(word).__name__}")
        word.encode("utf-8")  # refuses halves of surrogate pairs
    return words
