"""One supervised training by fastText; prints the same as bench/fasttext/supervised_job.py."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import fasttext


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("options", help="arguments of train_supervised as JSON")
    parser.add_argument("--quantize", action="store_true")
    arguments = parser.parse_args()
    options = json.loads(arguments.options)
    cpu, wall = time.process_time(), time.perf_counter()
    model = fasttext.train_supervised(arguments.train, verbose=0, **options)
    result = {"cpu_seconds": time.process_time() - cpu, "seconds": time.perf_counter() - wall}
    result["accuracy"] = model.test(arguments.test)[1]
    if arguments.quantize:
        cpu = time.process_time()
        model.quantize(
            cutoff=100_000, qnorm=True, retrain=True, input=arguments.train, thread=1, verbose=0, lr=options["lr"]
        )
        result["quantize_cpu_seconds"] = time.process_time() - cpu
        result["quantized_accuracy"] = model.test(arguments.test)[1]
        with tempfile.TemporaryDirectory() as folder:
            model.save_model(str(Path(folder) / "m.ftz"))
            result["megabytes"] = (Path(folder) / "m.ftz").stat().st_size / 1e6
    print(json.dumps(result))


if __name__ == "__main__":
    main()
