"""The dependency rules of ARCHITECTURE.md, and what in the source tree breaks them.

    python tests/architecture.py             # prints every violation

The tables of ARCHITECTURE.md are the only statement of allowed dependencies. Python dependencies are read
from parsed import statements, wherever they are in a file; C++ dependencies from `#include` lines.
"""

from __future__ import annotations

import ast
import builtins
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "python" / "wordkin"
CPP = ROOT / "cpp"
MAX_CODE_LINES = 400
VAGUE_NAMES = {"util", "utils", "common", "helper", "helpers", "misc"}
# scikit-learn asks for inheritance from an estimator; option dataclasses share their checks through a base class.
SHARED_BASES = {"Estimator", "Options"}
# gensim's users rely on isinstance(vectors, KeyedVectors) and on all of its methods.
SUBCLASSES = {("FastTextKeyedVectors", "KeyedVectors")}

Violations = Iterator[str]
Check = Callable[[], Violations]


# The document.


def table_rows(title: str) -> list[list[str]]:
    """Return the cells of the table below a heading of ARCHITECTURE.md, without its head."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names_in(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def allowed_dependencies(title: str) -> dict[str, set[str]]:
    allowed: dict[str, set[str]] = {}
    for name, dependencies, *_ in table_rows(title):
        everything_above = set(allowed) if dependencies == "everything above" else set()
        allowed[name.strip("`")] = names_in(dependencies) | everything_above
    return allowed


def layers() -> dict[str, list[set[str]]]:
    """Return for each model package its modules, from the bottom up."""
    rows = table_rows("Modules of a package")
    return {package.strip("`"): [names_in(layer) for layer in order.split("<")] for package, order, *_ in rows}


# Python.


def python_files() -> list[Path]:
    return sorted(PYTHON.rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_file(parts: list[str]) -> Path | None:
    """Return the file of a module of the package, given its dotted name in parts without `wordkin`."""
    module = PYTHON.joinpath(*parts)
    if (module / "__init__.py").is_file():
        return module / "__init__.py"
    if parts and module.with_suffix(".py").is_file():
        return module.with_suffix(".py")
    return None


def imports_of(path: Path) -> list[tuple[list[str], str]]:
    """Return module (in parts, without `wordkin`) and name of everything that a file imports from the package."""
    package = list(path.relative_to(PYTHON).parent.parts)
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found += [(name[1:], "") for name in names if name[0] == "wordkin"]
        elif isinstance(node, ast.ImportFrom):
            base = (node.module or "").split(".") if node.module else []
            if node.level:
                base = package[: len(package) - node.level + 1] + base
            elif base and base[0] == "wordkin":
                base = base[1:]
            else:
                continue
            found += [(base, alias.name) for alias in node.names]
    return found


def imported_files(path: Path) -> set[Path]:
    """Return the files of the package that a file imports; `_core` is compiled and has none."""
    files = set()
    for module, name in imports_of(path):
        target = module_file([*module, name]) if name else None
        target = target or module_file(module)
        if target is not None and "_core" not in [*module, name]:
            files.add(target)
    return files


def top_package(path: Path) -> str:
    first = path.relative_to(PYTHON).parts[0]
    return first.removesuffix(".py")


def package_imports() -> Violations:
    """Packages import only what the table allows."""
    allowed = allowed_dependencies("Python packages")
    for path in python_files():
        package = top_package(path)
        if package in ("__init__", "__main__"):
            continue
        if package not in allowed:
            yield f"{shown(path)}: `{package}` is not in the table"
            continue
        used = {top_package(file) for file in imported_files(path)} - {package, "__init__"}
        used |= {"_core" for module, name in imports_of(path) if "_core" in [*module[:1], name]}
        for name in sorted(used - allowed[package]):
            yield f"{shown(path)}: imports `{name}`"


def init_imports() -> Violations:
    """No file imports `wordkin/__init__.py`, or the package by its absolute name."""
    for path in python_files():
        if PYTHON / "__init__.py" in imported_files(path):
            yield f"{shown(path)}: imports wordkin/__init__.py"
        if "wordkin" in absolute_imports(path):
            yield f"{shown(path)}: imports wordkin by its absolute name"


def absolute_imports(path: Path) -> set[str]:
    """Return the top-level names of everything that a file imports absolutely."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").split(".")[0])
    return names


def layer_imports() -> Violations:
    """Modules of a model package import only modules of lower layers."""
    for package, order in layers().items():
        level = {name: number for number, names in enumerate(order) for name in names}
        for path in sorted((PYTHON / package).rglob("*.py")):
            own = path.relative_to(PYTHON / package).parts[0].removesuffix(".py")
            if own == "__init__":
                continue
            if own not in level:
                yield f"{shown(path)}: `{own}` is in no layer of `{package}`"
                continue
            for file in sorted(imported_files(path)):
                if not file.is_relative_to(PYTHON / package):
                    continue
                other = file.relative_to(PYTHON / package).parts[0].removesuffix(".py")
                if other == own or (other in level and level[other] < level[own]):
                    continue
                if other in level or other == "__init__":
                    yield f"{shown(path)}: imports {shown(file)}, which is not below `{own}`"


def import_cycles() -> Violations:
    """No two files import each other, directly or through others."""
    graph = {path: imported_files(path) for path in python_files()}
    for cycle in strongly_connected(graph):
        yield "cycle: " + ", ".join(shown(path) for path in sorted(cycle))


