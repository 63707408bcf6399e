"""Commands that train and use classifiers and taggers: ``wordkin classify`` and ``tag``."""
