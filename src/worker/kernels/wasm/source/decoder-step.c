// A step of a decoder: every layer and the logits in one call, for one to several beams (Vaswani et al.
// 2017, arXiv:1706.03762, with normalisation after each sublayer). Keys and values of a position and a
// beam lie together in a cell, [layer, key or value, width], that never changes, so that beams that
// have a past in common share its cells and reordering beams moves nothing.
#include "decoder-step.h"
#include "rows.h"

// Pieces of an operation for each thread: more of them balance better, fewer cost less.
#define PIECES 2
// A ticket is the operation's number and, in its last bits, the piece's.
#define PIECE_BITS 12

INLINE float dot(const float *a, const float *b, int count) {
  v128_t sums = wasm_f32x4_const_splat(0);
  int at = 0;
  for (; at + 4 <= count; at += 4) sums = MULTIPLY_ADD(load(a + at), load(b + at), sums);
  if (at < count)
    sums = MULTIPLY_ADD(load_part(a + at, count - at), load_part(b + at, count - at), sums);
  return sum_of(sums);
}

// The new cell's keys and values, then every head's weights and mixed values.
static void attend_self(const int *header, const int *operation, int row) {
  const int width = header[WIDTH];
  const int heads = header[HEAD_COUNT];
  const int size = header[HEAD_SIZE];
  const int read = header[READ_COUNT];
  const int layer = operation[4];
  const int padded = operation[3];
  const float *query = floats_at(operation[1]) + row * operation[2];
  float *context = floats_at(operation[5]) + row * operation[6];
  const int *cells = (const int *)header[CELLS] + row * header[CELL_STRIDE];
  const int keys = 2 * layer * width;
  float *own = floats_at(cells[read - 1]) + keys;
  for (int at = 0; at < width; at += 4) {
    store_part(own + at, load(query + padded + at), width - at);
    store_part(own + width + at, load(query + 2 * padded + at), width - at);
  }
  float *probs = floats_at(header[SELF_PROBS]) + (row * header[LAYER_COUNT] + layer) * heads * read;
  for (int position = 0; position < read; position++) {
    const float *key = floats_at(cells[position]) + keys;
    for (int head = 0; head < heads; head++)
      probs[head * read + position] = dot(query + head * size, key + head * size, size);
  }
  for (int head = 0; head < heads; head++) {
    float *weights = probs + head * read;
    softmax_row(weights, weights, read);
    int at = 0;
    for (; at + 16 <= size; at += 16) {
      v128_t sums[4];
#pragma unroll
      for (int part = 0; part < 4; part++) sums[part] = wasm_f32x4_const_splat(0);
      for (int position = 0; position < read; position++) {
        const float *value = floats_at(cells[position]) + keys + width + head * size + at;
        const v128_t weight = splat(weights + position);
#pragma unroll
        for (int part = 0; part < 4; part++)
          sums[part] = MULTIPLY_ADD(weight, load(value + 4 * part), sums[part]);
      }
#pragma unroll
      for (int part = 0; part < 4; part++) store(context + head * size + at + 4 * part, sums[part]);
    }
    for (; at < size; at += 4) {
      v128_t sum = wasm_f32x4_const_splat(0);
      for (int position = 0; position < read; position++) {
        const float *value = floats_at(cells[position]) + keys + width + head * size;
        sum = MULTIPLY_ADD(splat(weights + position), load_part(value + at, size - at), sum);
      }
      store_part(context + head * size + at, sum, size - at);
    }
  }
}

// Keys and values of the source are [head, source token, size].
static void attend_cross(const int *header, const int *operation, int row) {
  const int heads = header[HEAD_COUNT];
  const int size = header[HEAD_SIZE];
  const int count = header[SOURCE_COUNT];
  const float *query = floats_at(operation[1]) + row * operation[2];
  float *context = floats_at(operation[6]) + row * operation[7];
  float *probs =
      floats_at(header[CROSS_PROBS]) + (row * header[LAYER_COUNT] + operation[5]) * heads * count;
  for (int head = 0; head < heads; head++) {
    const float *keys = floats_at(operation[3]) + head * count * size;
    const float *values = floats_at(operation[4]) + head * count * size;
    float *weights = probs + head * count;
    for (int token = 0; token < count; token++)
      weights[token] = dot(query + head * size, keys + token * size, size);
    softmax_row(weights, weights, count);
    int at = 0;
    for (; at + 16 <= size; at += 16) {
      v128_t sums[4];
#pragma unroll
      for (int part = 0; part < 4; part++) sums[part] = wasm_f32x4_const_splat(0);
      for (int token = 0; token < count; token++) {
        const v128_t weight = splat(weights + token);
#pragma unroll
        for (int part = 0; part < 4; part++)
          sums[part] = MULTIPLY_ADD(weight, load(values + token * size + at + 4 * part), sums[part]);
      }
#pragma unroll
      for (int part = 0; part < 4; part++) store(context + head * size + at + 4 * part, sums[part]);
    }
    for (; at < size; at += 4) {
      v128_t sum = wasm_f32x4_const_splat(0);
      for (int token = 0; token < count; token++)
        sum = MULTIPLY_ADD(splat(weights + token), load_part(values + token * size + at, size - at), sum);
      store_part(context + head * size + at, sum, size - at);
    }
  }
}

