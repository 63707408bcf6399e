"""Commands about files of all kinds: ``wordkin info`` and ``convert``."""
