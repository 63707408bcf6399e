"""Training, prediction or single requests with PyTorch on the folder of a case; prints seconds and losses as JSON.

Arrangements: "packed" is one bidirectional nn.LSTM over packed sequences. "padded" is one nn.LSTM per direction over
padded sequences, where the texts of the backward direction are reversed within their lengths: PyTorch's fastest LSTM
implementation does not support packed sequences.
"""

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pytorch_setup import keep_memory
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torchcrf import CRF

WARM_UP = 100  # requests that are not measured
PREDICTION_SECONDS = 1.0  # the texts are predicted again until this time has passed


def torch_gates(weights: torch.Tensor) -> torch.Tensor:
    """Reorder gates from columns i, j, f, o to rows i, f, j, o."""
    i, j, f, o = weights.t().chunk(4)
    return torch.cat([i, f, j, o])


def load_direction(lstm: nn.LSTM, suffix: str, weights: torch.Tensor, bias: torch.Tensor) -> None:
    inputs = lstm.input_size
    i, j, f, o = bias.chunk(4)
    with torch.no_grad():
        getattr(lstm, f"weight_ih_l0{suffix}").copy_(torch_gates(weights[:inputs]))
        getattr(lstm, f"weight_hh_l0{suffix}").copy_(torch_gates(weights[inputs:]))
        getattr(lstm, f"bias_ih_l0{suffix}").copy_(torch.cat([i, f + 1, j, o]))  # the forget bias
        getattr(lstm, f"bias_hh_l0{suffix}").zero_()
    getattr(lstm, f"bias_hh_l0{suffix}").requires_grad_(False)  # one bias, as in wordkin


class Encoder(nn.Module):
    """Bidirectional LSTM over texts of different lengths."""

    def __init__(self, options: dict[str, Any], arrays: dict[str, torch.Tensor], arrangement: str) -> None:
        super().__init__()
        inputs, hidden = options["tables"][0][1], options["hidden_dim"]
        self.packed = arrangement == "packed"
        if self.packed:
            self.both = nn.LSTM(inputs, hidden, batch_first=True, bidirectional=True)
            directions = [(self.both, ""), (self.both, "_reverse")]
        else:
            self.forwards = nn.LSTM(inputs, hidden, batch_first=True)
            self.backwards = nn.LSTM(inputs, hidden, batch_first=True)
            directions = [(self.forwards, ""), (self.backwards, "")]
        for direction, (lstm, suffix) in enumerate(directions):
            load_direction(lstm, suffix, arrays[f"encoder_{direction}/0/W"], arrays[f"encoder_{direction}/0/b"])

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        if self.packed:
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            return pad_packed_sequence(self.both(packed)[0], batch_first=True)[0]
        positions = torch.arange(x.shape[1])
        reversed_positions = torch.where(positions < lengths[:, None], lengths[:, None] - 1 - positions, positions)

        def reverse(values: torch.Tensor) -> torch.Tensor:
            return values.gather(1, reversed_positions[:, :, None].expand(-1, -1, values.shape[2]))

        return torch.cat([self.forwards(x)[0], reverse(self.backwards(reverse(x))[0])], dim=2)


