"""Command that finds and joins phrases: ``wordkin phrases``."""
