"""Inference with a trained language model: contextual vectors, word probabilities, and gradients for fine-tuning.

`InferenceModel` is immutable once loaded. Everything that differs between calls (number of threads, batch size, token
cache) is an argument, so that concurrent calls do not affect each other. `InferenceSession` keeps what calls share.
"""
