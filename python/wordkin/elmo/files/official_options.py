"""Options under the names of the original program's options.json, translated here and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import FormatError
from ...storage.opening import open_binary
from ...storage.paths import AnyPath, local_path
from ..options import ELMoOptions, ELMoTrainingOptions

__all__ = [
    "OFFICIAL_KEYS",
    "OfficialOptions",
    "official_json",
    "parsed_official_options",
    "read_official_options",
    "translate_options",
    "translate_fields",
]

_MOST_BYTES = 1 << 20  # published files have a few hundred

# Name in the file -> field of ELMoOptions.
_LSTM = {name: name for name in ("dim", "projection_dim", "n_layers", "cell_clip", "proj_clip", "use_skip_connections")}
_CHAR_CNN = {name: name for name in ("filters", "activation", "n_highway", "max_characters_per_token")}
_OWN = {name: name for name in ("cell", "forget_bias", "shared_softmax")}  # in the object "wordkin"
_CLIPS = ("cell_clip", "proj_clip")  # null: none
# Name in the file -> argument of ELMo.train.
_TRAINING = {
    "all_clip_norm_val": "clip_norm",
    "batch_size": "batch_size",
    "dropout": "dropout",
    "learning_rate": "learning_rate",
    "n_epochs": "epochs",
    "n_negative_samples_batch": "negatives",
    "n_tokens_vocab": "max_vocabulary_size",
    "sample_softmax": "sampled_softmax",
    "unroll_steps": "unroll_steps",
}
_REQUIRED = ("lstm.dim", "lstm.projection_dim")
_REQUIRED_CHAR_CNN = ("embedding.dim", "filters", "activation", "max_characters_per_token")
# What the original takes where its file says nothing.
_ABSENT = {"n_layers": 1, "cell_clip": None, "proj_clip": None, "use_skip_connections": False, "n_highway": 0}
_N_CHARACTERS = (261, 262)  # in training, and in use with one for padding; nobody needs to edit it here

OFFICIAL_KEYS = {
    "bidirectional", "char_cnn", "lstm", "n_train_tokens", "reverse", "share_embedding_softmax", "wordkin", *_TRAINING,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OfficialOptions:
    """What an options.json says.

    Parameters
    ----------
    model
        Of the model.
    training
        Arguments of `ELMo.train`.
    """

    model: ELMoOptions
    training: dict[str, Any] = field(default_factory=dict)


def read_official_options(path: AnyPath) -> OfficialOptions:
    """Read an options.json.

    Raises
    ------
    FormatError
        If it is none; the error names the key.
    OSError
        If it cannot be read.
    """
    with open_binary(path) as file:
        text = file.read(_MOST_BYTES + 1)
    return parsed_official_options(text, str(local_path(path)))


def parsed_official_options(text: bytes, source: str) -> OfficialOptions:
    """Return what the text of an options.json says; errors as in `read_official_options`."""
    if len(text) > _MOST_BYTES:
        raise FormatError(f"{source}: larger than {_MOST_BYTES} bytes; is this an options.json?")
    try:
        values = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise FormatError(f"{source}: not valid JSON: {error}") from None
    if not isinstance(values, dict):
        raise FormatError(f"{source}: must be a JSON object, got {type(values).__name__}")
    try:
        _require_keys(values)
        return translate_options(_with_absent(values))
    except (TypeError, ValueError) as error:
        raise FormatError(f"{source}: {error}") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _require_keys(values: Mapping[str, Any]) -> None:
    needed = list(_REQUIRED)
    if "char_cnn" in values:
        needed += [f"char_cnn.{key}" for key in _REQUIRED_CHAR_CNN]
    for key in needed:
        at: Any = values
        for part in key.split("."):
            if not isinstance(at, dict) or part not in at:
                raise ValueError(f"the key {key} is missing")
            at = at[part]


def _with_absent(values: dict[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"lstm": {name: _ABSENT[name] for name in _LSTM if name in _ABSENT}}
    if "char_cnn" in values:
        defaults["char_cnn"] = {"n_highway": _ABSENT["n_highway"]}
    return {**values, **{group: {**absent, **values[group]} for group, absent in defaults.items()}}


def translate_options(values: Mapping[str, Any]) -> OfficialOptions:
    """Return options given under official names; what is missing has the defaults of `ELMoOptions`.

    Raises
    ------
    TypeError, ValueError
        If a value is of the wrong kind, out of range, or of a model that there is not here.

    Examples
    --------
    >>> options = translate_options({"lstm": {"dim": 64, "projection_dim": 16}, "all_clip_norm_val": 5})
    >>> options.model.dim, options.training
    (64, {'clip_norm': 5})
    """
    fields = translate_fields(values)
    if "char_cnn" not in values and "lstm" in values:
        fields["token_input"] = True
    training = {ours: values[name] for name, ours in _TRAINING.items() if values.get(name) is not None}
    for name, ours in _TRAINING.items():
        if ours in training and ours in ELMoTrainingOptions.__dataclass_fields__:
            try:
                ELMoTrainingOptions(**{ours: training[ours]})
            except (TypeError, ValueError) as error:
                raise type(error)(f"{name}: {error}") from None
    return OfficialOptions(model=ELMoOptions(**fields), training=training)


def translate_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `ELMoOptions` that official names speak of."""
    fields: dict[str, Any] = {}
    for group, names in (("lstm", _LSTM), ("char_cnn", _CHAR_CNN), ("wordkin", _OWN)):
        members = _group(values, group)
        fields |= {ours: members[name] for name, ours in names.items() if name in members}
    for name in _CLIPS:
        if name in fields and fields[name] is None:
            fields[name] = 0.0
    char_cnn = _group(values, "char_cnn")
    embedding = _group(char_cnn, "embedding", "char_cnn.embedding")
    if "dim" in embedding:
        fields["char_dim"] = embedding["dim"]
    if char_cnn.get("n_highway", 0) is None:
        fields["n_highway"] = 0
    count = char_cnn.get("n_characters", _N_CHARACTERS[0])
    if count not in _N_CHARACTERS:
        raise ValueError(f"char_cnn.n_characters must be 261 or 262, which mean the same here, got {count!r:.50}")
    if values.get("bidirectional", True) is not True:
        raise ValueError(f"bidirectional must be true: only such models are here, got {values['bidirectional']!r:.50}")
    if values.get("share_embedding_softmax", False) is not False:
        raise ValueError("share_embedding_softmax must be false: such models are not supported")
    return fields


