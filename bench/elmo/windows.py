"""Folders with the input of both sides of a comparison: options, initial parameters, and windows of text."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from wordkin import _core
from wordkin.elmo.data.batching import TrainingBatches, Window
from wordkin.elmo.data.encoded_text import ReadText
from wordkin.elmo.initialization import initial_parameters
from wordkin.elmo.options import ELMoOptions, ELMoTrainingOptions
from wordkin.elmo.vocabulary import TargetWords, frequent_words

__all__ = ["ORIGINAL_TRAINING", "FolderWriter", "read_options", "read_parameters", "windows_in"]

CASE, PARAMETERS = "case.json", "parameters.npz"
ORIGINAL_TRAINING: dict[str, Any] = {"optimizer": "adagrad", "negatives": 8192}  # of the original program


class FolderWriter:
    """Writes the folder for one model and one text.

    Parameters
    ----------
    folder : Path
        Folder to write to.
    corpus : Path
        Text with one sentence per line.
    options : mapping
        Options of the model.
    training : ELMoTrainingOptions
        Options of the training steps.
    min_count : int, default 1
        Minimum number of occurrences of words in the vocabulary.
    max_words : int, optional
        Maximum size of the vocabulary.
    workers : int, default 2
        Number of threads that read the text.
    """

    def __init__(
        self,
        folder: Path,
        corpus: Path,
        options: Mapping[str, Any],
        training: ELMoTrainingOptions,
        *,
        min_count: int = 1,
        max_words: int | None = None,
        workers: int = 2,
    ) -> None:
        read = ReadText(corpus, name="corpus", workers=workers)
        words = TargetWords(frequent_words(read.counts, min_count=min_count, max_size=max_words))
        self.words = words.words
        self.options = ELMoOptions(**options, n_tokens_vocab=len(words))
        self.training = training
        self.text = read.encoded(words, self.options.max_characters_per_token)
        self.batches = TrainingBatches(
            self.text,
            batch_size=training.batch_size,
            unroll_steps=training.unroll_steps,
            shuffle_seed=training.seed,
        )
        self._folder = folder
        self._number = 0
        folder.mkdir(parents=True, exist_ok=True)
        case = {"options": asdict(self.options), "training": asdict(training)}
        (folder / CASE).write_text(json.dumps(case), encoding="utf-8")
        self.parameters = initial_parameters(_core.elmo.parameter_shapes(self.options), self.options, training.seed)
        np.savez(folder / PARAMETERS, **self.parameters)

    def add(self, window: Window, draws: Mapping[str, Any] | None = None) -> None:
        """Write the next window, with the negative samples of a step."""
        arrays = {"characters": window.characters, "inputs": window.inputs, "targets": window.targets}
        if draws is not None:
            arrays |= {"negatives": np.stack(draws["negatives"]), "tries": np.array(draws["tries"])}
        np.savez(self._folder / f"{self._number:06}.npz", **arrays)
        self._number += 1


def read_options(folder: Path) -> tuple[ELMoOptions, ELMoTrainingOptions]:
    """Return the options of the model and of the training steps in a folder."""
    case = json.loads((folder / CASE).read_text(encoding="utf-8"))
    return ELMoOptions(**case["options"]), ELMoTrainingOptions(**case["training"])


def read_parameters(path: Path) -> dict[str, np.ndarray]:
    """Return parameters by their official names."""
    with np.load(path) as arrays:
        return dict(arrays)


def windows_in(folder: Path) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return an endless iterator over the characters, inputs and targets of the windows."""
    files = sorted(folder.glob("[0-9]*.npz"))
    windows = []
    for file in files:
        with np.load(file) as arrays:
            windows.append((arrays["characters"], arrays["inputs"], arrays["targets"]))
    return itertools.cycle(windows)
