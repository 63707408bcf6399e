"""Training of ELMo language models: the training loop, validation, checkpoints and progress."""
