"""A pickle reader that executes nothing: it returns plain containers, NumPy arrays and records, and refuses the rest.

Nothing that a pickle names is ever imported. The few names that gensim's files need are mapped to functions of this
module that check their arguments; arrays are assembled here from checked bytes, not by NumPy's own unpickling. The
reader derives from the standard library's unpickler in Python, whose memo is a dictionary: the one in C allocates as
much memory as a malicious memo index demands.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..errors import CorruptFileError, FormatError
from .bounds import file_bound, read_content
from .opening import open_binary

__all__ = ["PickleRules", "Record", "array_of", "read_pickle", "replaced", "text_of", "unpickle"]

_DTYPE = re.compile(r"[<>=|]?([fiu][1248]|b1)")
_MODULE = re.compile(r"gensim\.(models|utils|corpora)(\.[A-Za-z0-9_]+)*")
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _ByteText(str):
    """A byte string of Python 2, decoded as Latin-1, so that it can be the name of an attribute as well as data."""

    __slots__ = ()


_MAX_TUPLE_LENGTH = 16  # pairs of words in the phrases of gensim 3
# Some objects take one byte in the file and a hundred in memory: in the pickles of gensim there is one in 15 bytes, and
# a memo entry in 4 or more.
_BYTES_PER_OBJECT, _BYTES_PER_MEMO = 4, 3
_MIN_BUDGET = 1 << 12
_KEY_TYPES = (str, _ByteText, int, float, bytes, bool, type(None))


class Record:
    """Replacement for a saved object: the name of its class, and its attributes.

    Parameters
    ----------
    *args, **options : object
        Ignored.
    """

    class_name = ""
    attributes: dict[str, Any]

    def __new__(cls, *args: Any, **options: Any) -> Record:
        record = super().__new__(cls)
        record.attributes = {}  # not in __init__, which pickles need not call
        return record

    def __init__(self, *args: Any, **options: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.attributes = state


class _Budget:
    """Memory for objects that are copies of parts of the file, however often it names a part.

    Bytes are copied twice: protocols 0 to 2 encode them as text, and arrays are made of bytes.

    Parameters
    ----------
    size : int
        Size of the file in bytes.
    """

    def __init__(self, size: int) -> None:
        self._left = max(2 * size, _MIN_BUDGET)

    def take(self, size: int) -> None:
        """Account for a copy.

        Parameters
        ----------
        size : int
            Its size in bytes.
        """
        self._left -= size
        if self._left < 0:
            raise pickle.UnpicklingError("the objects are larger than the file")


class _SavedDtype:
    def __init__(self, budget: _Budget, name: Any, *flags: Any) -> None:
        self.is_object = name in ("O8", "O4", "O")
        if not self.is_object and not (isinstance(name, str) and _DTYPE.fullmatch(name)):
            raise pickle.UnpicklingError(f"arrays of {name!r:.40} are not supported")
        self.dtype = np.dtype(object if self.is_object else name)

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 2 or state[1] not in ("<", ">", "=", "|"):
            raise pickle.UnpicklingError("damaged dtype")
        if not self.is_object:
            self.dtype = self.dtype.newbyteorder(state[1])


class _SavedArray:
    """An array of numbers, or of objects (kept as a list); empty until its state is set."""

    def __init__(self, budget: _Budget, *args: Any) -> None:
        self._budget = budget
        self.value: NDArray[Any] | list[Any] = []

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], _SavedDtype):
            raise pickle.UnpicklingError("damaged array")
        self.fill(state[4], state[2], state[1], "F" if state[3] else "C")

    def fill(self, content: Any, saved: _SavedDtype, shape: Any, order: Any) -> None:
        if isinstance(content, _ByteText):
            content = content.encode("latin-1")
        if saved.is_object:
            if not isinstance(content, list):
                raise pickle.UnpicklingError("damaged array of objects")
            self.value = content
            return
        if not (
            isinstance(shape, tuple)
            and len(shape) <= 8
            and all(type(size) is int and 0 <= size < 1 << 48 for size in shape)
            and isinstance(content, (bytes, bytearray))
            and len(content) == math.prod(shape) * saved.dtype.itemsize
            and order in ("C", "F")
        ):
            raise pickle.UnpicklingError("the number of bytes of an array does not match its shape")
        self._budget.take(len(content))
        array = np.frombuffer(content, saved.dtype).reshape(shape, order=order)
        self.value = array.astype(saved.dtype.newbyteorder("="), order="C")


def array_of(value: Any) -> NDArray[Any] | None:
    """Return the array that a value returned by `read_pickle` represents.

    Parameters
    ----------
    value : object
        A value.

    Returns
    -------
    ndarray or None
        The array of numbers; None if the value is not an array of numbers.
    """
    if isinstance(value, _SavedArray) and isinstance(value.value, np.ndarray):
        return value.value
    return None


def text_of(value: Any) -> str | None:
    """Return the text that a value returned by `read_pickle` represents.

    Parameters
    ----------
    value : object
        A value.

    Returns
    -------
    str or None
        The text; byte strings of Python 2 are decoded as UTF-8, or as Latin-1 (as gensim does) if they are not valid
        UTF-8. None if the value is not text.

    Examples
    --------
    >>> text_of("naïve")
    'naïve'
    """
    if isinstance(value, _ByteText):
        content = value.encode("latin-1")
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return content.decode("latin-1")
    return value if isinstance(value, str) else None


def _from_buffer(budget: _Budget, content: Any, saved: Any, shape: Any, order: Any) -> _SavedArray:
    if not isinstance(saved, _SavedDtype):
        raise pickle.UnpicklingError("damaged array")
    array = _SavedArray(budget)
    array.fill(content, saved, shape, order)
    return array


def _scalar(budget: _Budget, saved: Any, content: Any = None) -> Any:
    array = _from_buffer(budget, content, saved, (), "C").value
    return array.item() if isinstance(array, np.ndarray) else None


def _empty_dict(budget: _Budget, *args: Any) -> dict[Any, Any]:
    return {}


def _checked_set(budget: _Budget, items: Any = ()) -> set[Any]:
    if not isinstance(items, list | tuple):
        raise pickle.UnpicklingError("damaged set")
    budget.take(len(items))
    return set(_checked_keys(items))


def _empty_bytes(budget: _Budget) -> bytes:
    """Return empty bytes, as protocol 2 encodes them."""
    return b""


def _encoded(budget: _Budget, text: Any, encoding: Any = "latin1") -> bytes:
    """Return bytes from text, as protocols 0 to 2 encode them."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("damaged bytes")
    budget.take(len(text))
    return text.encode("latin-1")


