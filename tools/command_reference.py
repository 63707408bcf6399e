"""The reference of the command line, made from its parsers: the page docs/command-line.md, and man pages.

Usage: python tools/command_reference.py           update the page
       python tools/command_reference.py --man DIR write man pages: wordkin.1, wordkin-train.1, ...
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wordkin import __version__
from wordkin.cli.parsers import examples_of, subcommands_of
from wordkin.cli.program import EXIT_CODES, program_parser

PAGE = Path(__file__).resolve().parents[1] / "docs" / "command-line.md"
MARK = "<!-- The rest of this page is made from the parsers by tools/command_reference.py. -->\n"


@dataclass(frozen=True, kw_only=True)
class Argument:
    """A positional argument or a flag: its spellings with placeholders, and its description."""

    spelling: str
    help: str


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command, as the reference describes it."""

    name: str
    description: str
    usage: str
    groups: dict[str, list[Argument]]
    examples: list[tuple[str, str]]


def commands(parser: argparse.ArgumentParser) -> Iterator[Command]:
    """Yield the commands of a program or group, without the groups."""
    for subparser in subcommands_of(parser).values():
        if subcommands_of(subparser):
            yield from commands(subparser)
        else:
            yield _command(subparser)


def _command(parser: argparse.ArgumentParser) -> Command:
    groups: dict[str, list[Argument]] = {}
    words = [parser.prog]
    has_flags = False
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        if action.option_strings and not action.required:
            has_flags = True
        else:
            words.append(_usage_word(action))
    for group in parser._action_groups:
        found = [
            Argument(spelling=_spelling(action), help=_help(parser, action))
            for action in group._group_actions
            if not isinstance(action, argparse._HelpAction)
        ]
        if found:
            title = {"positional arguments": "arguments", "options": "flags", "optional arguments": "flags"}
            groups[title.get(group.title or "", group.title or "")] = found
    if has_flags:
        words.append("[FLAGS]")
    return Command(
        name=parser.prog,
        description=parser.description or "",
        usage=" ".join(words),
        groups=groups,
        examples=examples_of(parser),
    )


def _placeholder(action: argparse.Action) -> str:
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.metavar if isinstance(action.metavar, str) else action.dest.upper()


def _spelling(action: argparse.Action) -> str:
    if not action.option_strings:
        return action.metavar if isinstance(action.metavar, str) else action.dest
    value = "" if action.nargs == 0 else f" {_placeholder(action)}"
    return ", ".join(action.option_strings) + value + (" ..." if action.nargs == "+" else "")


def _usage_word(action: argparse.Action) -> str:
    if action.option_strings:
        return f"{action.option_strings[0]} {_placeholder(action)}"
    name = _spelling(action)
    return {"+": f"{name} [{name} ...]", "*": f"[{name} ...]", "?": f"[{name}]"}.get(str(action.nargs), name)


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    return parser._get_formatter()._expand_help(action)


def markdown() -> str:
    """Return the part of the page that is made from the parsers."""
    lines: list[str] = []
    for command in commands(program_parser()):
        lines += [f"## {command.name}", "", _prose(command.description), ""]
        lines += ["```text", command.usage, "```", ""]
        for title, arguments in command.groups.items():
            lines += [f"{title[0].upper()}{title[1:]}:", ""]
            lines += [
                _wrapped(f"- `{argument.spelling}`: {_escaped(argument.help)}", "  ") for argument in arguments
            ] + [""]
        if command.examples:
            shown = "\n".join(f"# {purpose}\n{line}" for purpose, line in command.examples)
            lines += ["Examples:", "", "```text", shown, "```", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _prose(text: str) -> str:
    return _wrapped(_escaped(text), "")


def _escaped(text: str) -> str:
    """Return text as Markdown; parts in backquotes are code and stay as they are."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*_<\[])", r"\\\1", part) for part in parts)


def _wrapped(text: str, indent: str) -> str:
    return textwrap.fill(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def exit_codes() -> str:
    """Return the table of exit codes of the page."""
    rows = "".join(f"| {code} | {meaning} |\n" for code, meaning in EXIT_CODES.items())
    return f"| Code | Meaning |\n|---|---|\n{rows}"


def updated_page(page: str) -> str:
    """Return the page with new generated parts."""
    before, mark, _ = page.partition(MARK)
    if not mark:
        raise SystemExit(f"{PAGE} lacks the line {MARK}")
    before = re.sub(r"\| Code \| Meaning \|\n(\|.*\n)+", lambda _: exit_codes(), before)
    return before + mark + "\n" + markdown()


def man_pages() -> Iterator[tuple[str, str]]:
    """Yield the name and content of each man page."""
    program = program_parser()
    found = list(commands(program))
    yield "wordkin.1", _program_man_page(program, found)
    for command in found:
        yield f"{command.name.replace(' ', '-')}.1", _man_page(command)


def _heading(name: str, summary: str) -> list[str]:
    page = name.replace(" ", "-")
    return [
        f'.TH "{page.upper()}" "1" "" "wordkin {__version__}" "wordkin"',
        ".SH NAME",
        f"{_roff(page)} \\- {_roff(summary)}",
    ]


def _summary(description: str) -> str:
    first = re.split(r"(?<=[a-z`)])[.:](?: |$)", description)[0]
    return first[0].lower() + first[1:]


def _program_man_page(program: argparse.ArgumentParser, found: list[Command]) -> str:
    description = program.description or ""
    lines = [*_heading("wordkin", _summary(description)), ".SH SYNOPSIS", ".B wordkin", "\\fICOMMAND\\fR ..."]
    lines += [".SH DESCRIPTION", _roff(description), ".SH COMMANDS"]
    for command in found:
        lines += [".TP", f".BR {command.name.replace(' ', '-')} (1)", _roff(_summary(command.description))]
    lines += _exit_status() + _examples(examples_of(program))
    return "\n".join(lines) + "\n"


def _man_page(command: Command) -> str:
    lines = [*_heading(command.name, _summary(command.description))]
    lines += [".SH SYNOPSIS", f".B {_roff(command.name)}", _roff(command.usage.removeprefix(command.name).strip())]
    lines += [".SH DESCRIPTION", _roff(command.description)]
    for title, arguments in command.groups.items():
        lines.append(f'.SH "{_roff(title.upper())}"')
        for argument in arguments:
            lines += [".TP", f"\\fB{_roff(argument.spelling)}\\fR", _roff(argument.help)]
    lines += _exit_status() + _examples(command.examples) + [".SH SEE ALSO", ".BR wordkin (1)"]
    return "\n".join(lines) + "\n"


def _exit_status() -> list[str]:
    lines = [".SH EXIT STATUS"]
    for code, meaning in EXIT_CODES.items():
        lines += [".TP", f".B {code}", _roff(meaning)]
    return lines


def _examples(examples: list[tuple[str, str]]) -> list[str]:
    if not examples:
        return []
    lines = [".SH EXAMPLES"]
    for purpose, line in examples:
        lines += [".PP", _roff(f"{purpose[0].upper()}{purpose[1:]}:"), ".PP", ".nf", ".RS 4", _roff(line), ".RE", ".fi"]
    return lines


def _roff(text: str) -> str:
    """Return text without characters that are special in roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--man", metavar="DIR", type=Path, help="write man pages to this folder instead")
    args = parser.parse_args()
    if args.man is not None:
        args.man.mkdir(parents=True, exist_ok=True)
        for name, content in man_pages():
            (args.man / name).write_text(content, encoding="utf-8")
        return
    PAGE.write_text(updated_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
