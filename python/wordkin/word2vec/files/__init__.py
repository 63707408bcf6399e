"""Writing and reading Word2Vec models."""
