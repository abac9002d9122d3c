// One step of a Transformer's decoder as a list of operations in memory, which all threads work off
// together; `decoder-program.ts` writes it.
#pragma once

#include "simd.h"

// Numbers of the header, all integers; addresses are in bytes.
enum {
  ROW_COUNT,     // beams
  THREAD_COUNT,  // threads that may come
  READ_COUNT,    // positions read, this step's among them
  TICKET,        // which piece of which operation is next; 0 at the start of a step
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
};

// Integers of an operation, the first of which is its kind.
#define OPERATION_LENGTH 12

enum { PRODUCT, NORMALISE, ATTEND_SELF, ATTEND_CROSS, QUANTISE, VOCABULARY, SUMMARISE };

// Columns of a group of packed weights, and of a group of the packed vocabulary.
#define GROUP 32
#define TOKENS 16

INLINE float *floats_at(int address) { return (float *)address; }

// x · weights + bias, activated: groups `first` to `end` of packed columns.
void decoder_product(const int *operation, int rows, int first, int end);

// One row as integers of 15 bits and a scale.
void decoder_quantise(const int *operation, int row);

// Logits: groups `first` to `end` of tokens.
void decoder_vocabulary(const int *operation, int rows, int first, int end);

// The best tokens of one row, and what its softmax is divided by.
void decoder_summarise(const int *operation, int row);
