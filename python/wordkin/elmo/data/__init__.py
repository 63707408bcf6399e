"""Training data of ELMo language models: encoded texts, sentence order and batches of parallel token streams."""
