"""ELMo's bidirectional language model in PyTorch: each word of a window once, nn.LSTM, sampled softmax on sparse rows.

Parameters come and go by the official names and shapes. Clips do not exist in nn.LSTM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from pytorch_setup import Threads
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["LanguageModel"]

Arrays = Mapping[str, np.ndarray]


def tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(array))  # a copy


class TokenLayer(nn.Module):
    """Character convolutions, highways, projection."""

    def __init__(self, options: Mapping[str, Any], arrays: Arrays) -> None:
        super().__init__()
        self.padding = 260
        self.activation = {"relu": torch.relu, "tanh": torch.tanh}[options["activation"]]
        self.char_embed = nn.Parameter(tensor(arrays["char_embed"]))
        # Matrix products on overlapping views take a fifth less time than nn.Conv1d, forward and backward.
        self.convolutions = nn.ModuleList()
        self.widths = [width for width, _ in options["filters"]]
        for place in range(len(self.widths)):
            weights = arrays[f"CNN/W_cnn_{place}"]
            flat = tensor(weights.reshape(-1, weights.shape[3]).T)
            self.convolutions.append(linear(flat, tensor(arrays[f"CNN/b_cnn_{place}"])))
        self.highways = nn.ModuleList()
        for place in range(options["n_highway"]):
            name = f"CNN_high_{place}"
            weights = [tensor(arrays[f"{name}/W_{gate}"].T) for gate in ("carry", "transform")]
            biases = [tensor(arrays[f"{name}/b_{gate}"]) for gate in ("carry", "transform")]
            self.highways.append(linear(torch.cat(weights), torch.cat(biases)))
        self.projection = linear(tensor(arrays["CNN_proj/W_proj"].T), tensor(arrays["CNN_proj/b_proj"]))

    def forward(self, characters: Tensor) -> Tensor:
        # Behind the longest word all places look alike: one window of nothing but padding stands for them.
        longest = int((characters != self.padding).sum(dim=1).max())
        x = F.embedding(characters[:, : longest + max(self.widths)], self.char_embed).flatten(1)
        size = self.char_embed.shape[1]
        found = [
            convolution(x.unfold(1, width * size, size)).max(dim=1).values
            for width, convolution in zip(self.widths, self.convolutions, strict=True)
        ]
        x = self.activation(torch.cat(found, dim=1))
        for highway in self.highways:
            gate, change = highway(x).chunk(2, dim=1)
            x = torch.lerp(x, torch.relu(change), torch.sigmoid(gate))
        return self.projection(x)

    def official(self, of: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
        """Parameters, or what belongs to them, by official name and shape."""
        found = {"char_embed": of(self.char_embed)}
        for place, (width, convolution) in enumerate(zip(self.widths, self.convolutions, strict=True)):
            shape = 1, width, self.char_embed.shape[1], len(convolution.bias)
            found[f"CNN/W_cnn_{place}"] = of(convolution.weight).T.reshape(shape)
            found[f"CNN/b_cnn_{place}"] = of(convolution.bias)
        for place, highway in enumerate(self.highways):
            both = zip(of(highway.weight).chunk(2), of(highway.bias).chunk(2), strict=True)
            for gate, (weight, bias) in zip(("carry", "transform"), both, strict=True):
                found |= {f"CNN_high_{place}/W_{gate}": weight.T, f"CNN_high_{place}/b_{gate}": bias}
        return found | {"CNN_proj/W_proj": of(self.projection.weight).T, "CNN_proj/b_proj": of(self.projection.bias)}


def linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data, made.bias.data = weight.contiguous(), bias
    return made


class Direction(nn.Module):
    """The LSTM layers of one direction; states are carried from call to call and detached."""

    def __init__(self, options: Mapping[str, Any], arrays: Arrays, number: int, batch_size: int) -> None:
        super().__init__()
        dim, projection = options["dim"], options["projection_dim"]
        self.number, self.forget_bias = number, options["forget_bias"]
        self.has_skips = options["use_skip_connections"]
        self.layers = nn.ModuleList()
        self.states: list[tuple[Tensor, Tensor]] = []
        for place in range(options["n_layers"]):
            name = cell_name(number, place)
            lstm = nn.LSTM(projection, dim, proj_size=projection)
            weights = tensor(arrays[f"{name}/W_0"].T)
            lstm.weight_ih_l0.data = pytorch_order(weights[:, :projection])
            lstm.weight_hh_l0.data = pytorch_order(weights[:, projection:])
            lstm.weight_hr_l0.data = tensor(arrays[f"{name}/W_P_0"].T).contiguous()
            lstm.bias_ih_l0.data = pytorch_order(tensor(arrays[f"{name}/B"]))
            lstm.bias_ih_l0.data[dim : 2 * dim] += self.forget_bias
            lstm.bias_hh_l0.requires_grad_(False).zero_()  # one bias, as in the original
            self.layers.append(lstm)
            self.states.append((torch.zeros(1, batch_size, projection), torch.zeros(1, batch_size, dim)))

    def forward(self, x: Tensor, dropout: float) -> Tensor:
        for place, lstm in enumerate(self.layers):
            x = F.dropout(x, dropout)
            y, state = lstm(x, self.states[place])
            self.states[place] = (state[0].detach(), state[1].detach())
            x = x + y if place > 0 and self.has_skips else y
        return F.dropout(x, dropout)

    def official(self, of: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
        """Parameters, or what belongs to them, by official name and shape; with the bias goes the forget bias."""
        found = {}
        for place, lstm in enumerate(self.layers):
            name = cell_name(self.number, place)
            weights = torch.cat([of(lstm.weight_ih_l0), of(lstm.weight_hh_l0)], dim=1)
            found[f"{name}/W_0"] = official_order(weights).T
            found[f"{name}/B"] = official_order(of(lstm.bias_ih_l0))
            found[f"{name}/W_P_0"] = of(lstm.weight_hr_l0).T
        return found


def cell_name(direction: int, layer: int) -> str:
    return f"RNN_{direction}/RNN/MultiRNNCell/Cell{layer}/LSTMCell"


def official_order(gates: Tensor) -> Tensor:
    """Blocks i, f, j, o to i, j, f, o."""
    i, f, j, o = gates.chunk(4)
    return torch.cat([i, j, f, o])


def pytorch_order(gates: Tensor) -> Tensor:
    """Blocks i, j, f, o to i, f, j, o."""
    i, j, f, o = gates.chunk(4)
    return torch.cat([i, f, j, o])


class SampledSoftmax:
    """Rows of a large table, of which each step sees few; their gradients are those rows alone."""

    def __init__(self, arrays: Arrays, negatives: int) -> None:
        self.weight = tensor(arrays["softmax/W"])
        self.bias = tensor(arrays["softmax/b"])
        vocabulary = len(self.bias)
        self.negatives = negatives
        self.log_range = float(np.log(vocabulary + 1))
        ids = torch.arange(vocabulary, dtype=torch.float64)
        self.log_misses = torch.log1p(-torch.log1p(1 / (ids + 1)) / self.log_range)

    def draw(self) -> tuple[Tensor, int]:
        """Log-uniform, until there are enough different words; and the number of tries."""
        vocabulary = len(self.bias)
        tries = 4 * self.negatives
        while True:
            draws = torch.exp(torch.rand(tries, dtype=torch.float64) * self.log_range).long().sub_(1)
            draws.clamp_(max=vocabulary - 1)
            first = torch.full((vocabulary,), tries)
            first.scatter_reduce_(0, draws, torch.arange(tries), "amin")
            moments = first[first < tries].sort().values
            if len(moments) >= self.negatives:
                moments = moments[: self.negatives]
                return draws[moments], int(moments[-1]) + 1
            tries *= 2

    def loss(
        self, hidden: Tensor, targets: Tensor, drawn: tuple[Tensor, int]
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor, Tensor]]]:
        """Mean cross entropy; and (ids, rows of the weight, rows of the bias) whose gradients will be wanted."""
        negatives, tries = drawn
        rows = [
            (ids, self.weight[ids].requires_grad_(), self.bias[ids].requires_grad_()) for ids in (targets, negatives)
        ]
        (_, target_rows, target_bias), (_, negative_rows, negative_bias) = rows
        scores = torch.addmm(negative_bias - self.log_expected(negatives, tries), hidden, negative_rows.T)
        place = torch.full((len(self.bias),), -1)
        place[negatives] = torch.arange(len(negatives))
        hits = place[targets]
        hit = (hits >= 0).nonzero().squeeze(1)
        scores.index_put_((hit, hits[hit]), torch.tensor(-torch.inf))
        own = (hidden * target_rows).sum(dim=1) + target_bias - self.log_expected(targets, tries)
        return F.softplus(torch.logsumexp(scores, dim=1) - own).mean(), rows

    def log_expected(self, ids: Tensor, tries: int) -> Tensor:
        return torch.log(-torch.expm1(tries * self.log_misses[ids])).float()


class LanguageModel:
    """The model and its optimiser: Adagrad with accumulators that begin at 1, without epsilon."""

    def __init__(
        self,
        options: Mapping[str, Any],
        arrays: Arrays,
        threads: Threads,
        *,
        batch_size: int,
        negatives: int,
        clip_norm: float,
        dropout: float,
    ) -> None:
        self.threads = threads
        self.clip_norm, self.dropout = clip_norm, dropout
        self.token_layer = TokenLayer(options, arrays)
        self.directions = [Direction(options, arrays, number, batch_size) for number in (0, 1)]
        self.softmax = SampledSoftmax(arrays, negatives)
        self.parameters = [
            parameter
            for module in (self.token_layer, *self.directions)
            for parameter in module.parameters()
            if parameter.requires_grad
        ]
        self.optimizer = torch.optim.Adagrad(
            self.parameters, lr=0.2, initial_accumulator_value=1.0, eps=0.0, fused=True
        )
        self.row_accumulators = (torch.ones_like(self.softmax.weight), torch.ones_like(self.softmax.bias))

    def arrays(self) -> dict[str, np.ndarray]:
        """All parameters by official name and shape."""
        found = {"softmax/W": self.softmax.weight, "softmax/b": self.softmax.bias}
        for module in (self.token_layer, *self.directions):
            found |= module.official(Tensor.detach)
        for name, array in found.items():
            if name.endswith("/B"):
                array.chunk(4)[2].sub_(self.directions[0].forget_bias)
        return {name: np.ascontiguousarray(array.numpy()) for name, array in found.items()}

    def gradients(
        self, characters: Tensor, inputs: Tensor, targets: Tensor, drawn: list[tuple[Tensor, int]]
    ) -> tuple[tuple[float, float], Tensor, tuple[Tensor, Tensor]]:
        """Losses of both directions, sorted ids of softmax rows and their gradients; the others lie in `.grad`.

        Gradients are those of the mean of both losses times the number of steps.
        """
        self.optimizer.zero_grad()
        tokens = self.token_layer(characters)
        leaves = [tokens.detach().requires_grad_() for _ in (0, 1)]

        def run(direction: int) -> tuple[float, list[tuple[Tensor, Tensor, Tensor]]]:
            x = F.embedding(inputs[direction], leaves[direction])
            hidden = self.directions[direction](x, self.dropout).flatten(0, 1)
            loss, rows = self.softmax.loss(hidden, targets[direction].flatten(), drawn[direction])
            (loss * (0.5 * len(inputs[direction]))).backward()
            return float(loss.detach()), rows

        (forward, forward_rows), (backward, backward_rows) = self.threads.both(run)
        tokens.backward(leaves[0].grad + leaves[1].grad)
        rows = [*forward_rows, *backward_rows]
        ids, places = torch.unique(torch.cat([row[0] for row in rows]), return_inverse=True)
        d_weight = torch.zeros(len(ids), self.softmax.weight.shape[1])
        d_bias = torch.zeros(len(ids))
        for (_, weight, bias), place in zip(rows, places.split([len(row[0]) for row in rows]), strict=True):
            d_weight.index_add_(0, place, weight.grad)
            d_bias.index_add_(0, place, bias.grad)
        return (forward, backward), ids, (d_weight, d_bias)

    def step(
        self,
        characters: Tensor,
        inputs: Tensor,
        targets: Tensor,
        *,
        learning_rate: float,
        drawn: list[tuple[Tensor, int]] | None = None,
    ) -> tuple[float, float]:
        """One update; returns the losses."""
        if drawn is None:
            drawn = [self.softmax.draw() for _ in (0, 1)]
        losses, ids, d_rows = self.gradients(characters, inputs, targets, drawn)
        d_all = [parameter.grad for parameter in self.parameters] + list(d_rows)
        norm = torch.nn.utils.get_total_norm(d_all)
        if self.clip_norm > 0 and norm > self.clip_norm:
            torch._foreach_mul_(d_all, self.clip_norm / float(norm))
        self.optimizer.param_groups[0]["lr"] = learning_rate
        self.optimizer.step()
        for table, sums, gradient in zip(
            (self.softmax.weight, self.softmax.bias), self.row_accumulators, d_rows, strict=True
        ):
            rows = sums[ids].addcmul_(gradient, gradient)
            sums[ids] = rows
            table.index_add_(0, ids, gradient.div_(rows.sqrt_()), alpha=-learning_rate)
        return losses
