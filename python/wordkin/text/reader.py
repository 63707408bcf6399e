"""Text as blocks of bytes that begin and end with a sentence, so that each can be worked on by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

from .. import _core
from ..errors import CorpusError
from ..storage.lines import length_of_bom
from .sources import TextSource

__all__ = ["SentenceRules", "TextBlock", "TextReader", "located_error"]

# Small enough that the blocks on their way to many workers are few megabytes, large enough that what a block costs in
# Python (some 20 microseconds) does not count against 4 milliseconds of work.
BLOCK_BYTES = 1 << 20

DecodingErrors = Literal["strict", "replace", "ignore"]

_MAX_WORD_BYTES = _core.text.max_word_bytes


@dataclass(frozen=True, kw_only=True)
class SentenceRules:
    """How the words of a text form sentences."""

    max_sentence_length: int = 10000  # words; what is longer becomes several sentences
    line_is_sentence: bool = True  # False: line ends are blanks, and all text is one long line
    line_limit: int | None = None  # lines to read of each file

    def __post_init__(self) -> None:
        _require_count("max_sentence_length", self.max_sentence_length, 1)
        if self.line_limit is not None:
            _require_count("limit", self.line_limit, 0)


def _require_count(name: str, value: int, least: int) -> None:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


@dataclass(frozen=True)
class TextBlock:
    """A piece of UTF-8 text."""

    data: bytes
    continues_line: bool  # the first line began in an earlier block
    source: str
    offset: int  # of the first byte in the (decompressed) source


class TextReader:
    """The text of several sources, one after the other."""

    def __init__(
        self,
        sources: Sequence[TextSource],
        *,
        rules: SentenceRules | None = None,
        errors: DecodingErrors = "strict",
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        if errors not in ("strict", "replace", "ignore"):
            raise ValueError(f"errors must be 'strict', 'replace' or 'ignore', got {errors!r}")
        self.sources = list(sources)
        self.rules = rules or SentenceRules()
        self._errors = errors
        self._block_bytes = block_bytes

    @property
    def is_restartable(self) -> bool:
        return all(source.is_restartable for source in self.sources)

    @property
    def name(self) -> str:
        first = self.sources[0].name
        return first if len(self.sources) == 1 else f"{first} and {len(self.sources) - 1} more"

    def blocks(self) -> Iterator[TextBlock]:
        """Read all sources from their starts."""
        for source in self.sources:
            with source.open() as stream:
                blocks = self._blocks(stream, source.name)
                if self.rules.line_limit is not None:
                    blocks = _first_lines(blocks, self.rules.line_limit)
                yield from blocks

    def sentences(self) -> Iterator[list[str]]:
        """The same text as lists of words, for use in Python."""
        for block in self.blocks():
            try:
                block.data.decode("utf-8")
            except UnicodeDecodeError as error:
                raise CorpusError(f"{block.source}: byte {block.offset + error.start}: invalid UTF-8") from None
            for line in block.data.splitlines() if self.rules.line_is_sentence else [block.data]:
                words = line.split()  # bytes split at ASCII blanks only, as the C++ scanner does
                for start in range(0, len(words), self.rules.max_sentence_length):
                    yield [word.decode("utf-8") for word in words[start : start + self.rules.max_sentence_length]]

    def _blocks(self, stream: BinaryIO, name: str) -> Iterator[TextBlock]:
        rest = _read(stream, 4)
        offset = length_of_bom(rest, name)
        rest = rest[offset:]
        continues_line = False
        while True:
            chunk = _read(stream, self._block_bytes)
            text = rest + chunk if rest else chunk
            at_end = len(chunk) < self._block_bytes
            if at_end:
                cut, within_line = len(text), False
            else:
                cut, within_line = self._cut(text, name, offset)
            if cut:
                yield TextBlock(self._valid(text[:cut]), continues_line, name, offset)
            if at_end:
                return
            rest = text[cut:]
            offset += cut
            # A line that has begun with blanks only, or not at all, does not count as begun.
            continues_line = within_line and (continues_line or not (cut == 0 or text[:cut].isspace()))

    def _cut(self, text: bytes, name: str, offset: int) -> tuple[int, bool]:
        """Where `text`, which goes on, is cut, and whether that is within a line."""
        if self.rules.line_is_sentence:
            line_feed = text.rfind(b"\n")
            # A carriage return at the very end may be the first half of CR LF.
            line_end = max(line_feed, text.rfind(b"\r", line_feed + 1, len(text) - 1))
            if line_end >= 0:
                return line_end + 1, False
        # A line longer than a block: cut where one of its sentences ends.
        cut = _core.text.cut_after_sentences(text, self.rules.max_sentence_length)
        if cut == 0:  # sentences longer than a block: any end of a word
            blanks = b" \t\v\f" if self.rules.line_is_sentence else b" \t\v\f\n\r"
            cut = 1 + max(text.rfind(blank) for blank in blanks)
        if cut == 0 and len(text) > _MAX_WORD_BYTES:
            raise CorpusError(f"{name}: byte {offset}: a word is longer than {_MAX_WORD_BYTES} bytes; is this a text?")
        return cut, self.rules.line_is_sentence

    def _valid(self, text: bytes) -> bytes:
        # Blocks are cut at ASCII bytes, which never stand within a character, so each can be repaired by itself.
        return text if self._errors == "strict" else text.decode("utf-8", self._errors).encode("utf-8")


def _read(stream: BinaryIO, count: int) -> bytes:
    """At least `count` bytes, fewer only at the end: a pipe gives them in small pieces."""
    data = stream.read(count)
    if not data or len(data) >= count:
        return data
    pieces = [data]
    size = len(data)
    while size < count and (data := stream.read(count - size)):
        pieces.append(data)
        size += len(data)
    return b"".join(pieces)


def _first_lines(blocks: Iterator[TextBlock], limit: int) -> Iterator[TextBlock]:
    left = limit
    for block in blocks:
        lines = block.data.splitlines(keepends=True)
        wanted = left + block.continues_line
        if wanted < len(lines):
            if wanted:
                yield replace(block, data=b"".join(lines[:wanted]))
            return
        yield block
        left = wanted - len(lines)


def located_error(error: _core.text.TextError, block: TextBlock, start: int = 0) -> CorpusError:
    """What was wrong with a block, from its byte `start` on, as an error that tells where in its source."""
    what, offset = error.args
    hint = "; errors='replace' or 'ignore' read over it" if "UTF-8" in what else "; is this a text?"
    return CorpusError(f"{block.source}: byte {block.offset + start + offset}: {what}{hint}")
