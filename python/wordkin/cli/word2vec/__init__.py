"""Commands that train word vectors: ``wordkin demo``, ``train`` and ``vocab``."""
