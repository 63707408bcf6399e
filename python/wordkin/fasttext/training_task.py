"""Supervised training with given parameters, or with a search for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..runtime.compute import Compute, requested_workers
from ..runtime.options import integer_option, progress_option
from ..storage.decoding import DecodingErrors, TextOptions
from ..storage.paths import AnyPath, local_path
from ..vectors import KeyedVectors
from ..word2vec.training.session import CheckpointRequest
from .autotune import AutotuneOptions, tuned_file
from .supervised.corpus import LabelledText
from .supervised.options import SupervisedOptions
from .supervised.report import SupervisedProgress
from .supervised.rows import Pretrained, read_pretrained
from .supervised.run import SupervisedRun, TrainedFile

__all__ = ["TrainingTask"]

_SEARCHED = ("epoch", "lr", "dim", "word_ngrams", "minn", "maxn")


@dataclass(kw_only=True)
class TrainingTask:
    """Training of a classifier or a search for its parameters, with checked arguments.

    Parameters
    ----------
    options : SupervisedOptions
        Parameters of the model.
    compute : Compute
        Number of threads and instruction set.
    text_options : TextOptions
        Encoding of the texts.
    progress : bool, callable or None
        How progress is shown.
    search : AutotuneOptions
        Options of the search.
    bucket : int
        Number of buckets that was given; `options` has 0 without n-grams.
    validation : path or None
        Labelled lines for the search; None for no search.
    pretrained : Pretrained or None
        Vectors that words begin with.
    checkpoints : CheckpointRequest or None
        Where to save checkpoints.
    """

    options: SupervisedOptions
    compute: Compute
    text_options: TextOptions
    progress: SupervisedProgress
    search: AutotuneOptions
    bucket: int
    validation: AnyPath | None
    pretrained: Pretrained | None
    checkpoints: CheckpointRequest | None
    _run: SupervisedRun | None = field(init=False, default=None)

    @classmethod
    def of_arguments(
        cls,
        *,
        bucket: int,
        thread: int | None,
        verbose: int,
        pretrained: AnyPath | KeyedVectors,
        validation: AnyPath,
        autotune: dict[str, Any],
        progress: SupervisedProgress,
        checkpoints: CheckpointRequest | None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        **options: Any,
    ) -> TrainingTask:
        """Check arguments under fastText's names, and read pretrained vectors.

        Parameters
        ----------
        bucket : int
            Number of buckets.
        thread : int or None
            Number of threads.
        verbose : int
            0 or 1 for no progress bar.
        pretrained : path or KeyedVectors
            Vectors that words begin with; an empty path for none.
        validation : path
            Labelled lines for the search; an empty path for no search.
        autotune : dict
            Options of the search that differ from their defaults.
        progress : bool, callable or None
            How progress is shown.
        checkpoints : CheckpointRequest or None
            Where to save checkpoints.
        encoding, errors : str, default "utf-8" and "strict"
            How texts are decoded.
        **options : object
            Further options of `SupervisedOptions`.

        Returns
        -------
        TrainingTask
            The task.

        Raises
        ------
        TypeError, ValueError
            If an argument has the wrong type, is out of range, or needs another one.
        FormatError, OSError
            If a file cannot be read.
        """
        checked = SupervisedOptions(bucket=bucket, **options)
        compute = Compute.choose(workers=requested_workers(thread, "thread"))
        if integer_option("verbose", verbose, 0, 2**31 - 1) < 2 and progress is None:
            progress = False
        search = AutotuneOptions(**autotune)
        path = None if isinstance(validation, str | bytes) and not validation else local_path(validation)
        if path is None and search != AutotuneOptions():
            raise ValueError("autotuneValidationFile must be given for the search that other autotune options describe")
        if path is not None and checkpoints is not None:
            raise ValueError("checkpoint must be None with autotuneValidationFile: a search has no checkpoints")
        if path is not None:
            path.stat()  # a missing file is reported before the training
        return cls(
            options=checked,
            compute=compute,
            text_options=TextOptions(encoding=encoding, errors=errors),
            progress=progress_option(progress),
            search=search,
            bucket=bucket,
            validation=path,
            pretrained=read_pretrained(pretrained, checked.dim),
            checkpoints=checkpoints,
        )

    def train(self, source: Any) -> TrainedFile:
        """Read the text and train.

        Parameters
        ----------
        source : path, file object, or list of them
            The labelled text.

        Returns
        -------
        TrainedFile
            The model, and statistics.

        Raises
        ------
        CorpusError, FormatError, OSError
            If the text cannot be read, or the checkpoint belongs to a different run.
        VocabularyError, LabelError
            If the text has no words or no labels.
        TrainingDiverged
            If the loss is not finite.
        """
        if self.checkpoints is not None:
            self.checkpoints.opened()  # a folder that cannot be written is reported before the text is read
        text = LabelledText.of_files(source, self.options.label, self.text_options)
        try:
            if self.validation is not None:
                return tuned_file(
                    text,
                    self.options,
                    self._fixed(),
                    self.search,
                    (self.validation, self.text_options),
                    self.compute,
                    bucket=self.bucket,
                    pretrained=self.pretrained,
                    progress=self.progress,
                )
            self._run = SupervisedRun(
                text=text,
                options=self.options,
                compute=self.compute,
                pretrained=self.pretrained,
                progress=self.progress,
            )
            self._run.train(self.checkpoints)
            return self._run.trained()
        finally:
            text.close()

    def trained_so_far(self) -> TrainedFile | None:
        """Return the model after training was interrupted.

        Returns
        -------
        TrainedFile or None
            The model; None if no line was trained, or parameters were searched for.
        """
        return None if self._run is None or not self._run.is_started else self._run.trained()

    def _fixed(self) -> set[str]:
        """Return the parameters that do not have their default values, which the search does not change."""
        defaults = SupervisedOptions()
        fixed = {name for name in _SEARCHED if getattr(self.options, name) != getattr(defaults, name)}
        if "maxn" in fixed:
            fixed.add("minn")
        if self.bucket != SupervisedOptions(word_ngrams=2).bucket:
            fixed.add("bucket")
        return fixed
