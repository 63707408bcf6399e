"""Train with the Ray script of the documentation, of whose workers one is killed once: nox -s ray."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

EXAMPLES = str(Path(__file__).resolve().parents[2] / "docs" / "examples")
PATHS = {"texts": "texts.txt", "output": "vectors.safetensors", "checkpoints": "checkpoints", "marker": "killed"}


def kill_when_saved(checkpoints: Path, marker: Path) -> None:
    while not list(checkpoints.glob("*.safetensors")):
        time.sleep(0.01)
    marker.touch()
    os.kill(os.getpid(), signal.SIGKILL)


def train(config: dict[str, Any]) -> None:
    sys.path.insert(0, config["examples"])
    import ray.train
    import ray_train

    marker = Path(config["marker"])
    if ray.train.get_context().get_world_rank() == 1 and not marker.exists():
        threading.Thread(target=kill_when_saved, args=(Path(config["checkpoints"]), marker), daemon=True).start()
    ray_train.train(config)


def main() -> None:
    import numpy as np
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchConfig, TorchTrainer

    from wordkin import KeyedVectors

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generator = np.random.default_rng(1)
        words = [f"w{number}" for number in generator.zipf(1.3, 2_000_000) % 5000]
        lines = [" ".join(words[start : start + 20]) for start in range(0, len(words), 20)]
        (folder / "texts.txt").write_text("\n".join(lines), encoding="utf-8")
        paths = {key: str(folder / value) for key, value in PATHS.items()}
        TorchTrainer(
            train,
            train_loop_config={**paths, "examples": EXAMPLES},
            torch_config=TorchConfig(backend="gloo"),
            scaling_config=ScalingConfig(num_workers=2, resources_per_worker={"CPU": 1}),
            run_config=RunConfig(failure_config=FailureConfig(max_failures=2), storage_path=str(folder / "ray")),
        ).fit()
        if not Path(paths["marker"]).exists():
            raise AssertionError("no worker was killed")
        vectors = KeyedVectors.load(paths["output"])
        if not np.isfinite(vectors.vectors).all():
            raise AssertionError("the vectors are not finite")
        print(f"a worker was killed, and {len(vectors):,} vectors were trained")


if __name__ == "__main__":
    main()
