"""`wordkin elmo train --distributed mpi` with real processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordkin import ELMo

from .launchers import mpiexec
from .test_elmo import sentences
from .thread_group import in_ranks

pytest.importorskip("mpi4py")


def test_the_command_trains_as_threads_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("corpus.txt").write_text("\n".join(map(" ".join, sentences())), encoding="utf-8")
    flags = "--dim 12 --projection-dim 6 --char-dim 3 --filters 1x6 --n-highway 0 --batch-size 4 --unroll-steps 6"
    flags += " --epochs 1 --min-count 1 --workers 1 --negatives 8 --validation corpus.txt --distributed mpi"
    done = mpiexec(*[["-m", "wordkin", "elmo", "train", "corpus.txt", "-o", "model", *flags.split()]] * 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("saved: model") == 1

    def train(group: object) -> ELMo:
        model = ELMo(dim=12, projection_dim=6, char_dim=3, filters=[[1, 6]], n_highway=0)
        run = {"batch_size": 4, "unroll_steps": 6, "epochs": 1, "min_count": 1, "workers": 1, "negatives": 8}
        model.train("corpus.txt", communicator=group, progress=False, **run)
        return model

    expected, _ = in_ranks(2, train)
    found = ELMo.from_pretrained("model")
    for name, tensor in expected.parameters.items():
        assert np.array_equal(found.parameters[name], tensor), name
