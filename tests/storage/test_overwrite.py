"""The check that keeps outputs from replacing inputs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wordkin.errors import OverwriteError
from wordkin.storage.overwrite import check_outputs


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("some text\n", encoding="utf-8")
    return path


def other_names(text: Path) -> list[object]:
    """Return other ways to name a file."""
    symbolic, hard = text.with_name("symbolic"), text.with_name("hard")
    symbolic.symlink_to(text)
    os.link(text, hard)
    return [text, str(text), os.fsencode(text), text.parent / ".." / text.parent.name / text.name, symbolic, hard]


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_output_that_is_an_input_under_any_name_is_refused(text: Path) -> None:
    names = other_names(text)
    for given in names:
        for output in names:
            with pytest.raises(OverwriteError, match="must not replace a file that is read"):
                check_outputs(output, inputs=[given])  # type: ignore[arg-type]
            with pytest.raises(OverwriteError, match="must not replace a file that is read"):
                check_outputs(output, models=[given])  # type: ignore[arg-type,list-item]


def test_open_files_are_inputs(text: Path) -> None:
    with text.open("rb") as file, pytest.raises(OverwriteError):
        check_outputs(text, inputs=[file])
    check_outputs(text, inputs=[file, None, 3, [["some", "text"]], "no such file"])  # closed, or no files at all


def test_no_file_may_be_written_into_a_folder_whose_files_are_read(text: Path) -> None:
    with pytest.raises(OverwriteError, match="must not be in a folder whose files are all read"):
        check_outputs(text.with_name("new"), inputs=[text.parent])
    with pytest.raises(OverwriteError, match="must not replace"):
        check_outputs(folders=[text.parent], inputs=[text.parent])
    with pytest.raises(OverwriteError, match="must not be in a folder whose files are all read"):
        check_outputs(text.parent / "sub" / "new", inputs=[text.parent])
    check_outputs(text.parent.with_name("beside") / "new", inputs=[text.parent])


def test_files_of_a_model_must_not_be_replaced_but_new_ones_may_be_beside_them(text: Path) -> None:
    with pytest.raises(OverwriteError, match="must not replace"):
        check_outputs(text, models=[text.parent])
    with pytest.raises(OverwriteError, match="must not replace"):
        check_outputs(folders=[text.parent], models=[text.parent])
    check_outputs(text.with_name("new"), models=[text.parent])


def test_outputs_must_differ_from_one_another(text: Path) -> None:
    for first, second in [(text, text), (text.with_name("new"), text.parent / "." / "new")]:
        with pytest.raises(OverwriteError, match="two outputs must not be the same file"):
            check_outputs(first, None, second)
    check_outputs(text.with_name("new"), text.parent / "sub" / "new", None)


def test_terminals_and_devices_may_be_read_and_written() -> None:
    check_outputs(os.devnull, os.devnull, inputs=[os.devnull], models=[os.devnull])
