"""Check the docstrings of public functions, classes and methods with numpydoc's validation.

    python tests/docstrings.py                           # the whole package
    python tests/docstrings.py wordkin.vectors           # one package or module
    python tests/docstrings.py --count                   # findings per module

Public means: listed in the `__all__` of a module, and the methods and properties of a public class whose names do not
begin with an underscore. The exit status is 1 if there are findings. Needs numpydoc.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from numpydoc.validate import validate

# Checks of numpydoc that this project does not follow, and why.
IGNORED = {
    "GL01": "docstrings start on the line of the opening quotes, as PEP 257 allows",
    "ES01": "one sentence is enough where the name and the parameters say the rest",
    "SA01": "related functions are found through the class; lists of them go stale",
    "EX01": "examples are required for classes and main methods only, and all of them run",
    "YD01": "an iterator's items are described under Returns",
}


def modules_of(name: str) -> list[str]:
    """Return the names of a module and of all modules below it, without the compiled one."""
    module = importlib.import_module(name)
    below = pkgutil.walk_packages(getattr(module, "__path__", []), f"{name}.")
    return [name] + [found.name for found in below if "._core" not in found.name and "__main__" not in found.name]


def public_objects(module_name: str) -> Iterator[tuple[str, Any]]:
    """Yield the dotted name and the object of each public function, class, method and property of a module."""
    module = importlib.import_module(module_name)
    for name in getattr(module, "__all__", ()):
        thing = getattr(module, name)
        if getattr(thing, "__module__", None) != module_name or not (
            inspect.isclass(thing) or inspect.isfunction(thing)
        ):
            continue  # defined in another module, or a constant or type alias
        yield f"{module_name}.{name}", thing
        if inspect.isclass(thing) and not issubclass(thing, BaseException):
            yield from public_members(f"{module_name}.{name}", thing)


def public_members(prefix: str, owner: type) -> Iterator[tuple[str, Any]]:
    for name, member in vars(owner).items():
        function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if not name.startswith("_") and (inspect.isfunction(function) or isinstance(function, property)):
            yield f"{prefix}.{name}", function


def takes_parameters(thing: Any) -> bool:
    """Whether something is called with arguments beyond `self` or `cls`."""
    if isinstance(thing, property):
        return False
    try:
        parameters = list(inspect.signature(thing).parameters)
    except ValueError:
        return False
    return bool(set(parameters) - {"self", "cls"})


def findings(dotted_name: str, thing: Any) -> list[tuple[str, str]]:
    """Return the codes and messages of numpydoc's findings, without the checks that are ignored."""
    ignored = set(IGNORED)
    if getattr(thing, "_is_protocol", False):
        ignored.add("PR01")  # a protocol has no constructor, whatever its signature says
    if is_reference(thing):
        ignored |= {"PR01", "RT01"}
    found = [(code, message) for code, message in validate(dotted_name)["errors"] if code not in ignored]
    if underlined := re.search(r"^ *(\w.*) -{4,}", inspect.getdoc(thing) or "", re.MULTILINE):
        found.append(("underline", f"the title {underlined[1]!r} and its underline are in one line"))
    return found


def is_reference(thing: Any) -> bool:
    """Whether a method implements a protocol, and its docstring refers to the method that documents the parameters."""
    return re.search(r"see `\w+\.\w+`\.$", inspect.getdoc(thing) or "") is not None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=["wordkin"], help="packages or modules (default: wordkin)")
    parser.add_argument("--count", action="store_true", help="print the number of findings per module and code only")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    public = with_parameters = undocumented = 0
    for module_name in dict.fromkeys(module for name in options.names for module in modules_of(name)):
        for dotted_name, thing in public_objects(module_name):
            public += 1
            if takes_parameters(thing) and not getattr(thing, "_is_protocol", False):
                with_parameters += 1
                undocumented += "Parameters\n" not in (inspect.getdoc(thing) or "") and not is_reference(thing)
            for code, message in findings(dotted_name, thing):
                counts[module_name] += 1
                codes[code] += 1
                if not options.count:
                    print(f"{dotted_name}: {code}: {message}")
    for name, count in counts.items() if options.count else ():
        print(f"{count:6d} in {name}")
    print("findings: " + (", ".join(f"{code} {count}" for code, count in codes.most_common()) or "none"))
    print(f"{public} public names; {undocumented} of {with_parameters} with parameters have no Parameters section")
    return int(bool(counts))


if __name__ == "__main__":
    sys.exit(main())