def _inert(budget: _Budget, *args: Any, **options: Any) -> Record:
    return Record()


_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "ndarray"): _inert,  # occurs only as an argument of _reconstruct
    ("numpy", "dtype"): _SavedDtype,
    ("builtins", "set"): _checked_set,
    ("builtins", "frozenset"): _checked_set,
    ("builtins", "int"): _inert,  # occurs only as the argument of defaultdict
    ("builtins", "long"): _inert,  # the name of int in Python 2, and in protocol 2 of Python 3
    ("builtins", "hash"): _inert,  # the default value of `hashfxn`
    ("collections", "defaultdict"): _empty_dict,
    ("UserString", "defaultdict"): _empty_dict,  # what Python 3.4 wrote for the same
    ("collections", "OrderedDict"): _empty_dict,
    ("builtins", "bytes"): _empty_bytes,
    ("_codecs", "encode"): _encoded,
    ("numpy.random", "__RandomState_ctor"): _inert,
    ("numpy.random._pickle", "__randomstate_ctor"): _inert,
    ("numpy.random._pickle", "__generator_ctor"): _inert,
    ("numpy.random._pickle", "__bit_generator_ctor"): _inert,
    ("numpy.random._mt19937", "MT19937"): _inert,
    ("numpy.random._pcg64", "PCG64"): _inert,
}
for _core in ("numpy.core", "numpy._core"):
    _ALLOWED[_core + ".multiarray", "_reconstruct"] = _SavedArray
    _ALLOWED[_core + ".multiarray", "scalar"] = _scalar
    _ALLOWED[_core + ".numeric", "_frombuffer"] = _from_buffer


