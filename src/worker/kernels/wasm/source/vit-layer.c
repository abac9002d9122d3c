// A block of a ViT in one call: three phases, between which all threads must have ended.
#include "activation.h"
#include "attention.h"
#include "phases.h"
#include "product.h"
#include "rows.h"

// Of the MLP at once: its panels then fit in the cache next to the processor.
#define INNER 768
// Rows at once, in tiles: with `INNER` numbers each they fit in the second cache.
#define MOST_TILES 16

enum { GELU, GELU_NEW, QUICK_GELU, RELU };

// As `vit-layer-kernel.ts` writes it: integers, and addresses, of which biases may be null.
typedef struct {
  Phases phases;
  // [set · token, width]
  const float *hidden;
  const float *scale_before;
  const float *shift_before;
  float epsilon_before;
  // Queries, scaled, keys and values: [width, 3 · mixed], packed.
  const float *project;
  const float *project_bias;
  // [set · token, 3 · mixed] and [set · kept, mixed], for the time of the call.
  float *projected;
  float *context;
  // [set · head, query, token], of the first `queries` tokens of each set.
  float *probs;
  // [mixed, width], packed.
  const float *join;
  const float *join_bias;
  const float *scale_after;
  const float *shift_after;
  float epsilon_after;
  // [width, inner] and [inner, width], packed.
  const float *up;
  const float *up_bias;
  const float *down;
  const float *down_bias;
  // [set · kept, width], the first `kept` tokens of each set; at most `queries`.
  float *out;
  int sets;
  int tokens;
  int queries;
  int kept;
  int width;
  int heads;
  int size;
  int inner;
  int activation;
} Layer;

INLINE int tiles_of(int rows) { return (rows + TILE_ROWS - 1) / TILE_ROWS; }

// to = from + bias. In place or not.
INLINE void add_bias(const float *from, const float *bias, float *to, int count) {
  int at = 0;
  for (; at + 4 <= count; at += 4)
    store(to + at, bias ? wasm_f32x4_add(load(from + at), load(bias + at)) : load(from + at));
  for (; at < count; at++) to[at] = bias ? from[at] + bias[at] : from[at];
}

INLINE void activate(float *values, int count, int activation) {
  switch (activation) {
    case GELU: apply_gelu(values, count); break;
    case GELU_NEW: apply_gelu_new(values, count); break;
    case QUICK_GELU: apply_quick_gelu(values, count); break;
    case RELU: rectify(values, count); break;
  }
}

// Norm and projections of rows.
static void project_rows(const Layer *layer, float *scratch, int first, int end) {
  const int width = layer->width;
  const int columns = 3 * layer->heads * layer->size;
  for (int row = first; row < end; row++)
    layer_norm_row(layer->hidden + row * width, 0, layer->scale_before, layer->shift_before,
                   scratch + (row - first) * width, width, layer->epsilon_before);
  product_rows(scratch, width, layer->project, layer->project_bias,
               layer->projected + first * columns, columns, end - first, width, columns, 0,
               panels_of(columns));
}

// A head's queries in the projections of its set; the heads of one set follow those of another.
INLINE const float *queries_of(const Layer *layer, int head) {
  const int set = head / layer->heads;
  const int mixed = layer->heads * layer->size;
  return layer->projected + set * layer->tokens * 3 * mixed + (head - set * layer->heads) * layer->size;
}

// Weights and mixed values of some of a head's queries. Its keys and values are packed already.
static void attend_block(const Layer *layer, const float *packed, int head, int first, int end) {
  const int set = head / layer->heads;
  const int mixed = layer->heads * layer->size;
  const int kept = least(end, layer->kept);
  float *context = layer->context + (set * layer->kept + first) * mixed;
  attend_rows(packed, queries_of(layer, head) + first * 3 * mixed, 3 * mixed,
              layer->probs + (head * layer->queries + first) * layer->tokens,
              context + (head - set * layer->heads) * layer->size, mixed, end - first,
              kept > first ? kept - first : 0, layer->tokens, layer->size);
}

// Output projection, residual, norm, MLP, residual.
static void finish_rows(const Layer *layer, float *scratch, int first, int end) {
  const int width = layer->width;
  const int mixed = layer->heads * layer->size;
  const int rows = end - first;
  float *out = layer->out + first * width;
  float *normalised = scratch;
  float *active = scratch + rows * width;
  for (int row = 0; row < rows; row++) {
    const int set = (first + row) / layer->kept;
    const int token = first + row - set * layer->kept;
    add_bias(layer->hidden + (set * layer->tokens + token) * width, layer->join_bias,
             out + row * width, width);
  }
  product_block(layer->context + first * mixed, mixed, layer->join, PANEL * mixed, out, width, out,
                width, rows, mixed, width, 0, panels_of(width));
  for (int row = 0; row < rows; row++) {
    float *at = out + row * width;
    layer_norm_row(at, 0, layer->scale_after, layer->shift_after, normalised + row * width, width,
                   layer->epsilon_after);
    add_bias(at, layer->down_bias, at, width);
  }
  for (int column = 0; column < layer->inner; column += INNER) {
    const int columns = least(INNER, layer->inner - column);
    product_rows(normalised, width, layer->up + column * width,
                 layer->up_bias ? layer->up_bias + column : 0, active, columns, rows, width,
                 columns, 0, panels_of(columns));
    activate(active, rows * columns, layer->activation);
    product_block(active, columns, layer->down + column * PANEL, PANEL * layer->inner, out, width,
                  out, width, rows, columns, width, 0, panels_of(width));
  }
}

// `start` and `end` are not looked at: each thread that calls helps until the job is done. The scratch
// holds what `attend` says, or MOST_TILES tiles of width + INNER numbers, whichever is more.
EXPORT(vit_layer)
void vit_layer(float *scratch, int start, int end, Layer *layer) {
  Phases *phases = &layer->phases;
  Claim claim;
  int phase = 0;
  const int rows = layer->sets * layer->tokens;
  int count = tiles_of(rows);
  while ((claim = claim_units(phases, phase, count, MOST_TILES)).end > 0) {
    project_rows(layer, scratch, claim.first * TILE_ROWS, least(claim.end * TILE_ROWS, rows));
    units_done(phases, phase, count, claim);
  }
  phase++;
  const int block = least(QUERY_ROWS / TILE_ROWS, (tiles_of(layer->queries) + 3) / 4) * TILE_ROWS;
  const int blocks = (layer->queries + block - 1) / block;
  int packed_head = -1;
  count = layer->sets * layer->heads * blocks;
  while ((claim = claim_units(phases, phase, count, blocks)).end > 0) {
    for (int unit = claim.first; unit < claim.end; unit++) {
      const int head = unit / blocks;
      const int first = (unit - head * blocks) * block;
      if (head != packed_head) {
        const int mixed = layer->heads * layer->size;
        const float *key = queries_of(layer, head) + mixed;
        pack_head(scratch, key, key + mixed, 3 * mixed, layer->tokens, layer->size);
        packed_head = head;
      }
      attend_block(layer, scratch, head, first, least(first + block, layer->queries));
    }
    units_done(phases, phase, count, claim);
  }
  phase++;
  const int kept = layer->sets * layer->kept;
  count = tiles_of(kept);
  while ((claim = claim_units(phases, phase, count, MOST_TILES)).end > 0) {
    finish_rows(layer, scratch, claim.first * TILE_ROWS, least(claim.end * TILE_ROWS, kept));
    units_done(phases, phase, count, claim);
  }
}
