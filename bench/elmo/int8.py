"""How much faster is inference with 8-bit integers, and what does it change?

speed    tokens per second of CPU time on one thread, with random weights of the largest published size: 32 sentences
         of 20 words, and one sentence at a time; for several instruction sets of the machine, each precision in turn.
         The token vectors are cached.
quality  a trained model in float32, bfloat16 and int8: cosine similarity of the vectors of each layer and of their
         average to those of float32, perplexity, and F1 of a tagger for CoNLL-2000 that was trained on float32 layers.

    python -m bench.elmo.int8 speed
    python -m bench.elmo.int8 quality --model MODEL --corpus wiki-sentences-valid.txt.gz --data shared/data

MODEL is a folder written by `ELMo.save_pretrained`, such as the one that `bench.elmo.wikipedia` trains.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.compare import add_record_flag
from bench.downstream.tasks import read_chunking
from bench.elmo.bfloat16_error import cosines
from bench.recording import Recorder, recording
from wordkin import ELMo, SequenceTagger
from wordkin.elmo.files.vector_output import token_lines
from wordkin.runtime.compute import MAX_ISA_VARIABLE, available_isas

PRECISIONS = ("float32", "bfloat16", "int8")
LAYERS = ("token layer", "layer 1", "layer 2")
TAGGER: dict[str, Any] = {
    "hidden_dim": 128, "input_dropout": 0.1, "dropout": 0.2, "learning_rate": 2e-3, "learned_scheme": "iobes",
    "batch_size": 16, "random_state": 1, "progress": False,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("speed", "quality"))
    parser.add_argument("--isas", nargs="+", default=("avx2", "avxvnni", "avx512vnni", "amx", "neon", "neondot"))
    parser.add_argument("--size", default="4096/512", help="dim/projection_dim (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--lines", type=int, default=1000, help="lines of the corpus that are encoded")
    parser.add_argument("--data", type=Path, help="folder with conll2000; without it, no tagger is trained")
    parser.add_argument("--sentences", type=int, default=8936, help="sentences of CoNLL-2000 to train the tagger on")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--workers", type=int)
    add_record_flag(parser)
    options = parser.parse_args()
    if options.part == "quality" and (options.model is None or options.corpus is None):
        parser.error("quality needs --model and --corpus")
    with recording(options) as record:
        (speed if options.part == "speed" else quality)(options, record)


def speed(options: argparse.Namespace, record: Recorder) -> None:
    dim, projection_dim = (int(part) for part in options.size.split("/"))
    model = ELMo(dim=dim, projection_dim=projection_dim, n_highway=1)
    model.initialize(seed=1)
    generator = np.random.default_rng(1)
    sentences = [[f"word{index}" for index in generator.integers(0, 500, 20)] for _ in range(32)]
    for isa in (name for name in options.isas if name in available_isas()):
        os.environ[MAX_ISA_VARIABLE] = isa
        for case, batch, repeats in (("batch 32", sentences, 1), ("one sentence", sentences[:1], 4)):
            title = f"{options.size}, {case}, {isa}"
            rates: dict[str, list[float]] = {precision: [] for precision in PRECISIONS}
            for _, precision in itertools.product(range(options.runs), PRECISIONS):
                rates[precision].append(rate_of(model, batch, precision, repeats))
            for precision, taken in rates.items():
                record.add(title, precision, "tokens/s", taken)
            middle = {precision: float(np.median(taken)) for precision, taken in rates.items()}
            print(
                f"{title:32} float32 {middle['float32']:8,.0f} tokens/s, int8 {middle['int8']:8,.0f}: "
                f"{middle['int8'] / middle['float32']:.2f} x float32, "
                f"{middle['int8'] / middle['bfloat16']:.2f} x bfloat16",
                flush=True,
            )


def rate_of(model: ELMo, sentences: list[list[str]], precision: Any, repeats: int) -> float:
    """Return the tokens per second of CPU time, once the weights have been packed."""
    model.encode(sentences, "all", precision=precision, workers=1, progress=False)
    begin = time.process_time()
    for _ in range(repeats):
        model.encode(sentences, "all", precision=precision, workers=1, progress=False)
    return repeats * sum(map(len, sentences)) / (time.process_time() - begin)


def quality(options: argparse.Namespace, record: Recorder) -> None:
    lines = list(itertools.islice(token_lines(options.corpus), options.lines))
    exact: dict[str, Any] = {}
    for precision in PRECISIONS:
        model = ELMo.from_pretrained(options.model)
        for name, layers in (*((name, index) for index, name in enumerate(LAYERS)), ("average", "average")):
            found = np.concatenate(model.encode(lines, layers, precision=precision, workers=options.workers))
            if precision == "float32":
                exact[name] = found
                continue
            (similar,) = cosines(exact[name][np.newaxis], found[np.newaxis])
            record.add(name, precision, "mean cosine", [float(similar.mean())])
            record.add(name, precision, "lowest cosine", [float(similar.min())])
            print(f"{name:12} {precision:9} cosine: mean {similar.mean():.6f}, lowest {similar.min():.6f}", flush=True)
        if model.vocabulary is not None:
            found_perplexity = model.perplexity(lines, precision=precision, workers=options.workers, progress=False)
            record.add("perplexity", precision, "perplexity", [found_perplexity.geometric_mean])
            print(f"perplexity   {precision:9} {found_perplexity.geometric_mean:.3f}", flush=True)
    if options.data is not None:
        chunking(options, record)


def chunking(options: argparse.Namespace, record: Recorder) -> None:
    train, _, test = read_chunking(options.data)
    tagger = SequenceTagger(
        ELMo.from_pretrained(options.model), epochs=options.epochs, workers=options.workers, **TAGGER
    )
    tagger.fit(train.X[: options.sentences], train.y[: options.sentences])
    predicted = {}
    for precision in PRECISIONS:
        tagger.set_params(elmo_precision=None if precision == "float32" else precision)
        predicted[precision] = [tag for tags in tagger.predict(test.X) for tag in tags]
        f1 = 100 * tagger.score(test.X, test.y)
        differs = sum(one != other for one, other in zip(predicted[precision], predicted["float32"], strict=True))
        record.add("CoNLL-2000", precision, "F1", [f1])
        record.add("CoNLL-2000", precision, "changed tags", [float(differs)])
        print(
            f"CoNLL-2000   {precision:9} F1 {f1:.2f}; {differs} of {len(predicted[precision]):,} tags differ",
            flush=True,
        )


if __name__ == "__main__":
    main()
