"""Train a network: initial parameters, epochs, validation and early stopping."""
