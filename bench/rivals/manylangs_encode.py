"""Writes a random model of ELMoForManyLangs, or encodes a text with its original modules; prints the result as JSON.

Needs the packages elmoformanylangs, torch and overrides 3.
"""

import argparse
import collections
import itertools
import json
import logging
import time
from pathlib import Path

import numpy as np
import torch
from elmoformanylangs import Embedder
from elmoformanylangs.frontend import Model
from elmoformanylangs.modules.embedding_layer import EmbeddingLayer
from pytorch_setup import keep_memory

CHECKED = 64  # The layers of this number of sentences are summed, to compare them with those of the other side.
BATCH_SIZE = 32
WORDS = 50_000
SIZES = {  # of the published models
    "encoder": {
        "name": "elmo", "projection_dim": 512, "cell_clip": 3, "proj_clip": 3, "dim": 4096, "n_layers": 2,
    },
    "token_embedder": {
        "name": "cnn", "activation": "relu", "n_highway": 2, "word_dim": 100, "char_dim": 50,
        "filters": [[1, 32], [2, 32], [3, 64], [4, 128], [5, 256], [6, 512], [7, 1024]],
        "max_characters_per_token": 50,
    },
    "classifier": {"name": "sampled_softmax", "n_samples": 8192},
    "dropout": 0.1,
}  # fmt: skip


def sentences_of(corpus: Path, lines: int | None) -> list[list[str]]:
    with corpus.open(encoding="utf-8") as text:
        return [line.split() for line in itertools.islice(text, lines)]


def write_dictionary(file: Path, items: list[str]) -> dict[str, int]:
    file.write_text("".join(f"{item}\t{index}\n" for index, item in enumerate(items)), encoding="utf-8")
    return {item: index for index, item in enumerate(items)}


def write(options: argparse.Namespace) -> None:
    """Write a model with the published sizes, the words and characters of the corpus, and random weights."""
    torch.manual_seed(1)
    options.folder.mkdir()
    sentences = sentences_of(options.corpus, None)
    counts = collections.Counter(itertools.chain.from_iterable(sentences))
    known = [word for word, _ in counts.most_common(WORDS)]
    words = write_dictionary(options.folder / "word.dic", ["<oov>", "<pad>", "<bos>", "<eos>", *known])
    marks = ["<oov>", "<pad>", "<bow>", "<eow>", "<bos>", "<eos>"]
    characters = write_dictionary(options.folder / "char.dic", [*marks, *sorted({c for word in known for c in word})])
    sizes = SIZES["token_embedder"]
    model = Model(
        SIZES,
        EmbeddingLayer(sizes["word_dim"], words, fix_emb=False),
        EmbeddingLayer(sizes["char_dim"], characters, fix_emb=False),
    )
    for name in ("token_embedder", "encoder"):
        # The published files are older than PyTorch's zip format.
        file = options.folder / f"{name}.pkl"
        torch.save(getattr(model, name).state_dict(), file, _use_new_zipfile_serialization=False)
    (options.folder / "sizes.json").write_text(json.dumps(SIZES), encoding="utf-8")
    (options.folder / "config.json").write_text(json.dumps({"config_path": "sizes.json"}), encoding="utf-8")
    print(json.dumps({"words": len(words)}))


def encode(options: argparse.Namespace) -> None:
    """Encode the text, all layers of each sentence."""
    embedder = Embedder(str(options.folder), batch_size=BATCH_SIZE)
    sentences = sentences_of(options.corpus, options.lines)
    with torch.inference_mode():
        embedder.sents2elmo(sentences[:1])
        started = time.perf_counter()
        embedder.sents2elmo(sentences, output_layer=-2)
        seconds = time.perf_counter() - started
        checked = []
        for first in range(0, min(CHECKED, len(sentences)), BATCH_SIZE):
            embedder.model.encoder.reset_states()  # which a batch leaves for the next one
            checked += embedder.sents2elmo(sentences[first : first + BATCH_SIZE], output_layer=-2)
    words = sum(map(len, sentences))
    sums = sum(np.abs(values).sum(axis=(1, 2), dtype=np.float64) for values in checked)
    print(json.dumps({"words_per_second": words / seconds, "words": words, "sums": sums.tolist()}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("write", "encode"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--lines", type=int)
    options = parser.parse_args()
    logging.disable()
    keep_memory()
    torch.set_flush_denormal(True)
    torch.set_num_threads(options.threads)
    {"write": write, "encode": encode}[options.work](options)


if __name__ == "__main__":
    main()
