"""`Phrases` and `FrozenPhrases`: the public classes, which parse arguments and delegate."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from heapq import nlargest
from typing import Any, BinaryIO, Literal, TypeVar, cast, overload

from ..runtime.attributes import StateAttribute
from ..runtime.compute import requested_workers
from ..runtime.notebooks import completed_names, html_table
from ..storage.decoding import DecodingErrors, OnError, TextOptions
from ..storage.lifecycle import record_event
from ..storage.paths import AnyPath
from ..text import CorpusInput, FolderOptions, PreparationOptions, TextInput, TextTokenizer
from ..text.preparation import checked_preparation
from .files import frozen_file, phrases_file, read_gensim_frozen, read_gensim_phrases
from .inference import (
    JoinedCorpus,
    JoinedReport,
    all_phrases,
    joined_file,
    joined_sentence,
    matcher_of,
    phrases_in,
)
from .options import PhraseOptions, Progress, checked_words
from .scoring import Scorer, native_name
from .state import FrozenState, PhraseCounts, PhraseScores, PhrasesState, new_state
from .training import count_phrases

__all__ = ["FrozenPhrases", "Phraser", "Phrases"]

logger = logging.getLogger(__name__)

_SHOWN_PHRASES = 10  # in notebooks

AnyPhrases = TypeVar("AnyPhrases", bound="Phrases")
AnyFrozen = TypeVar("AnyFrozen", bound="FrozenPhrases")


class Phrases:
    """Phrase detector: counts words and pairs of words, scores them, and joins the phrases in text.

    Parameters
    ----------
    sentences : iterable of lists of str, or path, optional
        Corpus to count: sentences as lists of tokens, or a path or a `LineSentence` of a text file.
    min_count : float, default 5
        Words and phrases that occur less often are not found (> 0); also the discount of the default score.
    threshold : float, default 10.0
        Candidates with a higher score are phrases; > 0 for "default" scoring, from -1 to 1 for "npmi".
    max_vocab_size : float, default 40000000
        Maximum number of distinct words and phrases. When it is exceeded after a sentence, those that occur less than
        `min_reduce` times are dropped, and `min_reduce` increases by 1.
    delimiter : str, default "_"
        String between the words of a phrase.
    progress_per : float, default 10000
        Number of sentences between two log messages.
    scoring : {"default", "npmi"} or callable, default "default"
        `original_scorer`, `npmi_scorer`, or a function of the same six arguments, passed by name, that depends on
        nothing else: scores are reused for equal counts.
    connector_words : iterable of str, default frozenset()
        Words allowed inside a phrase, but not at its start or end, such as `ENGLISH_CONNECTOR_WORDS`.
    workers : int, default 1
        Number of threads for reading text files (1 to 4096); the result does not depend on it.
    progress : callable or None, default None
        Called with the number of words read so far.
    encoding : str, default "utf-8"
        Encoding of text files. UTF-16 and UTF-32 with a byte-order mark are recognised.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes in text files that cannot be decoded: raise an error, replace them by U+FFFD, or drop
        them.
    on_error : {"raise", "skip"}, default "raise"
        Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.
    tokenizer : {"whitespace", "words"} or callable, default "whitespace"
        What separates tokens of texts; this and the following options are those of `Word2Vec`. They apply to text files
        and texts (str), also of later calls, and are saved with the model.
    lowercase : bool, default False
        Convert texts to lower case.
    normalize : {None, "NFC", "NFKC"}, default None
        Unicode form of texts.
    remove_arabic_marks : bool, default False
        Remove Arabic vowel marks and the tatweel.
    min_token_length : int, default 1
        Leave out shorter tokens of texts (in characters, >= 1).
    max_token_length : int or None, default None
        Leave out longer tokens of texts.
    sentences_per : {"line", "paragraph", "sentence"}, default "line"
        What is a sentence of a text.
    recursive : bool, default False
        Whether a folder stands for the files in its subfolders, too.
    glob : str or iterable of str, default ()
        Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
        without patterns, all but hidden files.

    Attributes
    ----------
    vocab : Mapping
        Counts of words and joined phrases.
    corpus_word_count : int
        Number of words counted, including connector words.
    min_reduce : int
        Counts below this are dropped when `max_vocab_size` is exceeded next time.

    Raises
    ------
    ValueError
        If an argument is out of range.
    TypeError
        If a sentence is not split into tokens, or a token is not a str.

    References
    ----------
    Mikolov et al., "Distributed representations of words and phrases and their compositionality", 2013,
    arXiv:1310.4546, section 4.

    Examples
    --------
    >>> from wordkin.phrases import ENGLISH_CONNECTOR_WORDS
    >>> sentences = [["bank", "of", "america"], ["the", "bank", "of", "america", "building"]]
    >>> phrases = Phrases(sentences, min_count=1, threshold=1, connector_words=ENGLISH_CONNECTOR_WORDS)
    >>> phrases[["near", "the", "bank", "of", "america"]]
    ['near', 'the', 'bank_of_america']
    """

    min_count = StateAttribute[float]("min_count")
    threshold = StateAttribute[float]("threshold")
    max_vocab_size = StateAttribute[float]("max_vocab_size")
    progress_per = StateAttribute[float]("progress_per")
    scoring = StateAttribute[Scorer]("scoring")
    connector_words = StateAttribute[frozenset[str]]("connector_words")
    preparation = StateAttribute[PreparationOptions]("preparation", write=checked_preparation)
    min_reduce = StateAttribute[int]("min_reduce")
    corpus_word_count = StateAttribute[int]("corpus_word_count")

    _state: PhrasesState

    def __init__(
        self,
        sentences: CorpusInput | None = None,
        min_count: float = 5,
        threshold: float = 10.0,
        max_vocab_size: float = 40_000_000,
        delimiter: str = "_",
        progress_per: float = 10_000,
        scoring: str | Scorer = "default",
        connector_words: Iterable[str] = frozenset(),
        *,
        workers: int = 1,
        progress: Progress | None = None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
        tokenizer: TextTokenizer = "whitespace",
        lowercase: bool = False,
        normalize: Literal["NFC", "NFKC"] | None = None,
        remove_arabic_marks: bool = False,
        min_token_length: int = 1,
        max_token_length: int | None = None,
        sentences_per: Literal["line", "paragraph", "sentence"] = "line",
        recursive: bool = False,
        glob: str | Iterable[str] = (),
    ) -> None:
        options = PhraseOptions(
            min_count=min_count,
            threshold=threshold,
            max_vocab_size=max_vocab_size,
            delimiter=delimiter,
            progress_per=progress_per,
            scoring=scoring,
            connector_words=checked_words("connector_words", connector_words),
        )
        preparation = PreparationOptions(
            tokenizer=tokenizer,
            lowercase=lowercase,
            normalize=normalize,
            remove_arabic_marks=remove_arabic_marks,
            min_token_length=min_token_length,
            max_token_length=max_token_length,
            sentences_per=sentences_per,
        )
        self._state = new_state(options, preparation)
        if sentences is not None:
            self.add_vocab(
                sentences,
                workers=workers,
                progress=progress,
                encoding=encoding,
                errors=errors,
                on_error=on_error,
                recursive=recursive,
                glob=glob,
            )

    @classmethod
    def _from_state(cls: type[AnyPhrases], state: PhrasesState) -> AnyPhrases:
        model = cls()  # not __new__: derived classes may set further attributes
        model._state = state
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        scoring = self.scoring if native_name(self.scoring) is None else None
        attributes = {name: value for name, value in vars(self).items() if name != "_state"}
        return _phrases_of_bytes, (type(self), phrases_file().to_bytes(self._state), scoring), attributes or None

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.vocab)} vocab, min_count={self.min_count}, "
            f"threshold={self.threshold}, max_vocab_size={self.max_vocab_size}>"
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [
            ("words and phrases", len(self.vocab)),
            ("words in the corpus", self.corpus_word_count),
            ("min_count", self.min_count),
            ("threshold", self.threshold),
            ("scoring", getattr(self.scoring, "__name__", self.scoring)),
        ]
        return html_table(type(self).__name__, [], rows)

    def __dir__(self) -> list[str]:
        return completed_names(self)

    @property
    def lifecycle_events(self) -> list[dict[str, Any]] | None:
        """Events added by `add_lifecycle_event`, oldest first; None disables recording."""
        return self._state.lifecycle_events

    @lifecycle_events.setter
    def lifecycle_events(self, events: list[dict[str, Any]] | None) -> None:
        self._state.lifecycle_events = events

    @property
    def delimiter(self) -> str:
        """String between the words of a phrase; read-only, since the counts depend on it."""
        return self._state.delimiter

    @property
    def vocab(self) -> PhraseCounts:
        """Read-only mapping from words and joined phrases to their counts."""
        return PhraseCounts(self._state)

    def add_vocab(
        self,
        sentences: CorpusInput,
        *,
        workers: int = 1,
        progress: Progress | None = None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
        recursive: bool = False,
        glob: str | Iterable[str] = (),
    ) -> None:
        """Count a further corpus.

        Parameters
        ----------
        sentences : iterable of lists of str, or path, or LineSentence
            The corpus. If reading it fails, the model is unchanged.
        workers : int, default 1
            Number of threads for reading text files (1 to 4096); the result does not depend on it.
        progress : callable or None, default None
            Called with the number of words read so far.
        encoding : str, default "utf-8"
            Encoding of text files. UTF-16 and UTF-32 with a byte-order mark are recognised.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes in text files that cannot be decoded: raise an error, replace them by U+FFFD, or drop
            them.
        on_error : {"raise", "skip"}, default "raise"
            Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.
        recursive : bool, default False
            Whether a folder stands for the files in its subfolders, too.
        glob : str or iterable of str, default ()
            Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
            without patterns, all but hidden files.

        Examples
        --------
        >>> phrases = Phrases([["new", "york"]])
        >>> phrases.add_vocab([["new", "york"]])
        >>> phrases.vocab["new_york"]
        2
        """
        count_phrases(
            self._state,
            sentences,
            workers=requested_workers(workers),
            progress=progress,
            options=TextOptions(encoding=encoding, errors=errors, on_error=on_error),
            folders=FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob)),
        )
        logger.info("merged %s", self)

    def freeze(self) -> FrozenPhrases:
        """Return the phrases with their scores, without the counts.

        Returns
        -------
        FrozenPhrases
            A small and fast model that joins the same phrases.

        Examples
        --------
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> phrases.freeze()[["new", "york", "city"]]
        ['new_york', 'city']
        """
        return FrozenPhrases(self)

    def export_phrases(self) -> dict[str, float]:
        """Return all phrases with their scores.

        Returns
        -------
        dict of str to float
            Joined phrases with their scores.

        Notes
        -----
        Phrases of different words may be equal when they are joined, if words contain the delimiter themselves (phrases
        of phrases). The highest of their scores is returned then.

        Examples
        --------
        >>> Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1).export_phrases()
        {'new_york': 0.75}
        """
        return all_phrases(self._state).as_dict()

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Iterable[str]
    ) -> tuple[str, float] | tuple[None, None]:
        """Score a candidate phrase.

        Parameters
        ----------
        word_a, word_b : str
            First and last word.
        in_between : iterable of str
            Connector words between them.

        Returns
        -------
        tuple
            The joined phrase and its score; ``(None, None)`` if it is not a phrase.

        Examples
        --------
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> phrases.score_candidate("new", "york", [])
        ('new_york', 0.75)
        """
        found = matcher_of(self._state, for_corpus=False).match([word_a, *in_between, word_b])
        return (None, None) if found is None else found

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[tuple[str, float | None]]:
        """Join the phrases of a sentence and report their scores.

        Parameters
        ----------
        sentence : iterable of str
            Tokens.

        Yields
        ------
        tuple
            ``(joined phrase, score)`` or ``(word, None)``.

        Examples
        --------
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> list(phrases.analyze_sentence(["new", "york", "city"]))
        [('new_york', 0.75), ('city', None)]
        """
        yield from matcher_of(self._state, for_corpus=False).analyze(sentence)

    @overload
    def __getitem__(self, sentence: list[str] | tuple[str, ...] | Iterator[str]) -> list[str]: ...
    @overload
    def __getitem__(
        self, sentence: os.PathLike[str] | Iterable[list[str]] | Iterable[tuple[str, ...]]
    ) -> JoinedCorpus: ...
    def __getitem__(self, sentence: Any) -> list[str] | JoinedCorpus:
        """Join the phrases of a sentence, or of each sentence of a corpus when it is iterated.

        Parameters
        ----------
        sentence : iterable of str, or iterable of lists of str, or pathlib.Path, or LineSentence
            A sentence or a corpus.

        Returns
        -------
        list of str or JoinedCorpus
            The joined sentence; or a corpus that can be iterated as often as the given one.

        Raises
        ------
        TypeError
            If `sentence` is a str, or a token is not a str.
        """
        return joined_sentence(self, sentence)

    def find_phrases(
        self,
        sentences: CorpusInput,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
        recursive: bool = False,
        glob: str | Iterable[str] = (),
    ) -> dict[str, float]:
        """Return the phrases that occur in a corpus with their scores.

        Parameters
        ----------
        sentences : iterable of lists of str, or path, or LineSentence
            The corpus.
        encoding : str, default "utf-8"
            Encoding of text files. UTF-16 and UTF-32 with a byte-order mark are recognised.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes in text files that cannot be decoded: raise an error, replace them by U+FFFD, or drop
            them.
        on_error : {"raise", "skip"}, default "raise"
            Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.
        recursive : bool, default False
            Whether a folder stands for the files in its subfolders, too.
        glob : str or iterable of str, default ()
            Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
            without patterns, all but hidden files.

        Returns
        -------
        dict of str to float
            Joined phrases with their scores, in the order of first occurrence.

        Examples
        --------
        >>> sentences = [["new", "york"], ["new", "york", "city"]]
        >>> phrases = Phrases(sentences, min_count=1, threshold=0.1)
        >>> phrases.find_phrases(sentences)
        {'new_york': 1.25}
        """
        return phrases_in(
            self._state,
            sentences,
            TextOptions(encoding=encoding, errors=errors, on_error=on_error),
            FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob)),
        )

    def apply_file(
        self,
        corpus: TextInput,
        output: AnyPath,
        *,
        workers: int = 1,
        progress: Progress | None = None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
        recursive: bool = False,
        glob: str | Iterable[str] = (),
    ) -> JoinedReport:
        """Join the phrases in a text file and write the result, line by line.

        Parameters
        ----------
        corpus : path, file object or LineSentence
            The text; compressed files are recognised by their content.
        output : path
            The new text in UTF-8, with words separated by single spaces and lines by line feeds. An existing file is
            replaced when the new one is complete; it must not be the corpus.
        workers : int, default 1
            Number of threads (1 to 4096).
        progress : callable or None, default None
            Called with the number of words read so far.
        encoding : str, default "utf-8"
            Encoding of text files. UTF-16 and UTF-32 with a byte-order mark are recognised.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes in text files that cannot be decoded: raise an error, replace them by U+FFFD, or drop
            them.
        on_error : {"raise", "skip"}, default "raise"
            Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.
        recursive : bool, default False
            Whether a folder stands for the files in its subfolders, too.
        glob : str or iterable of str, default ()
            Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
            without patterns, all but hidden files.

        Returns
        -------
        JoinedReport
            Numbers of sentences, words and phrases.

        Raises
        ------
        CorpusError
            If the text cannot be decoded.
        OSError
            If a file cannot be read or written.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> text = pathlib.Path(tempfile.mkdtemp(), "text")
        >>> _ = text.write_text("new york\\nnew york city\\n", encoding="utf-8")
        >>> phrases = Phrases(text, min_count=1, threshold=0.1)
        >>> phrases.apply_file(text, text.with_name("joined")).phrases
        2
        >>> text.with_name("joined").read_text(encoding="utf-8")
        'new_york\\nnew_york city\\n'
        """
        return joined_file(
            self._state,
            corpus,
            output,
            workers=requested_workers(workers),
            progress=progress,
            options=TextOptions(encoding=encoding, errors=errors, on_error=on_error),
            folders=FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob)),
        )

    def add_lifecycle_event(self, event_name: str, log_level: int = logging.INFO, **event: object) -> None:
        """Add an event to `lifecycle_events`, with the time and the versions; it is saved with the model.

        Parameters
        ----------
        event_name : str
            Name of the event, stored as ``event["event"]``.
        log_level : int, default logging.INFO
            Level of the log message; 0 for none.
        **event : object
            Further values to store; they must be serialisable as JSON.

        Raises
        ------
        TypeError
            If a value is not serialisable as JSON.
        """
        record_event(self, event_name, log_level, event)

    def save(self, fname: AnyPath | BinaryIO, *args: object, **kwargs: object) -> None:
        """Save the model to one file, without pickle; equal models give equal files.

        Parameters
        ----------
        fname : path or binary file
            Where to write. An existing file is replaced when the new one is complete.
        *args, **kwargs : object
            Ignored; gensim's options for separate files and pickle.

        Raises
        ------
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> path = tempfile.mkdtemp() + "/phrases.safetensors"
        >>> phrases.save(path)
        >>> Phrases.load(path)[["new", "york"]]
        ['new_york']
        """
        phrases_file().save(self._state, fname)

    @classmethod
    def load(
        cls: type[AnyPhrases],
        fname: AnyPath,
        mmap: str | bool | None = None,
        *,
        scoring: str | Scorer | None = None,
        import_scoring: bool = False,
    ) -> AnyPhrases:
        """Load a model that `save` wrote.

        Parameters
        ----------
        fname : path
            The file.
        mmap : str, bool or None, default None
            Accepted for compatibility with gensim; ignored.
        scoring : callable or None, default None
            The scoring function, if the model was saved with a function of the user: files only store its name.
        import_scoring : bool, default False
            Whether to import a function of the user by the name in the file instead. Importing a module executes it, so
            use this for files that you trust.

        Returns
        -------
        Phrases
            The model.

        Raises
        ------
        FormatError
            If the file holds something else, or if `scoring` is missing and the function may not or cannot be imported.
        """
        return cls._from_state(phrases_file(scoring, import_scoring=import_scoring).load(fname))

    @classmethod
    def from_gensim(cls: type[AnyPhrases], path: AnyPath, *, scoring: str | Scorer | None = None) -> AnyPhrases:
        """Load phrases with their counts that gensim saved, without executing any pickled code.

        Parameters
        ----------
        path : path
            File of ``save`` of a Phrases object of gensim 0.13 to 4.
        scoring : {"default", "npmi"}, callable or None, default None
            Replaces the scoring of the file; needed if that is a function of the user.

        Returns
        -------
        Phrases
            The model; counting can continue.

        Raises
        ------
        FormatError
            If the file holds something else.

        Notes
        -----
        gensim counts joined texts. If words contain the delimiter (phrases of phrases), different words may join to one
        text; all of them are found, as in gensim.
        """
        return cls._from_state(read_gensim_phrases(path, scoring))


class FrozenPhrases:
    """Joins the phrases that a `Phrases` model has found; small and fast, without counts.

    Parameters
    ----------
    phrases_model : Phrases
        The model with the phrases.

    Attributes
    ----------
    phrasegrams : dict of str to float
        Joined phrases with their scores; may be modified. Phrases with a score above `threshold` are joined.

    Examples
    --------
    >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
    >>> frozen = FrozenPhrases(phrases)
    >>> frozen.phrasegrams
    {'new_york': 0.75}
    >>> frozen[["new", "york", "city"]]
    ['new_york', 'city']
    """

    min_count = StateAttribute[float]("min_count")
    threshold = StateAttribute[float]("threshold")
    scoring = StateAttribute[Scorer]("scoring")
    connector_words = StateAttribute[frozenset[str]]("connector_words")
    preparation = StateAttribute[PreparationOptions]("preparation", write=checked_preparation)

    _state: FrozenState

    def __init__(self, phrases_model: Phrases) -> None:
        phrases = all_phrases(phrases_model._state)
        self._state = FrozenState(
            phrases=phrases,
            phrasegrams=PhraseScores(phrases.as_dict()),
            delimiter=phrases_model.delimiter,
            min_count=phrases_model.min_count,
            threshold=phrases_model.threshold,
            scoring=phrases_model.scoring,
            connector_words=phrases_model.connector_words,
            preparation=phrases_model.preparation,
        )
        logger.info("exported %s from %s", self, phrases_model)

    @classmethod
    def _from_state(cls: type[AnyFrozen], state: FrozenState) -> AnyFrozen:
        model = cls.__new__(cls)  # the constructor needs a Phrases model
        model._state = state
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        scoring = self.scoring if native_name(self.scoring) is None else None
        attributes = {name: value for name, value in vars(self).items() if name != "_state"}
        return _frozen_of_bytes, (type(self), frozen_file().to_bytes(self._state), scoring), attributes or None

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.phrasegrams)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        scores = self.phrasegrams
        best = nlargest(_SHOWN_PHRASES, scores.items(), key=lambda item: item[1])
        more = len(scores) - len(best)
        note = f"and {more:,} more phrases of lower scores" if more else None
        title = f"{type(self).__name__}: {len(scores):,} {'phrase' if len(scores) == 1 else 'phrases'}"
        return html_table(title, ("phrase", "score"), best, note=note)

    def __dir__(self) -> list[str]:
        return completed_names(self)

    @property
    def lifecycle_events(self) -> list[dict[str, Any]] | None:
        """Events added by `add_lifecycle_event`, oldest first; None disables recording."""
        return self._state.lifecycle_events

    @lifecycle_events.setter
    def lifecycle_events(self, events: list[dict[str, Any]] | None) -> None:
        self._state.lifecycle_events = events

    @property
    def delimiter(self) -> str:
        """String between the words of a phrase."""
        return self._state.delimiter

    @property
    def phrasegrams(self) -> dict[str, float]:
        """Joined phrases with their scores; may be modified or replaced."""
        return self._state.phrasegrams

    @phrasegrams.setter
    def phrasegrams(self, scores: Mapping[str, float]) -> None:
        self._state.phrasegrams = scores if isinstance(scores, PhraseScores) else PhraseScores(scores)
        self._state.cached_matcher = None

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Iterable[str]
    ) -> tuple[str, float] | tuple[None, None]:
        """Score a candidate phrase.

        Parameters
        ----------
        word_a, word_b : str
            First and last word.
        in_between : iterable of str
            Connector words between them.

        Returns
        -------
        tuple
            The joined phrase and its score; ``(None, None)`` if it is not a phrase.

        Examples
        --------
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1).freeze()
        >>> phrases.score_candidate("new", "york", [])
        ('new_york', 0.75)
        """
        found = matcher_of(self._state, for_corpus=False).match([word_a, *in_between, word_b])
        return (None, None) if found is None else found

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[tuple[str, float | None]]:
        """Join the phrases of a sentence and report their scores.

        Parameters
        ----------
        sentence : iterable of str
            Tokens.

        Yields
        ------
        tuple
            ``(joined phrase, score)`` or ``(word, None)``.

        Examples
        --------
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1).freeze()
        >>> list(phrases.analyze_sentence(["new", "york", "city"]))
        [('new_york', 0.75), ('city', None)]
        """
        yield from matcher_of(self._state, for_corpus=False).analyze(sentence)

    @overload
    def __getitem__(self, sentence: list[str] | tuple[str, ...] | Iterator[str]) -> list[str]: ...
    @overload
    def __getitem__(
        self, sentence: os.PathLike[str] | Iterable[list[str]] | Iterable[tuple[str, ...]]
    ) -> JoinedCorpus: ...
    def __getitem__(self, sentence: Any) -> list[str] | JoinedCorpus:
        """Join the phrases of a sentence, or of each sentence of a corpus when it is iterated.

        Parameters
        ----------
        sentence : iterable of str, or iterable of lists of str, or pathlib.Path, or LineSentence
            A sentence or a corpus.

        Returns
        -------
        list of str or JoinedCorpus
            The joined sentence; or a corpus that can be iterated as often as the given one.

        Raises
        ------
        TypeError
            If `sentence` is a str, or a token is not a str.
        """
        return joined_sentence(self, sentence)

    def find_phrases(
        self,
        sentences: CorpusInput,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
        recursive: bool = False,
        glob: str | Iterable[str] = (),
    ) -> dict[str, float]:
        """Return the phrases that occur in a corpus with their scores.

        Parameters
        ----------
        sentences : iterable of lists of str, or path, or LineSentence
            The corpus.
        encoding : str, default "utf-8"
            Encoding of text files. UTF-16 and UTF-32 with a byte-order mark are recognised.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes in text files that cannot be decoded: raise an error, replace them by U+FFFD, or drop
            them.
        on_error : {"raise", "skip"}, default "raise"
            Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.
        recursive : bool, default False
            Whether a folder stands for the files in its subfolders, too.
        glob : str or iterable of str, default ()
            Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
            without patterns, all but hidden files.

        Returns
        -------
        dict of str to float
            Joined phrases with their scores, in the order of first occurrence.

        Examples
        --------
        >>> sentences = [["new", "york"], ["new", "york", "city"]]
        >>> phrases = Phrases(sentences, min_count=1, threshold=0.1).freeze()
        >>> phrases.find_phrases(sentences)
        {'new_york': 1.25}
        """
        return phrases_in(
            self._state,
            sentences,
            TextOptions(encoding=encoding, errors=errors, on_error=on_error),
            FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob)),
        )

    def apply_file(
        self,
        corpus: TextInput,
        output: AnyPath,
        *,
        workers: int = 1,
        progress: Progress | None = None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
        recursive: bool = False,
        glob: str | Iterable[str] = (),
    ) -> JoinedReport:
        """Join the phrases in a text file and write the result, line by line.

        Parameters
        ----------
        corpus : path, file object or LineSentence
            The text; compressed files are recognised by their content.
        output : path
            The new text in UTF-8, with words separated by single spaces and lines by line feeds. An existing file is
            replaced when the new one is complete; it must not be the corpus.
        workers : int, default 1
            Number of threads (1 to 4096).
        progress : callable or None, default None
            Called with the number of words read so far.
        encoding : str, default "utf-8"
            Encoding of text files. UTF-16 and UTF-32 with a byte-order mark are recognised.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes in text files that cannot be decoded: raise an error, replace them by U+FFFD, or drop
            them.
        on_error : {"raise", "skip"}, default "raise"
            Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.
        recursive : bool, default False
            Whether a folder stands for the files in its subfolders, too.
        glob : str or iterable of str, default ()
            Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
            without patterns, all but hidden files.

        Returns
        -------
        JoinedReport
            Numbers of sentences, words and phrases.

        Raises
        ------
        CorpusError
            If the text cannot be decoded.
        OSError
            If a file cannot be read or written.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> text = pathlib.Path(tempfile.mkdtemp(), "text")
        >>> _ = text.write_text("new york\\nnew york city\\n", encoding="utf-8")
        >>> phrases = Phrases(text, min_count=1, threshold=0.1).freeze()
        >>> phrases.apply_file(text, text.with_name("joined")).phrases
        2
        >>> text.with_name("joined").read_text(encoding="utf-8")
        'new_york\\nnew_york city\\n'
        """
        return joined_file(
            self._state,
            corpus,
            output,
            workers=requested_workers(workers),
            progress=progress,
            options=TextOptions(encoding=encoding, errors=errors, on_error=on_error),
            folders=FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob)),
        )

    def add_lifecycle_event(self, event_name: str, log_level: int = logging.INFO, **event: object) -> None:
        """Add an event to `lifecycle_events`, with the time and the versions; it is saved with the model.

        Parameters
        ----------
        event_name : str
            Name of the event, stored as ``event["event"]``.
        log_level : int, default logging.INFO
            Level of the log message; 0 for none.
        **event : object
            Further values to store; they must be serialisable as JSON.

        Raises
        ------
        TypeError
            If a value is not serialisable as JSON.
        """
        record_event(self, event_name, log_level, event)

    def save(self, fname: AnyPath | BinaryIO, *args: object, **kwargs: object) -> None:
        """Save the model to one file, without pickle; equal models give equal files.

        Parameters
        ----------
        fname : path or binary file
            Where to write. An existing file is replaced when the new one is complete.
        *args, **kwargs : object
            Ignored; gensim's options for separate files and pickle.

        Raises
        ------
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1).freeze()
        >>> path = tempfile.mkdtemp() + "/phrases.safetensors"
        >>> phrases.save(path)
        >>> FrozenPhrases.load(path)[["new", "york"]]
        ['new_york']
        """
        frozen_file().save(self._state, fname)

    @classmethod
    def load(
        cls: type[AnyFrozen],
        fname: AnyPath,
        mmap: str | bool | None = None,
        *,
        scoring: str | Scorer | None = None,
        import_scoring: bool = False,
    ) -> AnyFrozen:
        """Load a model that `save` wrote.

        Parameters
        ----------
        fname : path
            The file.
        mmap : str, bool or None, default None
            Accepted for compatibility with gensim; ignored.
        scoring : callable or None, default None
            The scoring function, if the model was saved with a function of the user: files only store its name.
        import_scoring : bool, default False
            Whether to import a function of the user by the name in the file instead. Importing a module executes it, so
            use this for files that you trust.

        Returns
        -------
        FrozenPhrases
            The model.

        Raises
        ------
        FormatError
            If the file holds something else, or if `scoring` is missing and the function may not or cannot be imported.
        """
        return cls._from_state(frozen_file(scoring, import_scoring=import_scoring).load(fname))

    @classmethod
    def from_gensim(cls: type[AnyFrozen], path: AnyPath) -> AnyFrozen:
        """Load frozen phrases that gensim saved, without executing any pickled code.

        Parameters
        ----------
        path : path
            File of ``save`` of a FrozenPhrases object of gensim 4, or of a Phraser object of gensim 3.
            `Phrases.from_gensim` reads those of a Phrases object.

        Returns
        -------
        FrozenPhrases
            The phrases with their scores. A scoring function of the user is replaced by the default; frozen phrases do
            not use it.

        Raises
        ------
        FormatError
            If the file holds something else.
        """
        return cls._from_state(read_gensim_frozen(path))


Phraser = FrozenPhrases


def _phrases_of_bytes(cls: type[Phrases], data: bytes, scoring: Scorer | None) -> Phrases:
    return cls._from_state(phrases_file(scoring).from_bytes(data))


def _frozen_of_bytes(cls: type[FrozenPhrases], data: bytes, scoring: Scorer | None) -> FrozenPhrases:
    return cls._from_state(frozen_file(scoring).from_bytes(data))
