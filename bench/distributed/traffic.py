"""How many bytes does a rank send, and what fraction of the time does that take?

Calculated from the schedule of synchronizations with default periods: each combined row of both matrices is sent
2 (N - 1) / N times, whatever the number of words; the time is that at the full bandwidth, without latency and without
overlap. Ranks train at --speed words per second. With a limit of the time (`sync_share`), synchronizations become up
to ten times rarer.

    python -m bench.distributed.traffic
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

from bench.compare import add_record_flag
from bench.recording import recording
from wordkin.word2vec.training.synchronization import synchronized_words

PERIODS = 100  # of an epoch by default
MOST_PERIODS = 10  # between synchronizations
WIRES = {"float32": 4, "bfloat16": 2}


def epoch_bytes(ranks: int, words: int, size: int, *, element: int, periods: int = PERIODS) -> float:
    """Return the number of bytes that a rank sends in an epoch."""
    rows = sum(synchronized_words(number, words, ranks) for number in range(1, periods + 1)) + words
    return 2 * (ranks - 1) / ranks * rows * 2 * size * element


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of ranks that trains for an epoch."""

    ranks: int
    words: float
    speed: float
    vocabulary: int
    size: int
    element: int

    def bytes_sent(self, periods: int) -> float:
        """Return what a rank sends in an epoch of a number of periods."""
        return epoch_bytes(self.ranks, self.vocabulary, self.size, element=self.element, periods=periods)

    def share(self, synchronizations: int, gigabits: float) -> float:
        """Return the fraction of the time of an epoch that sending takes."""
        seconds = self.bytes_sent(synchronizations) / (gigabits * 125e6)
        return seconds / (seconds + self.words / self.ranks / self.speed)

    def limited(self, gigabits: float, share: float) -> int:
        """Return the number of synchronizations of an epoch that take at most a fraction of the time."""
        for periods in range(1, MOST_PERIODS):
            if self.share(math.ceil(PERIODS / periods), gigabits) <= share:
                return math.ceil(PERIODS / periods)
        return math.ceil(PERIODS / MOST_PERIODS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=float, default=10e9, help="words of the corpus")
    parser.add_argument("--speed", type=float, default=5e6, help="words per second of a rank")
    parser.add_argument("--vocabulary", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--size", type=int, default=300, help="dimensionality of the vectors")
    parser.add_argument("--ranks", type=int, nargs="+", default=[2, 4, 8, 16, 32, 64])
    parser.add_argument("--sync-share", type=float, default=0.1, help="limit of the time, for a second calculation")
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options, is_timed=False) as record:
        for vocabulary in options.vocabulary:
            for wire, element in WIRES.items():
                for ranks in options.ranks:
                    group = Group(
                        ranks=ranks, words=options.words, speed=options.speed, vocabulary=vocabulary,
                        size=options.size, element=element,
                    )  # fmt: skip
                    case = f"{vocabulary:,} words, {wire}"
                    per_word = group.bytes_sent(PERIODS) / (options.words / ranks)
                    record.add(case, "calculation", "bytes a word", [per_word], at=ranks)
                    shown = [f"{case:26} {ranks:3} ranks: {per_word:8.3f} bytes a word"]
                    for gigabits in (1, 10):
                        share = 100 * group.share(PERIODS, gigabits)
                        record.add(case, f"{gigabits} Gbit/s", "% of time", [share], at=ranks)
                        fewer = group.limited(gigabits, options.sync_share)
                        limited = 100 * group.share(fewer, gigabits)
                        limit = f"{gigabits} Gbit/s, sync_share={options.sync_share:g}"
                        record.add(case, limit, "% of time", [limited], at=ranks)
                        record.add(case, limit, "synchronizations", [fewer], at=ranks)
                        shown.append(f"{share:5.1f} % at {gigabits} Gbit/s, {limited:.1f} % with {fewer}")
                    print("; ".join(shown), flush=True)


if __name__ == "__main__":
    main()
