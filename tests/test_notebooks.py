"""The notebooks in docs/ have no outputs, and run in a real kernel from start to end (`nox -s docs`)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import wordkin

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "docs" / "notebooks").glob("*.ipynb"))
TIMEOUT = 300


def notebook_of(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_have_no_outputs(path: Path) -> None:
    cells = [cell for cell in notebook_of(path)["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)


@pytest.mark.filterwarnings("ignore")  # of the Jupyter packages
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ipykernel", "matplotlib", "pandas", "sklearn"):
        pytest.importorskip(module)
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    folder = str(Path(wordkin.__file__).resolve().parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH")))))
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    # Every cell ends with a value, which the notebook shows as a table, a picture, a page or a diagram.
    for cell in code:
        shown = {kind for output in cell.outputs for kind in output.get("data", {})}
        assert ("image/png" if "plot" in cell.source else "text/html") in shown, cell.source
    page = next(cell for cell in code if "explore" in cell.source)
    assert page.outputs[-1]["data"]["text/html"].startswith("<iframe")
