"""Training of word vectors from character n-grams, and models of it in fastText's files."""
