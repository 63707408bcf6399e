"""Changed files of every kind are read, or refused with a typed error; `python -m fuzz.campaign` does it for longer."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from .campaign import run_reader
from .readers import Reader, all_readers


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    """Return all readers with their files."""
    return all_readers(tmp_path_factory.mktemp("seeds"))


@pytest.fixture(autouse=True)
def no_messages() -> Iterator[None]:
    """Silence warnings and logs about strange files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable()
        yield
        logging.disable(logging.NOTSET)


def test_every_reader_reads_its_files(readers: dict[str, Reader], tmp_path: Path) -> None:
    for number, reader in enumerate(readers.values()):
        for seed in reader.seeds:
            folder = tmp_path / str(number)
            for name, content in {**reader.others, reader.name: seed}.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            reader.read(folder / reader.name)


@pytest.mark.parametrize("part", range(4))
def test_changed_files_are_read_or_refused(part: int, readers: dict[str, Reader], tmp_path: Path) -> None:
    found = []
    for number, (name, reader) in enumerate(list(readers.items())[part::4]):
        folder = tmp_path / str(number)
        folder.mkdir()
        found += list(run_reader(name, reader, folder, seed=1, times=6))
    assert found == []
