"""The signatures (magic numbers) of all file formats that wordkin reads or recognises, in one table."""

from __future__ import annotations

import re
import struct

__all__ = [
    "FASTTEXT_MAGIC",
    "FASTTEXT_START_BYTES",
    "HDF5_SIGNATURE",
    "PICKLED_CLASS_BYTES",
    "SIGNATURE_BYTES",
    "UTF8_BOM",
    "ZIP_SIGNATURE",
    "binary_format_of",
    "compression_of",
    "gensim_reader",
    "is_old_fasttext",
    "is_pickle",
    "is_safetensors",
    "pickle_advice",
    "wide_encoding_of",
]

SIGNATURE_BYTES = 10  # enough of a file's start for every function of this module but `binary_format_of`

UTF8_BOM = b"\xef\xbb\xbf"
HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
ZIP_SIGNATURE = b"PK\x03\x04"
FASTTEXT_MAGIC = b"\xba\x16\x4f\x2f"  # 793712314, little-endian

# Arguments and sizes of the dictionary in a fastText model: integers and, after the twelfth, the sampling threshold.
_FASTTEXT_START = struct.Struct("<12id3iq")
FASTTEXT_START_BYTES = _FASTTEXT_START.size

_GZIP = b"\x1f\x8b\x08"
_BZIP2 = b"BZh"  # followed by the block size as a digit, and a block or the end of an empty stream
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
_XZ = b"\xfd7zXZ\x00"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_ZSTANDARD_SKIPPABLE = b"\x2a\x4d\x18"  # preceded by one byte from 0x50 to 0x5f
_PICKLE_PROTOCOLS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
# The name of a class of gensim in a pickle of protocol 2 or 3, and of a later one.
PICKLED_CLASS_BYTES = 128
_PICKLED_CLASS = re.compile(rb"cgensim\.[\w.]+\n(\w+)\n|\x8c.gensim\.[\w.]+\x94\x8c.(\w+)", re.DOTALL)
_GENSIM_READERS = {
    "Word2Vec": "Word2Vec.from_gensim",
    "FastText": "wordkin.vectors.FastTextKeyedVectors.from_gensim",
    "FastTextKeyedVectors": "wordkin.vectors.FastTextKeyedVectors.from_gensim",
    "Doc2Vec": "KeyedVectors.from_gensim",
    "Phrases": "Phrases.from_gensim",
    "Phraser": "FrozenPhrases.from_gensim",
    "FrozenPhrases": "FrozenPhrases.from_gensim",
}

