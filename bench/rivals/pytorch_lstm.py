"""Forward and backward pass through the LSTM layers of an ELMo model with PyTorch; prints words per second as JSON.

Each layer and direction is a torch.nn.LSTM with a projection.
"""

import argparse
import json
import time

import torch
from pytorch_setup import Threads, keep_memory
from torch import Tensor, nn


def layer(dim: int, projection: int, *, compiled: bool) -> nn.Module:
    lstm = nn.LSTM(projection, dim, proj_size=projection)
    lstm.bias_hh_l0.requires_grad_(False).zero_()  # one bias, as in the original
    return torch.compile(lstm) if compiled else lstm


class Stack:
    """Layers of one direction, with a skip connection over the second; states are carried between calls."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.layers = [layer(options.dim, options.projection, compiled=options.compiled) for _ in range(2)]
        self.states = [
            (torch.zeros(1, options.batch, options.projection), torch.zeros(1, options.batch, options.dim))
            for _ in self.layers
        ]
        shape = options.steps, options.batch, options.projection
        self.inputs = torch.randn(shape).requires_grad_(not options.forward)
        self.d_outputs = torch.randn(shape)

    def forward(self) -> Tensor:
        x = self.inputs
        for number, lstm in enumerate(self.layers):
            y, state = lstm(x, self.states[number])
            self.states[number] = (state[0].detach(), state[1].detach())
            x = y if number == 0 else x + y
        return x

    def backward(self, outputs: Tensor) -> None:
        for lstm in self.layers:
            lstm.zero_grad()
        self.inputs.grad = None
        outputs.backward(self.d_outputs)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dim", type=int, required=True)
    parser.add_argument("--projection", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--arrangement", choices=("within", "directions"), default="within")
    parser.add_argument("--compiled", action="store_true", help="use torch.compile, also for LSTMs")
    parser.add_argument("--plain", action="store_true", help="use the default memory settings of the C library")
    parser.add_argument(
        "--precision", choices=("float32", "bfloat16"), default="float32", help="bfloat16 uses autocast"
    )
    parser.add_argument("--forward", action="store_true", help="forward pass only")
    parser.add_argument("--seconds", type=float, default=2.0, help="minimum time of a run")
    options = parser.parse_args()
    if not options.plain:
        keep_memory()
    if options.compiled:
        torch._dynamo.config.allow_rnn = True
    threads = Threads(options.threads, options.arrangement)
    torch.manual_seed(1)
    stacks = [Stack(options) for _ in range(2)]

    def pass_of(direction: int) -> None:
        enabled = options.precision == "bfloat16"
        with torch.inference_mode(options.forward), torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            outputs = stacks[direction].forward()
        if not options.forward:
            stacks[direction].backward(outputs.float())

    threads.both(pass_of)
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < 2 or time.perf_counter() - begin < options.seconds:
        started = time.perf_counter()
        threads.both(pass_of)
        times.append(time.perf_counter() - started)
    times.sort()
    words = options.steps * options.batch
    print(json.dumps({"words_per_second": words / times[len(times) // 2], "best": words / times[0]}))


if __name__ == "__main__":
    main()
