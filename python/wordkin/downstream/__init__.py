"""Classifiers and taggers on top of embeddings, in scikit-learn's manners."""
