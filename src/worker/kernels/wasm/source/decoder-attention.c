// One query's attention of a decoder: to the positions read before, whose keys and values lie in cells,
// and to the source.
#include "decoder-step.h"
#include "rows.h"

INLINE float dot(const float *a, const float *b, int count) {
  v128_t sums = wasm_f32x4_const_splat(0);
  int at = 0;
  for (; at + 4 <= count; at += 4) sums = MULTIPLY_ADD(load(a + at), load(b + at), sums);
  if (at < count)
    sums = MULTIPLY_ADD(load_part(a + at, count - at), load_part(b + at, count - at), sums);
  return sum_of(sums);
}

// Sixteen numbers of a head at a time, then four.
#define MIX(count, value_at)                                                                        \
  do {                                                                                              \
    int at = 0;                                                                                     \
    for (; at + 16 <= size; at += 16) {                                                             \
      v128_t sums[4];                                                                               \
      _Pragma("unroll") for (int part = 0; part < 4; part++) sums[part] = wasm_f32x4_const_splat(0); \
      for (int place = 0; place < (count); place++) {                                               \
        const float *value = (value_at) + at;                                                       \
        const v128_t weight = splat(weights + place);                                               \
        _Pragma("unroll") for (int part = 0; part < 4; part++) sums[part] =                         \
            MULTIPLY_ADD(weight, load(value + 4 * part), sums[part]);                               \
      }                                                                                             \
      _Pragma("unroll") for (int part = 0; part < 4; part++)                                        \
          store(context + at + 4 * part, sums[part]);                                               \
    }                                                                                               \
    for (; at < size; at += 4) {                                                                    \
      v128_t sum = wasm_f32x4_const_splat(0);                                                       \
      for (int place = 0; place < (count); place++)                                                 \
        sum = MULTIPLY_ADD(splat(weights + place), load_part((value_at) + at, size - at), sum);     \
      store_part(context + at, sum, size - at);                                                     \
    }                                                                                               \
  } while (0)

INLINE void copy(const float *from, float *to, int count) {
  for (int at = 0; at < count; at += 4) store_part(to + at, load_part(from + at, count - at), count - at);
}

// Each head puts its part of the new cell's keys and values in place, then attends.
void attend_self(const int *header, const int *operation, int first, int end) {
  const int width = header[WIDTH];
  const int heads = header[HEAD_COUNT];
  const int size = header[HEAD_SIZE];
  const int read = header[READ_COUNT];
  const int padded = operation[4];
  const int layer = operation[5];
  for (int unit = first; unit < end; unit++) {
    const int row = unit / heads;
    const int head = unit % heads;
    const float *query = floats_at(operation[2]) + row * operation[3] + head * size;
    float *context = floats_at(operation[6]) + row * operation[7] + head * size;
    const int *cells = (const int *)header[CELLS] + row * header[CELL_STRIDE];
    const int keys = 2 * layer * width + head * size;
    const int values = keys + width;
    copy(query + padded, floats_at(cells[read - 1]) + keys, size);
    copy(query + 2 * padded, floats_at(cells[read - 1]) + values, size);
    float *weights =
        floats_at(header[SELF_PROBS]) + ((row * header[LAYER_COUNT] + layer) * heads + head) * read;
    for (int position = 0; position < read; position++)
      weights[position] = dot(query, floats_at(cells[position]) + keys, size);
    softmax_row(weights, weights, read);
    MIX(read, floats_at(cells[place]) + values);
  }
}

// Keys and values of the source are [head, source token, size].
void attend_cross(const int *header, const int *operation, int first, int end) {
  const int heads = header[HEAD_COUNT];
  const int size = header[HEAD_SIZE];
  const int count = header[SOURCE_COUNT];
  for (int unit = first; unit < end; unit++) {
    const int row = unit / heads;
    const int head = unit % heads;
    const float *query = floats_at(operation[2]) + row * operation[3] + head * size;
    const float *keys = floats_at(operation[4]) + head * count * size;
    const float *values = floats_at(operation[5]) + head * count * size;
    float *context = floats_at(operation[7]) + row * operation[8] + head * size;
    float *weights = floats_at(header[CROSS_PROBS]) +
                     ((row * header[LAYER_COUNT] + operation[6]) * heads + head) * count;
    for (int token = 0; token < count; token++) weights[token] = dot(query, keys + token * size, size);
    softmax_row(weights, weights, count);
    MIX(count, values + place * size);
  }
}
