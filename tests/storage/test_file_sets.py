"""Files of a folder are replaced together; readers see the last complete set, whatever happened to its writer."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from wordkin.errors import CorruptFileError, FormatError
from wordkin.storage import journal
from wordkin.storage.atomic import replaced_file
from wordkin.storage.file_sets import CurrentFiles, current_path, read_files, replaced_files
from wordkin.storage.journal import JOURNAL_NAME
from wordkin.storage.locks import try_lock

FIRST = {"a": "1", "b": "1", "sub/c": "1"}
SECOND = {"a": "2", "b": "2", "sub/c": "2"}


def save(folder: Path, contents: dict[str, str], removed: tuple[str, ...] = ()) -> None:
    with replaced_files(folder) as files:
        for name in removed:
            files.remove(name)
        for name, content in contents.items():
            with files.file(name) as file:
                file.write(content.encode())


def read(folder: Path, names: tuple[str, ...] = ("a", "b", "sub/c")) -> dict[str, str]:
    def contents(files: CurrentFiles) -> dict[str, str]:
        return {name: files.path(name).read_text(encoding="utf-8") for name in names if files.path(name).is_file()}

    return read_files(folder, contents)


def names_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def interrupted_save(
    folder: Path, contents: dict[str, str], monkeypatch: pytest.MonkeyPatch, removed: tuple[str, ...] = ()
) -> None:
    """Save, but stop after the decision, before any file has got its name, as a killed process does."""

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_apply", killed)
        with pytest.raises(KeyboardInterrupt):
            save(folder, contents, removed)


def test_files_are_created_replaced_and_removed(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    save(folder, FIRST)
    assert read(folder) == FIRST
    save(folder, {"a": "2"}, removed=("b", "sub/c", "unknown"))
    assert names_in(folder) == {"a"}
    assert not (folder / "sub").exists()


def test_a_folder_with_other_files_is_kept(tmp_path: Path) -> None:
    save(tmp_path, FIRST)
    (tmp_path / "sub" / "own").write_text("x", encoding="utf-8")
    save(tmp_path, {"a": "2"}, removed=("sub/c",))
    assert names_in(tmp_path) == {"a", "b", "sub/own"}


def test_an_exception_changes_nothing(tmp_path: Path) -> None:
    save(tmp_path, FIRST)
    with pytest.raises(RuntimeError), replaced_files(tmp_path) as files:
        with files.file("a") as file:
            file.write(b"2")
        files.remove("b")
        raise RuntimeError
    assert read(tmp_path) == FIRST
    assert names_in(tmp_path) == set(FIRST)


def test_decided_changes_are_read_before_they_have_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, FIRST)
    interrupted_save(tmp_path, {"a": "2", "d": "2"}, monkeypatch, removed=("b",))
    assert (tmp_path / "a").read_text(encoding="utf-8") == "1"
    assert read(tmp_path, ("a", "b", "d", "sub/c")) == {"a": "2", "d": "2", "sub/c": "1"}
    assert {"a", "d"} <= set(CurrentFiles(tmp_path).names())
    assert "b" not in CurrentFiles(tmp_path).names()
    assert current_path(tmp_path / "a").read_text(encoding="utf-8") == "2"


def test_files_that_get_their_names_while_they_are_read_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, FIRST)
    interrupted_save(tmp_path, SECOND, monkeypatch)
    calls = []

    def contents(files: CurrentFiles) -> list[str]:
        paths = [files.path(name) for name in FIRST]
        calls.append(paths)
        journal.clear_leftovers(tmp_path)
        return [path.read_text(encoding="utf-8") for path in paths]

    assert read_files(tmp_path, contents) == ["2", "2", "2"]
    assert len(calls) == 2


@pytest.mark.parametrize("kind", ["same files", "another file", "fails"])
def test_the_next_save_completes_what_was_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    save(tmp_path, FIRST)
    interrupted_save(tmp_path, SECOND, monkeypatch, removed=())
    if kind == "same files":
        save(tmp_path, {**FIRST, "a": "3"})
        assert read(tmp_path) == {**FIRST, "a": "3"}
    elif kind == "another file":
        with replaced_file(tmp_path / "other") as file:
            file.write(b"x")
        assert read(tmp_path) == SECOND
        (tmp_path / "other").unlink()
    else:
        with pytest.raises(RuntimeError), replaced_files(tmp_path) as files, files.file("a"):
            raise RuntimeError
        assert read(tmp_path) == SECOND
    assert names_in(tmp_path) == set(FIRST)
    assert all((tmp_path / name).read_text(encoding="utf-8") == content for name, content in read(tmp_path).items())


def test_a_failure_between_two_names_is_overcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, FIRST)
    replace, calls = Path.replace, []

    def fails_once(path: Path, target: Path) -> Path:
        calls.append(target.name)
        if target.name == "b" and calls.count("b") == 1:
            raise OSError(errno.EIO, "fails once")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fails_once)
    save(tmp_path, SECOND)
    assert read(tmp_path) == SECOND
    assert names_in(tmp_path) == set(SECOND)


def test_readers_beside_writers_never_see_a_mix(tmp_path: Path) -> None:
    save(tmp_path, FIRST)
    stop, seen, errors = threading.Event(), set(), []

    def write(content: str) -> None:
        try:
            while not stop.is_set():
                save(tmp_path, dict.fromkeys(FIRST, content))
        except BaseException as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(content,)) for content in "345"]
    for writer in writers:
        writer.start()
    end = time.monotonic() + 20
    while len(seen) < 4 and time.monotonic() < end:
        try:
            seen.add(frozenset(read(tmp_path).values()))
        except FormatError as error:  # the writers do nothing but save
            assert "change while they are read" in str(error)
    stop.set()
    for writer in writers:
        writer.join()
    assert not errors
    assert all(len(contents) == 1 for contents in seen)
    assert names_in(tmp_path) == set(FIRST)


def test_readers_of_files_that_always_change_get_an_error(tmp_path: Path) -> None:
    save(tmp_path, FIRST)
    count = 0

    def changing(files: CurrentFiles) -> None:
        nonlocal count
        count += 1
        files.path("a").read_text(encoding="utf-8")
        (tmp_path / "a").write_text("x" * count, encoding="utf-8")

    with pytest.raises(FormatError, match="change while they are read"):
        read_files(tmp_path, changing)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and links")
def test_links_are_followed_and_permissions_preserved(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    save(folder, FIRST)
    elsewhere.write_text("1", encoding="utf-8")
    (folder / "a").unlink()
    (folder / "a").symlink_to(elsewhere)
    (folder / "b").rename(folder / "real")
    (folder / "b").symlink_to("real")
    (folder / "real").chmod(0o640)
    save(folder, SECOND)
    assert read(folder) == SECOND
    assert (folder / "a").is_symlink()
    assert elsewhere.read_text(encoding="utf-8") == "2"
    assert (folder / "b").is_symlink()
    assert (folder / "real").stat().st_mode & 0o777 == 0o640


def test_a_folder_in_the_place_of_a_file_is_an_error_before_anything_changes(tmp_path: Path) -> None:
    save(tmp_path, FIRST)
    (tmp_path / "d").mkdir()
    with pytest.raises(IsADirectoryError):
        save(tmp_path, {"a": "2", "b": "2", "d": "2"})
    with pytest.raises(NotADirectoryError):
        save(tmp_path, {"a": "2", "b/x": "2"})
    assert read(tmp_path) == FIRST


BAD_JOURNALS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no version": lambda content: content.pop("version"),
    "later version": lambda content: content.update(version=2),
    "replaced is a list": lambda content: content.update(replaced=["a"]),
    "outside": lambda content: content.update(replaced={"../a": ".wordkin-0123456789abcdef.tmp"}),
    "absolute": lambda content: content.update(replaced={"/etc/passwd": ".wordkin-0123456789abcdef.tmp"}),
    "removes the folder": lambda content: content.update(removed=["."]),
    "removes outside": lambda content: content.update(removed=["a/../../b"]),
    "backslash": lambda content: content.update(removed=["..\\b"]),
    "not a temporary file": lambda content: content.update(replaced={"a": "b"}),
    "temporary file elsewhere": lambda content: content.update(replaced={"a": "x/.wordkin-0123456789abcdef.tmp"}),
    "number": lambda content: content.update(removed=[1]),
}


@pytest.mark.parametrize("name", [*BAD_JOURNALS, "not JSON"])
def test_damaged_and_malicious_journals_are_refused_by_readers_and_ignored_by_saves(tmp_path: Path, name: str) -> None:
    save(tmp_path, FIRST)
    content = {"version": 1, "replaced": {}, "removed": []}
    if name in BAD_JOURNALS:
        BAD_JOURNALS[name](content)
    text = json.dumps(content) if name in BAD_JOURNALS else "{"
    (tmp_path / JOURNAL_NAME).write_text(text, encoding="utf-8")
    (tmp_path.parent / "b").write_text("kept", encoding="utf-8")
    with pytest.raises(CorruptFileError, match="save the model again"):
        read(tmp_path)
    save(tmp_path, SECOND)
    assert read(tmp_path) == SECOND
    assert names_in(tmp_path) == set(SECOND)
    assert (tmp_path.parent / "b").read_text(encoding="utf-8") == "kept"


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes and links")
def test_special_files_in_the_place_of_a_journal_or_leftover_are_ignored(tmp_path: Path) -> None:
    """Neither a pipe is waited for, nor a link followed."""
    folder = tmp_path / "folder"
    save(folder, FIRST)
    (tmp_path / "victim").write_text(json.dumps({"version": 1, "replaced": {}, "removed": ["a"]}), encoding="utf-8")
    os.mkfifo(folder / ".wordkin-0123456789abcdef.tmp")
    (folder / ".wordkin-0123456789abcde0.tmp").symlink_to(tmp_path / "victim")
    for make in (lambda path: path.symlink_to(tmp_path / "victim"), os.mkfifo):
        make(folder / JOURNAL_NAME)
        assert read(folder) == FIRST
        save(folder, {"a": "1"})
        (folder / JOURNAL_NAME).unlink()
    assert (tmp_path / "victim").exists()
    assert read(folder) == FIRST


WRITER = """
    import os, sys, time
    from wordkin.storage.atomic import replaced_file

    with replaced_file(sys.argv[1]) as file:
        file.write(b"half")
        print("ready", flush=True)
        sys.stdin.read()
