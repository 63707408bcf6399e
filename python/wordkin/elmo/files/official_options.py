"""Translation of the option names of the original program's options.json; no other module knows these names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import FormatError
from ...storage.archive_header import refuse_constant
from ...storage.opening import open_binary
from ...storage.paths import AnyPath, local_path
from ..options import ELMoOptions, ELMoTrainingOptions

__all__ = [
    "MAX_OPTIONS_BYTES",
    "OFFICIAL_KEYS",
    "OfficialOptions",
    "official_json",
    "parse_official_options",
    "read_official_options",
    "translate_fields",
    "translate_options",
]

MAX_OPTIONS_BYTES = 1 << 20  # Published files have a few hundred bytes.

# Names in the file, and the fields of ELMoOptions that they set.
_LSTM = {name: name for name in ("dim", "projection_dim", "n_layers", "cell_clip", "proj_clip", "use_skip_connections")}
_CHAR_CNN = {name: name for name in ("filters", "activation", "n_highway", "max_characters_per_token")}
_WORDKIN = {name: name for name in ("cell", "forget_bias", "shared_softmax")}  # In the object "wordkin".
_WORDS = ("word_dim", "n_input_words")  # In the same object, if the model has word vectors beside the characters.
_CLIPS = ("cell_clip", "proj_clip")  # null means no clipping.
# Names in the file, and the arguments of ELMo.train that they set.
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
# What the original program does, which its files do not say; their other settings are meant for it.
_ORIGINAL_TRAINING = {"optimizer": "adagrad", "schedule": "constant"}
_REQUIRED = ("lstm.dim", "lstm.projection_dim")
_REQUIRED_CHAR_CNN = ("embedding.dim", "filters", "activation", "max_characters_per_token")
# Defaults of the original program for keys that a file lacks.
_ABSENT = {"n_layers": 1, "cell_clip": None, "proj_clip": None, "use_skip_connections": False, "n_highway": 0}
# The original program uses 261 ids in training, and 262, with one for padding, afterwards. Both mean the same here.
_N_CHARACTERS = (261, 262)

OFFICIAL_KEYS = {
    "bidirectional", "char_cnn", "lstm", "n_train_tokens", "reverse", "share_embedding_softmax", "wordkin", *_TRAINING,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OfficialOptions:
    """Content of an official options.json.

    Parameters
    ----------
    model : ELMoOptions
        Options of the model.
    training : dict, optional
        Arguments of `ELMo.train`.
    """

    model: ELMoOptions
    training: dict[str, Any] = field(default_factory=dict)


def read_official_options(path: AnyPath) -> OfficialOptions:
    """Read an official options.json.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    OfficialOptions
        Options of the model and arguments of `ELMo.train`.

    Raises
    ------
    FormatError
        If the file is invalid; the message names the key.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "options.json")
    >>> _ = path.write_text(json.dumps({"lstm": {"dim": 64, "projection_dim": 16}, "batch_size": 32}), encoding="utf-8")
    >>> options = read_official_options(path)
    >>> options.model.dim, options.training
    (64, {'optimizer': 'adagrad', 'schedule': 'constant', 'batch_size': 32})
    """
    with open_binary(path) as file:
        text = file.read(MAX_OPTIONS_BYTES + 1)
    return parse_official_options(text, str(local_path(path)))


def parse_official_options(text: bytes, source: str) -> OfficialOptions:
    """Parse the text of an official options.json.

    Parameters
    ----------
    text : bytes
        Content of the file.
    source : str
        Name of the file, for error messages.

    Returns
    -------
    OfficialOptions
        Options of the model and arguments of `ELMo.train`.

    Raises
    ------
    FormatError
        If the text is invalid; the message names the key.
    """
    if len(text) > MAX_OPTIONS_BYTES:
        raise FormatError(f"{source}: an options.json must be at most {MAX_OPTIONS_BYTES} bytes")
    try:
        values = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError.
        raise FormatError(f"{source}: not valid JSON: {error}") from None
    if not isinstance(values, dict):
        raise FormatError(f"{source}: must be a JSON object, got {type(values).__name__}")
    try:
        _require_keys(values)
        return translate_options(_with_original_defaults(values))
    except (TypeError, ValueError) as error:
        raise FormatError(f"{source}: {error}") from None


def _require_keys(values: Mapping[str, Any]) -> None:
    required = list(_REQUIRED)
    if "char_cnn" in values:
        required += [f"char_cnn.{key}" for key in _REQUIRED_CHAR_CNN]
    for key in required:
        group: Any = values
        for part in key.split("."):
            if not isinstance(group, dict) or part not in group:
                raise ValueError(f"the key {key} is missing")
            group = group[part]


def _with_original_defaults(values: dict[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"lstm": {name: _ABSENT[name] for name in _LSTM if name in _ABSENT}}
    if "char_cnn" in values:
        defaults["char_cnn"] = {"n_highway": _ABSENT["n_highway"]}
    return {**values, **{group: {**absent, **values[group]} for group, absent in defaults.items()}}


def translate_options(values: Mapping[str, Any]) -> OfficialOptions:
    """Translate options with official names; missing ones have the defaults of `ELMoOptions`.

    Parameters
    ----------
    values : mapping of str to object
        Members of an official options.json.

    Returns
    -------
    OfficialOptions
        Options of the model and arguments of `ELMo.train`.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type, is out of range, or describes an unsupported model.

    Examples
    --------
    >>> options = translate_options({"lstm": {"dim": 64, "projection_dim": 16}, "all_clip_norm_val": 5})
    >>> options.model.dim, options.training
    (64, {'optimizer': 'adagrad', 'schedule': 'constant', 'clip_norm': 5})
    """
    fields = translate_fields(values)
    if "char_cnn" not in values and "lstm" in values:
        fields["token_input"] = True
    training = {argument: values[name] for name, argument in _TRAINING.items() if values.get(name) is not None}
    for name, argument in _TRAINING.items():
        if argument in training and argument in ELMoTrainingOptions.__dataclass_fields__:
            try:
                ELMoTrainingOptions(**{argument: training[argument]})
            except (TypeError, ValueError) as error:
                raise type(error)(f"{name}: {error}") from None
    return OfficialOptions(
        model=ELMoOptions(**fields), training={**_ORIGINAL_TRAINING, **training} if training else training
    )


def translate_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `ELMoOptions` that options with official names set.

    Parameters
    ----------
    values : mapping of str to object
        Members of an official options.json.

    Returns
    -------
    dict
        Values by the names of the fields.

    Raises
    ------
    TypeError, ValueError
        If a group is not an object, or describes an unsupported model.
    """
    fields: dict[str, Any] = {}
    own = _WORDKIN | {name: name for name in _WORDS}
    for group, names in (("lstm", _LSTM), ("char_cnn", _CHAR_CNN), ("wordkin", own)):
        members = _group(values, group)
        fields |= {option: members[name] for name, option in names.items() if name in members}
    for name in _CLIPS:
        if name in fields and fields[name] is None:
            fields[name] = 0.0
    char_cnn = _group(values, "char_cnn")
    embedding = _group(char_cnn, "embedding", "char_cnn.embedding")
    if "dim" in embedding:
        fields["char_dim"] = embedding["dim"]
    if char_cnn.get("n_highway", 0) is None:
        fields["n_highway"] = 0
    n_characters = char_cnn.get("n_characters", _N_CHARACTERS[0])
    if n_characters not in _N_CHARACTERS:
        if type(n_characters) is not int or n_characters < _N_CHARACTERS[0]:
            raise ValueError(f"char_cnn.n_characters must be an integer from 261, got {n_characters!r:.50}")
        fields["n_characters"] = n_characters
    if values.get("bidirectional", True) is not True:
        raise ValueError(
            f"bidirectional must be true, got {values['bidirectional']!r:.50}; other models are not supported"
        )
    if values.get("share_embedding_softmax", False) is not False:
        raise ValueError("share_embedding_softmax must be false; other models are not supported")
    return fields


