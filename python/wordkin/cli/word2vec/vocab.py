"""``wordkin vocab``: count the words of text."""

from __future__ import annotations

import argparse
import time
from typing import Any

from .. import exits
from ..corpus_flags import add_corpus, add_vocabulary_rules, open_input
from ..outputs import require_writable_place
from ..terminal import print_json

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "vocab",
        help="count the words of text",
        description="Count the words of text: a word and its count on each line, the most frequent first. "
        "`wordkin train --read-vocab` takes such files.",
    )
    add_corpus(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write; by default to standard output")
    add_vocabulary_rules(
        parser.add_argument_group("vocabulary"), min_count="words that occur less often are left out (1)"
    )
    parser.add_argument("--workers", type=int, metavar="INT", help="threads (as many as there are cores)")
    parser.add_argument("--json", action="store_true", help="report as JSON; needs --output")


def run(args: argparse.Namespace) -> int:
    """Count, write, report."""
    from ...runtime.compute import requested_workers
    from ...word2vec.options import VocabularyOptions

    if args.json and args.output is None:
        raise exits.UsageError("--json reports about a file: give --output too")
    try:
        rules = VocabularyOptions(
            min_count=1 if args.min_count is None else args.min_count,
            max_vocab_size=args.max_vocab_size,
            max_final_vocab=args.max_final_vocab,
            sorted_vocab=args.sorted_vocab is None,
        )
        workers = requested_workers(args.workers)
    except ValueError as error:
        raise exits.UsageError(str(error)) from None
    if args.output is not None:
        require_writable_place(args.output)
    begin = time.perf_counter()
    _, corpus = open_input(args.corpus)
    counts = corpus.scan(workers, keep_ids=False, max_vocab_size=rules.max_vocab_size).counts
    vocabulary, report = counts.prune(rules.min_count, rules.max_final_vocab, sorted_vocab=rules.sorted_vocab)
    if args.output is None:
        for word, count in zip(vocabulary.words, vocabulary.counts.tolist(), strict=True):
            print(word, count)
        return exits.SUCCESS
    from ...vectors.files import write_vocabulary

    write_vocabulary(args.output, vocabulary.words, vocabulary.counts)
    summary = {
        "output": args.output,
        "words": report.retained_words,
        "occurrences": report.retained_total,
        "words_left_out": report.dropped_words,
        "occurrences_left_out": report.dropped_total,
        "min_count": report.min_count,
        "raw_words": vocabulary.raw_words,
        "sentences": vocabulary.raw_sentences,
        "seconds": round(time.perf_counter() - begin, 3),
    }
    if args.json:
        print_json(summary)
    else:
        print(
            f"{summary['words']:,} words ({summary['occurrences']:,} occurrences) written to {args.output}; "
            f"{summary['words_left_out']:,} words ({summary['occurrences_left_out']:,} occurrences) left out"
        )
    return exits.SUCCESS
