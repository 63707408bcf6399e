"""Commands that query word vectors: ``wordkin similar``, ``analogy`` and ``evaluate``."""
