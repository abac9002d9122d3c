// A step of a decoder: every layer and the logits in one call, for one to several beams (Vaswani et al.
// 2017, arXiv:1706.03762, with normalisation after each sublayer). Keys and values of a position and a
// beam lie together in a cell, [layer, key or value, width], that never changes, so that beams that
// have a past in common share its cells and reordering beams moves nothing.
#include "decoder-step.h"
#include "decoder-vocabulary.h"
#include "rows.h"

// Pieces of an operation for each thread: more of them balance better, fewer cost less.
#define PIECES 2
// A ticket is the operation's number and, in its last bits, the piece's.
#define PIECE_BITS 12

// Units that an operation's pieces share.
INLINE int units_of(const int *header, const int *operation) {
  switch (operation[KIND]) {
    case PRODUCT:
    case ACTIVE_PRODUCT:
    case VOCABULARY: return operation[9];
    case ATTEND_SELF:
    case ATTEND_CROSS: return header[ROW_COUNT] * header[HEAD_COUNT];
    default: return header[ROW_COUNT];
  }
}

INLINE int pieces_of(const int *header, int units) {
  const int pieces = PIECES * header[THREAD_COUNT];
  return pieces < units ? pieces : units;
}

static void work(const int *header, const int *operation, int first, int end) {
  const int rows = header[ROW_COUNT];
  switch (operation[KIND]) {
    case PRODUCT:
    case ACTIVE_PRODUCT: decoder_product(operation, rows, first, end); break;
    case ATTEND_SELF: attend_self(header, operation, first, end); break;
    case ATTEND_CROSS: attend_cross(header, operation, first, end); break;
    case VOCABULARY: decoder_vocabulary(operation, rows, first, end); break;
    case SUMMARISE:
      for (int row = first; row < end; row++) decoder_summarise(operation, row);
      break;
  }
}

// What is little work, so that handing it over would take as long.
static void finish(const int *header, const int *operation) {
  if (operation[AFTER] == NOTHING) return;
  const int width = header[WIDTH];
  for (int row = 0; row < header[ROW_COUNT]; row++) {
    float *x = floats_at(operation[13]) + row * operation[14];
    if (operation[AFTER] == GATHER) {
      int *places = (int *)operation[PLACES] + row * operation[14];
      ((int *)operation[COUNTS])[row] = gather_active(x, operation[9] * GROUP, places);
      continue;
    }
    layer_norm_row(x, floats_at(operation[15]) + row * operation[16], floats_at(operation[17]),
                   floats_at(operation[18]), x, width, float_of_bits(operation[19]));
    if (operation[AFTER] == NORMALISE_LAST)
      decoder_quantise(x, width, (short *)operation[20] + row * operation[21], operation[21] / 2,
                       (RowScale *)operation[22] + row);
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
    const int units = units_of(header, operation);
    const int pieces = pieces_of(header, units);
    if (piece < pieces) {
      work(header, operation, units * piece / pieces, units * (piece + 1) / pieces);
      int *done = (int *)header[DONE] + index;
      if (__atomic_add_fetch(done, 1, __ATOMIC_SEQ_CST) == pieces) {
        finish(header, operation);
        open_next(header, index);
      }
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
    work(header, operation, 0, units_of(header, operation));
    finish(header, operation);
    operation += OPERATION_LENGTH;
  }
}
