"""Exit codes, messages, closed streams, and what starting the program imports."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wordkin import __version__
from wordkin.cli.exits import EXPECTED_ERRORS, error_text
from wordkin.cli.program import COMMANDS

from .conftest import Run, command

ONE_ERROR = re.compile(r"wordkin: error: [^\n]+\n")


def test_version(run: Run) -> None:
    assert run("--version").out == f"wordkin {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run: Run, name: str) -> None:
    outcome = run(name, "--help")
    assert outcome.status == 0
    assert outcome.out.startswith(f"usage: wordkin {name}")
    assert outcome.err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("train",),
        ("train", "corpus.txt"),
        ("train", "corpus.txt", "-o", "x.bin", "--windo", "3"),  # abbreviated flags are not accepted
        ("train", "corpus.txt", "-o", "x.bin", "--window", "five"),
        ("train", "corpus.txt", "-o", "x.bin", "--window", "0"),
        ("train", "corpus.txt", "-o", "x.bin", "--max-isa", "mmx"),
        ("train", "corpus.txt", "-o", "x.unknown"),
        ("train", "corpus.txt", "-o", "x.bin", "--cbow-mean", "--cbow-sum"),
        ("similar", "x.bin", "word", "--topn", "0"),
        ("evaluate", "x.bin"),
        ("evaluate", "x.bin", "y.bin", "z.bin", "--pairs", "p.tsv"),
        ("vocab", "corpus.txt", "--json"),
        ("vocab", "corpus.txt", "--workers", "0"),
        ("demo", "--seed", "-1"),
    ],
)
def test_usage_errors_are_one_line(
    run: Run, arguments: tuple[str, ...], corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(corpus.parent)
    outcome = run(*arguments)
    assert outcome.status == 2
    assert ONE_ERROR.fullmatch(outcome.err)
    assert outcome.out == ""


def test_no_command_prints_help_and_fails(run: Run) -> None:
    outcome = run()
    assert outcome.status == 2
    assert "train" in outcome.out
    assert ONE_ERROR.fullmatch(outcome.err)


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "missing.txt", "-o", "x.bin"),
        ("train", "empty", "-o", "x.bin"),
        ("train", "corpus.txt", "-o", "missing/x.bin"),
        ("train", "corpus.txt", "-o", "x.bin", "--min-count", "1000000"),
        ("train", "corpus.txt", "-o", "x.bin", "--read-vocab", "corpus.txt"),
        ("similar", "missing.bin", "word"),
        ("similar", "corpus.txt", "word"),
        ("similar", "empty", "word"),
        ("similar", ".", "word"),
        ("info", "zip"),
        ("info", "pickle"),
        ("convert", "pickle", "x.bin"),
        ("evaluate", "corpus.txt", "--analogies", "corpus.txt"),
    ],
)
def test_failures_are_one_line(
    run: Run, arguments: tuple[str, ...], corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(corpus.parent)
    Path("empty").touch()
    Path("zip").write_bytes(b"PK\x03\x04 truncated")
    Path("pickle").write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    outcome = run(*arguments)
    assert outcome.status == 1
    assert ONE_ERROR.fullmatch(outcome.err)
    assert outcome.out == ""
    assert not Path("x.bin").exists()


def test_exit_codes_of_a_process(run_process: Run, model: Path) -> None:
    assert run_process("similar", model, "cat").status == 0
    assert run_process("similar", model, "unicorn").status == 1
    assert run_process("similar").status == 2


@pytest.mark.skipif(os.name == "nt", reason="broken pipes are reported differently on Windows")
def test_a_closed_output_pipe_prints_no_error(model: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(command("similar", model, "cat"), stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_as_standard_output_is_an_error(model: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("similar", model, "cat"),
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="locale",
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert ONE_ERROR.fullmatch(done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_standard_streams_are_accepted(model: Path, closed: str) -> None:
    line = f'"{sys.executable}" -m wordkin similar "{model}" cat {closed}'
    done = subprocess.run(line, shell=True, capture_output=True, encoding="locale", timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_characters_that_the_terminal_cannot_encode_are_escaped(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "greek.txt"
    path.write_text("2 2\nλόγος 1 0\nword 1 1\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        command("similar", path, "word"),
        capture_output=True,
        encoding="locale",
        timeout=60,
        env=environment,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("\\u03bb")


def test_help_does_not_import_numpy() -> None:
    program = "import sys; from wordkin.cli import main; main(['--help']); sys.exit('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0


def test_error_text_is_one_line() -> None:
    assert error_text(ValueError("one\ntwo")) == "one two"
    assert error_text(MemoryError()) == "out of memory"
    assert error_text(FileNotFoundError(2, "No such file or directory", "x")) == "x: No such file or directory"
    assert KeyError not in EXPECTED_ERRORS  # missing words are errors of wordkin; any other KeyError is a bug