def _group(values: Mapping[str, Any], key: str, name: str | None = None) -> Mapping[str, Any]:
    group = values.get(key, {})
    if not isinstance(group, Mapping):
        raise TypeError(f"{name or key} must be an object of options, got {type(group).__name__}")
    return group


def official_json(options: ELMoOptions, training: Mapping[str, Any] | None = None) -> str:
    """Return the text of an official options.json.

    Parameters
    ----------
    options : ELMoOptions
        Options of the model. Those without an official name are written to the object "wordkin".
    training : mapping of str to object, optional
        Arguments of `ELMo.train`; those with an official name are written.

    Returns
    -------
    str
        JSON text.

    Examples
    --------
    >>> import json
    >>> json.loads(official_json(ELMoOptions(dim=64, projection_dim=16)))["lstm"]["projection_dim"]
    16
    """
    lstm = {name: getattr(options, option) for name, option in _LSTM.items()}
    values: dict[str, Any] = {
        "bidirectional": True,
        "lstm": {name: None if name in _CLIPS and value == 0 else value for name, value in lstm.items()},
        "wordkin": {name: getattr(options, option) for name, option in _WORDKIN.items()},
    }
    if options.word_dim:
        values["wordkin"] |= {name: getattr(options, name) for name in _WORDS}
    if not options.token_input:
        values["char_cnn"] = {name: getattr(options, option) for name, option in _CHAR_CNN.items()}
        values["char_cnn"] |= {
            "embedding": {"dim": options.char_dim},
            "n_characters": _N_CHARACTERS[1] if options.n_characters in _N_CHARACTERS else options.n_characters,
        }
    values |= {name: training[option] for name, option in _TRAINING.items() if training and option in training}
    if options.n_tokens_vocab:
        values["n_tokens_vocab"] = options.n_tokens_vocab
    return json.dumps(values, indent=2, sort_keys=True, allow_nan=False) + "\n"
