// A Transformer's encoder whose norms come after its sublayers, and what a decoder's layers will read
// of its states, in one call: phases, between which all threads must have ended. Sentences have few
// rows, so that threads share the columns of a product: each reads its own part of the weights.
#include "attention.h"
#include "phases.h"
#include "product.h"
#include "rows.h"
#include "translator-activation.h"

// Of the inner dimension at once: a panel of it and the rows that it meets fit in the first cache.
#define INNER 512
// Rows at once: with `INNER` numbers each they fit in the second cache.
#define ROWS 120
// Numbers that are multiplied at once where each has its own sum.
#define SUMS 4
// Numbers of a line of the cache.
#define LINE 16

// Packed panels of [inner, columns], and a bias that may be null.
typedef struct {
  const float *panels;
  const float *bias;
} Weights;

typedef struct {
  const float *scale;
  const float *shift;
  float epsilon;
} Norm;

// As `packed-encoder.ts` writes it.
typedef struct {
  // Queries, scaled, keys and values: [width, 3 · width].
  Weights project;
  Weights join;
  Norm attended;
  Weights rise;
  Weights fall;
  Norm fed;
} Layer;

// As `encoder-pass.ts` writes it: integers and addresses.
typedef struct {
  Phases phases;
  const Layer *layers;
  int layer_count;
  // [token, width]: what goes into the first layer, and what comes out of the last.
  float *x;
  // For the time of the call: [token, 3 · width], [token, width] twice and [token, inner].
  float *projected;
  float *context;
  float *added;
  float *hidden;
  // Only after a rectifier: what is not 0 in each row of `hidden`, where it stands, and how much.
  float *active;
  int *places;
  int *counts;
  // For each layer the address of its weights of attention, [head, query, key].
  float *const *probs;
  // [width, width] each, at the end; null for none. And where to, [head, token, size] each.
  const Weights *across;
  float *const *across_to;
  int across_count;
  int tokens;
  int width;
  int heads;
  int inner;
  int activation;
  int across_heads;
} Encoder;

// c = a · weights + bias, panels `first` to `end`; the first of them goes to c.
static void multiply(const float *a, int inner, const Weights *weights, float *c, int c_stride,
                     int rows, int columns, int first, int end) {
  const float *panels = weights->panels + first * PANEL * inner;
  const float *bias = weights->bias ? weights->bias + first * PANEL : 0;
  const int count = least(columns, end * PANEL) - first * PANEL;
  for (int k = 0; k < inner; k += INNER)
    for (int row = 0; row < rows; row += ROWS) {
      float *to = c + row * c_stride;
      product_block(a + row * inner + k, inner, panels + k * PANEL, PANEL * inner, k ? to : bias,
                    k ? c_stride : 0, to, c_stride, least(ROWS, rows - row), least(INNER, inner - k),
                    count, 0, end - first);
    }
}

// x = LayerNorm(x + added), rows `first` to `end`.
static void normalise(const Encoder *encoder, const Norm *norm, int first, int end) {
  const int width = encoder->width;
  for (int row = first; row < end; row++) {
    float *x = encoder->x + row * width;
    layer_norm_row(x, encoder->added + row * width, norm->scale, norm->shift, x, width,
                   norm->epsilon);
  }
}

static void gather(const Encoder *encoder, int first, int end) {
  const int inner = encoder->inner;
  for (int row = first; row < end; row++)
    encoder->counts[row] = gather_active(encoder->hidden + row * inner, inner,
                                         encoder->active + row * inner, encoder->places + row * inner);
}

INLINE v128_t sum_of_four(const v128_t *sums) {
  return wasm_f32x4_add(wasm_f32x4_add(sums[0], sums[1]), wasm_f32x4_add(sums[2], sums[3]));
}

// Brings a panel into the cache in order, which the processor foresees: rows pick numbers here and there,
// and would wait for the memory each time.
INLINE void read_through(const float *panel, int count) {
  const int *numbers = (const int *)panel;
  int any = 0;
  for (int at = 0; at < count; at += LINE) any |= numbers[at];
  __asm__ volatile("" : : "r"(any));
}

// added = active · weights + bias, panels `first` to `end`: each lies in the first cache while the rows
// pass.
static void multiply_active(const Encoder *encoder, const Weights *weights, int first, int end) {
  const int width = encoder->width;
  const int inner = encoder->inner;
  const v128_t zero = wasm_f32x4_const_splat(0);
  int picked = 0;
  for (int row = 0; row < encoder->tokens; row++) picked += encoder->counts[row];
  const bool is_much = 2 * picked > inner;
  for (int index = first; index < end; index++) {
    const int column = index * PANEL;
    const int left = width - column;
    const float *panel = weights->panels + column * inner;
    if (is_much) read_through(panel, PANEL * inner);
    const float *bias = weights->bias ? weights->bias + column : 0;
    const v128_t low_bias = bias ? load_part(bias, left) : zero;
    const v128_t high_bias = bias ? load_part(bias + 4, left - 4) : zero;
    for (int row = 0; row < encoder->tokens; row++) {
      const float *active = encoder->active + row * inner;
      const int *places = encoder->places + row * inner;
      const int count = encoder->counts[row];
      v128_t low[SUMS] = {low_bias, zero, zero, zero};
      v128_t high[SUMS] = {high_bias, zero, zero, zero};
      int k = 0;
      for (; k + SUMS <= count; k += SUMS) {
#pragma unroll
        for (int at = 0; at < SUMS; at++) {
          const v128_t value = splat(active + k + at);
          const float *from = panel + places[k + at] * PANEL;
          low[at] = MULTIPLY_ADD(value, load(from), low[at]);
          high[at] = MULTIPLY_ADD(value, load(from + 4), high[at]);
        }
      }
      for (; k < count; k++) {
        const v128_t value = splat(active + k);
        const float *from = panel + places[k] * PANEL;
        low[0] = MULTIPLY_ADD(value, load(from), low[0]);
        high[0] = MULTIPLY_ADD(value, load(from + 4), high[0]);
      }
      float *to = encoder->added + row * width + column;
      store_part(to, sum_of_four(low), left);
      store_part(to + 4, sum_of_four(high), left - 4);
    }
  }
}

