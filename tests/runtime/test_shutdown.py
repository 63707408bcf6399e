"""Interruptible calls of daemon threads end when the interpreter exits."""

from __future__ import annotations

import pytest

from child_processes import run_python

# A daemon thread trains while the main thread ends.
PROGRAM = """
    import threading

    from wordkin import Word2Vec

    model = Word2Vec([["a", "b", "c"]] * 1000, min_count=1, vector_size=16, workers=2, epochs=1)
    started = threading.Event()

    class Start:
        def on_epoch_end(self, model):
            started.set()

    def train():
        model.train(
            [["a", "b", "c"]] * 1000, total_examples=1000, epochs=10**6, start_alpha=0.0001, callbacks=[Start()]
        )

    def work():
        {work}

    threading.Thread(target=work, daemon=True).start()
    started.wait()
"""

ENDINGS = {
    "silently": ("train()", ""),
    "with cleanup": ("try: train()\n        finally: print('cleaned up', flush=True)", "cleaned up\n"),
    "as SystemExit": (
        "try: train()\n        except SystemExit: print(model.training_report.interrupted, flush=True)",
        "True\n",
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_work_ends_as_after_an_exception(ending: str) -> None:
    work, output = ENDINGS[ending]
    done = run_python(PROGRAM.format(work=work))
    assert (done.returncode, done.stdout, done.stderr) == (0, output, "")


# Each waits for the interpreter lock in another way; up to Python 3.13, the exit ends a thread that waits for it.
ENDLESS = {
    "training": "train()",
    "an iterable": "started.set(); Word2Vec().build_vocab(['a', 'b'] for _ in iter(int, 1))",
    "a scoring function": "started.set(); Phrases([['a', 'b']] * 50, min_count=1, scoring=score)[[['a', 'b']] * 50]",
}


@pytest.mark.parametrize("call", ENDLESS)
def test_a_thread_that_does_not_end_is_not_waited_for_long(call: str) -> None:
    settings = """
        from wordkin import Phrases
        from wordkin.runtime import shutdown
        shutdown._SECONDS_TO_RETURN = 0.1

        def score(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
            return float(sum(range(1000)))

    """
    script = PROGRAM.format(work=f"while True:\n            try: {ENDLESS[call]}\n            except SystemExit: pass")
    done = run_python(settings, script)
    assert (done.returncode, done.stdout) == (0, "")
    # Python prints an exception that is raised in the thread while Python runs its own callback.
    assert not done.stderr or done.stderr.startswith("Exception ignored"), done.stderr


def test_the_main_thread_can_work_during_the_exit() -> None:
    script = """
        import atexit
        atexit.register(lambda: print(len(Word2Vec(TEXT, min_count=1, workers=2).wv)))
        from wordkin import Word2Vec
        TEXT = [["a", "b", "c"]] * 1000
        Word2Vec(TEXT, min_count=1, workers=2)
    """
    done = run_python(script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


def test_children_do_not_wait_for_threads_of_their_parent() -> None:
    script = """
        import os, sys, warnings
        from wordkin.runtime import shutdown
        warnings.simplefilter("ignore", DeprecationWarning)
        if os.fork() == 0:
            shutdown._SECONDS_TO_RETURN = 10_000.0
            sys.exit()  # runs the same exit functions
        print(os.wait()[1], flush=True)
    """
    done = run_python(PROGRAM.format(work="train()"), script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_calls_of_numpy_end_as_well_and_no_other_is_made() -> None:
    """OpenBLAS may wait forever for its threads if another thread is within NumPy when the process ends."""
    script = """
        import atexit, threading, time
        atexit.register(lambda: print(*(thread.is_alive() for thread in threads)))  # runs last
        import numpy as np
        from wordkin import KeyedVectors

        table = KeyedVectors(4)
        table.add_vectors(["a", "b", "c", "d", "e"], np.eye(5, 4, dtype=np.float32))
        explorations = []

        def explore():
            while True:
                explorations.append(table.explore())

        threads = [threading.Thread(target=explore, daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        while len(explorations) < 5 and any(thread.is_alive() for thread in threads):
            time.sleep(0.01)
    """
    done = run_python(script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False False False\n", "")


def test_cleaning_up_is_not_interrupted() -> None:
    """SystemExit is raised once, whether C++ or Python is running, and not again in `finally`."""
    work = "try: train()\n        finally: print(sum(number for number in range(100_000)), flush=True)"
    done = run_python(PROGRAM.format(work=work))
    assert (done.returncode, done.stdout, done.stderr) == (0, "4999950000\n", "")
