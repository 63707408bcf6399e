"""What a network sees of a token: vectors from tables, layers of language models, characters, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..elmo import ELMo
from ..text.characters import character_rows
from ..vectors import KeyedVectors
from .data.layer_cache import LayerCache, width_of_layers
from .data.texts import IndexedTexts
from .data.word_rows import gathered_vectors, rows_of_words

__all__ = [
    "CharacterShape",
    "ContextSource",
    "Features",
    "LearnedSource",
    "NetworkBatch",
    "PreparedTexts",
    "Source",
    "StaticSource",
]

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class StaticSource:
    """Vectors of words that stay as they are; a word without one has zeros."""

    vectors: KeyedVectors


@dataclass(frozen=True, eq=False)
class LearnedSource:
    """Vectors of words that are trained with the network: a table whose row 0 is for all other words.

    Parameters
    ----------
    words
        Word i has row i + 1.
    width
        Numbers of a vector.
    index
        The rows by word.
    is_from_scratch
        Whether they began at random.
    """

    words: list[str]
    width: int
    is_from_scratch: bool
    index: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {word: row for row, word in enumerate(self.words, start=1)})


@dataclass(frozen=True, eq=False)
class ContextSource:
    """A language model, of whose layers a mix is learned.

    Parameters
    ----------
    model
        The model; where `is_tuned`, the network's own, trained with it.
    layer_norm
        Whether layers are normalized before the mix.
    """

    model: ELMo
    layer_norm: bool
    is_tuned: bool


Source = StaticSource | LearnedSource | ContextSource


@dataclass(frozen=True, kw_only=True)
class CharacterShape:
    """A convolution over the characters of each word."""

    char_dim: int
    filters: tuple[tuple[int, int], ...]
    max_characters: int


@dataclass(frozen=True, eq=False)
class NetworkBatch:
    """Some texts as the C++ side reads them; token arrays are the texts one after the other.

    Parameters
    ----------
    lengths
        int32 (texts,): tokens of each.
    tables
        For each table int32 (tokens,): rows, -1 for none in tables that are not trained.
    contexts
        For each language model float32 (tokens, layers, width).
    characters, types
        uint16 (words, max_characters) of the distinct words, and int32 (tokens,) which of them each token is.
    words
        int32 (tokens,): places among the words that the network remembers; the other token arrays are not read then.
    """

    lengths: NDArray[np.int32]
    tables: Sequence[NDArray[np.int32]]
    contexts: Sequence[Floats]
    characters: NDArray[np.uint16] | None
    types: NDArray[np.int32] | None
    words: NDArray[np.int32] | None = None


@dataclass(frozen=True, eq=False)
class Features:
    """The sources of a network's features.

    Parameters
    ----------
    sources
        In the order of the embeddings that were given.
    characters
        Or None.
    lowercase
        Whether tables are asked for words in lower case at once; else for those only that they lack.
    """

    sources: tuple[Source, ...]
    characters: CharacterShape | None
    lowercase: bool

    @property
    def tables(self) -> list[StaticSource | LearnedSource]:
        """Sources that are tables, in the network's order."""
        return [source for source in self.sources if not isinstance(source, ContextSource)]

    @property
    def contexts(self) -> list[ContextSource]:
        """Sources that are language models, in the network's order."""
        return [source for source in self.sources if isinstance(source, ContextSource)]

    def network_shape(self, frozen: Sequence[Floats | None] | None = None) -> dict[str, Any]:
        """Return the fields of `NetworkOptions` about features; `frozen` are the tables that are not trained."""
        tables = []
        for place, source in enumerate(self.tables):
            if isinstance(source, LearnedSource):
                tables.append((len(source.words) + 1, source.width, True))
            else:
                table = None if frozen is None else frozen[place]
                tables.append((1 if table is None else len(table), source.vectors.vector_size, False))
        contexts = [(*width_of_layers(source.model), source.layer_norm) for source in self.contexts]
        shape: dict[str, Any] = {"tables": tuple(tables), "contexts": tuple(contexts)}
        if self.characters is not None:
            shape |= {
                "char_dim": self.characters.char_dim,
                "filters": self.characters.filters,
                "max_characters": self.characters.max_characters,
            }
        return shape

    def prepared(
        self,
        texts: IndexedTexts,
        *,
        most_bytes: int,
        workers: int,
        show: Callable[[int], Any] | None = None,
    ) -> PreparedTexts:
        """Return texts with all that can be looked up for them beforehand.

        Parameters
        ----------
        texts
            Their words.
        most_bytes
            Memory for layers of language models.
        workers
            Threads.
        show
            Called with the tokens done while layers are computed.
        """
        frozen: list[Floats | None] = []
        rows: list[NDArray[np.int32]] = []
        for source in self.tables:
            if isinstance(source, LearnedSource):
                frozen.append(None)
                rows.append(rows_of_words(texts.words, source.index, self.lowercase))
            else:
                table, places = gathered_vectors(source.vectors, texts.words, self.lowercase)
                frozen.append(table)
                rows.append(places)
        still = [source for source in self.contexts if not source.is_tuned]
        caches = [
            LayerCache(
                source.model,
                texts,
                most_bytes=0 if source.is_tuned else most_bytes // len(still),
                workers=workers,
                show=show,
            )
            for source in self.contexts
        ]
        characters = None
        if self.characters is not None:
            characters = character_rows(texts.words, self.characters.max_characters)
        return PreparedTexts(texts, frozen, rows, caches, characters)


