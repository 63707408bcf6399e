"""Contextual vectors of a text file with PyTorch; prints words per second as JSON.

Like AllenNLP, it has no token cache and pads every word to 50 characters. It is faster than AllenNLP: it runs nn.LSTM
on packed sequences instead of a loop over time steps, and sorts the sentences of a few batches by length.
"""

import argparse
import gzip
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from pytorch_model import Direction, TokenLayer
from pytorch_setup import Threads, keep_memory
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

BATCHES_AHEAD = 8
CHECKED = 64  # the layers of this number of sentences are summed, to compare them with those of wordkin
BEGIN_SENTENCE, END_SENTENCE, BEGIN_WORD, END_WORD, PADDING = 256, 257, 258, 259, 260
LONGEST = 50


class AllCharacters(TokenLayer):
    """Token layer that computes all positions of a word, including padding, as AllenNLP does."""

    def __init__(self, options: dict, arrays: dict[str, np.ndarray]) -> None:
        super().__init__(options, arrays)
        self.padding = -1


def characters_of(sentence: list[bytes]) -> np.ndarray:
    """Return the character ids of a sentence with its boundary markers, shape (tokens + 2, LONGEST)."""
    rows = np.full((len(sentence) + 2, LONGEST), PADDING)
    words = [[BEGIN_SENTENCE], *(word[: LONGEST - 2] for word in sentence), [END_SENTENCE]]
    for row, word in zip(rows, words, strict=True):
        row[: len(word) + 2] = [BEGIN_WORD, *word, END_WORD]
    return rows


class Encoder:
    """Bidirectional language model that computes all layers of batches of sentences."""

    def __init__(self, options: dict, arrays: dict[str, np.ndarray], threads: Threads) -> None:
        self.token_layer = AllCharacters(options, arrays)
        self.directions = [Direction(options, arrays, number, 1) for number in (0, 1)]
        self.threads = threads

    def layers(self, sentences: list[list[bytes]]) -> list[Tensor]:
        """Return all layers of each sentence (n_layers + 1, tokens, 2 * projection_dim); the longest must be first."""
        lengths = torch.tensor([len(sentence) + 2 for sentence in sentences])
        words = torch.from_numpy(np.concatenate([characters_of(sentence) for sentence in sentences]))
        vectors = self.token_layer(words).split(lengths.tolist())

        @torch.inference_mode()  # the mode applies to the current thread only
        def run(direction: int) -> list[Tensor]:
            own = [vector.flip(0) if direction else vector for vector in vectors]
            x = torch.nn.utils.rnn.pad_sequence(own)
            found = [x]
            for number, lstm in enumerate(self.directions[direction].layers):
                y, _ = pad_packed_sequence(lstm(pack_padded_sequence(x, lengths))[0])
                x = x + y if number > 0 and self.directions[direction].has_skips else y
                found.append(x)
            return found

        forward, backward = (torch.stack(layers) for layers in self.threads.both(run))
        return [
            torch.cat([forward[:, 1 : n - 1, k], backward[:, 1 : n - 1, k].flip(1)], dim=2)
            for k, n in enumerate(lengths.tolist())
        ]


def encoded(encoder: Encoder, lines: Iterator[list[bytes]], batch_size: int) -> Iterator[tuple[int, Tensor]]:
    """Yield the index and the layers of each sentence; a few batches are sorted together."""
    first = 0
    while window := list(itertools.islice(lines, BATCHES_AHEAD * batch_size)):
        order = sorted(range(len(window)), key=lambda number: -len(window[number]))
        for begin in range(0, len(order), batch_size):
            batch = order[begin : begin + batch_size]
            for number, layers in zip(batch, encoder.layers([window[k] for k in batch]), strict=True):
                yield first + number, layers
        first += len(window)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, help="folder with model.json and parameters.npz")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--arrangement", choices=("within", "directions"), default="within")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lines", type=int, help="number of lines to read")
    options = parser.parse_args()
    keep_memory()
    model = json.loads((options.folder / "model.json").read_text(encoding="utf-8"))
    with np.load(options.folder / "parameters.npz") as arrays:
        encoder = Encoder(model, dict(arrays), Threads(options.threads, options.arrangement))
    opened = gzip.open if options.corpus.suffix == ".gz" else open
    words = 0
    sums = torch.zeros(model["n_layers"] + 1, dtype=torch.float64)
    with torch.inference_mode(), opened(options.corpus, "rb") as text:
        encoder.layers([[b"word"]])
        started = time.perf_counter()
        lines = (line.split() for line in itertools.islice(text, options.lines))
        for number, layers in encoded(encoder, lines, options.batch_size):
            words += layers.shape[1]
            if number < CHECKED:
                sums += layers.abs().sum(dim=(1, 2), dtype=torch.float64)
        seconds = time.perf_counter() - started
    print(json.dumps({"words_per_second": words / seconds, "words": words, "sums": sums.tolist()}))


if __name__ == "__main__":
    main()
