"""Training of Doc2Vec: documents, tags, and the run."""
