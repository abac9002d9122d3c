// Tiles of 5 or 6 rows and 8 columns, whose sums stay in registers while the inner dimension passes.
#include "product.h"

// Four columns of a panel from rows of b's transpose, four by four.
INLINE void pack_transposed(const float *b, int stride, float *panel, int inner, int columns) {
  int k = 0;
  if (columns >= 4) {
    for (; k + 4 <= inner; k += 4) {
      const v128_t r0 = load(b + k);
      const v128_t r1 = load(b + stride + k);
      const v128_t r2 = load(b + 2 * stride + k);
      const v128_t r3 = load(b + 3 * stride + k);
      const v128_t a0 = wasm_i32x4_shuffle(r0, r1, 0, 4, 1, 5);
      const v128_t a1 = wasm_i32x4_shuffle(r2, r3, 0, 4, 1, 5);
      const v128_t a2 = wasm_i32x4_shuffle(r0, r1, 2, 6, 3, 7);
      const v128_t a3 = wasm_i32x4_shuffle(r2, r3, 2, 6, 3, 7);
      store(panel + k * PANEL, wasm_i64x2_shuffle(a0, a1, 0, 2));
      store(panel + (k + 1) * PANEL, wasm_i64x2_shuffle(a0, a1, 1, 3));
      store(panel + (k + 2) * PANEL, wasm_i64x2_shuffle(a2, a3, 0, 2));
      store(panel + (k + 3) * PANEL, wasm_i64x2_shuffle(a2, a3, 1, 3));
    }
  }
  for (; k < inner; k++)
    for (int column = 0; column < 4; column++)
      panel[k * PANEL + column] = column < columns ? b[column * stride + k] : 0;
}

INLINE void pack_panel(const float *b, int row_stride, int column_stride, float *panel, int inner,
                       int columns) {
  if (column_stride == 1) {
    for (int k = 0; k < inner; k++) {
      const float *from = b + k * row_stride;
      store(panel + k * PANEL, load_part(from, columns));
      store(panel + k * PANEL + 4, load_part(from + 4, columns - 4));
    }
    return;
  }
  for (int half = 0; half < PANEL; half += 4) pack_transposed(b + half * column_stride, column_stride, panel + half, inner, columns - half);
}

void pack_panels(const float *b, int row_stride, int column_stride, float *packed, int inner,
                 int columns, int first_panel, int end_panel) {
  for (int index = first_panel; index < end_panel; index++) {
    const int column = index * PANEL;
    pack_panel(b + column * column_stride, row_stride, column_stride, packed + column * inner, inner,
               columns - column);
  }
}

// `rows` is a constant at each call, so that the loops over it unroll and the sums need no memory.
//
// `ahead` is what will be read next: a word at every `stride` bytes of it is read on the way, so that it is in
// the cache by then.
INLINE void tile(const int rows, const float *a, int a_stride, const float *panel, const float *first,
                 int first_stride, float *c, int c_stride, int inner, int columns, const char *ahead,
                 int stride) {
  v128_t low[TILE_ROWS];
  v128_t high[TILE_ROWS];
#pragma unroll
  for (int row = 0; row < rows; row++) {
    low[row] = first ? load_part(first + row * first_stride, columns) : wasm_f32x4_const_splat(0);
    high[row] =
        first ? load_part(first + row * first_stride + 4, columns - 4) : wasm_f32x4_const_splat(0);
  }
  // One step a round: of two at once V8 mixes the loads, and runs out of registers.
  for (const float *end = panel + inner * PANEL; panel != end; panel += PANEL, a++, ahead += stride) {
    __asm__ volatile("" : : "r"(*(const int *)ahead));
    const v128_t b_low = load(panel);
    const v128_t b_high = load(panel + 4);
#pragma unroll
    for (int row = 0; row < rows; row++) {
      const v128_t value = splat(a + row * a_stride);
      low[row] = MULTIPLY_ADD(value, b_low, low[row]);
      high[row] = MULTIPLY_ADD(value, b_high, high[row]);
    }
  }
  if (columns >= PANEL) {
#pragma unroll
    for (int row = 0; row < rows; row++) {
      store(c + row * c_stride, low[row]);
      store(c + row * c_stride + 4, high[row]);
    }
    return;
  }
#pragma unroll
  for (int row = 0; row < rows; row++) {
    store_part(c + row * c_stride, low[row], columns);
    store_part(c + row * c_stride + 4, high[row], columns - 4);
  }
}

void product_block(const float *a, int a_stride, const float *packed, int panel_stride,
                   const float *first, int first_stride, float *c, int c_stride, int rows, int inner,
                   int columns, int first_panel, int end_panel) {
  if (rows == 0) return;
  for (int index = first_panel; index < end_panel; index++) {
    const int column = index * PANEL;
    const float *panel = packed + index * panel_stride;
    const float *from = first ? first + column : 0;
    const int left = columns - column;
    int row = 0;
#define TILE(count)                                                                         \
  tile(count, a + row * a_stride, a_stride, panel, from ? from + row * first_stride : 0,    \
       first_stride, c + row * c_stride + column, c_stride, inner, left, ahead, stride)
    // As many tiles as it takes, all about as high: one of few rows waits for its sums.
    int tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
    const int stride = 4 * PANEL / tiles;
    const char *ahead = (const char *)(index + 1 < end_panel ? panel + panel_stride : panel);
    for (; tiles > 0; tiles--, ahead += inner * stride) {
      const int high = (rows - row + tiles - 1) / tiles;
      switch (high) {
#if TILE_ROWS > 5
        case 6: TILE(6); break;
#endif
        case 5: TILE(5); break;
        case 4: TILE(4); break;
        case 3: TILE(3); break;
        case 2: TILE(2); break;
        case 1: TILE(1); break;
      }
      row += high;
    }
#undef TILE
  }
}

void product_rows(const float *a, int a_stride, const float *packed, const float *bias, float *c,
                  int c_stride, int rows, int inner, int columns, int first_panel, int end_panel) {
  product_block(a, a_stride, packed, PANEL * inner, bias, 0, c, c_stride, rows, inner, columns,
                first_panel, end_panel);
}
