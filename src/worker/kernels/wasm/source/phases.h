// How threads share a job of several phases: in each they claim units of work until none is left, and
// the next begins when the last unit of this one is done. Nobody waits for a thread that has claimed
// nothing, so that one that starts late, or that the system lets wait, costs the others nothing.
#pragma once

#include "simd.h"

typedef struct {
  // The phase in the highest bits, the first unit that nobody has claimed in the others.
  int claim;
  // Units of the phase that are done.
  int done;
  int thread_count;
  // A page's own thread may not.
  int may_sleep;
} Phases;

#define PHASE_SHIFT 24

typedef struct {
  int first;
  int end;
} Claim;

#ifdef __wasm_atomics__
// Looks at the claims before sleeping: some ten microseconds, about what waking up takes.
#define LOOKS 4000

// Until the phase is over.
INLINE void await_end(Phases *phases, int phase) {
  for (int looks = 0;; looks++) {
    const int claim = __atomic_load_n(&phases->claim, __ATOMIC_SEQ_CST);
    if (claim >> PHASE_SHIFT != phase) return;
    if (looks >= LOOKS && phases->may_sleep)
      __builtin_wasm_memory_atomic_wait32(&phases->claim, claim, -1);
  }
}
#endif

// The next units of a phase of `count`: many at first, at most `most`, then fewer, so that the threads
// end together. Nothing once all are done.
INLINE Claim claim_units(Phases *phases, int phase, int count, int most) {
  for (;;) {
    const int seen = __atomic_load_n(&phases->claim, __ATOMIC_SEQ_CST);
    const int first = seen & ((1 << PHASE_SHIFT) - 1);
    if (seen >> PHASE_SHIFT != phase) return (Claim){0, 0};
    if (first >= count) {
#ifdef __wasm_atomics__
      await_end(phases, phase);
#endif
      return (Claim){0, 0};
    }
    const int left = count - first;
    int size = phases->thread_count == 1 ? left : (left + 1) / (2 * phases->thread_count);
    size = size > most ? most : size < 1 ? 1 : size;
    int expected = seen;
    if (__atomic_compare_exchange_n(&phases->claim, &expected, seen + size, 0, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST))
      return (Claim){first, first + size};
  }
}

INLINE void units_done(Phases *phases, int phase, int count, Claim claim) {
  const int size = claim.end - claim.first;
  if (__atomic_fetch_add(&phases->done, size, __ATOMIC_SEQ_CST) + size < count) return;
  __atomic_store_n(&phases->done, 0, __ATOMIC_SEQ_CST);
  __atomic_store_n(&phases->claim, (phase + 1) << PHASE_SHIFT, __ATOMIC_SEQ_CST);
#ifdef __wasm_atomics__
  __builtin_wasm_memory_atomic_notify(&phases->claim, 1 << 30);
#endif
}
