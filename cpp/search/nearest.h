// Exact nearest-neighbour search by cosine similarity, for any number of queries.
#pragma once

#include <cstdint>

#include "memory/matrix_view.h"
#include "search/rows.h"

namespace wordkin::search {

// Nearest rows of queries, or nearest queries of rows.
struct Neighbours {
  memory::MatrixView<std::int32_t> indices;  // OUT (n, k)
  memory::MatrixView<float> cosines;         // OUT (n, k)
};

// found: for each query the k <= rows rows with the highest cosines, in descending order; among equal cosines the lower
// row first. Rows whose cosine is NaN come last, as -infinity. The result does not depend on the number of threads or
// on the other queries of the call. queries: IN (n, columns), unit vectors.
void find_nearest(const Neighbours& found, memory::MatrixView<const float> queries, const Rows& rows,
                  const Compute& compute);

// In addition, the queries with the highest cosines for each row, from the same products, in the order of find_nearest.
// of_rows: INOUT, so that the queries of a search can be divided among several calls: `first_query` is the number of
// queries of earlier calls. Queries not yet found have the index -1.
void find_mutual(const Neighbours& found, const Neighbours& of_rows, std::int64_t first_query,
                 memory::MatrixView<const float> queries, const Rows& rows, const Compute& compute);

// cosines: OUT (queries, rows): all cosines, bit-identical to those of find_nearest.
void find_cosines(memory::MatrixView<float> cosines, memory::MatrixView<const float> queries, const Rows& rows,
                  const Compute& compute);

}  // namespace wordkin::search
