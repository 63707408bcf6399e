"""Commands for models of fastText, with the arguments and the output of its program."""
