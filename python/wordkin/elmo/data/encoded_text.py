"""Texts as a language model reads them: sentences of word types, with characters and a target id for each type."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError
from ...storage.decoding import TextOptions
from ...text import (
    Corpus,
    EncodedBlock,
    FolderOptions,
    PreparationOptions,
    RawCounts,
    Scan,
    SpillRules,
    StoredCorpus,
    Vocabulary,
    open_corpus,
)
from ...text.characters import BEGIN_SENTENCE, END_SENTENCE
from ...text.encoded import BlockBuilder
from ...text.inputs import CorpusInput
from ..options import ELMoOptions
from ..token_inputs import TokenInputs, TypeInputs
from ..vocabulary import TargetWords

__all__ = ["EncodedText", "ReadText", "Sentences", "TextSource", "character_row_length"]

TextSource: TypeAlias = CorpusInput | Corpus


def character_row_length(options: ELMoOptions) -> int | None:
    """Return the number of character ids per word that a model reads.

    Parameters
    ----------
    options : ELMoOptions
        Options of the model.

    Returns
    -------
    int or None
        Length of a row of character ids; None for a model that reads token ids.

    Examples
    --------
    >>> character_row_length(ELMoOptions())
    50
    """
    return None if options.token_input else options.max_characters_per_token


class ReadText:
    """Corpus that has been read once to count its words.

    Parameters
    ----------
    corpus : Corpus, path, file object or iterable of list of str
        Corpus, or anything that `wordkin.text.open_corpus` accepts. An iterable that can be traversed only once is
        refused, unless it is a text file, whose content is stored while it is read.
    name : str
        Name of the corpus in error messages.
    workers : int
        Number of threads.
    spill : SpillRules, optional
        When encoded sentences move from memory to a temporary file.
    options : TextOptions, optional
        How text files are decoded.
    preparation : PreparationOptions, optional
        How text is prepared; token lists, and a `Corpus`, are taken as they are.
    folders : FolderOptions, optional
        Which files of folders are read.

    Attributes
    ----------
    name : str
        Name of the corpus in error messages.

    Raises
    ------
    TypeError
        If the argument is not a corpus.
    CorpusError
        If the corpus is invalid.
    OSError
        If a file cannot be read.
    """

    def __init__(
        self,
        corpus: TextSource,
        *,
        name: str,
        workers: int,
        spill: SpillRules | None = None,
        options: TextOptions | None = None,
        preparation: PreparationOptions | None = None,
        folders: FolderOptions | None = None,
    ) -> None:
        self._spill = spill or SpillRules()
        if not isinstance(corpus, Corpus):
            corpus = open_corpus(
                corpus,
                name=name,
                passes=2,
                options=options,
                preparation=preparation,
                folders=folders,
                spill=self._spill,
                accepts_tokens=True,
            )
        self._corpus: Corpus = corpus
        self._workers = workers
        self._scan: Scan = self._corpus.scan(workers, keep_ids=True)
        self.name = self._corpus.name

    @property
    def counts(self) -> RawCounts:
        """Counts of all words and totals of the corpus."""
        return self._scan.counts

    def encoded(
        self, targets: TargetWords, max_characters: int | None, inputs: TokenInputs | None = None
    ) -> EncodedText:
        """Return the text encoded for a model; can be called once.

        Parameters
        ----------
        targets : TargetWords
            Output vocabulary of the model.
        max_characters : int or None
            Length of the character rows; None for a model that reads token ids.
        inputs : TokenInputs, optional
            Character ids of words, and their word vectors, for a model that reads characters.

        Returns
        -------
        EncodedText
            The encoded text.

        Raises
        ------
        CorpusError
            If there are no words.
        """
        types, sentences = self.sentences()
        return EncodedText(sentences, types, targets, max_characters, self.name, inputs=inputs)

    def sentences(self) -> tuple[Vocabulary, Sentences]:
        """Return all words and the encoded sentences; can be called once.

        Returns
        -------
        types : Vocabulary
            All distinct words.
        sentences : Sentences
            Sentences of indices into `types`.

        Raises
        ------
        CorpusError
            If there are no words.
        """
        if len(self.counts) == 0:
            raise CorpusError(self.counts.no_words)
        types, _ = self.counts.prune(1)
        return types, Sentences(self._scan.encoded(types, self._workers) or self._stored(types))

    def _stored(self, types: Vocabulary) -> StoredCorpus:
        encoded = self._corpus.encode(types, self._workers)
        if isinstance(encoded, StoredCorpus):
            return encoded
        builder = BlockBuilder(self._spill)
        for block in encoded.blocks():
            builder.add(block)
        return builder.finish()


class Sentences:
    """Encoded sentences by index, in memory or in a temporary file.

    Parameters
    ----------
    stored : StoredCorpus
        Encoded corpus.

    Attributes
    ----------
    word_count : int
        Number of tokens in all sentences.
    """

    def __init__(self, stored: StoredCorpus) -> None:
        self._blocks: list[EncodedBlock] = [block for block in stored.blocks() if len(block.ends)]
        self._first_sentences = [0]  # Index of the first sentence of each block, then the number of sentences.
        for block in self._blocks:
            self._first_sentences.append(self._first_sentences[-1] + len(block.ends))
        self.word_count = sum(len(block.ids) for block in self._blocks)

    def __len__(self) -> int:
        return self._first_sentences[-1]

    def __getitem__(self, number: int) -> NDArray[np.int32]:
        block_number = bisect_right(self._first_sentences, number) - 1
        block, local = self._blocks[block_number], number - self._first_sentences[block_number]
        begin = block.ends[local - 1] if local else 0
        return block.ids[begin : block.ends[local]]

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        return (self[number] for number in range(len(self)))


class EncodedText:
    """Sentences of word types, with the model's inputs and target for each type.

    Parameters
    ----------
    sentences : Sentences
        Sentences of indices into `types`.
    types : Vocabulary
        Distinct words of the text.
    targets : TargetWords
        Output vocabulary of the model.
    max_characters : int or None
        Length of the character rows; None for a model that reads token ids.
    name : str
        Name of the text in error messages.
    inputs : TokenInputs, optional
        Character ids of words, and their word vectors.

    Attributes
    ----------
    sentences : Sentences
        Sentences of word types, without boundary markers.
    begin, end : int
        Types of the sentence-boundary markers.
    inputs : TypeInputs or None
        Inputs of each type, including words outside the output vocabulary; None for a model that reads token ids.
    targets : ndarray of int32, shape (types,)
        Id of each type in the output vocabulary.
    tokens : int
        Number of predictions in each direction: all words, and one sentence end per sentence.
    unknown_tokens : int
        Number of tokens outside the output vocabulary.
    name : str
        Name of the text in error messages.
    """

    def __init__(
        self,
        sentences: Sentences,
        types: Vocabulary,
        targets: TargetWords,
        max_characters: int | None,
        name: str,
        *,
        inputs: TokenInputs | None = None,
    ) -> None:
        words = [*types.words, BEGIN_SENTENCE, END_SENTENCE]
        self.sentences = sentences
        self.begin, self.end = len(words) - 2, len(words) - 1
        self.inputs: TypeInputs | None = None
        if max_characters is not None:
            self.inputs = (inputs or TokenInputs()).types(words, max_characters)
        self.targets = np.array(targets.ids(words), dtype=np.int32)
        self.tokens = sentences.word_count + len(sentences)
        self.unknown_tokens = int(types.counts[self.targets[: len(types)] == targets.unknown].sum())
        self.name = name
        self._types = types

    def fingerprint(self) -> dict[str, int]:
        """Return totals and a checksum that identify the text, apart from the order of its words.

        Returns
        -------
        dict of str to int
            Numbers of words, sentences and word types, and a CRC-32 of the words and their counts.
        """
        checksum = zlib.crc32("\n".join(self._types.words).encode())
        return {
            "words": self.sentences.word_count,
            "sentences": len(self.sentences),
            "word_types": len(self._types),
            "checksum": zlib.crc32(self._types.counts.astype("<i8").tobytes(), checksum),
        }
