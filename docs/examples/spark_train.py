"""Train word vectors on a Spark cluster: spark-submit spark_train.py TEXTS OUTPUT CHECKPOINTS [RANKS]."""

import sys

from pyspark.ml.torch.distributor import TorchDistributor
from pyspark.sql import SparkSession


def train(texts: str, output: str, checkpoints: str) -> None:
    """Train on one rank; the paths must be those of a file system that all executors share."""
    import torch

    from wordkin import Word2Vec
    from wordkin.distributed import TorchCommunicator

    torch.distributed.init_process_group("gloo")
    group = TorchCommunicator(torch)
    run = {"checkpoint": checkpoints, "checkpoint_epochs": 1}
    model = Word2Vec(corpus_file=texts, communicator=group, sg=1, workers=1, seed=1, epochs=5, **run)
    if group.rank == 0:
        model.wv.save(output)
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    texts, output, checkpoints, *ranks = sys.argv[1:]
    SparkSession.builder.appName("wordkin").getOrCreate()
    distributor = TorchDistributor(num_processes=int(ranks[0]) if ranks else 2, local_mode=False, use_gpu=False)
    distributor.run(train, texts, output, checkpoints)