@dataclass(frozen=True, eq=False)
class PreparedTexts:
    """Texts that batches can be made of.

    Parameters
    ----------
    texts
        Their words.
    frozen
        For each table its rows, where it is not trained.
    rows
        For each table int32 (words,): the row of each word.
    caches
        Layers of each language model.
    characters
        uint16 (words, max_characters), or None.
    """

    texts: IndexedTexts
    frozen: list[Floats | None]
    rows: list[NDArray[np.int32]]
    caches: list[LayerCache]
    characters: NDArray[np.uint16] | None

    def __len__(self) -> int:
        return len(self.texts)

    def batch(self, numbers: NDArray[np.intp], layers: Sequence[Floats | None] | None = None) -> NetworkBatch:
        """Return some texts in the given order.

        Parameters
        ----------
        numbers
            Which.
        layers
            For each language model the layers of these texts, or None to have them from its cache.
        """
        words = self.texts.types_of(numbers)
        characters = types = None
        if self.characters is not None:
            distinct, inverse = np.unique(words, return_inverse=True)
            characters = self.characters[distinct]
            types = inverse.astype(np.int32).reshape(-1)
        given = [None] * len(self.caches) if layers is None else layers
        return NetworkBatch(
            lengths=self.texts.lengths[numbers],
            tables=[own[words] for own in self.rows],
            contexts=[cache.of(numbers) if own is None else own for cache, own in zip(self.caches, given, strict=True)],
            characters=characters,
            types=types,
        )

    def words(self, words: NDArray[np.int32]) -> NetworkBatch:
        """Return distinct words as one text, for a network to remember; there must be no language model."""
        return NetworkBatch(
            lengths=np.array([len(words)], np.int32),
            tables=[own[words] for own in self.rows],
            contexts=(),
            characters=None if self.characters is None else self.characters[words],
            types=np.arange(len(words), dtype=np.int32),
        )

    def remembered(self, numbers: NDArray[np.intp], places: NDArray[np.int32]) -> NetworkBatch:
        """Return some texts of words that the network remembers, each at its place."""
        return NetworkBatch(
            lengths=self.texts.lengths[numbers],
            tables=(),
            contexts=(),
            characters=None,
            types=None,
            words=places[self.texts.types_of(numbers)],
        )
