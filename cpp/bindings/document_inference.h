// Vectors of new documents, on arrays that Python owns.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>

#include "bindings/word2vec_session.h"
#include "word2vec/document_inference.h"

namespace wordkin::bindings {

class DocumentInference {
 public:
  DocumentInference(const pybind11::object& options, const pybind11::object& documents, TrainingArrays arrays,
                    const kernels::KernelTable& kernels);

  // vectors: (documents, padded size) written. May be called from several threads at once.
  void infer(const pybind11::object& ids, const pybind11::object& ends, const pybind11::object& vectors,
             const pybind11::object& rates, std::uint64_t seed, std::size_t threads) const;

 private:
  TrainingArrays arrays_;
  kernels::KernelTable kernels_;
  word2vec::DocumentInference inference_;
};

void register_document_inference(pybind11::module_& m);

}  // namespace wordkin::bindings
