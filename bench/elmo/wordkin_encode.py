"""Sentences to contextual vectors by wordkin, a model's files to a loaded model, a file of text to a file of vectors;
prints figures as JSON."""

import argparse
import itertools
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from wordkin import ELMo
from wordkin.elmo.files.vector_output import token_lines

CHECKED = 64  # sentences of a file whose layers are summed up, for comparison with the rival's


def sentences_of(corpus: Path, count: int, length: int) -> list[list[str]]:
    """The first words of the first sentences that are so long."""
    found = (line[:length] for line in token_lines(corpus) if len(line) >= length)
    return list(itertools.islice(found, count))


def batches(model: ELMo, options: argparse.Namespace) -> dict:
    """All layers of the same sentences again and again: together, or one at a time."""
    sentences = sentences_of(options.corpus, options.sentences, options.length)
    parts = [sentences] if options.batch_size > 1 else [[sentence] for sentence in sentences]

    def run(part: list[list[str]]) -> None:
        model.encode(
            part, "all", batch_size=options.batch_size, workers=options.threads, precision=options.precision,
            cache_bytes=0 if options.cold else None, progress=False,
        )  # fmt: skip

    run(sentences)
    times: list[float] = []
    begin = time.perf_counter()
    for part in itertools.cycle(parts):
        started = time.perf_counter()
        run(part)
        times.append((time.perf_counter() - started) / len(part))
        if len(times) >= max(2, len(parts)) and time.perf_counter() - begin > options.seconds:
            break
    of_sentence = statistics.median(times)
    return {
        "words_per_second": options.length / of_sentence,
        "places_per_second": (options.length + 2) / of_sentence,  # with the marks of its ends
        "different_words": len({word for sentence in sentences for word in sentence}),
    }


def whole_file(model: ELMo, options: argparse.Namespace) -> dict:
    """All layers of a text, sentence by sentence."""
    model.encode("word", workers=options.threads, precision=options.precision)  # packs the weights
    lines = itertools.islice(token_lines(options.corpus), options.lines)
    words = 0
    sums = np.zeros(model.options.n_layers + 1)
    started = time.perf_counter()
    for number, layers in enumerate(
        model.encode_iter(lines, "all", workers=options.threads, precision=options.precision)
    ):
        words += layers.shape[1]
        if number < CHECKED:
            sums += np.abs(layers).sum(axis=(1, 2), dtype=np.float64)
    seconds = time.perf_counter() - started
    return {"words_per_second": words / seconds, "words": words, "sums": sums.tolist()}


def loading(options: argparse.Namespace) -> dict:
    """From files to the first vector."""
    started = time.perf_counter()
    model = ELMo.from_pretrained(options.folder)
    read = time.perf_counter()
    model.encode("word", workers=options.threads, precision=options.precision)
    ready = time.perf_counter()
    return {"seconds": ready - started, "read": read - started, "pack": ready - read}


def memory(model: ELMo, options: argparse.Namespace) -> dict:
    """The most that a process takes which encodes a file into a file."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        lines = itertools.islice(token_lines(options.corpus), options.lines)
        text.write_text("".join(f"{' '.join(line)}\n" for line in lines), encoding="utf-8")
        model.encode_file(
            text, Path(folder) / "vectors.safetensors", "average", workers=options.threads,
            precision=options.precision, progress=False,
        )  # fmt: skip
    packed = model._packed
    assert packed is not None
    return {
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "weights": sum(tensor.nbytes for tensor in model.parameters.values()) / 2**20,
        "packed": packed.core.packed_bytes / 2**20,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("batches", "file", "load", "memory"))
    parser.add_argument("folder", type=Path, help="options.json and weights.hdf5")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--sentences", type=int, default=32)
    parser.add_argument("--length", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--cold", action="store_true", help="no word is remembered from call to call")
    parser.add_argument("--lines", type=int, help="of a file, the first so many")
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    if options.work == "load":
        print(json.dumps(loading(options)))
        return
    model = ELMo.from_pretrained(options.folder)
    works = {"batches": batches, "file": whole_file, "memory": memory}
    print(json.dumps(works[options.work](model, options)))


if __name__ == "__main__":
    main()
