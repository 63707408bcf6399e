"""Checked options: option classes that declare each default, range and help text once, and checks of single arguments.

Every message names the argument, the rule, and the value given.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, overload

from .progress_log import ProgressLog

__all__ = [
    "BELOW_ONE",
    "Options",
    "UNLIMITED",
    "Rule",
    "checked_field",
    "choice_field",
    "choice_option",
    "flag_field",
    "flag_option",
    "integer_field",
    "integer_option",
    "progress_option",
    "real_field",
    "real_option",
    "rule_of",
    "text_option",
]

T = TypeVar("T")

BELOW_ONE = math.nextafter(1.0, 0.0)
"""Upper limit of rates that must be less than 1."""

UNLIMITED = 2**62
"""Upper limit of counts that nothing else limits; it fits in a signed 64-bit integer with room to spare."""

_KEY = "rule"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How one option is checked and described.

    Parameters
    ----------
    kind : {"integer", "real", "flag", "choice", "custom"}
        Type of the value, for programs that build a command line from the options.
    check : callable
        Called with the name and the value; returns the value as it is stored, or raises TypeError or ValueError.
    help : str
        One phrase that describes the option.
    name : str or None, default None
        Name of the argument in error messages, if it differs from the name of the field.
    choices : tuple of str, default ()
        Allowed values of a choice.
    optional : bool, default False
        Whether None is allowed.
    """

    kind: Literal["integer", "real", "flag", "choice", "custom"]
    check: Callable[[str, Any], Any]
    help: str
    name: str | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Options:
    """Base class of all option classes: checks every field that has a rule.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range.

    Examples
    --------
    >>> @dataclass(frozen=True, kw_only=True)
    ... class WindowOptions(Options):
    ...     window: int = integer_field(5, low=1, high=100, help="Maximum distance to a context word.")
    >>> WindowOptions(window=10)
    WindowOptions(window=10)
    >>> WindowOptions(window=0)
    Traceback (most recent call last):
    ...
    ValueError: window must be from 1 to 100, got 0
    """

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            rule = rule_of(item)
            value = getattr(self, item.name)
            if rule is None or (value is None and rule.optional):
                continue
            # Checks also turn NumPy scalars into Python's own numbers, so that options can be written as JSON.
            object.__setattr__(self, item.name, rule.check(rule.name or item.name, value))


def rule_of(item: dataclasses.Field[Any]) -> Rule | None:
    """Return the rule of a dataclass field.

    Parameters
    ----------
    item : dataclasses.Field
        A field of an option class.

    Returns
    -------
    Rule or None
        None for a field that is not checked.
    """
    rule = item.metadata.get(_KEY)
    return rule if isinstance(rule, Rule) else None


def _field(default: Any, rule: Rule) -> Any:
    return dataclasses.field(default=default, metadata={_KEY: rule})


@overload
def integer_field(default: None, *, low: int, high: int, help: str, name: str | None = None) -> int | None: ...
@overload
def integer_field(default: int, *, low: int, high: int, help: str, name: str | None = None) -> int: ...
def integer_field(default: int | None, *, low: int, high: int, help: str, name: str | None = None) -> int | None:
    """Declare an integer option.

    Parameters
    ----------
    default : int or None
        Default value; None also allows None.
    low, high : int
        Inclusive range.
    help : str
        One phrase that describes the option.
    name : str or None, default None
        Name of the argument in error messages, if it differs from the name of the field.

    Returns
    -------
    int or None
        A dataclass field, typed as its value.
    """
    rule = Rule(
        kind="integer",
        check=lambda name, value: integer_option(name, value, low, high),
        help=help,
        name=name,
        optional=default is None,
    )
    return _field(default, rule)  # type: ignore[no-any-return]


@overload
def real_field(
    default: None,
    *,
    low: float,
    high: float = math.inf,
    low_exclusive: bool = False,
    help: str,
    name: str | None = None,
) -> float | None: ...
@overload
def real_field(
    default: float,
    *,
    low: float,
    high: float = math.inf,
    low_exclusive: bool = False,
    optional: Literal[False] = False,
    help: str,
    name: str | None = None,
) -> float: ...
@overload
def real_field(
    default: float,
    *,
    low: float,
    high: float = math.inf,
    low_exclusive: bool = False,
    optional: Literal[True],
    help: str,
    name: str | None = None,
) -> float | None: ...
def real_field(
    default: float | None,
    *,
    low: float,
    high: float = math.inf,
    low_exclusive: bool = False,
    optional: bool = False,
    help: str,
    name: str | None = None,
) -> float | None:
    """Declare a real option, which must be finite.

    Parameters
    ----------
    default : float or None
        Default value; None also allows None.
    low, high : float
        Inclusive range.
    low_exclusive : bool, default False
        Whether `low` itself is refused.
    optional : bool, default False
        Whether None is allowed although it is not the default.
    help : str
        One phrase that describes the option.
    name : str or None, default None
        Name of the argument in error messages, if it differs from the name of the field.

    Returns
    -------
    float or None
        A dataclass field, typed as its value.
    """
    rule = Rule(
        kind="real",
        check=lambda name, value: real_option(name, value, low, high, low_exclusive=low_exclusive),
        help=help,
        name=name,
        optional=optional or default is None,
    )
    return _field(default, rule)  # type: ignore[no-any-return]


def flag_field(default: bool, *, help: str, name: str | None = None) -> bool:
    """Declare a boolean option.

    Parameters
    ----------
    default : bool
        Default value.
    help : str
        One phrase that describes the option.
    name : str or None, default None
        Name of the argument in error messages, if it differs from the name of the field.

    Returns
    -------
    bool
        A dataclass field, typed as its value.
    """
    return _field(default, Rule(kind="flag", check=flag_option, help=help, name=name))  # type: ignore[no-any-return]


