"""Read and write fitted models, their embeddings and labelled text."""
