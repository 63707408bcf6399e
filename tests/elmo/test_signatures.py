"""Arguments of the facade agree with the option classes, which are the only home of defaults."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields

import pytest

from wordkin import ELMo
from wordkin.elmo import model as facade
from wordkin.elmo.options import (
    DEFAULT_LEARNING_RATES,
    ELMoOptions,
    ELMoRunOptions,
    ELMoTrainingOptions,
    ELMoVocabularyOptions,
)
from wordkin.storage.decoding import TextOptions
from wordkin.text import FolderOptions, PreparationOptions


def constructor_overloads() -> list[ast.FunctionDef]:
    """Return the overloads of ELMo's constructor: that of the option names, and that of the official names."""
    tree = ast.parse(inspect.getsource(facade))
    (elmo,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ELMo")
    constructors = [node for node in elmo.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    return [node for node in constructors if node.decorator_list]


def test_constructor_signature_has_the_fields_and_defaults_of_the_options() -> None:
    parameters = inspect.signature(ELMo).parameters
    assert {name: parameter.default for name, parameter in parameters.items()} == {
        field.name: field.default for field in fields(ELMoOptions)
    }


def test_constructor_overload_has_the_fields_of_the_options() -> None:
    own, _ = constructor_overloads()
    assert [argument.arg for argument in own.args.kwonlyargs] == [field.name for field in fields(ELMoOptions)]
    assert all(isinstance(default, ast.Constant) and default.value is ... for default in own.args.kw_defaults)


def test_official_overload_names_are_accepted() -> None:
    _, official = constructor_overloads()
    values = {
        "lstm": {"dim": 12, "projection_dim": 6},
        "char_cnn": {"embedding": {"dim": 4}, "filters": [[1, 4]], "activation": "tanh"},
        "wordkin": {"cell": "rnn"},
        "bidirectional": True,
        "share_embedding_softmax": False,
        "reverse": False,
        "n_train_tokens": 100,
        "n_tokens_vocab": 50,
        "batch_size": 2,
        "unroll_steps": 3,
        "n_epochs": 4,
        "dropout": 0.5,
        "learning_rate": 0.1,
        "all_clip_norm_val": 1.0,
        "n_negative_samples_batch": 10,
        "sample_softmax": False,
    }
    assert [argument.arg for argument in official.args.kwonlyargs] == list(values)
    model = ELMo(**values)
    assert (model.options.dim, model.options.cell) == (12, "rnn")
    assert model.training_defaults["epochs"] == 4


@pytest.mark.parametrize("options", [ELMoTrainingOptions, ELMoRunOptions, ELMoVocabularyOptions, TextOptions])
def test_train_has_the_defaults_of_the_options(options: type) -> None:
    parameters = inspect.signature(ELMo.train).parameters
    for field in fields(options):
        if field.name == "learning_rate":  # None stands for the default of the optimizer
            assert parameters["learning_rate"].default is None
            assert field.default == DEFAULT_LEARNING_RATES[ELMoTrainingOptions().optimizer]
        else:
            assert parameters[field.name].default == field.default, field.name
            assert type(parameters[field.name].default) is type(field.default), field.name


def test_every_option_of_train_belongs_to_an_option_class() -> None:
    classes = (
        ELMoTrainingOptions,
        ELMoRunOptions,
        ELMoVocabularyOptions,
        TextOptions,
        PreparationOptions,
        FolderOptions,
    )
    known = {field.name for options in classes for field in fields(options)}
    others = {"self", "corpus", "validation", "vocabulary", "checkpoint", "callbacks", "progress", "workers", "max_isa"}
    others |= {"word_vectors", "communicator"}
    assert set(inspect.signature(ELMo.train).parameters) - known == others