// x = LayerNorm(x + added)
static void normalise(const int *header, const int *operation, int row) {
  float *x = floats_at(operation[1]) + row * operation[2];
  layer_norm_row(x, floats_at(operation[3]) + row * operation[4], floats_at(operation[5]),
                 floats_at(operation[6]), x, header[WIDTH], float_of_bits(operation[7]));
}

// Groups of columns that an operation shares out; 0 where it is done row by row.
INLINE int groups_of(const int *operation) {
  return operation[0] == PRODUCT ? operation[8] : operation[0] == VOCABULARY ? operation[9] : 0;
}

INLINE int pieces_of(const int *header, const int *operation) {
  const int groups = groups_of(operation);
  if (groups == 0) return header[ROW_COUNT];
  const int pieces = PIECES * header[THREAD_COUNT];
  return pieces < groups ? pieces : groups;
}

static void work(const int *header, const int *operation, int piece, int pieces) {
  const int rows = header[ROW_COUNT];
  const int groups = groups_of(operation);
  const int first = groups * piece / pieces;
  const int end = groups * (piece + 1) / pieces;
  switch (operation[0]) {
    case PRODUCT: decoder_product(operation, rows, first, end); break;
    case NORMALISE: normalise(header, operation, piece); break;
    case ATTEND_SELF: attend_self(header, operation, piece); break;
    case ATTEND_CROSS: attend_cross(header, operation, piece); break;
    case QUANTISE: decoder_quantise(operation, piece); break;
    case VOCABULARY: decoder_vocabulary(operation, rows, first, end); break;
    case SUMMARISE: decoder_summarise(operation, piece); break;
  }
}

// How often a thread looks before it sleeps, so that another gets its core: some ten microseconds.
#define LOOKS 4000
#define LONGEST_SLEEP_NS 1000000

// Until the operation is done. Whoever opens the next one changes the ticket first and looks for
// sleepers then; a sleeper does the reverse.
static void await_next(int *header, int index) {
  int *ticket = header + TICKET;
#ifdef __wasm_atomics__
  int looks = 0;
#endif
  for (;;) {
    const int seen = __atomic_load_n(ticket, __ATOMIC_SEQ_CST);
    if (seen >> PIECE_BITS != index) return;
#ifdef __wasm_atomics__
    if (++looks < LOOKS || !header[MAY_SLEEP]) continue;
    __atomic_fetch_add(header + SLEEPING, 1, __ATOMIC_SEQ_CST);
    __builtin_wasm_memory_atomic_wait32(ticket, seen, LONGEST_SLEEP_NS);
    __atomic_fetch_sub(header + SLEEPING, 1, __ATOMIC_SEQ_CST);
#endif
  }
}

static void open_next(int *header, int index) {
  __atomic_store_n(header + TICKET, (index + 1) << PIECE_BITS, __ATOMIC_SEQ_CST);
#ifdef __wasm_atomics__
  if (__atomic_load_n(header + SLEEPING, __ATOMIC_SEQ_CST) != 0)
    __builtin_wasm_memory_atomic_notify(header + TICKET, -1);
#endif
}

// Whoever comes takes the next piece; whoever finishes an operation's last piece opens the next
// operation; who finds nothing to do waits for that, which is a matter of microseconds.
static void work_together(int *header) {
  const int count = header[OPERATION_COUNT];
  for (;;) {
    const int ticket = __atomic_fetch_add(header + TICKET, 1, __ATOMIC_SEQ_CST);
    const int index = ticket >> PIECE_BITS;
    const int piece = ticket & ((1 << PIECE_BITS) - 1);
    if (index >= count) return;
    const int *operation = (const int *)header[OPERATIONS] + index * OPERATION_LENGTH;
    const int pieces = pieces_of(header, operation);
    if (piece < pieces) {
      work(header, operation, piece, pieces);
      int *done = (int *)header[DONE] + index;
      if (__atomic_add_fetch(done, 1, __ATOMIC_SEQ_CST) == pieces)
        open_next(header, index);
    } else {
      await_next(header, index);
    }
  }
}

// A unit is a thread that helps, so that one after the other also gets it done.
EXPORT(decoder_step)
void decoder_step(float *scratch, int start, int end, int *header) {
  if (header[THREAD_COUNT] > 1) {
    for (int thread = start; thread < end; thread++) work_together(header);
    return;
  }
  const int *operation = (const int *)header[OPERATIONS];
  for (int index = 0; index < header[OPERATION_COUNT]; index++) {
    const int pieces = groups_of(operation) ? 1 : header[ROW_COUNT];
    for (int piece = 0; piece < pieces; piece++) work(header, operation, piece, pieces);
    operation += OPERATION_LENGTH;
  }
}
