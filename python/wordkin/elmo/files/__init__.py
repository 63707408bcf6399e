"""File formats of ELMo language models: wordkin's own folders and the original options.json and HDF5 weights."""
