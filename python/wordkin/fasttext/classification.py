"""`train_supervised`, with the names and defaults of fastText's Python module."""

from __future__ import annotations

from typing import Any, Literal

from ..storage.decoding import DecodingErrors
from ..storage.paths import AnyPath
from ..vectors import KeyedVectors
from ..word2vec.training.session import CheckpointRequest
from .model import FastTextModel
from .state import LABEL_PREFIX, FastTextState
from .supervised.report import SupervisedProgress
from .training_task import TrainingTask

__all__ = ["train_supervised"]


def train_supervised(
    input: Any,
    lr: float = 0.1,
    dim: int = 100,
    ws: int = 5,
    epoch: int = 5,
    minCount: int = 1,
    minCountLabel: int = 0,
    minn: int = 0,
    maxn: int = 0,
    neg: int = 5,
    wordNgrams: int = 1,
    loss: Literal["softmax", "hs", "ns", "ova"] = "softmax",
    bucket: int = 2_000_000,
    thread: int | None = None,
    lrUpdateRate: int = 100,
    t: float = 1e-4,
    label: str = LABEL_PREFIX,
    verbose: int = 2,
    pretrainedVectors: AnyPath | KeyedVectors = "",
    seed: int = 0,
    autotuneValidationFile: AnyPath = "",
    autotuneMetric: str = "f1",
    autotunePredictions: int = 1,
    autotuneDuration: float = 300,
    autotuneModelSize: str = "",
    *,
    autotuneTrials: int | None = None,
    encoding: str = "utf-8",
    errors: DecodingErrors = "strict",
    progress: SupervisedProgress = None,
    checkpoint: AnyPath | None = None,
    resume: bool = True,
    checkpoint_epochs: int | None = None,
    checkpoint_seconds: float | None = 600.0,
    keep: int = 2,
) -> FastTextModel:
    """Train a linear text classifier, as fastText does.

    The vector of a line is the mean of the vectors of its words, of their character n-grams, and of the n-grams of
    words; a linear layer predicts the labels from it (Joulin et al. 2017, https://arxiv.org/abs/1607.01759).

    Parameters
    ----------
    input : path, file object, or list of them
        Text with one example per line, compressed or not: words separated by whitespace, of which those that begin with
        `label` are the labels of the line. Lines without a label are left out; their number is logged and in the
        report. Lines are trained in their order, so that a text that is sorted by label must be shuffled before.
    lr : float, default 0.1
        Learning rate at the start (> 0); it decays linearly to 0.
    dim : int, default 100
        Dimensionality of the vectors (>= 1).
    ws : int, default 5
        Not used; stored in the model.
    epoch : int, default 5
        Number of passes over the text (>= 1).
    minCount : int, default 1
        Minimum number of occurrences of a word.
    minCountLabel : int, default 0
        Minimum number of occurrences of a label.
    minn, maxn : int, default 0
        Minimum and maximum length of character n-grams; `maxn` 0 for none.
    neg : int, default 5
        Number of negative samples of the loss "ns".
    wordNgrams : int, default 1
        Maximum length of n-grams of words (>= 1).
    loss : {"softmax", "hs", "ns", "ova"}, default "softmax"
        Softmax, hierarchical softmax (for thousands of labels), negative sampling, or one versus all, which predicts
        each label independently of the others. Of a line with several labels, the first three train one that is drawn
        at random in each epoch.
    bucket : int, default 2000000
        Number of hash buckets of n-grams; it is 0 if there are none.
    thread : int or None, default None
        Number of threads; None for the number of CPUs that this process may use. With one thread, the same seed gives
        the same model.
    lrUpdateRate : int, default 100
        Number of words between updates of the learning rate (>= 1).
    t : float, default 1e-4
        Not used; stored in the model.
    label : str, default "__label__"
        What labels begin with. Model files do not store it.
    verbose : int, default 2
        0 or 1 for no progress bar, unless `progress` is given.
    pretrainedVectors : path or KeyedVectors, default ""
        Vectors that words begin with, such as a ``.vec`` file; their words are added to the dictionary.
    seed : int, default 0
        Random seed (>= 0).
    autotuneValidationFile : path, default ""
        Labelled lines on which parameters are scored; empty for no search. Tuned are those of `epoch`, `lr`, `dim`,
        `wordNgrams`, `bucket`, and `minn` with `maxn` that have their default values, and, with `autotuneModelSize`,
        the length of the parts of compressed vectors.
    autotuneMetric : str, default "f1"
        Score to maximise: "f1", "precisionAtRecall:30" (per cent) or "recallAtPrecision:30"; followed by ":" and a
        label, that of one label.
    autotunePredictions : int, default 1
        Number of labels predicted for each line (>= 1).
    autotuneDuration : float, default 300
        Time for the search in seconds (> 0).
    autotuneModelSize : str, default ""
        Maximum size of the file, such as "2M"; the model is compressed. Empty for a model that is not compressed.
    autotuneTrials : int or None, default None
        Maximum number of trials (>= 1). If they end in time, the search depends on `seed` only with one thread.
    encoding : str, default "utf-8"
        Encoding of the text.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded, as for `open`.
    progress : bool, callable or None, default None
        True for a progress bar on stderr, False for none, None for a bar in a terminal or notebook; a callable receives
        a `SupervisedProgressEvent` several times per second.
    checkpoint : path or None, default None
        Folder for checkpoints, from which the same call resumes after an interruption; not with a search. With one
        thread, the model is the same as without the interruption.
    resume : bool, default True
        Whether to resume from the newest checkpoint of the folder.
    checkpoint_epochs, checkpoint_seconds : number or None, default None and 600.0
        Number of epochs, and time in seconds, between checkpoints, which are saved at ends of epochs; the last epoch is
        always saved.
    keep : int, default 2
        Number of checkpoints to keep (>= 1).

    Returns
    -------
    FastTextModel
        The model; its `training_report` has the loss and the speed of each epoch.

    Raises
    ------
    CorpusError, FormatError
        If the text cannot be decoded, has a word of more than 65,535 bytes, or vectors do not fit.
    VocabularyError, LabelError
        If the text has no words, or no labels; or the validation file none that the model has.
    TrainingDiverged
        If the loss is not finite.
    TypeError, ValueError
        If an argument has the wrong type or is out of range.
    OSError
        If a file cannot be read.
    FormatError
        If the checkpoint belongs to a different run; the message names the difference.

    Examples
    --------
    >>> import io
    >>> lines = "__label__en the dog sleeps in the street\\n__label__es el perro duerme aquí\\n" * 20
    >>> model = train_supervised(io.StringIO(lines), dim=10, minn=2, maxn=4, bucket=1000, epoch=20, thread=1)
    >>> model.predict("el perro")[0]
    ('__label__es',)
    """
    task = TrainingTask.of_arguments(
        lr=lr,
        dim=dim,
        ws=ws,
        epoch=epoch,
        min_count=minCount,
        min_count_label=minCountLabel,
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
        thread=thread,
        verbose=verbose,
        pretrained=pretrainedVectors,
        validation=autotuneValidationFile,
        autotune={
            "metric": autotuneMetric,
            "predictions": autotunePredictions,
            "duration": autotuneDuration,
            "model_size": autotuneModelSize,
            "trials": autotuneTrials,
        },
        encoding=encoding,
        errors=errors,
        progress=progress,
        checkpoints=CheckpointRequest.of(checkpoint, checkpoint_epochs, checkpoint_seconds, keep, resume),
    )
    trained = task.train(input)
    return FastTextModel(FastTextState(trained.file, label), trained.report, learning_rate=lr)