class Network(nn.Module):
    """Word vectors and encoder, with either attention pooling and one output, or a CRF over tags."""

    def __init__(
        self, options: dict[str, Any], arrays: dict[str, torch.Tensor], vectors: torch.Tensor, arrangement: str
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=True)
        self.encoder = Encoder(options, arrays, arrangement)
        self.is_tagger = options["task"] == "tags"
        self.output = nn.Linear(2 * options["hidden_dim"], options["outputs"])
        self.crf = CRF(options["outputs"], batch_first=True) if self.is_tagger else None
        self.hidden = None if self.is_tagger else nn.Linear(2 * options["hidden_dim"], options["attention_dim"])
        self.direction = None if self.is_tagger else nn.Linear(options["attention_dim"], 1, bias=False)
        with torch.no_grad():
            self.output.weight.copy_(arrays["output/W"].t())
            self.output.bias.copy_(arrays["output/b"])
            if self.crf is not None:
                self.crf.transitions.copy_(arrays["crf/transitions"])
                self.crf.start_transitions.copy_(arrays["crf/start"])
                self.crf.end_transitions.copy_(arrays["crf/end"])
            else:
                self.hidden.weight.copy_(arrays["attention/W"].t())
                self.hidden.bias.copy_(arrays["attention/b"])
                self.direction.weight.copy_(arrays["attention/v"][None])

    def scores(self, ids: torch.Tensor, lengths: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        encoded = self.encoder(self.embedding(ids), lengths)
        if self.is_tagger:
            return self.output(encoded)
        attention = self.direction(torch.tanh(self.hidden(encoded))).squeeze(2)
        alpha = attention.masked_fill(~mask, float("-inf")).softmax(dim=1)
        return self.output(torch.bmm(alpha[:, None], encoded).squeeze(1)).squeeze(1)

    def loss(self, ids: torch.Tensor, lengths: torch.Tensor, mask: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        scores = self.scores(ids, lengths, mask)
        if self.crf is not None:
            return -self.crf(scores, targets, mask, reduction="mean")
        return nn.functional.binary_cross_entropy_with_logits(scores, targets)

    def predict(self, ids: torch.Tensor, lengths: torch.Tensor, mask: torch.Tensor) -> Any:
        with torch.inference_mode():
            scores = self.scores(ids, lengths, mask)
            return self.crf.decode(scores, mask) if self.crf is not None else torch.sigmoid(scores)


def padded_batches(texts: dict[str, torch.Tensor], size: int, is_tagger: bool, order: torch.Tensor) -> Any:
    lengths = texts["lengths"].tolist()
    ids = texts["ids"].split(lengths)
    tags = texts["targets"].split(lengths) if is_tagger else None
    for chosen in order.split(size):
        of_batch = texts["lengths"][chosen]
        padded = pad_sequence([ids[text] for text in chosen], batch_first=True)
        mask = torch.arange(padded.shape[1]) < of_batch[:, None]
        if tags is None:
            targets = texts["targets"][chosen].float()
        else:
            targets = pad_sequence([tags[text] for text in chosen], batch_first=True)
        yield padded, of_batch, mask, targets


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", choices=("train", "predict", "request"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--arrangement", choices=("packed", "padded"), default="packed")
    parser.add_argument("--batches", type=int, help="number of batches per epoch (default: all)")
    parser.add_argument("--requests", type=int, default=2000, help="number of texts that are answered one at a time")
    options = parser.parse_args()
    keep_memory()
    torch.set_flush_denormal(True)
    torch.set_num_threads(options.threads)
    case = json.loads((options.folder / "case.json").read_text(encoding="utf-8"))
    with np.load(options.folder / "texts.npz") as arrays:
        vectors = torch.from_numpy(arrays["vectors"])
        texts = {name: torch.from_numpy(arrays[name].astype(np.int64)) for name in arrays if name != "vectors"}
    with np.load(options.folder / "parameters.npz") as arrays:
        network = Network(
            case["options"], {name: torch.from_numpy(arrays[name]) for name in arrays}, vectors, options.arrangement
        )
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=case["learning_rate"], fused=True)
    losses: list[float] = []

    def work(ids: torch.Tensor, lengths: torch.Tensor, mask: torch.Tensor, targets: torch.Tensor) -> None:
        if options.work == "predict":
            network.predict(ids, lengths, mask)
            return
        optimizer.zero_grad(set_to_none=True)
        loss = network.loss(ids, lengths, mask, targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    if options.work == "request":
        ids, network = texts["ids"].split(texts["lengths"].tolist()), network.eval()

        def answer(text: int) -> None:
            network.predict(ids[text][None], texts["lengths"][text][None], torch.ones(1, len(ids[text]), dtype=bool))

        latencies = []
        for text in texts["order"][: options.requests].tolist():
            started = time.perf_counter()
            answer(text)
            latencies.append(time.perf_counter() - started)
        print(json.dumps({"latencies": latencies[WARM_UP:]}))
        return
    order = texts["order"][: options.batches and options.batches * case["batch_size"]]
    if options.work == "predict":
        order = order[torch.argsort(texts["lengths"][order], stable=True)]
    for batch in list(padded_batches(texts, case["batch_size"], network.is_tagger, order))[:10]:
        work(*batch)
    passes, started = 0, time.perf_counter()
    while passes == 0 or (options.work == "predict" and time.perf_counter() - started < PREDICTION_SECONDS):
        for batch in padded_batches(texts, case["batch_size"], network.is_tagger, order):
            work(*batch)
        passes += 1
    seconds = (time.perf_counter() - started) / passes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "losses": [*losses[:3], *losses[-3:]], "peak_megabytes": peak}))


if __name__ == "__main__":
    main()