"""


@pytest.mark.skipif(os.name == "nt", reason="files are locked on POSIX systems")
def test_temporary_files_are_removed_when_their_process_has_ended_and_not_before(tmp_path: Path) -> None:
    target = tmp_path / "file"

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", textwrap.dedent(WRITER), str(target)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    def put(content: bytes) -> None:
        with replaced_file(tmp_path / "other") as file:
            file.write(content)

    living, killed = start(), start()
    assert len(names_in(tmp_path)) == 2
    put(b"1")
    assert len(names_in(tmp_path)) == 3
    killed.kill()
    killed.communicate()
    put(b"2")
    assert len(names_in(tmp_path)) == 2
    living.communicate()
    assert names_in(tmp_path) == {"file", "other"}
    assert target.read_bytes() == b"half"


def test_own_temporary_files_of_other_threads_are_kept(tmp_path: Path) -> None:
    with replaced_file(tmp_path / "a") as outer:
        with replaced_file(tmp_path / "b") as inner:
            inner.write(b"b")
        outer.write(b"a")
    assert (tmp_path / "a").read_bytes() == b"a"
    assert names_in(tmp_path) == {"a", "b"}


@pytest.mark.skipif(os.name == "nt", reason="files are locked on POSIX systems")
@pytest.mark.parametrize("step", [1, 2])
def test_a_temporary_file_that_is_locked_while_leftovers_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Its process either keeps the file, or finds it locked and creates another one."""
    path = tmp_path / ".wordkin-0123456789abcdef.tmp"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    outcomes: list[bool | None] = []

    def read_journal(folder: Path) -> journal.Journal | None:  # step 1 comes before, step 2 after the file was examined
        outcomes.append(try_lock(descriptor) if len(outcomes) + 1 == step else None)
        return None

    monkeypatch.setattr(journal, "read_journal", read_journal)
    try:
        journal.clear_leftovers(tmp_path)
        assert outcomes[step - 1] is path.exists()
    finally:
        os.close(descriptor)


