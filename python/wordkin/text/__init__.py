"""Text input: reading corpora, counting words, choosing a vocabulary, and encoding words as ids."""

from .corpora import Corpus, FileCorpus, ListCorpus, StreamCorpus
from .encoded import EncodedBlock, EncodedCorpus, SpillRules, StoredCorpus, StreamedCorpus
from .folders import FolderOptions
from .inputs import CorpusInput, TextInput, open_corpus
from .line_sentences import LineSentence, PathLineSentences, Text8Corpus
from .preparation import PreparationOptions, TextTokenizer, preprocess
from .scan import Scan
from .shards import corpus_shard
from .token_keys import key_from_json, key_to_json
from .vocabulary import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, RawCounts, TrimRule, Vocabulary, VocabularyReport

__all__ = [
    "Corpus",
    "CorpusInput",
    "EncodedBlock",
    "EncodedCorpus",
    "FileCorpus",
    "FolderOptions",
    "LineSentence",
    "ListCorpus",
    "PathLineSentences",
    "PreparationOptions",
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "RawCounts",
    "Scan",
    "SpillRules",
    "StoredCorpus",
    "StreamCorpus",
    "StreamedCorpus",
    "Text8Corpus",
    "TextInput",
    "TextTokenizer",
    "TrimRule",
    "Vocabulary",
    "VocabularyReport",
    "corpus_shard",
    "key_from_json",
    "key_to_json",
    "open_corpus",
    "preprocess",
]
