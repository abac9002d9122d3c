// Attention of heads: scores, softmax and the product with the values while a block of rows is in the
// cache, with the weights kept (Vaswani et al. 2017, arXiv:1706.03762).
#include "attention.h"
#include "product.h"
#include "rows.h"

void pack_head(float *scratch, const float *key, const float *value, int row, int keys, int size) {
  const int key_panels = (keys + PANEL - 1) / PANEL;
  pack_panels(key, 1, row, scratch, size, keys, 0, key_panels);
  pack_panels(value, row, 1, scratch + key_panels * PANEL * size, keys, size, 0,
              (size + PANEL - 1) / PANEL);
}

void attend_rows(const float *packed, const float *query, int row, float *weights, float *context,
                 int context_row, int rows, int mixed_rows, int keys, int size) {
  const int key_panels = (keys + PANEL - 1) / PANEL;
  product_rows(query, row, packed, 0, weights, keys, rows, size, keys, 0, key_panels);
  for (int at = 0; at < rows; at++) softmax_row(weights + at * keys, weights + at * keys, keys);
  product_rows(weights, keys, packed + key_panels * PANEL * size, 0, context, context_row,
               mixed_rows, keys, size, 0, (size + PANEL - 1) / PANEL);
}

// Heads `start` to `end`. Queries are scaled already. A matrix of heads has its head h at + h · head
// and its token t at + t · row; `probs` is [head, query, key] and `context` [query, head · size].
// The scratch holds ceil8(keys) · size + keys · ceil8(size) numbers.
EXPORT(attend)
void attend(float *scratch, int start, int end, const float *query, const float *key,
            const float *value, int row, int head_offset, float *probs, float *context, int queries,
            int keys, int size, int heads) {
  for (int head = start; head < end; head++) {
    const int at = head * head_offset;
    pack_head(scratch, key + at, value + at, row, keys, size);
    for (int first = 0; first < queries; first += QUERY_ROWS) {
      const int rows = queries - first < QUERY_ROWS ? queries - first : QUERY_ROWS;
      attend_rows(scratch, query + at + first * row, row, probs + (head * queries + first) * keys,
                  context + first * heads * size + head * size, heads * size, rows, rows, keys,
                  size);
    }
  }
}

// One query for each head, `start` to `end`, over the first `seen` of its keys; a head's keys and
// values are [keys, size], and stand `stride` numbers after those of the head before. Weights after
// the `seen` are 0.
EXPORT(attend_one)
void attend_one(float *scratch, int start, int end, const float *query, const float *key,
                const float *value, float *probs, float *context, int stride, int keys, int seen,
                int size) {
  for (int head = start; head < end; head++) {
    const float *q = query + head * size;
    const float *k = key + head * stride;
    const float *v = value + head * stride;
    float *weights = probs + head * keys;
    float *out = context + head * size;
    for (int at = 0; at < seen; at++) {
      v128_t sums = wasm_f32x4_const_splat(0);
      for (int i = 0; i < size; i += 4)
        sums = MULTIPLY_ADD(load_part(q + i, size - i), load_part(k + at * size + i, size - i), sums);
      weights[at] = sum_of(sums);
    }
    softmax_row(weights, weights, seen);
    for (int at = seen; at < keys; at++) weights[at] = 0;
    for (int i = 0; i < size; i += 4) {
      v128_t sum = wasm_f32x4_const_splat(0);
      for (int at = 0; at < seen; at++)
        sum = MULTIPLY_ADD(splat(weights + at), load_part(v + at * size + i, size - i), sum);
      store_part(out + i, sum, size - i);
    }
  }
}
