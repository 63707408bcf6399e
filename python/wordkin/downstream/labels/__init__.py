"""Class labels of texts and tags of tokens: sets, tag schemes and chunks."""