def strongly_connected(graph: Mapping[Path, set[Path]]) -> list[set[Path]]:
    """Return the sets of nodes that reach each other (Tarjan 1972), and nodes with an edge to themselves."""
    index: dict[Path, int] = {}
    lowest: dict[Path, int] = {}
    stack: list[Path] = []
    found = []

    def visit(node: Path) -> None:
        index[node] = lowest[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                lowest[node] = min(lowest[node], lowest[other])
            elif other in stack:
                lowest[node] = min(lowest[node], index[other])
        if lowest[node] == index[node]:
            component = set(stack[stack.index(node) :])
            del stack[stack.index(node) :]
            if len(component) > 1 or node in graph.get(node, ()):
                found.append(component)

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def inheritance() -> Violations:
    """No class inherits from a class of the package, except for exceptions, options and estimators."""
    defined = {node.name for path in python_files() for node in classes_of(path)}
    for path in python_files():
        own = {node.name: node for node in classes_of(path)}
        imported = {name for _, name in imports_of(path)}
        for node in own.values():
            for base in sorted(base_names(node) & defined & (set(own) | imported)):
                if not is_exception(base) and base not in SHARED_BASES and (node.name, base) not in SUBCLASSES:
                    yield f"{shown(path)}: {node.name} inherits from {base}"


def classes_of(path: Path) -> list[ast.ClassDef]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)]


def base_names(node: ast.ClassDef) -> set[str]:
    plain = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    return {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in plain}


def is_exception(name: str) -> bool:
    """Whether a class of the package, or a built-in one, is an exception."""
    builtin = getattr(builtins, name, None)
    if builtin is not None:
        return isinstance(builtin, type) and issubclass(builtin, BaseException)
    nodes = [node for path in python_files() for node in classes_of(path) if node.name == name]
    return any(is_exception(base) for node in nodes for base in base_names(node) if base != name)


def forbidden_modules() -> Violations:
    """Nothing unpickles objects and nothing opens network connections."""
    forbidden = {"marshal", "shelve", "dill", "joblib", "socket", "urllib", "http"}
    for path in python_files():
        for name in sorted(absolute_imports(path) & forbidden):
            yield f"{shown(path)}: imports {name}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("load", "loads", "Unpickler"):
                if isinstance(node.value, ast.Name) and node.value.id in ("pickle", "_pickle"):
                    yield f"{shown(path)}: uses pickle.{node.attr}"
            elif isinstance(node, ast.keyword) and node.arg == "allow_pickle" and not is_false(node.value):
                yield f"{shown(path)}: passes allow_pickle"


def is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


# C++.


def cpp_files() -> list[Path]:
    return sorted(path for path in CPP.rglob("*") if path.suffix in (".h", ".cpp"))


def includes_of(path: Path) -> list[str]:
    """Return the quoted includes of a file."""
    return re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def cpp_includes() -> Violations:
    """Folders include only what the table allows."""
    allowed = allowed_dependencies("C++ folders")
    for path in cpp_files():
        folder = path.relative_to(CPP).parts[0]
        if folder not in allowed:
            yield f"{shown(path)}: `{folder}` is not in the table"
            continue
        for included in includes_of(path):
            other = included.split("/")[0]
            if "/" in included and other not in allowed[folder] | {folder}:
                yield f"{shown(path)}: includes {included}"


def cpp_cycles() -> Violations:
    """No two headers include each other, directly or through others."""
    graph = {path: {CPP / included for included in includes_of(path)} for path in cpp_files()}
    for cycle in strongly_connected(graph):
        yield "cycle: " + ", ".join(shown(path) for path in sorted(cycle))


def python_in_cpp() -> Violations:
    """Only bindings include pybind11 or Python headers."""
    for path in cpp_files():
        headers = re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', path.read_text(encoding="utf-8"), re.MULTILINE)
        if path.relative_to(CPP).parts[0] != "bindings":
            for header in headers:
                if header.startswith("pybind11") or header == "Python.h":
                    yield f"{shown(path)}: includes {header}"


# Both.


def large_files() -> Violations:
    """Files hold at most `MAX_CODE_LINES` lines of code.

    Blank lines, comments and docstrings do not count, and a function's signature counts as one line.
    """
    for path in python_files() + cpp_files():
        count = python_code_lines(path) if path.suffix == ".py" else cpp_code_lines(path)
        if count > MAX_CODE_LINES:
            yield f"{shown(path)}: {count} lines of code"


def python_code_lines(path: Path) -> int:
    text = path.read_text(encoding="utf-8")
    ignored = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in ignored:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and first.end_lineno is not None:
                lines -= set(range(first.lineno, first.end_lineno + 1))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines -= set(range(node.lineno + 1, node.body[0].lineno))
    return len(lines)


def cpp_code_lines(path: Path) -> int:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith("//"))


def vague_names() -> Violations:
    """Files and folders are named for what they hold; those of gensim's and fastText's modules keep theirs."""
    own_names = [path for path in python_files() if top_package(path) != "gensim" and path.name != "util.py"]
    for path in own_names + cpp_files():
        for part in path.relative_to(ROOT).with_suffix("").parts:
            if part in VAGUE_NAMES:
                yield f"{shown(path)}: the name `{part}` says nothing"


CHECKS: list[Check] = [
    package_imports,
    init_imports,
    layer_imports,
    import_cycles,
    inheritance,
    forbidden_modules,
    cpp_includes,
    cpp_cycles,
    python_in_cpp,
    large_files,
    vague_names,
]


def main() -> int:
    total = 0
    for check in CHECKS:
        violations = list(check())
        total += len(violations)
        for violation in violations:
            print(f"{check.__name__}: {violation}")
    print(f"{total} violations")
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main())
