// One step of a Transformer's decoder as a list of operations in memory, which all threads work off
// together; `decoder-program.ts` writes it.
#pragma once

#include "simd.h"

// Numbers of the header, all integers; addresses are in bytes.
enum {
  ROW_COUNT,     // beams
  THREAD_COUNT,  // threads that may come
  READ_COUNT,    // positions read, this step's among them
  CURRENT,       // the operation that is worked on; 0 at the start of a step
  OPERATION_COUNT,
  OPERATIONS,
  DONE,          // for each operation, how many of its pieces are done; 0 at the start of a step
  CELLS,         // for each row and position, the address of its keys and values
  CELL_STRIDE,   // positions that a row of these addresses has place for
  WIDTH,
  HEAD_COUNT,
  HEAD_SIZE,
  LAYER_COUNT,
  SOURCE_COUNT,
  SELF_PROBS,    // out: [row, layer, head, position read]
  CROSS_PROBS,   // out: [row, layer, head, source token]
  MAY_SLEEP,     // whether a thread that waits may sleep
  SLEEPING,      // threads that do, or are about to
  ARRIVED,       // a bit for each thread that has come; 0 at the start of a step
  CLAIMS,        // for each thread, up to which operation its pieces are claimed; likewise 0
};

// Integers of an operation: its kind, what is to be done with its rows once the last piece is there,
// and what the kind says.
#define OPERATION_LENGTH 28
#define KIND 0
#define AFTER 1
#define PLACES 23
#define COUNTS 24

// Kinds, and what follows them.
enum {
  // 2 x, 3 its stride, 4 inner, 5 weights, 6 bias, 7 out, 8 its stride, 9 groups, 10 activation,
  // 11 scales of groups, 12 whether the weights are halves
  PRODUCT,
  // The same of what `GATHER` left
  ACTIVE_PRODUCT,
  // 2 queries, keys and values, 3 their stride, 4 from one of these to the next, 5 layer, 6 context,
  // 7 its stride
  ATTEND_SELF,
  // 2 queries, 3 their stride, 4 keys, 5 values, 6 layer, 7 context, 8 its stride
  ATTEND_CROSS,
  // 2 codes, 3 their stride, twice the inner dimension, 4 row scales, 5 upper parts of weights,
  // 6 token scales, 7 bias, 8 logits,
  // 9 groups, 10 stride of the logits, 11 lower parts, 12 how long the lower parts' vectors are,
  // 13 how many numbers of a token lie together
  VOCABULARY,
  // After the vocabulary's. 2 tokens, 3 best tokens, 4 their logits, 5 how many, 6 sums, 7 place for
  // `LISTED` tokens and twice as many numbers of each row
  SUMMARISE,
};

// What comes after an operation, for each row.
enum {
  NOTHING,
  // 13 x, 14 its stride, 15 added, 16 its stride, 17 scale, 18 shift, 19 epsilon's bits:
  // x = LayerNorm(x + added)
  NORMALISE,
  // The same; then 20 codes of x for the vocabulary, 21 their stride, 22 row scales
  NORMALISE_LAST,
  // 13 x, 14 its stride: what is not 0 moves to the front of x; 23 where it stood, with the same stride,
  // 24 how much it is
  GATHER,
};

// Columns of a group of packed weights, and tokens of a group of the packed vocabulary.
#define GROUP 16
#define TOKENS 8

INLINE float *floats_at(int address) { return (float *)address; }

// x · weights + bias, activated: groups `first` to `end` of packed columns.
void decoder_product(const int *operation, int rows, int first, int end);

// Heads `first` to `end` of all rows.
void attend_self(const int *header, const int *operation, int first, int end);
void attend_cross(const int *header, const int *operation, int first, int end);

// Logits: groups `first` to `end` of tokens.
void decoder_vocabulary(const int *operation, int rows, int first, int end);

// The best tokens of one row, and what its softmax is divided by.
void decoder_summarise(const int *operation, int row);
