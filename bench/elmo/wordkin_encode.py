"""Encoding of sentences and files, and loading of models with wordkin; prints times and memory as JSON."""

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
from wordkin.elmo.inference.inference_model import InferenceModel
from wordkin.runtime.compute import Compute

CHECKED = 64  # The layers of this number of sentences are summed, to compare them with those of the rival.


def sentences_of(corpus: Path, count: int, length: int) -> list[list[str]]:
    """Return the first `length` words of the first `count` sentences with at least as many words."""
    found = (line[:length] for line in token_lines(corpus) if len(line) >= length)
    return list(itertools.islice(found, count))


def batches(model: ELMo, options: argparse.Namespace) -> dict:
    """Encode the same sentences repeatedly, as one batch or one at a time."""
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
        "positions_per_second": (options.length + 2) / of_sentence,  # including the boundary markers
        "different_words": len({word for sentence in sentences for word in sentence}),
    }


def whole_file(model: ELMo, options: argparse.Namespace) -> dict:
    """Encode a text sentence by sentence."""
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
    """Load a model and encode a word."""
    started = time.perf_counter()
    model = ELMo.from_pretrained(options.folder)
    read = time.perf_counter()
    model.encode("word", workers=options.threads, precision=options.precision)
    ready = time.perf_counter()
    return {"seconds": ready - started, "read": read - started, "pack": ready - read}


def reading(options: argparse.Namespace) -> dict:
    """Read the bytes of all files of a model."""
    started = time.perf_counter()
    for file in sorted(options.folder.iterdir()):
        file.read_bytes()
    return {"read": time.perf_counter() - started}


def memory(model: ELMo, options: argparse.Namespace) -> dict:
    """Encode a file and return the peak memory of the process."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        lines = itertools.islice(token_lines(options.corpus), options.lines)
        text.write_text("".join(f"{' '.join(line)}\n" for line in lines), encoding="utf-8")
        model.encode_file(
            text, Path(folder) / "vectors.safetensors", "average", workers=options.threads,
            precision=options.precision, progress=False,
        )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    packed = InferenceModel.load(model._fitted(), Compute.choose(workers=1, precision=options.precision))
    return {
        "peak_megabytes": peak,
        "weights": sum(tensor.nbytes for tensor in model.parameters.values()) / 2**20,
        "packed": packed.core.packed_bytes / 2**20,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("batches", "file", "load", "read", "memory"))
    parser.add_argument("folder", type=Path, help="options.json and weights.hdf5")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--sentences", type=int, default=32)
    parser.add_argument("--length", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--cold", action="store_true", help="without a token-vector cache")
    parser.add_argument("--lines", type=int, help="number of lines of the file to read")
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    if options.work in ("load", "read"):
        print(json.dumps({"load": loading, "read": reading}[options.work](options)))
        return
    model = ELMo.from_pretrained(options.folder)
    works = {"batches": batches, "file": whole_file, "memory": memory}
    print(json.dumps(works[options.work](model, options)))


if __name__ == "__main__":
    main()