@dataclass(frozen=True, kw_only=True)
class PickleRules:
    """Names and objects that a pickle may refer to.

    Parameters
    ----------
    allowed : mapping of (str, str) to callable
        Modules and names, and what is called instead of them, with a `_Budget` before the arguments of the pickle.
    becomes_record : callable
        Called with a module and a name that is not allowed; returns the name of the class of a `Record`, or None to
        refuse it.
    expected : str
        What is supported, for error messages.
    persistent : callable, optional
        Called with the id of an object outside the pickle; returns the object. Without it, such objects are refused.
    """

    allowed: Mapping[tuple[str, str], Callable[..., Any]]
    becomes_record: Callable[[str, str], str | None]
    expected: str
    persistent: Callable[[Any], Any] | None = None


def replaced(value: Any) -> Any:
    """Return what is called instead of something that a pickle names.

    Parameters
    ----------
    value : object
        A value of a pickle.

    Returns
    -------
    object
        The callable of `PickleRules.allowed`; None if the value is something else.
    """
    return getattr(value, "stands_for", None)


class _Refused(pickle.UnpicklingError):
    """The pickle refers to something that is refused."""


def _checked_keys(keys: Iterable[Any]) -> list[Any]:
    """Return the keys if all are of plain types, or short tuples of them: hashing nested tuples may never finish."""
    checked = list(keys)
    for key in checked:
        is_short = type(key) is tuple and len(key) <= _MAX_TUPLE_LENGTH
        parts = key if is_short else (key,)
        if not all(type(part) in _KEY_TYPES for part in parts):
            raise pickle.UnpicklingError(f"unsupported key of type {type(key).__name__}")
    return checked


# Type stubs describe only the public unpickler, which may be the one in C.
_Interpreter: Any = pickle._Unpickler


