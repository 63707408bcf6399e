"""Does the PyTorch model of the benchmarks compute what it should?

Compares the losses of a tiny window with the formulas in float64 NumPy, the gradients with central differences of
these, and an update with its formula. Needs only PyTorch and NumPy.

    python bench/rivals/pytorch_check.py
"""

import numpy as np
import torch
from pytorch_model import LanguageModel
from pytorch_setup import Threads

OPTIONS = {
    "dim": 6, "projection_dim": 4, "n_layers": 2, "use_skip_connections": True, "forget_bias": 1.0, "char_dim": 3,
    "filters": [[1, 2], [3, 4]], "activation": "relu", "n_highway": 1, "max_characters_per_token": 10,
}  # fmt: skip
VOCABULARY, NEGATIVES, STEPS, BATCH, TYPES = 30, 8, 3, 2, 7


def initial(draw):
    shapes = {
        "char_embed": (261, 3), "CNN/W_cnn_0": (1, 1, 3, 2), "CNN/b_cnn_0": (2,), "CNN/W_cnn_1": (1, 3, 3, 4),
        "CNN/b_cnn_1": (4,), "CNN_high_0/W_carry": (6, 6), "CNN_high_0/b_carry": (6,), "CNN_high_0/W_transform": (6, 6),
        "CNN_high_0/b_transform": (6,), "CNN_proj/W_proj": (6, 4), "CNN_proj/b_proj": (4,),
        "softmax/W": (VOCABULARY, 4), "softmax/b": (VOCABULARY,),
    }  # fmt: skip
    for direction in (0, 1):
        for layer in (0, 1):
            name = f"RNN_{direction}/RNN/MultiRNNCell/Cell{layer}/LSTMCell"
            shapes |= {f"{name}/W_0": (8, 24), f"{name}/B": (24,), f"{name}/W_P_0": (6, 4)}
    return {name: draw.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def token_layer(p, characters):
    x = p["char_embed"][characters]
    found = []
    for number, (width, _) in enumerate(OPTIONS["filters"]):
        w, b = p[f"CNN/W_cnn_{number}"][0], p[f"CNN/b_cnn_{number}"]
        at = [np.einsum("nwd,wdf->nf", x[:, t : t + width], w) + b for t in range(x.shape[1] - width + 1)]
        found.append(np.maximum(np.max(at, axis=0), 0))
    x = np.concatenate(found, axis=1)
    gate = sigmoid(x @ p["CNN_high_0/W_carry"] + p["CNN_high_0/b_carry"])
    change = np.maximum(x @ p["CNN_high_0/W_transform"] + p["CNN_high_0/b_transform"], 0)
    x = gate * change + (1 - gate) * x
    return x @ p["CNN_proj/W_proj"] + p["CNN_proj/b_proj"]


def lstm(p, name, inputs):
    h, c = np.zeros((BATCH, 4)), np.zeros((BATCH, 6))
    outputs = []
    for x in inputs:
        i, j, f, o = np.split(np.concatenate([x, h], axis=1) @ p[f"{name}/W_0"] + p[f"{name}/B"], 4, axis=1)
        c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j)
        h = (sigmoid(o) * np.tanh(c)) @ p[f"{name}/W_P_0"]
        outputs.append(h)
    return np.array(outputs)


def sampled_loss(p, hidden, targets, negatives, tries):
    def score(ids):
        q = np.log((ids + 2) / (ids + 1)) / np.log(VOCABULARY + 1)
        return hidden @ p["softmax/W"][ids].T + p["softmax/b"][ids] - np.log(1 - (1 - q) ** tries)

    others = np.where(targets[:, None] == negatives, -np.inf, score(negatives))
    own = np.diag(score(targets))
    return np.mean(np.log(np.exp(own) + np.exp(others).sum(axis=1)) - own)


