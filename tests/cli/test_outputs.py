"""Output files of commands: formats by suffix, and checks before long work starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from wordkin.cli.exits import UsageError
from wordkin.cli.outputs import Output, chosen_output, require_writable_file, require_writable_folder


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("v.safetensors", "model"),
        ("v.txt", "text"),
        ("v.vec", "text"),
        ("v.bin", "binary"),
        ("v.BIN", "binary"),
        ("v.txt.gz", "text"),
        ("v.bin.bz2", "binary"),
        ("v.vec.xz", "text"),
    ],
)
def test_the_suffix_determines_the_format(tmp_path: Path, name: str, expected: str) -> None:
    path = str(tmp_path / name)
    assert chosen_output(path, None) == Output(path=path, format=expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["v", "v.gz", "v.npy", ".bin", "v.bin.txt.npy"])
def test_unknown_suffixes_are_usage_errors(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"the suffix must be one of \.safetensors, \.txt, \.vec, \.bin, or a format"):
        chosen_output(str(tmp_path / name), None)
    assert chosen_output(str(tmp_path / name), "glove").format == "glove"


def test_formats_can_be_restricted(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"must be one of \.bin, or a format must be given: binary"):
        chosen_output(str(tmp_path / "v.txt"), None, allowed=["binary"])


def test_files_that_cannot_be_written_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    require_writable_file(str(tmp_path / "new"))
    require_writable_file(str(tmp_path / "file"))
    with pytest.raises(FileNotFoundError):
        require_writable_file(str(tmp_path / "missing" / "new"))
    with pytest.raises(NotADirectoryError):
        require_writable_file(str(tmp_path / "file" / "new"))
    with pytest.raises(IsADirectoryError, match="the output must be a file, got the folder"):
        require_writable_file(str(tmp_path))


def test_folders_that_cannot_be_created_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    require_writable_folder(str(tmp_path))
    require_writable_folder(str(tmp_path / "a" / "b"))
    with pytest.raises(NotADirectoryError, match="file is not a folder"):
        require_writable_folder(str(tmp_path / "file" / "a"))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