class _Unpickler(_Interpreter):  # type: ignore[misc]
    dispatch: ClassVar[dict[int, Any]] = dict(_Interpreter.dispatch)
    # These opcodes serve only to execute code, or to fetch objects that are not in the file.
    for _opcode in (pickle.INST, pickle.OBJ, pickle.EXT1, pickle.EXT2, pickle.EXT4, pickle.PERSID):
        dispatch.pop(_opcode[0])

    def __init__(self, file: Any, size: int, rules: PickleRules) -> None:
        super().__init__(file)
        self._rules = rules
        self._size = size
        self._budget = _Budget(size)
        self._max_memo = max(size // _BYTES_PER_MEMO, _MIN_BUDGET)
        self._objects = max(size // _BYTES_PER_OBJECT, _MIN_BUDGET)
        self._classes: dict[tuple[str, str], Any] = {}

    def _decode_string(self, value: bytes) -> _ByteText:
        """Return the byte string of a pickle that Python 2 wrote."""
        return _ByteText(value, "latin-1")

    def find_class(self, module: str, name: str) -> Any:
        found = self._rules.allowed.get((module.replace("__builtin__", "builtins"), name))
        if found is not None:
            # A new function per load, so that a pickle which sets attributes of it affects nothing else.
            function: Any = lambda *args, **options: found(self._budget, *args, **options)  # noqa: E731
            function.stands_for = found
            return function
        class_name = self._rules.becomes_record(module, name)
        if class_name is None:
            raise _Refused(f"{module}.{name}"[:200])
        key = (module, name)
        if key not in self._classes:
            self._classes[key] = type(class_name, (Record,), {"class_name": class_name})
        return self._classes[key]

    def _checked_load(self, opcode: bytes, keys: Callable[[list[Any]], Iterable[Any]]) -> None:
        _checked_keys(keys(self.stack))
        _Interpreter.dispatch[opcode[0]](self)

    def _count_objects(self, count: int) -> None:
        """Count objects that take a byte in the file, and a hundred in memory."""
        self._objects -= count
        if self._objects < 0:
            raise pickle.UnpicklingError("too many objects for a file of this size")

    def load_mark(self) -> None:
        self._count_objects(1)
        _Interpreter.load_mark(self)

    def load_empty_list(self) -> None:
        self._count_objects(1)
        self.append([])

    def load_empty_dictionary(self) -> None:
        self._count_objects(1)
        self.append({})

    def load_empty_set(self) -> None:
        self._count_objects(4)  # takes as much memory as four lists
        self.append(set())

    def load_memoize(self) -> None:
        memo = self.memo
        if len(memo) > self._max_memo:
            raise pickle.UnpicklingError("too many references for a file of this size")
        memo[len(memo)] = self.stack[-1]

    def load_setitem(self) -> None:
        self._checked_load(pickle.SETITEM, lambda stack: stack[-2:-1])

    def load_setitems(self) -> None:
        self._checked_load(pickle.SETITEMS, lambda stack: stack[::2])

    def load_dict(self) -> None:
        self._checked_load(pickle.DICT, lambda stack: stack[::2])

    def load_additems(self) -> None:
        self._checked_load(pickle.ADDITEMS, lambda stack: stack)

    def load_frozenset(self) -> None:
        self._checked_load(pickle.FROZENSET, lambda stack: stack)

    def load_binary_persistent_id(self) -> None:
        if self._rules.persistent is None:
            raise pickle.UnpicklingError("found an object outside the file")
        self.append(self._rules.persistent(self.stack.pop()))

    def load_bytearray8(self) -> None:
        length = int.from_bytes(self.read(8), "little")
        if length > self._size:
            raise pickle.UnpicklingError("found a length beyond the end of the file")
        self.append(bytearray(self.read(length)))

    dispatch[pickle.MARK[0]] = load_mark
    dispatch[pickle.EMPTY_LIST[0]] = load_empty_list
    dispatch[pickle.EMPTY_DICT[0]] = load_empty_dictionary
    dispatch[pickle.EMPTY_SET[0]] = load_empty_set
    dispatch[pickle.MEMOIZE[0]] = load_memoize
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.DICT[0]] = load_dict
    dispatch[pickle.ADDITEMS[0]] = load_additems
    dispatch[pickle.FROZENSET[0]] = load_frozenset
    dispatch[pickle.BINPERSID[0]] = load_binary_persistent_id
    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8


def _gensim_class(module: str, name: str) -> str | None:
    return name if _MODULE.fullmatch(module) and _CLASS.fullmatch(name) else None


def _any_class(module: str, name: str) -> str | None:
    return _gensim_class(module, name) or f"{module}.{name}"


_GENSIM_RULES = {
    accepts_unknown: PickleRules(
        allowed=_ALLOWED,
        becomes_record=_any_class if accepts_unknown else _gensim_class,
        expected="only NumPy arrays, plain containers and gensim classes are supported",
    )
    for accepts_unknown in (False, True)
}


def read_pickle(path: Path, *, accepts_unknown: bool = False) -> Any:
    """Return the content of a pickle file without executing anything.

    The objects take at most 40 times the size of the content. Of a compressed file, no more content is read than 100
    times its size, or 64 MiB if that is more.

    Parameters
    ----------
    path : Path
        File to read.
    accepts_unknown : bool, default False
        Whether objects of other modules, such as functions of a user, are read as `Record` instead of refused. They are
        not imported.

    Returns
    -------
    object
        Plain containers and scalars; other objects as `Record`, and arrays as values for `array_of`.

    Raises
    ------
    FormatError
        If the pickle refers to anything but NumPy arrays, plain containers and gensim classes.
    CorruptFileError
        If the file is damaged.
    OSError
        If the file cannot be read.
    """
    with open_binary(path) as stream:
        content = read_content(stream, str(path), file_bound(path))
    if not content:
        raise FormatError(f"{path}: byte 0: expected a pickle saved by gensim, found an empty file")
    # In memory, because reading from a file object allocates memory for any length that a pickle claims.
    return unpickle(io.BytesIO(content), str(path), _GENSIM_RULES[accepts_unknown])


def unpickle(file: io.BytesIO, name: str, rules: PickleRules) -> Any:
    """Return the object of a pickle in memory without executing anything.

    Parameters
    ----------
    file : BytesIO
        The bytes, at the start of the pickle, which is read to its end.
    name : str
        Name of the file, for error messages.
    rules : PickleRules
        What the pickle may refer to.

    Returns
    -------
    object
        Plain containers and scalars, and what the rules give.

    Raises
    ------
    FormatError
        If the pickle refers to anything else.
    CorruptFileError
        If it is damaged.
    """
    try:
        return _Unpickler(file, len(file.getbuffer()), rules).load()
    except _Refused as error:
        raise FormatError(
            f"{name}: byte {file.tell()}: refusing {error}: {rules.expected}, because no code of a pickle is executed"
        ) from None
    except MemoryError:
        raise
    except Exception as error:
        # A damaged pickle can make the unpickler fail in any way; every failure means that the file is damaged.
        raise CorruptFileError(f"{name}: byte {file.tell()}: damaged pickle ({error!r:.100})") from None