def _group(values: Mapping[str, Any], key: str, name: str | None = None) -> Mapping[str, Any]:
    group = values.get(key, {})
    if not isinstance(group, Mapping):
        raise TypeError(f"{name or key} must be an object of options, got {type(group).__name__}")
    return group


def official_json(options: ELMoOptions, training: Mapping[str, Any] | None = None) -> str:
    """Return the text of an options.json.

    Parameters
    ----------
    options
        Of the model. What the original has no name for stands under "wordkin".
    training
        Arguments of `ELMo.train`; those with official names are told too.
    """
    lstm = {name: getattr(options, ours) for name, ours in _LSTM.items()}
    values: dict[str, Any] = {
        "bidirectional": True,
        "lstm": {name: None if name in _CLIPS and value == 0 else value for name, value in lstm.items()},
        "wordkin": {name: getattr(options, ours) for name, ours in _OWN.items()},
    }
    if not options.token_input:
        values["char_cnn"] = {name: getattr(options, ours) for name, ours in _CHAR_CNN.items()}
        values["char_cnn"] |= {"embedding": {"dim": options.char_dim}, "n_characters": _N_CHARACTERS[1]}
    values |= {name: training[ours] for name, ours in _TRAINING.items() if training and ours in training}
    if options.n_tokens_vocab:
        values["n_tokens_vocab"] = options.n_tokens_vocab
    return json.dumps(values, indent=2, sort_keys=True, allow_nan=False) + "\n"