static void attend_head(const Encoder *encoder, float *probs, float *scratch, int head) {
  const int width = encoder->width;
  const int size = width / encoder->heads;
  const int tokens = encoder->tokens;
  const float *query = encoder->projected + head * size;
  pack_head(scratch, query + width, query + 2 * width, 3 * width, tokens, size);
  for (int first = 0; first < tokens; first += QUERY_ROWS) {
    const int rows = least(QUERY_ROWS, tokens - first);
    attend_rows(scratch, query + first * 3 * width, 3 * width,
                probs + (head * tokens + first) * tokens,
                encoder->context + first * width + head * size, width, rows, rows, tokens, size);
  }
}

// A panel of keys or values, [token, 8 columns], to [head, token, size]. A panel may lie in several
// heads: then it is computed by itself first.
static void multiply_across(const Encoder *encoder, float *scratch, int product, int panel) {
  const int width = encoder->width;
  const int tokens = encoder->tokens;
  const int size = width / encoder->across_heads;
  const Weights *weights = encoder->across + product;
  float *to = encoder->across_to[product];
  const int first = panel * PANEL;
  const int end = least(width, first + PANEL);
  const int head = first / size;
  if (end <= (head + 1) * size) {
    multiply(encoder->x, width, weights, to + head * tokens * size + first - head * size, size,
             tokens, width, panel, panel + 1);
    return;
  }
  multiply(encoder->x, width, weights, scratch, PANEL, tokens, width, panel, panel + 1);
  for (int column = first; column < end; column++) {
    float *own = to + column / size * tokens * size + column % size;
    for (int row = 0; row < tokens; row++) own[row * size] = scratch[row * PANEL + column - first];
  }
}

// What a layer does, one after the other.
enum { PROJECT, ATTEND, JOIN, NORMALISE_ATTENDED, RISE, GATHER, FALL, NORMALISE_FED, STEPS };

// Units that threads share: panels of columns, heads or rows.
INLINE int units_of(const Encoder *encoder, int step) {
  switch (step) {
    case PROJECT: return panels_of(3 * encoder->width);
    case ATTEND: return encoder->heads;
    case RISE: return panels_of(encoder->inner);
    case GATHER: return encoder->activation == RELU ? encoder->tokens : 0;
    case JOIN:
    case FALL: return panels_of(encoder->width);
    default: return encoder->tokens;
  }
}

static void take_step(const Encoder *encoder, float *scratch, int index, int step, int first, int end) {
  const Layer *layer = encoder->layers + index;
  const int width = encoder->width;
  const int inner = encoder->inner;
  const int tokens = encoder->tokens;
  const int column = first * PANEL;
  switch (step) {
    case PROJECT:
      multiply(encoder->x, width, &layer->project, encoder->projected + column, 3 * width, tokens,
               3 * width, first, end);
      break;
    case ATTEND:
      for (int head = first; head < end; head++)
        attend_head(encoder, encoder->probs[index], scratch, head);
      break;
    case JOIN:
      multiply(encoder->context, width, &layer->join, encoder->added + column, width, tokens, width,
               first, end);
      break;
    case NORMALISE_ATTENDED: normalise(encoder, &layer->attended, first, end); break;
    case RISE:
      multiply(encoder->x, width, &layer->rise, encoder->hidden + column, inner, tokens, inner, first,
               end);
      for (int row = 0; row < tokens; row++)
        activate(encoder->hidden + row * inner + column, least(inner, end * PANEL) - column,
                 encoder->activation);
      break;
    case GATHER: gather(encoder, first, end); break;
    case FALL:
      if (encoder->activation == RELU) multiply_active(encoder, &layer->fall, first, end);
      else
        multiply(encoder->hidden, inner, &layer->fall, encoder->added + column, width, tokens, width,
                 first, end);
      break;
    case NORMALISE_FED: normalise(encoder, &layer->fed, first, end); break;
  }
}

// `start` and `end` are not looked at: each thread that calls helps until the job is done. The scratch
// holds what `attend` says.
EXPORT(encode)
void encode(float *scratch, int start, int end, Encoder *encoder) {
  Phases *phases = &encoder->phases;
  Claim claim;
  int phase = 0;
  for (int index = 0; index < encoder->layer_count; index++)
    for (int step = 0; step < STEPS; step++) {
      const int count = units_of(encoder, step);
      if (count == 0) continue;
      while ((claim = claim_units(phases, phase, count, count)).end > 0) {
        take_step(encoder, scratch, index, step, claim.first, claim.end);
        units_done(phases, phase, count, claim);
      }
      phase++;
    }
  const int panels = panels_of(encoder->width);
  const int count = encoder->across_count * panels;
  if (count == 0) return;
  while ((claim = claim_units(phases, phase, count, count)).end > 0) {
    for (int unit = claim.first; unit < claim.end; unit++)
      multiply_across(encoder, scratch, unit / panels, unit % panels);
    units_done(phases, phase, count, claim);
  }
}
