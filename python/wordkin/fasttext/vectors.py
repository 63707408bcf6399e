"""`train_unsupervised`, which trains word vectors with fastText's names and defaults."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ..runtime.compute import Compute, requested_workers
from ..runtime.options import integer_option, progress_option
from ..storage.decoding import DecodingErrors, OnError, TextOptions
from ..storage.paths import AnyPath
from ..text import FolderOptions, PreparationOptions, TextInput, TextTokenizer, open_corpus
from ..vectors import KeyedVectors
from ..word2vec.report import Progress
from ..word2vec.training.session import CheckpointRequest
from .model import FastTextModel
from .state import FastTextState
from .unsupervised.options import UnsupervisedOptions
from .unsupervised.run import UnsupervisedRun

__all__ = ["train_unsupervised"]


def train_unsupervised(
    input: TextInput,
    model: Literal["skipgram", "cbow"] = "skipgram",
    lr: float = 0.05,
    dim: int = 100,
    ws: int = 5,
    epoch: int = 5,
    minCount: int = 5,
    minCountLabel: int = 0,
    minn: int = 3,
    maxn: int = 6,
    neg: int = 5,
    wordNgrams: int = 1,
    loss: Literal["ns", "hs"] = "ns",
    bucket: int = 2_000_000,
    thread: int | None = None,
    lrUpdateRate: int = 100,
    t: float = 1e-4,
    label: str = "__label__",
    verbose: int = 2,
    pretrainedVectors: AnyPath = "",
    *,
    seed: int = 0,
    progress: Progress = None,
    max_isa: str | None = None,
    encoding: str = "utf-8",
    errors: DecodingErrors = "strict",
    on_error: OnError = "raise",
    tokenizer: TextTokenizer = "whitespace",
    lowercase: bool = False,
    normalize: Literal["NFC", "NFKC"] | None = None,
    remove_arabic_marks: bool = False,
    min_token_length: int = 1,
    max_token_length: int | None = None,
    sentences_per: Literal["line", "paragraph", "sentence"] = "line",
    recursive: bool = False,
    glob: str | Iterable[str] = (),
    checkpoint: AnyPath | None = None,
    resume: bool = True,
    checkpoint_epochs: int | None = None,
    checkpoint_seconds: float | None = 600.0,
    keep: int = 2,
    mode: Literal["fasttext", "floret"] = "fasttext",
    hashCount: int = 1,
    hash_count: int | None = None,
) -> FastTextModel:
    """Train word vectors from character n-grams, with the names and defaults of fastText's module.

    Parameters
    ----------
    input : path, list of paths, or file object
        Text with one sentence per line and tokens separated by whitespace; see `Word2Vec`. Each line ends in the word
        ``</s>``.
    model : {"skipgram", "cbow"}, default "skipgram"
        Whether a word predicts its context words, or the context predicts the word.
    lr : float, default 0.05
        Learning rate at the start (> 0); it decays linearly to 0.
    dim : int, default 100
        Dimensionality of the vectors (>= 1).
    ws : int, default 5
        Maximum distance between a word and a context word (>= 1). Window sizes are drawn uniformly from 1 to `ws`.
    epoch : int, default 5
        Number of passes over the text (>= 1).
    minCount : int, default 5
        Words that occur less often are left out.
    minCountLabel : int, default 0
        Accepted for compatibility; ignored.
    minn, maxn : int, default 3 and 6
        Lengths of n-grams in characters, with ``<`` and ``>`` around the word; maxn 0 for no n-grams.
    neg : int, default 5
        Number of negative samples of the loss "ns" (>= 1).
    wordNgrams : int, default 1
        Stored in the model; word vectors do not use n-grams of words.
    loss : {"ns", "hs"}, default "ns"
        Negative sampling or hierarchical softmax.
    bucket : int, default 2000000
        Number of hash buckets of n-grams. Each has a vector: with 100 dimensions, two million take 0.9 GB of memory.
    thread : int or None, default None
        Number of threads; None for the number of CPUs that this process may use.
    lrUpdateRate : int, default 100
        Accepted for compatibility; only stored in the model.
    t : float, default 1e-4
        Subsampling threshold for frequent words (0 to 1); 0 disables subsampling.
    label : str, default "__label__"
        Words that begin like this are left out; "" for none.
    verbose : int, default 2
        0 for no display of progress; see `progress`.
    pretrainedVectors : path, default ""
        Vectors that words begin with, in the format ``.vec``. All of their words that occur are kept.
    seed : int, default 0
        Random seed. With one thread and the same instruction set, equal seeds give equal vectors.
    progress : bool, callable or None, default None
        As for `Word2Vec`.
    max_isa : str or None, default None
        Highest instruction set to use; None for the value of ``WORDKIN_MAX_ISA``, or no limit.
    encoding, errors, on_error : optional
        How text files are read, as for `Word2Vec`.
    tokenizer, lowercase, normalize, remove_arabic_marks, min_token_length, max_token_length, sentences_per : optional
        How texts are prepared, as for `Word2Vec`.
    recursive, glob : optional
        Which files of folders are read, as for `Word2Vec`.
    checkpoint, resume, checkpoint_epochs, checkpoint_seconds, keep : optional
        Checkpoints of training, as for `Word2Vec`; `FastText.load` opens one.
    mode : {"fasttext", "floret"}, default "fasttext"
        With "floret", words share the hash buckets of n-grams, as in the program floret: a table of 50,000 buckets can
        replace millions of rows. `FastTextModel.save_floret_vectors` writes it for spaCy; files of fastText cannot
        hold it.
    hashCount : int, default 1
        Number of buckets of each word and n-gram in the mode "floret" (1 to 4).
    hash_count : int or None, default None
        The same, under the name that `FastText` has; None for `hashCount`.

    Returns
    -------
    FastTextModel
        The model. ``save_model`` writes it for fastText.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.
    VocabularyError
        If no word occurs often enough.
    ResourceError
        If the vectors exceed the available memory.
    OSError
        If the text cannot be read.

    See Also
    --------
    wordkin.FastText : The same training with gensim's names; it can be continued.

    References
    ----------
    Bojanowski et al., "Enriching word vectors with subword information", TACL 2017, arXiv:1607.04606.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "text.txt")
    >>> _ = path.write_text("apples and pears\\n" * 10, encoding="utf-8")
    >>> model = train_unsupervised(path, dim=8, bucket=1000, epoch=1)
    >>> model.get_word_vector("pear").shape
    (8,)
    """
    integer_option("minCountLabel", minCountLabel, 0, 2**31 - 1)
    shown = False if integer_option("verbose", verbose, 0, 2**31 - 1) == 0 and progress is None else progress
    options = UnsupervisedOptions(
        model=model,
        lr=lr,
        dim=dim,
        ws=ws,
        epoch=epoch,
        min_count=minCount,
        minn=minn,
        maxn=maxn,
        neg=neg,
        word_ngrams=wordNgrams,
        loss=loss,
        bucket=bucket,
        lr_update_rate=lrUpdateRate,
        t=t,
        label=label,
        seed=seed,
        mode=mode,
        hash_count=hashCount if hash_count is None else hash_count,
    )
    checkpoints = CheckpointRequest.of(checkpoint, checkpoint_epochs, checkpoint_seconds, keep, resume)
    preparation = PreparationOptions(
        tokenizer=tokenizer,
        lowercase=lowercase,
        normalize=normalize,
        remove_arabic_marks=remove_arabic_marks,
        min_token_length=min_token_length,
        max_token_length=max_token_length,
        sentences_per=sentences_per,
    )
    run = UnsupervisedRun(
        options=options,
        compute=Compute.choose(workers=requested_workers(thread, "thread"), max_isa=max_isa),
        progress=progress_option(shown),
        pretrained=KeyedVectors.load_word2vec_format(pretrainedVectors) if pretrainedVectors else None,
    )
    run.state.preparation = preparation
    corpus = open_corpus(
        None,
        input,
        name="input",
        passes=epoch + 1,
        options=TextOptions(encoding=encoding, errors=errors, on_error=on_error),
        preparation=preparation,
        folders=FolderOptions(recursive=recursive, glob=tuple([glob] if isinstance(glob, str) else glob)),
    )
    run.train(corpus, lambda event: None, checkpoints)
    return FastTextModel(FastTextState(run.file()))
