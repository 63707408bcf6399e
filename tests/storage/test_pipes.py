"""Reading from pipes: content, and signals that arrive at any time."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from child_processes import run_python
from wordkin.storage.opening import open_binary
from wordkin.storage.pipes import interruptible, open_interruptibly
from wordkin.text import open_corpus

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def write_later(pipe: Path, pieces: list[bytes]) -> threading.Thread:
    def write() -> None:
        with pipe.open("wb", buffering=0) as file:
            for piece in pieces:
                file.write(piece)

    thread = threading.Timer(0.05, write)
    thread.start()
    return thread


@pytest.mark.parametrize("pieces", [[], [b"a"], [b"a few ", b"words\n"], [b"x" * 300_000, b"y"]])
def test_content_of_a_named_pipe(pipe: Path, pieces: list[bytes]) -> None:
    writer = write_later(pipe, pieces)
    with open_binary(pipe) as file:
        assert file.read() == b"".join(pieces)
    writer.join()


def test_the_file_is_closed_with_its_reader(pipe: Path) -> None:
    writer = write_later(pipe, [b"text"])
    file = open_interruptibly(pipe)
    descriptor = file.fileno()
    assert file.read() == b"text"
    file.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
    writer.join()


def test_a_borrowed_file_stays_open() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"text")
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        with interruptible(file) as reads:
            assert reads.read() == b"text"
        assert not file.closed
        os.fstat(reader)


def test_regular_files_and_other_objects_are_returned_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"text")
    for file in (path.open("rb"), io.BytesIO(b"text")):
        with file:
            assert interruptible(file) is file
    with open_interruptibly(path) as file:
        assert file.seekable()
        assert file.read() == b"text"


def test_a_corpus_in_a_named_pipe(pipe: Path) -> None:
    writer = write_later(pipe, [b"a b\nc\n"])
    assert open_corpus(pipe).scan(1, keep_ids=False).counts.raw_words == 3
    writer.join()


# SIGINT comes at random times while a pipe is opened and read that has no writer, or one that writes nothing.
SIGNALS = """
    import os, random, signal, sys, threading, time
    from pathlib import Path
    from wordkin.storage.opening import open_binary

    path, has_writer = Path(sys.argv[1]), sys.argv[2] == "True"
    keep = os.open(path, os.O_RDWR) if has_writer else None
    caught = 0
    for delay in [*range(11), *range(9)]:
        try:
            threading.Timer(delay / 1000, os.kill, (os.getpid(), signal.SIGINT)).start()
            with open_binary(path) as file:
                file.read()
        except KeyboardInterrupt:
            caught += 1
    print(caught)
"""


@pytest.mark.parametrize("has_writer", [True, False])
def test_no_signal_is_lost(pipe: Path, has_writer: bool) -> None:
    done = run_python(SIGNALS, arguments=(pipe, has_writer))
    assert (done.stdout, done.returncode) == ("20\n", 0), done.stderr
