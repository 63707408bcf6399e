"""Contextual vectors of sentences by a loaded model: batches of like lengths, words once, long sentences in pieces.

A sentence's vectors are the same floats whatever else is encoded with it, in which order and on how many threads.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import NotFittedError
from ...runtime.compute import Precision
from ...text.characters import BEGIN_SENTENCE, END_SENTENCE, Cut, character_rows
from ..options import ELMoOptions
from ..state import ModelState, Tensors
from .token_cache import CACHE_BYTES, TokenCache

__all__ = ["MOST_TOKENS", "LoadedModel", "State", "fresh_state"]

MOST_TOKENS = 2048  # in a piece, and in a batch of several sentences: all layers of the largest models take 25 MB
_WORDS_AT_ONCE = 512

Layers = NDArray[np.float32]  # (layers + 1, tokens, 2 * projection_dim)
State = dict[str, NDArray[np.float32]]  # (sentences, width), by direction, layer and kind


class LoadedModel:
    """A model whose weights are packed for use.

    Parameters
    ----------
    content
        Its arrays are read now, and must be packed anew after a change.
    threads, isa, precision
        How to compute.
    cut
        Where words are cut that have too many bytes; see `character_rows`.
    """

    def __init__(
        self,
        content: ModelState,
        *,
        threads: int,
        isa: str,
        precision: Precision = "float32",
        cut: Cut = "bytes",
    ) -> None:
        self._made_of = content, (isa, precision, cut)
        self.options: ELMoOptions = content.options
        self.threads = threads
        self.core = _core.elmo.LanguageModel(
            content.options, content.parameters, threads=threads, isa=isa, precision=precision
        )
        self.words = content.words
        self._parameters: Tensors = content.parameters
        self._cut = cut
        self._cache = TokenCache(content.options.projection_dim, self._computed, most_bytes=CACHE_BYTES)

    def is_of(self, content: ModelState, isa: str, precision: Precision, cut: Cut) -> bool:
        """Whether it was made of the same arguments."""
        return self._made_of[0] is content and self._made_of[1] == (isa, precision, cut)

    def bound_cache(self, most_bytes: int) -> None:
        """Give vectors of words that are remembered so much memory, from now on; 0: none is."""
        self._cache.bound(most_bytes)

    @property
    def has_softmax(self) -> bool:
        """Whether the model predicts words."""
        return any(name.startswith("softmax") for name in self._parameters)

    def _computed(self, words: list[str]) -> NDArray[np.float32]:
        longest = self.options.max_characters_per_token
        blocks = [
            self.core.token_vectors(
                character_rows(words[first : first + _WORDS_AT_ONCE], longest, cut=self._cut), threads=self.threads
            )
            for first in range(0, len(words), _WORDS_AT_ONCE)
        ]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)

    def word_vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of distinct words by themselves: float32 (len(words), projection_dim), new.

        Raises
        ------
        NotFittedError
            If the model reads ids, and nobody knows of which words.
        """
        if not self.options.token_input:
            return self._cache.vectors(words)
        if self.words is None:
            raise NotFittedError("this model reads ids of words and has no vocabulary: load it with vocabulary=")
        found: NDArray[np.float32] = self._parameters["embedding"][self.words.ids(words)]
        return found

    def layers(
        self, sentences: Sequence[Sequence[str]], n_layers: int | None = None, state: State | None = None
    ) -> list[Layers]:
        """Return the layers of sentences, with the marks of their ends, in one batch.

        Parameters
        ----------
        sentences
            Tokens without marks.
        n_layers
            Recurrent layers to run; all by default.
        state
            What the sentences begin with, and then what they end with: changed. Zeros by default.

        Returns
        -------
        list of ndarray
            float32 (n_layers + 1, tokens + 2, 2 * projection_dim): the token layer first.
        """
        index: dict[str, int] = {}
        ids = [[index.setdefault(token, len(index)) for token in _framed(sentence)] for sentence in sentences]
        vectors = self.word_vectors(list(index))
        results: list[Layers] = []
        for rows in _bounded(ids):
            own = None if state is None else {name: array[rows].copy() for name, array in state.items()}
            if len(ids[rows.start]) > MOST_TOKENS:
                results.append(self._in_pieces(ids[rows.start], vectors, n_layers, own))
            else:
                results += self._run(ids[rows], vectors, n_layers, own)
            if state is not None and own is not None:
                for name, array in own.items():
                    state[name][rows] = array
        return results

    def _in_pieces(
        self, ids: list[int], vectors: NDArray[np.float32], n_layers: int | None, state: State | None
    ) -> Layers:
        """Each direction begins with the piece where its own reading begins, and carries its state from there."""
        run = self.options.n_layers if n_layers is None else n_layers
        width = self.options.projection_dim
        whole = np.empty((run + 1, len(ids), 2 * width), dtype=np.float32)
        carried = fresh_state(self.options, 1) if state is None else state
        for first in range(0, len(ids), MOST_TOKENS):
            last = min(first + MOST_TOKENS, len(ids))
            forward, backward = slice(first, last), slice(len(ids) - last, len(ids) - first)
            layers = self._run_flat(ids[forward], [last - first], vectors, n_layers, carried, ids[backward])
            whole[:, forward, :width] = layers[..., :width]
            whole[:, backward, width:] = layers[..., width:]
        return whole

    def _run(
        self, ids: list[list[int]], vectors: NDArray[np.float32], n_layers: int | None, state: State | None
    ) -> list[Layers]:
        ends = list(itertools.accumulate(len(sentence) for sentence in ids))
        flat = list(itertools.chain.from_iterable(ids))
        together = self._run_flat(flat, ends, vectors, n_layers, state)
        return [together[:, begin:end] for begin, end in itertools.pairwise([0, *ends])]

    def _run_flat(
        self,
        ids: list[int],
        ends: list[int],
        vectors: NDArray[np.float32],
        n_layers: int | None,
        state: State | None,
        backward_ids: list[int] | None = None,
    ) -> Layers:
        layers: Layers = self.core.layers(
            vectors,
            np.array(ids, dtype=np.int32),
            np.array(ends, dtype=np.int64),
            threads=self.threads,
            n_layers=n_layers,
            state=state,
            backward_ids=None if backward_ids is None else np.array(backward_ids, dtype=np.int32),
        )
        return layers

    def bucketed(
        self, sentences: Sequence[Sequence[str]], n_layers: int | None, batch_size: int
    ) -> Iterator[tuple[int, Layers]]:
        """Give the number and the layers of each sentence, in an order of the work's own: the longest first."""
        order = sorted(range(len(sentences)), key=lambda number: -len(sentences[number]))
        first = 0
        while first < len(order):
            # Padding there is none, but rows that have ended leave the others fewer to share weights with.
            longest = len(sentences[order[first]]) + 2
            batch = order[first : first + max(1, min(batch_size, MOST_TOKENS // longest))]
            first += len(batch)
            yield from zip(batch, self.layers([sentences[number] for number in batch], n_layers), strict=True)


def _bounded(ids: Sequence[Sequence[int]]) -> Iterator[slice]:
    """Sentences that follow each other and have no more than `MOST_TOKENS` together, or a longer one alone."""
    first = tokens = 0
    for number, sentence in enumerate(ids):
        if number > first and tokens + len(sentence) > MOST_TOKENS:
            yield slice(first, number)
            first, tokens = number, 0
        tokens += len(sentence)
    if first < len(ids):
        yield slice(first, len(ids))


def _framed(sentence: Sequence[str]) -> list[str]:
    return [BEGIN_SENTENCE, *sentence, END_SENTENCE]


def fresh_state(options: ELMoOptions, sentences: int) -> State:
    """What sentences begin with that know of nothing before: zeros."""
    kinds: dict[str, Callable[[ELMoOptions], int]] = {"h": lambda o: o.projection_dim}
    if options.cell == "lstm":
        kinds["c"] = lambda o: o.dim
    return {
        f"state_{direction}/{layer}/{kind}": np.zeros((sentences, width(options)), dtype=np.float32)
        for direction in range(2)
        for layer in range(options.n_layers)
        for kind, width in kinds.items()
    }