def one_file(folder: Path) -> None:
    with replaced_file(folder / "a") as file:
        file.write(b"2")


@pytest.mark.parametrize("action", [one_file, lambda folder: save(folder, {"a": "2", "b": "2"}, removed=("sub/c",))])
def test_an_interrupt_at_any_line_leaves_the_old_or_the_new_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: Callable[[Path], object]
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # saves time
    seen = set()
    for line in range(1, 1000):
        folder = tmp_path / str(line)
        save(folder, FIRST)
        with interrupt_at(line) as was_reached:
            action(folder)
        contents = read(folder)
        assert contents in (FIRST, {**FIRST, "a": "2"}, {"a": "2", "b": "2"}), line
        assert names_in(folder) == set(contents), line
        seen.add(contents["a"])
        if not was_reached:
            break
    assert line > 50
    assert seen == {"1", "2"}


@contextmanager
def interrupt_at(line: int) -> Iterator[list[str]]:
    """Raise KeyboardInterrupt at the n-th line that is executed in `wordkin.storage`."""
    left, reached = line, []

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left == 0:
                sys.settrace(None)
                reached.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
                raise KeyboardInterrupt
        return count

    def trace(frame: FrameType, _: str, __: Any) -> Any:
        # Python reports exceptions in finalizers instead of raising them.
        return count if frame.f_code.co_filename.startswith(here) and frame.f_code.co_name != "__del__" else None

    here = str(Path(journal.__file__).parent)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield reached
    except KeyboardInterrupt:
        assert reached
    finally:
        sys.settrace(before)


FORK = """
    import os, sys
    from wordkin.storage.atomic import replaced_file

    with replaced_file(sys.argv[1]) as file:
        file.write(b"complete")
        if os.fork() == 0:
            sys.exit()
        os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_that_ends_leaves_the_temporary_file_to_its_parent(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", textwrap.dedent(FORK), str(tmp_path / "a")], check=True)
    assert (tmp_path / "a").read_bytes() == b"complete"
    assert names_in(tmp_path) == {"a"}
