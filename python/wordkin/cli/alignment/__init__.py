"""Commands that compare vector spaces."""
