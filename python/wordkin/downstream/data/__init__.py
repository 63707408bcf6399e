"""Turn texts into numbers: tokens, word indices, feature rows and batches."""
