"""Training and the process: signals, threads, forks, resource limits, exit of the interpreter."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec
from wordkin.runtime import compute

Sentences = list[list[str]]
RunScript = Callable[..., str]

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and forks of POSIX")

TEXT = 'text = [[f"w{(i * i + j) % 97}" for j in range(1 + i % 23)] for i in range(900)]'


@needs_posix
def test_interruption_at_random_times(run_script: RunScript) -> None:
    """Ctrl-C once or twice: KeyboardInterrupt, no threads left, an interrupted report, and training can continue."""
    script = f"""
        import os, random, signal, threading, time
        import numpy as np
        from wordkin import Word2Vec
        {TEXT}
        model = Word2Vec(text, min_count=1, vector_size=32, epochs=1, workers=2, batch_words=200)
        random.seed(1)

        def threads():
            return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0

        before = threads()

        def press(times):
            time.sleep(random.uniform(0, 0.1))
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(random.uniform(0, 0.002))

        for attempt in range(30):
            presser = threading.Thread(target=press, args=(1 + attempt % 2,))
            caught = 0
            try:
                try:
                    presser.start()
                    model.train(text, total_examples=900, epochs=10**6)
                except KeyboardInterrupt:
                    caught += 1
                    presser.join()
            except KeyboardInterrupt:
                caught += 1
                presser.join()
            assert caught, "the training ended by itself"
            assert attempt % 2 or model.training_report.interrupted
            assert np.isfinite(model.wv.vectors).all()
            assert abs(model.wv.similarity("w1", "w1") - 1) < 1e-5
            for _ in range(6000):  # the signalling thread needs time to exit, too
                if threads() == before:
                    break
                time.sleep(0.01)
            else:
                raise AssertionError("threads were left")
        model.train(text, total_examples=900, epochs=1)
        assert not model.training_report.interrupted
    """
    run_script(script)


@needs_posix
def test_interruption_within_a_long_sentence(run_script: RunScript) -> None:
    script = """
        import os, signal, threading
        from wordkin import Word2Vec
        sentence = [f"w{i % 5000}" for i in range(10_000)]
        model = Word2Vec(min_count=1, vector_size=300, window=10_000, shrink_windows=False, workers=2, sg=1, sample=0)
        model.build_vocab([sentence])
        for _ in range(5):
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            try:
                model.train([sentence] * 3, total_examples=3, epochs=1)
            except KeyboardInterrupt:
                assert model.training_report.epochs[-1].interrupted
            else:
                raise AssertionError("the training finished")
    """
    run_script(script)


@needs_posix
def test_forked_children_can_train_and_query(run_script: RunScript) -> None:
    """Children are forked after a training, and while another thread trains."""
    script = f"""
        import os, threading
        from wordkin import Word2Vec
        {TEXT}
        model = Word2Vec(text, min_count=1, vector_size=16, epochs=1, workers=2, batch_words=200)

        def child():
            found = model.wv.most_similar("w1", topn=3)
            model.train(text, total_examples=900, epochs=1)
            other = Word2Vec(text, min_count=1, vector_size=16, epochs=1, workers=2, batch_words=200)
            os._exit(0 if len(found) == 3 and len(other.wv) == 97 else 1)

        def wait_for_child():
            pid = os.fork()
            if pid == 0:
                try:
                    child()
                finally:
                    os._exit(2)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            assert status == 0, status

        wait_for_child()
        busy = Word2Vec(min_count=1, vector_size=16, workers=2, batch_words=200)
        busy.build_vocab(text)
        stop = threading.Event()

        class Stop:
            def on_epoch_end(self, model):
                if stop.is_set():
                    raise EOFError

        def train():
            try:
                busy.train(text, total_examples=900, epochs=10**6, callbacks=[Stop()])
            except EOFError:
                pass

        thread = threading.Thread(target=train)
        thread.start()
        try:
            wait_for_child()
        finally:
            stop.set()
            thread.join()
    """
    run_script(script)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of processes and users as on Linux")
@pytest.mark.parametrize("allowed", [0, 1])
def test_training_with_fewer_threads_than_requested(run_script: RunScript, allowed: int) -> None:
    """If the system allows no more threads, the calling thread does the work, with the result of one worker."""
    script = f"""
        import logging, os, resource, sys
        import numpy as np
        from wordkin import Word2Vec
        logging.basicConfig(level=logging.WARNING, stream=sys.stdout)
        {TEXT}
        options = dict(min_count=1, vector_size=16, epochs=2, batch_words=200)
        expected = Word2Vec(text, workers=1, **options)
        model = Word2Vec(workers=4, **options)
        model.build_vocab(text)
        if os.getuid() == 0:  # root has no limits
            os.setuid(61_234)
        tasks = len(os.listdir("/proc/self/task"))
        resource.setrlimit(resource.RLIMIT_NPROC, (tasks + {allowed},) * 2)
        model.train(text, total_examples=900, epochs=2)
        assert np.array_equal(model.wv.vectors, expected.wv.vectors)
        print(model.training_report.workers)
    """
    output = run_script(script)
    assert output.split()[-1] == "1"
    assert "the system allows only 1 of 4 training threads" in output


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity of processes here")
def test_default_of_workers_respects_the_cpu_affinity(run_script: RunScript) -> None:
    script = """
        import os
        from wordkin import Word2Vec, show_config
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        assert Word2Vec().workers == show_config()["workers"] == 1
    """
    run_script(script)
    assert 1 <= Word2Vec().workers <= len(os.sched_getaffinity(0))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of address space as on Linux")
def test_memory_errors_of_training_threads_propagate(run_script: RunScript) -> None:
    """Wide windows with many noise words need buffers of gigabytes in each thread."""
    script = """
        import resource
        import numpy as np
        from wordkin import Word2Vec
        sentence = [f"w{i % 20}" for i in range(10_000)]
        model = Word2Vec(min_count=1, vector_size=8, window=10_000, negative=10_000, alpha=1e-6, sample=0)
        model.build_vocab([sentence])
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**29, resource.RLIM_INFINITY))
        for _ in range(2):
            try:
                model.train([sentence] * 4, total_examples=4, epochs=2)
            except MemoryError:
                assert model.training_report.interrupted
            else:
                raise AssertionError("no MemoryError")
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
        model.train([sentence[:50]], total_examples=1, epochs=1)
        assert np.isfinite(model.wv.vectors).all()
    """
    run_script(script)


def test_the_interpreter_can_exit_while_a_daemon_thread_trains(run_script: RunScript) -> None:
    script = f"""
        import threading
        from wordkin import Word2Vec
        {TEXT}
        model = Word2Vec(min_count=1, vector_size=16, workers=2, batch_words=200)
        model.build_vocab(text)
        began = threading.Event()

        class Begin:
            def on_epoch_end(self, model):
                began.set()

        threading.Thread(
            target=model.train, args=(text,), daemon=True,
            kwargs=dict(total_examples=900, epochs=10**6, callbacks=[Begin()]),
        ).start()
        began.wait()
        print("training")
    """
    for _ in range(3):
        assert run_script(script) == "training\n"


def test_training_in_another_thread(sentences: Sentences) -> None:
    here = Word2Vec(sentences, min_count=1, vector_size=8, workers=1)
    there: list[Word2Vec] = []
    thread = threading.Thread(target=lambda: there.append(Word2Vec(sentences, min_count=1, vector_size=8, workers=1)))
    thread.start()
    thread.join()
    np.testing.assert_array_equal(there[0].wv.vectors, here.wv.vectors)


def test_training_several_models_concurrently(sentences: Sentences) -> None:
    expected = Word2Vec(sentences, min_count=1, vector_size=8, workers=1).wv.vectors
    models: list[Word2Vec] = []
    threads = [
        threading.Thread(target=lambda: models.append(Word2Vec(sentences, min_count=1, vector_size=8, workers=1)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(models) == 4
    for model in models:
        np.testing.assert_array_equal(model.wv.vectors, expected)


def test_concurrent_training_of_one_model_is_rejected(sentences: Sentences) -> None:
    model = Word2Vec(min_count=1, vector_size=8, workers=1)
    model.build_vocab(sentences)
    inside, refused = threading.Event(), threading.Event()

    class Hold:
        def on_epoch_begin(self, model: Any) -> None:
            inside.set()
            refused.wait(60)

    def train() -> None:
        model.train(sentences, total_examples=1, epochs=1, start_alpha=0.01, callbacks=[Hold()])

    thread = threading.Thread(target=train)
    thread.start()
    try:
        assert inside.wait(60)
        rate = model.alpha
        with pytest.raises(RuntimeError, match="already training"):
            model.train(sentences, total_examples=1, epochs=1, start_alpha=0.5)
        assert model.alpha == rate
    finally:
        refused.set()
        thread.join()
    model.train(sentences, total_examples=1, epochs=1)


def test_exceptions_of_the_corpus_propagate(sentences: Sentences) -> None:
    """The model stays usable."""

    class Failing:
        def __init__(self, good: int) -> None:
            self.good, self.passes = good, 0

        def __iter__(self) -> Iterator[list[str]]:
            self.passes += 1
            yield from sentences * 40
            if self.passes > self.good:
                raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        Word2Vec(Failing(0), min_count=1, vector_size=8)
    with pytest.raises(ConnectionError, match="gone"):
        Word2Vec(Failing(2), min_count=1, vector_size=8, workers=2)
    model = Word2Vec(min_count=1, vector_size=8, workers=2)
    model.build_vocab(sentences)
    with pytest.raises(ConnectionError, match="gone"):
        model.train(Failing(1), total_examples=1, epochs=3)
    assert model.training_report.interrupted
    assert [epoch.interrupted for epoch in model.training_report.epochs] == [False, True]
    model.train(sentences, total_examples=1, epochs=1)
    assert np.isfinite(model.wv.vectors).all()


@pytest.mark.parametrize("isa", ["baseline", "avx2", "avx512", "avx512vnni", "avx512bf16", "amx", "neon"])
def test_environment_variable_limits_the_instruction_set(
    sentences: Sentences, monkeypatch: pytest.MonkeyPatch, isa: str
) -> None:
    monkeypatch.setenv("WORDKIN_MAX_ISA", isa)
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1)
    order = ["baseline", "neon", "neondot", "avx2", "avxvnni", "avx512", "avx512vnni", "avx512bf16", "amx"]
    best = [name for name in compute.available_isas() if order.index(name) <= order.index(isa)][-1]
    assert model.training_report.isa == best
    assert Word2Vec(max_isa="baseline")._state.compute.isa == "baseline"  # the argument takes precedence
