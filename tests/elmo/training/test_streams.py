"""Streams of a run are divided among ranks without loss."""

from __future__ import annotations

import numpy as np
import pytest

from wordkin.elmo.data.batching import Position
from wordkin.elmo.training.streams import divided_position, divided_streams, streams_of_ranks


@pytest.mark.parametrize("streams", [1, 2, 7, 8, 64])
def test_every_stream_has_one_rank(streams: int) -> None:
    for ranks in range(1, streams + 1):
        parts = streams_of_ranks(streams, ranks)
        assert [stream for part in parts for stream in range(streams)[part]] == list(range(streams))
        sizes = {part.stop - part.start for part in parts}
        assert min(sizes) >= 1
        assert max(sizes) - min(sizes) <= 1
        if streams % ranks == 0:
            assert sizes == {streams // ranks}


def test_states_keep_their_order() -> None:
    states = np.arange(24.0).reshape(8, 3)
    found = [divided_streams([states[:4], states[4:]], own) for own in streams_of_ranks(8, 3)]
    assert np.array_equal(np.concatenate(found), states)


def test_each_rank_continues_after_the_same_share_of_its_text() -> None:
    def position(*taken: int) -> Position:
        return Position(np.array(taken), np.full((2, 3), 5), np.full((2, 3), 1))

    # 150 and 90 of 100 sentences: one epoch and a half, and less than one
    found = divided_position([position(75, 45), position(75, 45)], slice(2, 4), (40, 100))
    assert found.taken.tolist() == [60, 36]
    assert found.sentences.tolist() == [[-1, -1]] * 2
    assert found.offsets.tolist() == [[0, 0]] * 2
