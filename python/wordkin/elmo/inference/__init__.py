"""Inference with ELMo language models: contextual vectors, token scores and fine-tuning passes."""
