"""How many bytes does a rank send, and what fraction of the time would that take?

Calculated from the schedule of synchronizations: each combined row of both matrices is sent 2 (N - 1) / N times in an
epoch, whatever the number of words; the time is that at the full bandwidth, without latency. Ranks train at --speed
words per second.

    python -m bench.distributed.traffic
"""

from __future__ import annotations

import argparse

from bench.compare import add_record_flag
from bench.recording import recording
from wordkin.word2vec.training.synchronization import synchronized_words

PERIODS = 100  # of an epoch by default


def epoch_bytes(ranks: int, words: int, size: int, *, element: int, periods: int = PERIODS) -> float:
    """Return the number of bytes that a rank sends in an epoch."""
    rows = sum(synchronized_words(number, words) for number in range(1, periods + 1)) + words
    return 2 * (ranks - 1) / ranks * rows * 2 * size * element


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=float, default=10e9, help="words of the corpus")
    parser.add_argument("--speed", type=float, default=5e6, help="words per second of a rank")
    parser.add_argument("--vocabulary", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--size", type=int, default=300, help="dimensionality of the vectors")
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options) as record:
        for vocabulary in options.vocabulary:
            for ranks in (2, 4, 16, 64):
                for wire, element in (("float32", 4), ("bfloat16", 2)):
                    sent = epoch_bytes(ranks, vocabulary, options.size, element=element)
                    case = f"{vocabulary:,} words, {wire}"
                    per_word = sent / (options.words / ranks)
                    record.add(case, "calculation", "bytes a word", [per_word], at=ranks)
                    shares = []
                    for gigabits in (1, 10):
                        seconds = sent / (gigabits * 125e6)
                        training = options.words / ranks / options.speed
                        shares.append(100 * seconds / (seconds + training))
                        record.add(case, f"{gigabits} Gbit/s", "% of time", shares[-1:], at=ranks)
                    print(
                        f"{case:26} {ranks:3} ranks: {per_word:7.3f} bytes a word, {shares[0]:5.1f} % of the time at 1 "
                        f"Gbit/s, {shares[1]:5.1f} % at 10 Gbit/s",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