def choice_field(default: T, choices: Any, *, help: str, name: str | None = None) -> T:
    """Declare an option with a fixed set of values.

    Parameters
    ----------
    default : str or None
        Default value; None also allows None.
    choices : Literal type
        Type that lists the allowed strings.
    help : str
        One phrase that describes the option.
    name : str or None, default None
        Name of the argument in error messages, if it differs from the name of the field.

    Returns
    -------
    str or None
        A dataclass field, typed as its value.
    """
    allowed: tuple[str, ...] = get_args(choices)
    rule = Rule(
        kind="choice",
        check=lambda name, value: choice_option(name, value, allowed),
        help=help,
        name=name,
        choices=allowed,
        optional=default is None,
    )
    return _field(default, rule)  # type: ignore[no-any-return]


def checked_field(default: T, check: Callable[[str, Any], T], *, help: str, name: str | None = None) -> T:
    """Declare an option with a custom check.

    Parameters
    ----------
    default : object
        Default value.
    check : callable
        Called with the name and the value; returns the value as it is stored, or raises TypeError or ValueError.
    help : str
        One phrase that describes the option.
    name : str or None, default None
        Name of the argument in error messages, if it differs from the name of the field.

    Returns
    -------
    object
        A dataclass field, typed as its value.
    """
    return _field(default, Rule(kind="custom", check=check, help=help, name=name))  # type: ignore[no-any-return]


def integer_option(name: str, value: Any, low: int, high: int) -> int:
    """Return an integer argument as an int after checking its range.

    Parameters
    ----------
    name : str
        Name of the argument in error messages.
    value : int
        Value given; NumPy integers are accepted, bool and str are not.
    low, high : int
        Inclusive range.

    Returns
    -------
    int
        The value.

    Raises
    ------
    TypeError
        If the value is not an integer.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> integer_option("window", 5, 1, 100)
    5
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r} ({type(value).__name__})")
    number = int(value)
    if not low <= number <= high:
        given = number if number.bit_length() <= 128 else f"an integer of {number.bit_length()} bits"
        expected = f"at least {low}" if high >= UNLIMITED and number < low else f"from {low} to {high}"
        raise ValueError(f"{name} must be {expected}, got {given}")
    return number


def real_option(name: str, value: Any, low: float, high: float, *, low_exclusive: bool = False) -> float:
    """Return a real argument as a float after checking that it is finite and in range.

    Parameters
    ----------
    name : str
        Name of the argument in error messages.
    value : float
        Value given; integers and NumPy numbers are accepted, bool and str are not.
    low, high : float
        Inclusive range.
    low_exclusive : bool, default False
        Whether `low` itself is refused.

    Returns
    -------
    float
        The value.

    Raises
    ------
    TypeError
        If the value is not a real number.
    ValueError
        If it is not finite or out of range.

    Examples
    --------
    >>> real_option("alpha", 0.025, 0.0, math.inf, low_exclusive=True)
    0.025
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a real number, got {value!r} ({type(value).__name__})")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    is_above = low < number if low_exclusive else low <= number
    if not math.isfinite(number) or not is_above or number > high:
        lower = f"greater than {low:g}" if low_exclusive else f"at least {low:g}"
        upper = "" if high == math.inf else f" and at most {high:g}"
        raise ValueError(f"{name} must be finite, {lower}{upper}, got {number}")
    return number


def flag_option(name: str, value: Any) -> bool:
    """Return a boolean argument as a bool.

    Parameters
    ----------
    name : str
        Name of the argument in error messages.
    value : bool or {0, 1}
        Value given.

    Returns
    -------
    bool
        The value.

    Raises
    ------
    TypeError, ValueError
        If the value is not one of False, True, 0 and 1.

    Examples
    --------
    >>> flag_option("sg", 1)
    True
    """
    if isinstance(value, bool):
        return value
    try:
        return bool(integer_option(name, value, 0, 1))
    except (TypeError, ValueError) as error:
        given = str(error).partition(", got ")[2]
        raise type(error)(f"{name} must be True or False, got {given}") from None


def choice_option(name: str, value: Any, choices: tuple[str, ...]) -> str:
    """Return a string argument after checking that it is one of the allowed values.

    Parameters
    ----------
    name : str
        Name of the argument in error messages.
    value : str
        Value given.
    choices : tuple of str
        Allowed values.

    Returns
    -------
    str
        The value.

    Raises
    ------
    TypeError
        If the value is not a str.
    ValueError
        If it is not an allowed value.

    Examples
    --------
    >>> choice_option("optimizer", "adam", ("adagrad", "adam"))
    'adam'
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(choices)}, got {value!r} ({type(value).__name__})")
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    return value


def text_option(name: str, value: Any) -> str | None:
    """Return a str argument, which may be None, after checking its type.

    Parameters
    ----------
    name : str
        Name of the argument in error messages.
    value : str or None
        Value given.

    Returns
    -------
    str or None
        The value.

    Raises
    ------
    TypeError
        If the value is of another type.

    Examples
    --------
    >>> text_option("comment", "a note")
    'a note'
    """
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} must be a str or None, got {type(value).__name__}")
    return value


def progress_option(progress: T) -> T:
    """Return the argument that controls how progress is shown, after checking its type.

    Parameters
    ----------
    progress : bool, callable, None or ProgressLog
        Value given.

    Returns
    -------
    bool, callable, None or ProgressLog
        The value.

    Raises
    ------
    TypeError
        If the value is of another type.

    Examples
    --------
    >>> progress_option(False)
    False
    """
    if progress is not None and not isinstance(progress, bool | ProgressLog) and not callable(progress):
        raise TypeError(f"progress must be True, False, None or a callable, got {progress!r}")
    return progress
