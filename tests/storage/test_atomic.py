"""Files are replaced completely or not at all, even if a system call fails or the process is killed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wordkin.storage.atomic import replaced_file


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def put(path: Any, content: bytes) -> None:
    with replaced_file(path) as file:
        file.write(content[: len(content) // 2])
        file.write(content[len(content) // 2 :])


def test_new_files_are_created_and_old_ones_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    put(path, b"first")
    put(path, b"second, longer")
    assert path.read_bytes() == b"second, longer"
    assert names_in(tmp_path) == {"file"}


def test_rewriting_the_start_keeps_the_write_position_at_the_end(tmp_path: Path) -> None:
    with replaced_file(tmp_path / "file") as file:
        file.write(b"........")
        file.rewrite_start(b"ab")
        file.write(b"z")
    assert (tmp_path / "file").read_bytes() == b"ab......z"


def test_an_exception_keeps_the_old_file_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="stop"), replaced_file(path) as file:
        file.write(b"new")
        raise RuntimeError("stop")
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == {"file"}


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, call: int) -> Iterator[list[int]]:
    """Let the n-th system call that writes fail as on a full disk; yield the number of calls so far."""
    calls = [0]

    def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            calls[0] += 1
            if calls[0] == call:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return function(*args)

        return counted

    with monkeypatch.context() as patch:
        for name in ("write", "fsync", "replace", "lseek", "fchmod"):
            if hasattr(os, name):
                patch.setattr(os, name, wrapped(getattr(os, name)))
        yield calls


def test_a_full_disk_at_any_system_call_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    for call in range(1, 100):
        with failing(monkeypatch, call) as calls:
            try:
                put(path, b"new content")
            except OSError as error:
                assert error.errno == errno.ENOSPC
                assert path.read_bytes() == b"old"
        assert names_in(tmp_path) == {"file"}
        if calls[0] < call:
            break
        if path.read_bytes() != b"old":  # a failed sync of the folder leaves the new file
            assert path.read_bytes() == b"new content"
            path.write_bytes(b"old")
    assert call >= 6  # two writes, permissions, two syncs, the rename


def test_exceeding_the_file_size_limit_keeps_the_old_file(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = tmp_path / "file"
    path.write_bytes(b"old")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError) as caught:
            put(path, b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.errno == errno.EFBIG
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == {"file"}


KILL = """
    import os, sys
    from pathlib import Path
    import numpy as np
    from wordkin.storage import read_archive, write_archive

    path = Path(sys.argv[1]) / "model"
    old = {"a": np.arange(1000.0), "b": np.arange(7, dtype=np.int32)}
    new = {"a": np.arange(2000.0)[::-1], "c": np.ones((30, 40), np.float32)}

    def fatal_after(calls, half):
        left = [calls]
        def wrapped(name, function):
            def call(*args):
                left[0] -= 1
                if left[0] == 0:
                    if half and name == "write":
                        function(args[0], args[1][: len(args[1]) // 2])
                    os._exit(9)
                return function(*args)
            return call
        for name in ("write", "fsync", "replace", "lseek", "unlink"):
            setattr(os, name, wrapped(name, getattr(os, name)))

    kills = 0
    for half in (False, True):
        seen = set()
        for n in range(1, 100):
            write_archive(path, old, {"which": "old"})
            child = os.fork()
            if child == 0:
                fatal_after(n, half)
                write_archive(path, new, {"which": "new"})
                os._exit(0)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            archive = read_archive(path)
            which = archive.metadata["which"]
            expected = {"old": old, "new": new}[which]
            assert archive.tensors.keys() == expected.keys()
            assert all(np.array_equal(archive.tensors[k], expected[k]) for k in expected)
            seen.add(which)
            if code == 0:
                break
            assert code == 9
            kills += 1
        assert seen == {"old", "new"}
    print(kills)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killing_the_process_at_any_system_call_keeps_the_old_or_the_new_model(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILL), str(tmp_path)], capture_output=True, encoding="locale", timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert (
        int(done.stdout) >= 16
    )  # 8 calls or more, each killed before and within: header, tensors, header, syncs, rename


def test_the_last_of_two_concurrent_writers_wins(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with replaced_file(path) as slow:
        slow.write(b"slow")
        put(path, b"quick")
        assert path.read_bytes() == b"quick"
    assert path.read_bytes() == b"slow"


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and links")
def test_permissions_are_kept_and_symbolic_links_followed(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    put(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name == "nt", reason="POSIX devices")
def test_devices_are_written_to_instead_of_replaced() -> None:
    put("/dev/null", b"anything")
    assert not Path("/dev/null").is_file()


def test_errors_name_the_target_instead_of_the_temporary_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="target"):
        put(tmp_path / "missing" / "target", b"")
    with pytest.raises(IsADirectoryError):
        put(tmp_path, b"")


def test_paths_of_every_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    long = "n" * 255
    for path in ("relative", b"bytes", Path("pathlib"), "~/home", os.fsencode("~/home-bytes"), "übung 漢字", long):
        put(path, b"x")
    names = {"relative", "bytes", "pathlib", "home", "home-bytes", "übung 漢字", long}
    assert names_in(tmp_path) == names
    with pytest.raises(TypeError):
        put(7, b"")
