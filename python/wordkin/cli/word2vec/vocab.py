"""``wordkin vocab``: count the words of a text."""

from __future__ import annotations

import argparse
import time
from typing import Any

from ...runtime.compute import requested_workers
from ...runtime.progress import counted_progress
from ...storage.overwrite import check_outputs
from ...vectors.files import write_vocabulary
from ...word2vec.options import VocabularyOptions
from .. import exits
from ..corpus_flags import add_corpus, inputs_of, open_input, skipped_report
from ..flags import add_json_flag, add_progress_flag, add_workers_flag, argument_names, given_arguments
from ..messages import progress_display
from ..outputs import require_writable_file
from ..parsers import add_examples
from ..reports import print_report
from ..streams import allow_streams
from .train import add_vocabulary_flags
from .vocab_merge import MERGE, merged_counts

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Count the words of a text and print them with their counts, one word per line, the most frequent first. "
        "`wordkin train --read-vocab` reads such files. `wordkin vocab merge FILE ...` adds the counts of such files, "
        "of texts that were counted apart with --min-count 1."
    )
    add_corpus(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="file for the words (default: standard output)")
    add_vocabulary_flags(parser.add_argument_group("vocabulary"), min_count="1")
    add_workers_flag(parser)
    add_progress_flag(parser)
    add_json_flag(parser, "print a report as JSON; requires --output")
    allow_streams(parser, outputs=("output",))
    add_examples(
        parser,
        ("print the 20 most frequent words", "wordkin vocab corpus.txt | head -n 20"),
        ("count once and train from the counts", "wordkin vocab corpus.txt -o counts.txt --min-count 5"),
        ("add the counts of two texts", "wordkin vocab merge first.txt second.txt -o counts.txt --min-count 5"),
    )


def run(args: argparse.Namespace) -> int:
    """Count, write and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    if args.json and args.output is None:
        raise exits.UsageError("--json requires --output")
    try:
        rules = VocabularyOptions(**{"min_count": 1, **given_arguments(args, argument_names(VocabularyOptions))})
        workers = requested_workers(args.workers)
    except ValueError as error:
        raise exits.UsageError(str(error)) from None
    if args.output is not None:
        require_writable_file(args.output)
    begin = time.perf_counter()
    skipped: dict[str, str] = {}
    if args.corpus[0] == MERGE:
        counts = merged_counts(args)
    else:
        check_outputs(args.output, inputs=inputs_of(args.corpus))
        opened = open_input(args.corpus, args)
        skipped = opened.skipped
        with counted_progress(progress_display(args), None, " words", title="counting") as progress:
            found = opened.corpus.scan(workers, keep_ids=False, max_vocab_size=rules.max_vocab_size, progress=progress)
        counts = found.counts
    vocabulary, report = counts.prune(rules.min_count, rules.max_final_vocab, sorted_vocab=rules.sorted_vocab)
    if args.output is None:
        for word, count in zip(vocabulary.words, vocabulary.counts.tolist(), strict=True):
            print(word, count)
        return exits.SUCCESS
    write_vocabulary(args.output, vocabulary.words, vocabulary.counts)
    summary = {
        "output": args.output,
        "words": report.retained_words,
        "occurrences": report.retained_total,
        "dropped_words": report.dropped_words,
        "dropped_occurrences": report.dropped_total,
        "min_count": report.min_count,
        "raw_words": vocabulary.raw_words,
        "sentences": vocabulary.raw_sentences,
        "skipped": skipped_report(skipped),
        "seconds": round(time.perf_counter() - begin, 3),
    }
    print_report(args, summary, _print_summary)
    return exits.SUCCESS


def _print_summary(summary: dict[str, Any]) -> None:
    print(
        f"{summary['words']:,} words ({summary['occurrences']:,} occurrences) written to {summary['output']}; "
        f"{summary['dropped_words']:,} words ({summary['dropped_occurrences']:,} occurrences) dropped"
    )
