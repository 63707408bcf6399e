"""How much does a rank send over a network of 1 and 10 Gbit/s, and what fraction of the time does it take?

Trains word vectors with ranks in separate network namespaces of this machine (`bench.distributed.namespaces`) and
several numbers of words between synchronizations. Prints the bytes a word that rank 0 has sent according to its report
and to its network device, and the fraction of the time in the exchange, both beside the calculation of
`bench.distributed.traffic`. The ranks share the CPU cores of the machine. Needs root.

    python -m bench.distributed.network wiki-lower-17m.txt.gz --gigabits 1 10
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.distributed.namespaces import network, outputs_of_ranks, rate_name, sent_by
from bench.distributed.traffic import epoch_bytes
from bench.recording import recording
from wordkin import Word2Vec

SIZE = 100
FLAGS = ["--sg", "--vector-size", str(SIZE), "--workers", "1", "--epochs", "1", "--json", "--no-progress"]


def trained(options: argparse.Namespace, corpus: Path, gigabits: float | None, sync_words: int) -> dict[str, Any]:
    """Return the report of rank 0, with "sent" by its device, in bytes, and "known_words" of the text."""
    with tempfile.TemporaryDirectory() as folder, network(options.ranks, gigabits) as names:
        output = Path(folder) / "vectors.safetensors"
        command = [options.python, "-m", "wordkin", "train", str(corpus), "-o", str(output)]
        command += ["--distributed", "torch", "--sync-words", str(sync_words), "--wire", options.wire, *FLAGS]
        report: dict[str, Any] = json.loads(outputs_of_ranks(names, command)[0])
        counts = Word2Vec.load(output).wv.expandos["count"]
        return {**report, "sent": sent_by(names[0]), "known_words": int(counts.sum())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--words", type=int, default=4_000_000, help="length of the text")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--gigabits", type=float, nargs="+", default=[1, 10], help="rates of the network in Gbit/s")
    parser.add_argument("--sync-words", type=int, nargs="+", default=[10_000, 20_000, 50_000, 100_000, 500_000])
    parser.add_argument("--wire", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--python", default=sys.executable, help="Python interpreter with wordkin and torch")
    add_record_flag(parser)
    options = parser.parse_args()
    element = 4 if options.wire == "float32" else 2
    with recording(options) as record, unpacked(options.corpus, options.words) as corpus:
        for gigabits in (None, *options.gigabits):
            case = f"{options.ranks} ranks, {options.wire}, {rate_name(gigabits)}"
            for sync_words in options.sync_words:
                report = trained(options, corpus, gigabits, sync_words)
                communication, words = report["communication"], report["raw_words"] / options.ranks
                training = sum(epoch["seconds"] for epoch in report["epochs"]) - communication["seconds"]
                # Periods are measured in words of the vocabulary.
                vocabulary, periods = report["vocabulary_size"], int(report["known_words"] / options.ranks / sync_words)
                expected = epoch_bytes(options.ranks, vocabulary, SIZE, element=element, periods=periods)
                sent = {"report": communication["bytes_sent"], "device": report["sent"], "calculation": expected}
                for system, number in sent.items():
                    record.add(case, system, "bytes a word", [number / words], at=sync_words)
                shares = {"measured": communication["share"]}
                if gigabits is not None:
                    seconds = expected / (gigabits * 125e6)
                    shares["calculation"] = seconds / (seconds + training)
                for system, share in shares.items():
                    record.add(case, system, "% of time", [100 * share], at=sync_words)
                record.add(case, "measured", "words/s", [words / training], at=sync_words)
                print(
                    f"{case}, {sync_words:,} words between synchronizations:",
                    ", ".join(f"{number / words:.2f} bytes a word ({system})" for system, number in sent.items()) + ",",
                    ", ".join(f"{share:.1%} of the time ({system})" for system, share in shares.items()),
                    flush=True,
                )


if __name__ == "__main__":
    main()
