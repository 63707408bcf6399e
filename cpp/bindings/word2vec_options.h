// The option dataclass of a Word2Vec training run as a C++ struct.
#pragma once

#include <pybind11/pybind11.h>

#include "bindings/option_fields.h"
#include "word2vec/training_context.h"

namespace wordkin::bindings {

inline constexpr ChoiceNames<word2vec::Architecture, 2> kArchitectureNames{
    {{"skipgram", word2vec::Architecture::kSkipGram}, {"cbow", word2vec::Architecture::kCbow}}};

word2vec::Options word2vec_options_from(const pybind11::object& o);
word2vec::DocumentOptions document_options_from(const pybind11::object& o);

}  // namespace wordkin::bindings