# Formats that people pass as text by mistake: signature, what the file is, and what to do.
_TO_TEXT = "convert it to plain text first"
_UNPACK = "unpack it first"
_BINARY_FORMATS = (
    (b"PK\x03\x04", "a zip archive", _UNPACK),
    (b"PK\x05\x06", "an empty zip archive", "choose another file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"\x1f\x9d", "a file compressed by the Unix program compress", _UNPACK),
    (b"\x04\x22\x4d\x18", "a file compressed with LZ4", _UNPACK),
    (b"%PDF-", "a PDF document", _TO_TEXT),
    (b"{\\rtf", "an RTF document", _TO_TEXT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of Microsoft Office before 2007", _TO_TEXT),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", _TO_TEXT),
    (b"\xff\xd8\xff", "a JPEG image", _TO_TEXT),
    (b"GIF87a", "a GIF image", _TO_TEXT),
    (b"GIF89a", "a GIF image", _TO_TEXT),
    (b"II*\x00", "a TIFF image", _TO_TEXT),
    (b"MM\x00*", "a TIFF image", _TO_TEXT),
    (b"SQLite format 3\x00", "an SQLite database", "export its text first"),
    (b"PAR1\x15", "a Parquet file", "export its text first"),
    (HDF5_SIGNATURE, "an HDF5 file", "pass a text file"),
    (b"\x93NUMPY", "a NumPy array", "pass a text file"),
    (FASTTEXT_MAGIC, "a fastText model", "pass a text file"),
    (b"\x7fELF", "a program", "pass a text file"),
)
# Names of the first member of a zip archive, at this position, by which documents are recognised.
_ZIP_MEMBER = 30
_ZIP_DOCUMENTS = {
    b"[Content_Types].xml": "a document of Microsoft Office (.docx, .xlsx or .pptx)",
    b"_rels/.rels": "a document of Microsoft Office (.docx, .xlsx or .pptx)",
    b"docProps/": "a document of Microsoft Office (.docx, .xlsx or .pptx)",
    b"word/": "a document of Microsoft Word (.docx)",
    b"mimetypeapplication/epub": "an EPUB book",
    b"mimetypeapplication/vnd.oasis": "an OpenDocument file (.odt, .ods or .odp)",
}
_TAR_POSITION, _TAR = 257, b"ustar"

# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_WIDE_BOMS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def compression_of(start: bytes) -> str | None:
    """Return the compression format of a file.

    Parameters
    ----------
    start : bytes
        The first `SIGNATURE_BYTES` bytes of the file.

    Returns
    -------
    {"gzip", "bzip2", "xz", "zstandard"} or None
        None if the file is not compressed.

    Examples
    --------
    >>> import gzip
    >>> compression_of(gzip.compress(b"some text"))
    'gzip'
    """
    if start.startswith(_GZIP):
        return "gzip"
    if start.startswith(_BZIP2) and start[3:4].isdigit() and start[4:10] in _BZIP2_BLOCKS:
        return "bzip2"
    if start.startswith(_XZ):
        return "xz"
    if start.startswith(_ZSTANDARD) or (start[1:4] == _ZSTANDARD_SKIPPABLE and 0x50 <= start[0] <= 0x5F):
        return "zstandard"
    return None


def binary_format_of(start: bytes) -> tuple[str, str] | None:
    """Return what a file is that is not plain text.

    Parameters
    ----------
    start : bytes
        The first 512 bytes of the file.

    Returns
    -------
    tuple of str or None
        What the file is, and what to do instead of reading it as text; None if it is not a known binary format.

    Examples
    --------
    >>> binary_format_of(b"%PDF-1.7")
    ('a PDF document', 'convert it to plain text first')
    """
    if start.startswith(ZIP_SIGNATURE):
        for member, what in _ZIP_DOCUMENTS.items():
            if start.startswith(member, _ZIP_MEMBER):
                return what, _TO_TEXT
    if start.startswith(_TAR, _TAR_POSITION):
        return "a tar archive", _UNPACK
    if start.startswith(b"RIFF") and start.startswith(b"WEBP", 8):
        return "a WebP image", _TO_TEXT
    if is_pickle(start):
        return "a Python pickle", "pass a text file"
    if is_safetensors(start):
        return "a safetensors file", "pass a text file"
    return next(((what, cure) for mark, what, cure in _BINARY_FORMATS if start.startswith(mark)), None)


def gensim_reader(class_name: str) -> str | None:
    """Return the method that reads the objects of a class of gensim.

    Parameters
    ----------
    class_name : str
        Name of the class.

    Returns
    -------
    str or None
        Name of the method; None if there is none.

    Examples
    --------
    >>> gensim_reader("EuclideanKeyedVectors")
    'KeyedVectors.from_gensim'
    """
    return _GENSIM_READERS.get(class_name, "KeyedVectors.from_gensim" if "KeyedVectors" in class_name else None)


def is_old_fasttext(start: bytes) -> bool:
    """Return whether a file begins like a fastText model without a magic number, as written before May 2017.

    Parameters
    ----------
    start : bytes
        The first `FASTTEXT_START_BYTES` bytes of the file.

    Returns
    -------
    bool
        Whether all values at its beginning are plausible.

    Examples
    --------
    >>> is_old_fasttext(b"3 100\\nthe 0.25")
    False
    """
    if len(start) < FASTTEXT_START_BYTES:
        return False
    values = _FASTTEXT_START.unpack(start[:FASTTEXT_START_BYTES])
    dimension, window, epochs, min_count, negative, word_ngrams, loss, model, buckets, min_n, max_n, _ = values[:12]
    threshold, size, words, labels, tokens = values[12:]
    return (
        0 < dimension <= 100_000
        and all(0 <= value <= 1_000_000 for value in (window, epochs, min_count, negative, word_ngrams))
        and loss in (1, 2, 3)
        and model in (1, 2, 3)
        and buckets >= 0
        and 0 <= min_n <= 1000
        and 0 <= max_n <= 1000
        and 0 <= threshold <= 1
        and 0 < size == words + labels
        and words >= 0 <= labels
        and tokens >= 0
    )


def is_pickle(start: bytes) -> bool:
    """Return whether a file is a Python pickle of protocol 2 or later.

    Parameters
    ----------
    start : bytes
        The first `SIGNATURE_BYTES` bytes of the file.

    Returns
    -------
    bool
        Whether it begins like a pickle.

    Examples
    --------
    >>> is_pickle(b"\\x80\\x04\\x95")
    True
    """
    return start.startswith(_PICKLE_PROTOCOLS)


def pickle_advice(start: bytes) -> str:
    """Return what a pickle holds, and which method reads it, according to the class that its beginning names.

    Parameters
    ----------
    start : bytes
        The first `PICKLED_CLASS_BYTES` bytes of the file.

    Returns
    -------
    str
        The end of an error message.

    Examples
    --------
    >>> pickle_advice(b"\\x80\\x02cgensim.models.phrases\\nPhrases\\n")
    'it holds Phrases of gensim, which Phrases.from_gensim reads without executing anything'
    """
    found = _PICKLED_CLASS.search(start[:PICKLED_CLASS_BYTES])
    if found is None:
        return (
            "if gensim saved it, KeyedVectors.from_gensim, Word2Vec.from_gensim or Phrases.from_gensim reads it "
            "without executing anything"
        )
    name = (found[1] or found[2]).decode()
    reader = gensim_reader(name)
    if reader is None:
        return f"it holds {name} of gensim, which wordkin does not read"
    return f"it holds {name} of gensim, which {reader} reads without executing anything"


def is_safetensors(start: bytes) -> bool:
    """Return whether a file begins like a safetensors file.

    Parameters
    ----------
    start : bytes
        The first `SIGNATURE_BYTES` bytes of the file.

    Returns
    -------
    bool
        Whether it begins with the size of a JSON header below 4 GiB and the header's opening brace.

    Examples
    --------
    >>> is_safetensors(b"\\x10\\0\\0\\0\\0\\0\\0\\0{}")
    True
    """
    return start[4:9] == b"\0\0\0\0{"


def wide_encoding_of(start: bytes) -> str | None:
    """Return the encoding of a text file that begins with a byte-order mark of UTF-16 or UTF-32.

    Parameters
    ----------
    start : bytes
        The first 4 or more bytes of the file.

    Returns
    -------
    {"UTF-16", "UTF-32"} or None
        None if there is no such mark.

    Examples
    --------
    >>> wide_encoding_of("text".encode("utf-16"))
    'UTF-16'
    """
    return next((encoding for mark, encoding in _WIDE_BOMS.items() if start.startswith(mark)), None)
