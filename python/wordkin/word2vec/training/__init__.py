"""Building the vocabulary and training the vectors."""
