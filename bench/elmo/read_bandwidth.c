/* Measures memory read bandwidth: reads a buffer once with 8 independent vector sums, as fast as one thread can. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

typedef float vector __attribute__((vector_size(64)));

enum { PAGE = 2 << 20, UNROLLED = 8 };

/* Allocates a zeroed buffer, in huge pages where the system supports them, rounded up to whole pages. */
void *allocate_buffer(size_t bytes) {
  bytes = (bytes + PAGE - 1) / PAGE * PAGE;
  void *buffer = NULL;
  if (posix_memalign(&buffer, PAGE, bytes) != 0) return NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  madvise(buffer, bytes, MADV_HUGEPAGE);
#endif
  memset(buffer, 0, bytes);
  return buffer;
}

float read_all(const float *buffer, size_t bytes) {
  const vector *next = (const vector *)buffer;
  const vector *end = next + bytes / sizeof(vector) / UNROLLED * UNROLLED;
  vector sums[UNROLLED];
  memset(sums, 0, sizeof(sums));
  for (; next < end; next += UNROLLED)
    for (int i = 0; i < UNROLLED; ++i) sums[i] += next[i];
  float sum = 0;
  for (int i = 0; i < UNROLLED; ++i)
    for (int k = 0; k < (int)(sizeof(vector) / sizeof(float)); ++k) sum += sums[i][k];
  return sum;
}
