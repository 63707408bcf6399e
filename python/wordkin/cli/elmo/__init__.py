"""Commands about contextual embeddings: ``wordkin elmo ...``."""
