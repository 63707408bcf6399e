"""Text as blocks of bytes that begin and end at sentence boundaries, so that they can be processed independently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from .. import _core
from ..errors import CorpusError, FormatError
from ..runtime.options import UNLIMITED, integer_option
from ..storage.decoding import OTHER_ENCODING, TextOptions, invalid_text, utf8_text
from .preparation import PreparationOptions, core_preparer, joined_sentences, prepared_sentences
from .sources import TextSource
from .unreadable import SkippedFiles

__all__ = ["SentenceRules", "TextBlock", "TextReader", "located_error"]

# Small enough that the blocks queued for many workers take a few megabytes; large enough that the cost of a block in
# Python (about 20 microseconds) is negligible against its 4 milliseconds of processing.
BLOCK_BYTES = 1 << 20

_MAX_WORD_BYTES = _core.text.max_word_bytes

# The advice of errors about one of several files; all functions that read several files have this argument.
_SKIPPING = "; on_error='skip' leaves out files that cannot be read"

_WHITESPACE = [character.encode("utf-8") for character in map(chr, range(0x3001)) if character.isspace()]


@dataclass(frozen=True, kw_only=True)
class SentenceRules:
    """How the tokens of a text form sentences.

    Parameters
    ----------
    max_sentence_length : int, default 10000
        Maximum number of tokens per sentence (>= 1); longer sentences are split.
    line_is_sentence : bool, default True
        Whether lines are sentences; otherwise line ends are ordinary whitespace and the text is one long line.
    line_limit : int or None, default None
        Number of lines to read of each file; None for all.
    """

    max_sentence_length: int = 10000
    line_is_sentence: bool = True
    line_limit: int | None = None

    def __post_init__(self) -> None:
        length = integer_option("max_sentence_length", self.max_sentence_length, 1, UNLIMITED)
        object.__setattr__(self, "max_sentence_length", length)
        if self.line_limit is not None:
            object.__setattr__(self, "line_limit", integer_option("limit", self.line_limit, 0, UNLIMITED))


@dataclass(frozen=True)
class TextBlock:
    """A part of a UTF-8 text.

    Parameters
    ----------
    data : bytes
        The text.
    continues_line : bool
        Whether the first line began in an earlier block.
    source : str
        Name of the source in error messages.
    offset : int
        Offset of the first byte in the decompressed source, or in its UTF-8 form if it has another encoding.
    advice : str, default OTHER_ENCODING
        What errors about invalid UTF-8 advise.
    """

    data: bytes
    continues_line: bool
    source: str
    offset: int
    advice: str = OTHER_ENCODING


class TextReader:
    """The text of several sources, concatenated.

    Parameters
    ----------
    sources : sequence of TextSource
        The sources; at least one.
    rules : SentenceRules or None, default None
        How tokens form sentences; None for the defaults.
    options : TextOptions or None, default None
        Encoding of the text, and the treatment of invalid bytes and files; None for the defaults.
    preparation : PreparationOptions or None, default None
        How the text is prepared; None for the defaults.
    advice : str, default OTHER_ENCODING
        What errors about the encoding advise.
    block_bytes : int, default BLOCK_BYTES
        Approximate size of a block.
    """

    def __init__(
        self,
        sources: Sequence[TextSource],
        *,
        rules: SentenceRules | None = None,
        options: TextOptions | None = None,
        preparation: PreparationOptions | None = None,
        advice: str = OTHER_ENCODING,
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        self.sources = list(sources)
        self.rules = rules or SentenceRules()
        self.options = options or TextOptions()
        self.preparation = preparation or PreparationOptions()
        self.preparer = core_preparer(self.preparation)
        self._advice = advice + (_SKIPPING if len(self.sources) > 1 else "")
        self._block_bytes = block_bytes
        self._skipped = SkippedFiles(len(self.sources))

    @property
    def is_restartable(self) -> bool:
        """Whether several passes are possible."""
        return all(source.is_restartable for source in self.sources)

    @property
    def name(self) -> str:
        """Name of the text in error messages."""
        first = self.sources[0].name
        return first if len(self.sources) == 1 else f"{first} and {len(self.sources) - 1} more"

    @property
    def core_rules(self) -> _core.text.SentenceRules:
        """The rules in the form of the C++ core."""
        return _core.text.SentenceRules(self.rules.max_sentence_length, self.rules.line_is_sentence)

    @property
    def skipped_files(self) -> dict[str, str]:
        """The names of the files that are left out so far, and what is wrong with each."""
        return self._skipped.reasons

    def readable_sources(self) -> list[TextSource]:
        """Check all files in advance, and log those that are left out.

        Returns
        -------
        list of TextSource
            All sources but those that ``on_error="skip"`` leaves out.

        Raises
        ------
        CorpusError
            If all files are left out.
        """
        found = [source for source in self.sources if not self._is_skipped(source)]
        self._skipped.report()
        return found

    def _is_skipped(self, source: TextSource) -> bool:
        may_skip = self.options.on_error == "skip" and source.is_restartable
        return may_skip and self._skipped.is_skipped(source, self._check)

    def blocks(self) -> Iterator[TextBlock]:
        """Read all sources from their starts.

        Yields
        ------
        TextBlock
            The blocks in order.

        Raises
        ------
        CorpusError, FormatError
            If a source is not UTF-8 text, or has a token that is too long.
        OSError
            If a source cannot be read.
        """
        for source in self.sources:
            if not self._is_skipped(source):
                yield from self._blocks_of(source, self._advice)
        self._skipped.report()

    def prepared(self, block: TextBlock) -> TextBlock:
        """Return a block with its text prepared: tokens are separated by spaces, and sentences by line feeds.

        Parameters
        ----------
        block : TextBlock
            From `blocks`.

        Returns
        -------
        TextBlock
            The block itself if there is nothing to prepare.

        Raises
        ------
        CorpusError
            If the block is not UTF-8, a token is too long, or one that a function returned contains whitespace.
        """
        try:
            data = block.data if self.preparer is None else self.preparer.prepare(block.data)
        except _core.text.TextError as error:
            raise located_error(error, block) from None
        if callable(self.preparation.tokenizer):
            data = joined_sentences(self._sentences_of(block), block.source)
        return block if data is block.data else replace(block, data=data)

    def _blocks_of(self, source: TextSource, advice: str) -> Iterator[TextBlock]:
        with source.open() as stream:
            blocks = self._blocks(stream, source.name, advice, source.start)
            if self.rules.line_limit is not None:
                blocks = _first_lines(blocks, self.rules.line_limit)
            yield from blocks

    def _check(self, source: TextSource) -> None:
        """Read a whole source; raises the error that a pass over it would raise."""
        for block in self._blocks_of(source, advice=""):
            try:
                _core.text.check_text(block.data)
            except _core.text.TextError as error:
                raise located_error(error, block) from None

    def sentences(self) -> Iterator[list[str]]:
        """Read the text as lists of tokens.

        Yields
        ------
        list of str
            A sentence.

        Raises
        ------
        CorpusError, FormatError
            As for `blocks`.
        """
        for block in self.blocks():
            try:
                block.data.decode("utf-8")
            except UnicodeDecodeError as error:
                position = f"byte {block.offset + error.start}"
                raise CorpusError(invalid_text(block.source, position, "UTF-8", block.advice)) from None
            for words in self._sentences_of(block):
                for start in range(0, len(words), self.rules.max_sentence_length):
                    yield words[start : start + self.rules.max_sentence_length]

    def _sentences_of(self, block: TextBlock) -> Iterator[list[str]]:
        if self.rules.line_is_sentence:
            yield from prepared_sentences(block.data, self.preparation, self.preparer, block.source)
        else:
            text = block.data.replace(b"\r", b" ").replace(b"\n", b" ")
            yield from prepared_sentences(text, self.preparation, self.preparer, block.source)

    def _blocks(self, stream: BinaryIO, name: str, advice: str, position: int) -> Iterator[TextBlock]:
        try:
            content = utf8_text(stream, name, self.options, advice, position)
        except FormatError as error:
            if advice.endswith(_SKIPPING):
                raise type(error)(f"{error}{_SKIPPING}") from None
            raise
        rest, offset = content.start, content.offset
        continues_line = False
        while True:
            chunk = content.read(self._block_bytes)
            text = rest + chunk if rest else chunk
            at_end = len(chunk) < self._block_bytes
            if at_end:
                cut, within_line = len(text), False
            else:
                cut, within_line = self._cut(text, name, offset)
            if cut:
                yield TextBlock(self._valid(text[:cut]), continues_line, name, offset, advice)
            if at_end:
                return
            rest = text[cut:]
            offset += cut
            # A line of which only whitespace has been seen does not count as begun.
            continues_line = within_line and (continues_line or not _is_whitespace(text[:cut]))

    def _cut(self, text: bytes, name: str, offset: int) -> tuple[int, bool]:
        """Return where to cut `text`, which continues, and whether that is within a line."""
        if self.preparation.sentences_per != "line":
            paragraph_end = max(_end_of_last(mark, text) for mark in (b"\n\n", b"\r\n\r\n"))
            if paragraph_end:
                return paragraph_end, False
        if self.rules.line_is_sentence:
            line_feed = text.rfind(b"\n")
            # A carriage return at the very end may be the first half of CR LF.
            line_end = max(line_feed, text.rfind(b"\r", line_feed + 1, len(text) - 1))
            if line_end >= 0:
                return line_end + 1, False
        # A line longer than a block is cut where one of its sentences ends.
        cut = _core.text.cut_after_sentences(text, self.rules.max_sentence_length)
        if cut == 0:  # a sentence longer than a block is cut after any token
            cut = max(
                _end_of_last(character, text)
                for character in _WHITESPACE
                if not (self.rules.line_is_sentence and character in b"\n\r")
            )
        if cut == 0 and len(text) > _MAX_WORD_BYTES:
            raise CorpusError(
                f"{name}: byte {offset}: a token is longer than {_MAX_WORD_BYTES} bytes; is this a text file?"
            )
        return cut, self.rules.line_is_sentence

    def _valid(self, text: bytes) -> bytes:
        # Blocks are cut before or after whitespace, never within a character, so they can be repaired separately.
        errors = self.options.errors
        return text if errors == "strict" else text.decode("utf-8", errors).encode("utf-8")


def _is_whitespace(text: bytes) -> bool:
    return not text.decode("utf-8", "replace").strip()


def _end_of_last(character: bytes, text: bytes) -> int:
    """Return the end of the last occurrence of a character; 0 if there is none."""
    start = text.rfind(character)
    return 0 if start < 0 else start + len(character)


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
    """Return an error of the C++ core with its position in the source.

    Parameters
    ----------
    error : TextError
        The error, with an offset.
    block : TextBlock
        The block that was processed.
    start : int, default 0
        Byte of the block to which the offset refers.

    Returns
    -------
    CorpusError
        The error.
    """
    what, offset = error.args
    position = f"byte {block.offset + start + offset}"
    if "UTF-8" in what:
        return CorpusError(invalid_text(block.source, position, "UTF-8", block.advice))
    return CorpusError(f"{block.source}: {position}: {what}; is this a text file?")
