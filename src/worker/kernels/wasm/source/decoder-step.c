// A step of a decoder: every layer and the logits in one call, for one to several beams (Vaswani et al.
// 2017, arXiv:1706.03762, with normalisation after each sublayer). Keys and values of a position and a
// beam lie together in a cell, [layer, key or value, width], that never changes, so that beams that
// have a past in common share its cells and reordering beams moves nothing.
#include "decoder-step.h"
#include "decoder-vocabulary.h"
#include "rows.h"

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
      ((int *)operation[COUNTS])[row] = gather_active(x, operation[9] * GROUP, x, places);
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
// How often a thread looks before it takes the pieces of one that seems to be held up: a microsecond or two.
#define PATIENCE 1500
// Integers from one thread's claims to another's: a line of the cache, or two that are fetched together.
#define CLAIM_STRIDE 32

// Whoever opens the next operation says so first and looks for sleepers then; a sleeper does the reverse.
static void open_next(int *header, int index) {
  __atomic_store_n(header + CURRENT, index + 1, __ATOMIC_SEQ_CST);
#ifdef __wasm_atomics__
  if (__atomic_load_n(header + SLEEPING, __ATOMIC_SEQ_CST) != 0)
    __builtin_wasm_memory_atomic_notify(header + CURRENT, -1);
#endif
}

// A thread's own piece of an operation is claimed in its own line of the cache, which nobody else touches as
// long as all keep up: to fetch a line from another core takes as long as a small piece.
static bool claim(int *header, int thread, int index) {
  int *claims = (int *)header[CLAIMS] + thread * CLAIM_STRIDE;
  int claimed = __atomic_load_n(claims, __ATOMIC_SEQ_CST);
  return claimed <= index && __atomic_compare_exchange_n(claims, &claimed, index + 1, 0, __ATOMIC_SEQ_CST,
                                                         __ATOMIC_SEQ_CST);
}

// Works off a piece, if nobody has claimed it; whoever finishes the last opens the next operation.
static __attribute__((noinline)) void take(int *header, int index, int piece, int pieces) {
  if (!claim(header, piece, index)) return;
  const int *operation = (const int *)header[OPERATIONS] + index * OPERATION_LENGTH;
  const int units = units_of(header, operation);
  work(header, operation, units * piece / pieces, units * (piece + 1) / pieces);
  if (__atomic_add_fetch((int *)header[DONE] + index, 1, __ATOMIC_SEQ_CST) < pieces) return;
  finish(header, operation);
  open_next(header, index);
}

// Each operation has a piece for every thread. Who has done its own takes those of threads that have not
// come, and after a while those of any that is held up, then waits for the next operation, which is a
// matter of microseconds.
static void work_together(int *header, int thread) {
  const int count = header[OPERATION_COUNT];
  __atomic_fetch_or(header + ARRIVED, 1 << thread, __ATOMIC_SEQ_CST);
  for (;;) {
    const int index = __atomic_load_n(header + CURRENT, __ATOMIC_SEQ_CST);
    if (index >= count) return;
    const int *operation = (const int *)header[OPERATIONS] + index * OPERATION_LENGTH;
    const int pieces = least(header[THREAD_COUNT], units_of(header, operation));
    if (thread < pieces) take(header, index, thread, pieces);
    for (int looks = 0; __atomic_load_n(header + CURRENT, __ATOMIC_SEQ_CST) == index; looks++) {
      if (looks == 0 || looks == PATIENCE) {
        const int arrived = __atomic_load_n(header + ARRIVED, __ATOMIC_SEQ_CST);
        for (int piece = 0; piece < pieces; piece++)
          if (looks == PATIENCE || !(arrived >> piece & 1)) take(header, index, piece, pieces);
      }
#ifdef __wasm_atomics__
      if (looks < LOOKS || !header[MAY_SLEEP]) continue;
      __atomic_fetch_add(header + SLEEPING, 1, __ATOMIC_SEQ_CST);
      __builtin_wasm_memory_atomic_wait32(header + CURRENT, index, LONGEST_SLEEP_NS);
      __atomic_fetch_sub(header + SLEEPING, 1, __ATOMIC_SEQ_CST);
#endif
    }
  }
}

// A unit is a thread that helps, so that one after the other also gets it done.
EXPORT(decoder_step)
void decoder_step(float *scratch, int start, int end, int *header) {
  if (header[THREAD_COUNT] > 1) {
    for (int thread = start; thread < end; thread++) work_together(header, thread);
    return;
  }
  const int *operation = (const int *)header[OPERATIONS];
  for (int index = 0; index < header[OPERATION_COUNT]; index++) {
    work(header, operation, 0, units_of(header, operation));
    finish(header, operation);
    operation += OPERATION_LENGTH;
  }
}
