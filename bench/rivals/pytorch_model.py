"""ELMo's bidirectional language model in PyTorch, with nn.LSTM and a sampled softmax with sparse gradients.

The token layer computes each word of a window once. Parameters have the names and shapes of the original program. There
is no clipping within the LSTM, which nn.LSTM does not support.
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
    """Character convolutions, highway layers and projection."""

    def __init__(self, options: Mapping[str, Any], arrays: Arrays) -> None:
        super().__init__()
        self.padding = 260
        self.activation = {"relu": torch.relu, "tanh": torch.tanh}[options["activation"]]
        self.char_embed = nn.Parameter(tensor(arrays["char_embed"]))
        # Matrix products on overlapping views take 20 % less time than nn.Conv1d, forward and backward.
        self.convolutions = nn.ModuleList()
        self.widths = [width for width, _ in options["filters"]]
        for number in range(len(self.widths)):
            weights = arrays[f"CNN/W_cnn_{number}"]
            flat = tensor(weights.reshape(-1, weights.shape[3]).T)
            self.convolutions.append(linear(flat, tensor(arrays[f"CNN/b_cnn_{number}"])))
        self.highways = nn.ModuleList()
        for number in range(options["n_highway"]):
            name = f"CNN_high_{number}"
            weights = [tensor(arrays[f"{name}/W_{gate}"].T) for gate in ("carry", "transform")]
            biases = [tensor(arrays[f"{name}/b_{gate}"]) for gate in ("carry", "transform")]
            self.highways.append(linear(torch.cat(weights), torch.cat(biases)))
        self.projection = linear(tensor(arrays["CNN_proj/W_proj"].T), tensor(arrays["CNN_proj/b_proj"]))

    def forward(self, characters: Tensor) -> Tensor:
        # All windows after the longest word contain only padding and give the same result: one of them is enough.
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
        """Return `of` every parameter, such as its values or gradients, by official name and in the official shape."""
        found = {"char_embed": of(self.char_embed)}
        for number, (width, convolution) in enumerate(zip(self.widths, self.convolutions, strict=True)):
            shape = 1, width, self.char_embed.shape[1], len(convolution.bias)
            found[f"CNN/W_cnn_{number}"] = of(convolution.weight).T.reshape(shape)
            found[f"CNN/b_cnn_{number}"] = of(convolution.bias)
        for number, highway in enumerate(self.highways):
            both = zip(of(highway.weight).chunk(2), of(highway.bias).chunk(2), strict=True)
            for gate, (weight, bias) in zip(("carry", "transform"), both, strict=True):
                found |= {f"CNN_high_{number}/W_{gate}": weight.T, f"CNN_high_{number}/b_{gate}": bias}
        return found | {"CNN_proj/W_proj": of(self.projection.weight).T, "CNN_proj/b_proj": of(self.projection.bias)}


def linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data, made.bias.data = weight.contiguous(), bias
    return made


class Direction(nn.Module):
    """LSTM layers of one direction; states are carried between calls and detached."""

    def __init__(self, options: Mapping[str, Any], arrays: Arrays, number: int, batch_size: int) -> None:
        super().__init__()
        dim, projection = options["dim"], options["projection_dim"]
        self.number, self.forget_bias = number, options["forget_bias"]
        self.has_skips = options["use_skip_connections"]
        self.layers = nn.ModuleList()
        self.states: list[tuple[Tensor, Tensor]] = []
        for layer in range(options["n_layers"]):
            name = cell_name(number, layer)
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
        for layer, lstm in enumerate(self.layers):
            x = F.dropout(x, dropout)
            y, state = lstm(x, self.states[layer])
            self.states[layer] = (state[0].detach(), state[1].detach())
            x = x + y if layer > 0 and self.has_skips else y
        return F.dropout(x, dropout)

    def official(self, of: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
        """Return `of` every parameter by official name and in the official shape; biases include the forget bias."""
        found = {}
        for layer, lstm in enumerate(self.layers):
            name = cell_name(self.number, layer)
            weights = torch.cat([of(lstm.weight_ih_l0), of(lstm.weight_hh_l0)], dim=1)
            found[f"{name}/W_0"] = official_order(weights).T
            found[f"{name}/B"] = official_order(of(lstm.bias_ih_l0))
            found[f"{name}/W_P_0"] = of(lstm.weight_hr_l0).T
        return found


def cell_name(direction: int, layer: int) -> str:
    return f"RNN_{direction}/RNN/MultiRNNCell/Cell{layer}/LSTMCell"


def official_order(gates: Tensor) -> Tensor:
    """Reorder gates from i, f, j, o to i, j, f, o."""
    i, f, j, o = gates.chunk(4)
    return torch.cat([i, j, f, o])


def pytorch_order(gates: Tensor) -> Tensor:
    """Reorder gates from i, j, f, o to i, f, j, o."""
    i, j, f, o = gates.chunk(4)
    return torch.cat([i, f, j, o])


class SampledSoftmax:
    """Sampled softmax; its gradients contain only the rows that a step uses."""

    def __init__(self, arrays: Arrays, negatives: int) -> None:
        self.weight = tensor(arrays["softmax/W"])
        self.bias = tensor(arrays["softmax/b"])
        vocabulary = len(self.bias)
        self.negatives = negatives
        self.log_range = float(np.log(vocabulary + 1))
        ids = torch.arange(vocabulary, dtype=torch.float64)
        self.log_misses = torch.log1p(-torch.log1p(1 / (ids + 1)) / self.log_range)

    def draw(self) -> tuple[Tensor, int]:
        """Draw log-uniformly until there are enough distinct words; return them and the number of draws."""
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
        """Return the mean cross-entropy, and the ids, weight rows and bias rows that receive gradients."""
        negatives, tries = drawn
        rows = [
            (ids, self.weight[ids].requires_grad_(), self.bias[ids].requires_grad_()) for ids in (targets, negatives)
        ]
        (_, target_rows, target_bias), (_, negative_rows, negative_bias) = rows
        scores = torch.addmm(negative_bias - self.log_expected(negatives, tries), hidden, negative_rows.T)
        index = torch.full((len(self.bias),), -1)
        index[negatives] = torch.arange(len(negatives))
        hits = index[targets]
        hit = (hits >= 0).nonzero().squeeze(1)
        scores.index_put_((hit, hits[hit]), torch.tensor(-torch.inf))
        own = (hidden * target_rows).sum(dim=1) + target_bias - self.log_expected(targets, tries)
        return F.softplus(torch.logsumexp(scores, dim=1) - own).mean(), rows

    def log_expected(self, ids: Tensor, tries: int) -> Tensor:
        """Return the logarithm of the probability that words are among the negative samples."""
        return torch.log(-torch.expm1(tries * self.log_misses[ids])).float()


class LanguageModel:
    """The model and its optimizer, Adagrad with accumulators that are initially 1 and without epsilon."""

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
        """Return all parameters by official name and in the official shape."""
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
        """Return the losses of both directions, and the sorted ids and the gradients of softmax rows.

        The gradients of the other parameters are in `.grad`. The objective is the mean of both losses, multiplied by
        the number of time steps.
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
        ids, indices = torch.unique(torch.cat([row[0] for row in rows]), return_inverse=True)
        d_weight = torch.zeros(len(ids), self.softmax.weight.shape[1])
        d_bias = torch.zeros(len(ids))
        for (_, weight, bias), index in zip(rows, indices.split([len(row[0]) for row in rows]), strict=True):
            d_weight.index_add_(0, index, weight.grad)
            d_bias.index_add_(0, index, bias.grad)
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
        """Update the parameters and return the losses of both directions."""
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
