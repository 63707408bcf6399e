"""Changes of ranks are combined by the published rule, whatever the number of rows and ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.replicas import combined_rows
from wordkin.runtime.compute import choose_isa
from wordkin.word2vec.padded_rows import PaddedRows
from wordkin.word2vec.training.changes import ChangeExchange
from wordkin.word2vec.training.wire import wire_of

from .thread_group import in_ranks

COLUMNS = 20


class _Compute:
    threads = 2
    isa = choose_isa()


@pytest.mark.parametrize(("wire", "tolerance"), [("float32", 1e-6), ("bfloat16", 2e-2)])
@pytest.mark.parametrize("exchanges", [True, False])
@pytest.mark.parametrize(("ranks", "rows"), [(2, 1), (3, 1100), (4, 3)])
def test_changes_are_combined_row_by_row(ranks: int, rows: int, exchanges: bool, wire: str, tolerance: float) -> None:
    generator = np.random.default_rng(rows)
    base = generator.normal(size=(rows, COLUMNS)).astype(np.float32)
    changed = [base + generator.normal(scale=0.1, size=base.shape).astype(np.float32) for _ in range(ranks)]
    changed[0][0] = base[0]

    def work(group: Any) -> list[Any]:
        trained, agreed = PaddedRows.of(changed[group.rank]), PaddedRows.of(base)
        exchange = ChangeExchange(group, wire_of(wire), _Compute)  # type: ignore[arg-type]
        exchange.combine(trained.padded, agreed.padded, COLUMNS)
        return [trained.padded, agreed.padded]

    results = in_ranks(ranks, work, exchanges=exchanges)
    expected = combined_rows(base.astype(np.float64), [part.astype(np.float64) for part in changed])
    for matrices in results:
        assert isinstance(matrices, list), matrices
        for matrix in matrices:
            np.testing.assert_allclose(matrix[:, :COLUMNS], expected, atol=tolerance)
            assert (matrix[:, COLUMNS:] == 0).all()
    assert len({matrix.tobytes() for matrices in results for matrix in matrices}) == 1
