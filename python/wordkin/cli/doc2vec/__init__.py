"""Commands for vectors of documents."""
