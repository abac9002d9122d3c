// Attention of one head, by blocks of queries.
#pragma once

// Queries at once: their scores against 1,000 keys are 192 kB.
#define QUERY_ROWS 48

// A head's keys and values as `attend_rows` wants them. Token t stands at + t · row. The scratch holds
// ceil8(keys) · size + keys · ceil8(size) numbers.
void pack_head(float *scratch, const float *key, const float *value, int row, int keys, int size);

// Weights of `rows` queries, [query, key], and the mixed values of the first `mixed_rows` of them, which
// stand `context_row` apart. Queries are scaled already.
void attend_rows(const float *packed, const float *query, int row, float *weights, float *context,
                 int context_row, int rows, int mixed_rows, int keys, int size);
