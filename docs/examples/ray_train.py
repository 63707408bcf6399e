"""Train word vectors on a Ray cluster: python ray_train.py TEXTS OUTPUT CHECKPOINTS [RANKS]."""

import sys
from typing import Any

from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer


def train(config: dict[str, Any]) -> None:
    """Train on one rank; Ray has initialised torch.distributed."""
    import torch

    from wordkin import Word2Vec
    from wordkin.distributed import TorchCommunicator

    group = TorchCommunicator(torch)
    run = {"checkpoint": config["checkpoints"], "checkpoint_epochs": 1}
    model = Word2Vec(corpus_file=config["texts"], communicator=group, sg=1, workers=1, seed=1, epochs=5, **run)
    if group.rank == 0:
        model.wv.save(config["output"])


if __name__ == "__main__":
    texts, output, checkpoints, *ranks = sys.argv[1:]
    TorchTrainer(
        train,
        train_loop_config={"texts": texts, "output": output, "checkpoints": checkpoints},
        torch_config=TorchConfig(backend="gloo"),
        scaling_config=ScalingConfig(num_workers=int(ranks[0]) if ranks else 2, resources_per_worker={"CPU": 1}),
        run_config=RunConfig(failure_config=FailureConfig(max_failures=3)),
    ).fit()