def losses(p, characters, inputs, targets, drawn):
    tokens = token_layer(p, characters)
    result = []
    for direction in (0, 1):
        name = f"RNN_{direction}/RNN/MultiRNNCell/Cell"
        x = lstm(p, f"{name}0/LSTMCell", tokens[inputs[direction]])
        x = x + lstm(p, f"{name}1/LSTMCell", x)
        result.append(sampled_loss(p, x.reshape(-1, 4), targets[direction].ravel(), *drawn[direction]))
    return np.array(result)


def official_gradients(model, ids, rows):
    found = {}
    for module in (model.token_layer, *model.directions):
        found |= module.official(lambda parameter: parameter.grad)
    for name, row in zip(("softmax/W", "softmax/b"), rows, strict=True):
        found[name] = torch.zeros(VOCABULARY, *row.shape[1:]).index_add_(0, ids, row)
    return {name: gradient.numpy().astype(np.float64) for name, gradient in found.items()}


def main():
    draw = np.random.default_rng(1)
    torch.manual_seed(5)
    arrays = initial(draw)
    model = LanguageModel(
        OPTIONS, arrays, Threads(2, "directions"), batch_size=BATCH, negatives=NEGATIVES, clip_norm=0.01, dropout=0.0
    )
    characters = np.full((TYPES, 10), 260)
    for word in characters:
        length = draw.integers(1, 6)
        word[: length + 2] = [258, *draw.integers(97, 123, length), 259]
    inputs = draw.integers(0, TYPES, (2, STEPS, BATCH))
    targets = draw.integers(0, VOCABULARY, (2, STEPS, BATCH))
    drawn = [model.softmax.draw() for _ in (0, 1)]
    targets[0, 0, 0] = int(drawn[0][0][0])  # a target that is also a negative sample
    window = [torch.from_numpy(a) for a in (characters, inputs, targets)]
    expected_drawn = [(ids.numpy(), tries) for ids, tries in drawn]
    exact = {name: array.astype(np.float64) for name, array in arrays.items()}

    def objective():
        return losses(exact, characters, inputs, targets, expected_drawn).mean() * STEPS

    found, ids, rows = model.gradients(*window, drawn)
    expected = losses(exact, characters, inputs, targets, expected_drawn)
    print("losses:", *found, "NumPy:", *expected)
    assert np.allclose(found, expected, rtol=1e-5)
    assert all(np.allclose(array, arrays[name], atol=1e-6) for name, array in model.arrays().items())
    for direction in model.directions:
        direction.states = [(torch.zeros_like(h), torch.zeros_like(c)) for h, c in direction.states]
    gradients = official_gradients(model, ids, rows)
    worst = 0.0
    for name, array in exact.items():
        assert gradients[name].any(), name
        entries = np.argsort(-np.abs(gradients[name]).ravel())[:5]
        for entry in entries:
            before = array.flat[entry]
            sides = []
            for change in (1e-5, -1e-5):
                array.flat[entry] = before + change
                sides.append(objective())
            array.flat[entry] = before
            slope = (sides[0] - sides[1]) / 2e-5
            worst = max(worst, abs(slope - gradients[name].flat[entry]) / np.abs(gradients[name]).max())
    print(f"gradients: largest difference {worst:.1e} relative to the largest entry, over {len(exact)} tensors")
    assert worst < 1e-4
    model.step(*window, learning_rate=0.2, drawn=drawn)
    scale = min(1.0, 0.01 / np.sqrt(sum((g**2).sum() for g in gradients.values())))
    for name, parameter in (("softmax/W", model.softmax.weight), ("char_embed", model.token_layer.char_embed)):
        g = gradients[name] * scale
        difference = np.abs(parameter.detach().numpy() - (exact[name] - 0.2 * g / np.sqrt(1 + g**2))).max()
        print(f"{name} after an Adagrad step with clipping: largest difference {difference:.1e}")
        assert difference < 1e-6


if __name__ == "__main__":
    main()
