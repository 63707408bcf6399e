// How documents with tags become windows (Le and Mikolov 2014, "Distributed representations of sentences and
// documents"): each tag has a vector, which is an input of every window of its documents.
#pragma once

#include <cstdint>

namespace wordkin::word2vec {

// The fields of the Python dataclass, which alone defines defaults and ranges.
struct DocumentOptions {
  bool use_words;          // words around a position are inputs as well (skip-gram, CBOW, concatenation), not only tags
  bool train_words;        // otherwise their vectors are only read; of no effect without use_words
  bool concatenate;        // inputs have fixed positions: tags, words before, words after; replaces the architecture
  int tag_count;           // number of tags of each document, if they are concatenated
  std::int32_t null_word;  // the word at positions outside of the document, if they are concatenated
  std::int64_t vector_size;  // length of the vectors without padding
};

}  // namespace wordkin::word2vec
