"""Finding phrases and joining them in sentences, corpora and files."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from .. import _core
from ..runtime.columns import as_rows
from ..storage.atomic import OutputFile, replaced_file
from ..storage.decoding import TextOptions
from ..storage.overwrite import check_outputs
from ..storage.paths import AnyPath
from ..text import CorpusInput, FolderOptions, TextInput
from ..text.inputs import text_reader, token_lists
from ..text.reader import TextBlock, TextReader, located_error
from ..text.token_lists import single_pass_error
from .options import Progress
from .scoring import native_name
from .state import CachedMatcher, FrozenState, PhrasesState

__all__ = [
    "JoinedCorpus",
    "JoinedReport",
    "State",
    "all_phrases",
    "joined_file",
    "joined_sentence",
    "matcher_of",
    "phrases_in",
]

State: TypeAlias = PhrasesState | FrozenState

# Indexing has no arguments for the encoding of a file.
_ADVICE = "pass a LineSentence, whose arguments encoding='cp1252', say, or errors='replace' say how to decode the text"

# Phrases of a sentence are looked up in the counts. From this number of sentences on, as a fraction of the size of the
# vocabulary, it is faster to score the whole vocabulary once.
_USES_BEFORE_SCORING_ALL = 0.02


@dataclass(frozen=True, kw_only=True)
class JoinedReport:
    """Statistics of `apply_file`.

    Parameters
    ----------
    sentences : int
        Lines that contain a word.
    words : int
        Words read.
    phrases : int
        Occurrences of phrases, each written as one word.
    """

    sentences: int
    words: int
    phrases: int


class PhraseModel(Protocol):
    """A model that joins phrases: `Phrases` or `FrozenPhrases`."""

    @property
    def _state(self) -> State: ...

    def __getitem__(self, sentence: Any, /) -> Any: ...


def matcher_of(state: State, *, for_corpus: bool) -> _core.phrases.Matcher:
    """Return the C++ object that finds the phrases of a model as it is now.

    Parameters
    ----------
    state : PhrasesState or FrozenState
        The model.
    for_corpus : bool
        Whether many sentences follow, so that it pays to score the whole vocabulary in advance.

    Returns
    -------
    Matcher
        Cached until the model changes.
    """
    return _matcher_of_counts(state, for_corpus) if isinstance(state, PhrasesState) else _matcher_of_scores(state)


def _matcher_of_counts(state: PhrasesState, for_corpus: bool) -> _core.phrases.Matcher:
    connectors = frozenset(state.connector_words)
    key = (state.times_learned, state.min_count, state.threshold, state.scoring, connectors)
    cached = state.cached_matcher
    # A function of the user scores only phrases that occur: it may be slow, or fail for counts that never occur.
    scores_all = native_name(state.scoring) is not None and (
        for_corpus or (cached is not None and cached.uses > _USES_BEFORE_SCORING_ALL * len(state.counts))
    )
    if cached is None or cached.key != key or (scores_all and not cached.has_all_scores):
        scoring = _scoring(state)
        if scores_all:
            phrases = _core.phrases.PhraseSet.passing(state.counts, scoring)
            matcher = _core.phrases.Matcher.of_set(sorted(connectors), phrases)
        else:
            matcher = _core.phrases.Matcher.of_vocabulary(sorted(connectors), state.counts, scoring)
        cached = state.cached_matcher = CachedMatcher(key, matcher, scores_all)
    cached.uses += 1
    return cached.matcher


def _matcher_of_scores(state: FrozenState) -> _core.phrases.Matcher:
    connectors = frozenset(state.connector_words)
    key = (state.phrasegrams.changes, state.threshold, connectors)
    cached = state.cached_matcher
    if cached is None or cached.key != key:
        phrases = state.phrases.with_scores(state.phrasegrams, float(state.threshold))
        matcher = _core.phrases.Matcher.of_set(sorted(connectors), phrases)
        cached = state.cached_matcher = CachedMatcher(key, matcher)
    return cached.matcher


def _scoring(state: PhrasesState) -> _core.phrases.PhraseScoring:
    return _core.phrases.PhraseScoring(
        native_name(state.scoring) or state.scoring,
        vocabulary_size=len(state.counts),
        min_count=state.min_count,
        corpus_words=state.corpus_word_count,
        threshold=float(state.threshold),
    )


def all_phrases(state: PhrasesState) -> _core.phrases.PhraseSet:
    """Return all phrases of a model with their scores.

    Parameters
    ----------
    state : PhrasesState
        The model.

    Returns
    -------
    PhraseSet
        Phrases as sequences of words, with their scores.
    """
    return _core.phrases.PhraseSet.passing(state.counts, _scoring(state))


def joined_sentence(model: PhraseModel, sentence: Any) -> list[str] | JoinedCorpus:
    """Join the phrases of a sentence, or of each sentence of a corpus when it is iterated.

    Parameters
    ----------
    model : Phrases or FrozenPhrases
        The model.
    sentence : iterable of str, or iterable of iterables of str, or path
        A sentence or a corpus; a sentence may be a str if the model prepares texts.

    Returns
    -------
    list of str or JoinedCorpus
        The joined sentence, or the corpus.

    Raises
    ------
    TypeError
        If `sentence` is a str, or a token is not a str.
    """
    preparation = model._state.preparation
    if isinstance(sentence, str) and not preparation.is_default:
        sentence = preparation.tokens(sentence)
    if isinstance(sentence, str | bytes):
        raise TypeError(
            f"a sentence must be a list of str, got {sentence[:40]!r}, which is not split into tokens "
            "(pass a text file as pathlib.Path or LineSentence)"
        )
    if isinstance(sentence, JoinedCorpus) or text_reader(sentence, advice=_ADVICE) is not None:
        return JoinedCorpus(model, sentence)
    # A list of str is a sentence, a list of lists a corpus: the first item decides.
    sentence = as_rows(sentence, "a sentence", "a list of str")
    items = iter(sentence)
    first = list(itertools.islice(items, 1))
    if first and not isinstance(first[0], str):
        return JoinedCorpus(model, itertools.chain(first, items) if items is sentence else sentence)
    if items is sentence:
        sentence = itertools.chain(first, items)
    return matcher_of(model._state, for_corpus=False).join(sentence)


def phrases_in(state: State, sentences: CorpusInput, options: TextOptions, folders: FolderOptions) -> dict[str, float]:
    """Return the phrases that occur in a corpus with their scores.

    Parameters
    ----------
    state : PhrasesState or FrozenState
        The model.
    sentences : iterable of lists of str, or path
        The corpus.
    options : TextOptions
        How text files are decoded.
    folders : FolderOptions
        Which files of folders are read.

    Returns
    -------
    dict of str to float
        Joined phrases with their scores, in the order of first occurrence.
    """
    reader = text_reader(sentences, options=options, preparation=state.preparation, folders=folders)
    matcher = matcher_of(state, for_corpus=True)
    found: dict[str, float] = {}
    items: Any
    if reader is None:
        items = token_lists(sentences, "sentences", state.preparation, accepts_tokens=True)
    else:
        items = reader.sentences()
    for sentence in items:
        matcher.find(sentence, found)
    return found


def joined_file(
    state: State,
    corpus: TextInput,
    output: AnyPath,
    *,
    workers: int,
    progress: Progress | None,
    options: TextOptions,
    folders: FolderOptions,
) -> JoinedReport:
    """Write a text file in which phrases are joined.

    Parameters
    ----------
    state : PhrasesState or FrozenState
        The model.
    corpus : path, file object or LineSentence
        The text.
    output : path
        The new text file.
    workers : int
        Number of threads.
    progress : callable or None
        Called with the number of words read so far.
    options : TextOptions
        How the text is decoded.
    folders : FolderOptions
        Which files of folders are read.

    Returns
    -------
    JoinedReport
        Statistics.

    Raises
    ------
    ValueError
        If the delimiter contains whitespace.
    TypeError
        If `corpus` is not a text file.
    """
    if any(character.isspace() for character in state.delimiter):
        raise ValueError(
            f"delimiter must not contain whitespace, which separates words in a text file, got {state.delimiter!r}"
        )
    reader = text_reader(corpus, name="corpus", options=options, preparation=state.preparation, folders=folders)
    if reader is None:
        raise TypeError(f"corpus must be a path, a file or a LineSentence, got {type(corpus).__name__}")
    check_outputs(output, inputs=[corpus, *(getattr(source, "path", None) for source in reader.sources)])
    with replaced_file(output) as file:
        return _write_joined(matcher_of(state, for_corpus=True), reader, file, workers, progress)


def _write_joined(
    matcher: _core.phrases.Matcher, reader: TextReader, file: OutputFile, workers: int, progress: Progress | None
) -> JoinedReport:
    joiner = _core.phrases.BlockJoiner(matcher, workers, reader.core_rules)
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

    for block in map(reader.prepared, reader.blocks()):
        joiner.submit(block.data, block.continues_line)
        waiting.append(block)
        write_finished()
    joiner.wait()
    write_finished()
    return JoinedReport(sentences=sentences, words=words, phrases=phrases)


class JoinedCorpus:
    """A corpus whose phrases are joined while it is iterated.

    Parameters
    ----------
    obj : Phrases or FrozenPhrases
        The model; later changes to it affect later iterations.
    corpus : iterable of lists of str, or path, or LineSentence
        The corpus.

    Examples
    --------
    >>> from wordkin import Phrases
    >>> sentences = [["new", "york"], ["new", "york"]]
    >>> list(JoinedCorpus(Phrases(sentences, min_count=1, threshold=0.1), sentences))
    [['new_york'], ['new_york']]
    """

    def __init__(self, obj: PhraseModel, corpus: CorpusInput) -> None:
        self.obj = obj
        self.corpus: Any = corpus
        self._is_exhausted = False

    def __iter__(self) -> Iterator[list[str]]:
        reader = None if isinstance(self.corpus, JoinedCorpus) else self._reader()
        matcher = matcher_of(self.obj._state, for_corpus=True)
        if reader is not None and not callable(reader.preparation.tokenizer):
            return _joined_text(matcher, reader)
        sentences = iter(self.corpus) if reader is None else reader.sentences()
        joined: Iterator[list[str]] = _core.phrases.JoinedSentences(matcher, sentences)
        return self._single_pass(joined) if sentences is self.corpus else joined

    def _reader(self) -> TextReader | None:
        return text_reader(self.corpus, preparation=self.obj._state.preparation, advice=_ADVICE)

    def _single_pass(self, joined: Iterator[list[str]]) -> Iterator[list[str]]:
        # The second pass over a generator yields nothing; a model would be trained on an empty corpus unnoticed.
        if self._is_exhausted:
            raise single_pass_error("the corpus whose phrases are joined")
        yield from joined
        self._is_exhausted = True

    def __len__(self) -> int:
        return len(self.corpus)

    def __getitem__(self, docno: int | slice) -> list[str] | JoinedCorpus:
        if not hasattr(self.corpus, "__getitem__"):
            raise RuntimeError(f"Type {type(self.corpus).__name__} does not support slicing.")
        joined: list[str] | JoinedCorpus = self.obj[self.corpus[docno]]
        return joined


def _joined_text(matcher: _core.phrases.Matcher, reader: TextReader) -> Iterator[list[str]]:
    joined = _core.phrases.JoinedBlocks(matcher, reader.core_rules)
    for block in map(reader.prepared, reader.blocks()):
        try:
            joined.start(block.data)
            while sentences := joined.next():
                yield from sentences
        except _core.text.TextError as error:
            raise located_error(error, block) from None
