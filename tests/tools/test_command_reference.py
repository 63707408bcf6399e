"""The reference of the command line, which is made from the parsers."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "command_reference.py"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("command_reference", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(reference: ModuleType) -> None:
    page = reference.PAGE.read_text(encoding="utf-8")
    assert page == reference.updated_page(page), "run python tools/command_reference.py"


def test_every_command_and_flag_is_on_the_page(reference: ModuleType) -> None:
    page = reference.PAGE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (wordkin [\w -]+)\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    found = list(reference.commands(reference.program_parser()))
    assert len(found) > 20
    for command in found:
        for arguments in command.groups.values():
            for argument in arguments:
                assert f"- `{argument.spelling}`: " in sections[command.name].replace("\n  ", " ")


def test_man_pages(reference: ModuleType, tmp_path: Path) -> None:
    pages = dict(reference.man_pages())
    assert {"wordkin.1", "wordkin-train.1", "wordkin-elmo-train.1"} <= set(pages)
    assert "\\fB\\-\\-vector\\-size INT\\fR" in pages["wordkin-train.1"]
    for name, content in pages.items():
        assert content.startswith(f'.TH "{name[:-2].upper()}" "1"')
        assert not re.search(r"^[.'](?!(TH|SH|TP|PP|B|BR|nf|fi|RS|RE)\b)", content, re.M), name
    groff = shutil.which("groff")
    if groff is not None:
        files = [tmp_path / name for name in ("wordkin.1", "wordkin-train.1")]
        for file in files:
            file.write_text(pages[file.name], encoding="utf-8")
        done = subprocess.run([groff, "-man", "-Kutf8", "-ww", "-z", *files], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
