"""How fast does a model of ELMoForManyLangs load and encode, compared with its original modules?

The model has the published size, 4096/512 with word vectors and characters, and random weights; the package
elmoformanylangs writes it. Both sides encode the same sentences in batches of 32 with the same number of threads, from
strings to all layers, whose sums must agree. Loading is compared with reading the bytes of the files, which the cache
of the operating system contains. Five runs take about five minutes.

    python -m bench.elmo.pretrained wiki-sentences-valid.txt.gz
    python -m bench.elmo.pretrained wiki-sentences-valid.txt.gz --lines 64 --runs 1  # quick
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.compare import Samples, add_record_flag, in_turn, ratio_text, run_job
from bench.elmo.lstm_stack import thread_count
from bench.recording import Recorder, recording
from bench.rivals.environments import MANYLANGS, python_with
from wordkin.elmo.files.vector_output import token_lines

HERE = Path(__file__).resolve().parent
WORKER = str(HERE / "wordkin_encode.py")
ORIGINAL = str(HERE.parent / "rivals" / "manylangs_encode.py")


def plain_text(corpus: Path, folder: Path, lines: int) -> Path:
    """Write the first lines of a corpus, which may be compressed, as a file that both sides read."""
    text = folder / "text.txt"
    with text.open("w", encoding="utf-8") as file:
        for _, words in zip(range(lines), token_lines(corpus), strict=False):
            file.write(" ".join(words) + "\n")
    return text


def compare_encoding(options: argparse.Namespace, rival: str, files: list[str], record: Recorder) -> None:
    for threads in options.threads:
        given = [*files, "--threads", str(threads)]
        samples = in_turn(
            {
                "wordkin": (sys.executable, WORKER, ["file", *given]),
                "original modules": (rival, ORIGINAL, ["encode", *given]),
            },
            options.runs,
        )
        own, other = (taken.results[0] for taken in samples.values())
        if own["words"] != other["words"] or not np.allclose(own["sums"], other["sums"], rtol=1e-4):
            raise SystemExit(f"the results differ: {own} and {other}")
        record.add_samples(f"encode, {thread_count(threads)}", samples, "words_per_second", "words/s")
        shown = ratio_text(samples["wordkin"], samples["original modules"], "words_per_second")
        print(f"\nencode {own['words']:,} words, {thread_count(threads)}: {shown}")
        show(samples, "words_per_second", "words/s")


def compare_loading(options: argparse.Namespace, folder: Path, files: list[str], record: Recorder) -> None:
    samples = in_turn(
        {work: (sys.executable, WORKER, [work, *files]) for work in ("load", "read")},
        options.runs,
    )
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    record.add("load", "wordkin", "s", samples["load"].values("read"))
    record.add("load", "reading the bytes", "s", samples["read"].values("read"))
    record.add("load", "files", "MB", [size])
    print(f"\nload {size:.0f} MB: {ratio_text(samples['load'], samples['read'], 'read')} of reading the bytes")
    for name, taken in samples.items():
        print(f"  {name:18} {taken.median('read'):.3f} s", flush=True)


def show(samples: dict[str, Samples], key: str, unit: str) -> None:
    for name, taken in samples.items():
        print(f"  {name:18} {taken.median(key):>9,.0f} {unit} ({taken.spread(key)})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="text with one sentence per line")
    parser.add_argument("--lines", type=int, default=256, help="number of lines to encode (256)")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--manylangs-python", help="interpreter with elmoformanylangs and PyTorch (default: a new environment)"
    )
    add_record_flag(parser)
    options = parser.parse_args()
    rival = options.manylangs_python or python_with(*MANYLANGS)
    with recording(options, *MANYLANGS[:2]) as record, tempfile.TemporaryDirectory() as name:
        print(f"# rival: {', '.join(MANYLANGS[:2])}; median of {options.runs} alternating runs")
        folder = Path(name) / "model"
        text = plain_text(options.corpus, Path(name), options.lines)
        run_job(rival, ORIGINAL, ["write", str(folder), str(text)])
        files = [str(folder), str(text)]
        compare_loading(options, folder, files, record)
        compare_encoding(options, rival, files, record)


if __name__ == "__main__":
    main()
