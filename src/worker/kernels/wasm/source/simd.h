// What the kernels share: the multiply-add, the exponential, stores of part of a panel.
//
// Every exported function works on rows (or heads, or panels) `start` to `end` of its output, so that
// threads can share one call, and keeps to this: no static data and no stack in memory. The module
// has no memory of its own but computes in that of tfjs, where every byte belongs to somebody.
#pragma once

#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define INLINE static inline __attribute__((always_inline))

typedef int int32;

#ifdef __wasm_relaxed_simd__
// Rounds once or twice, as the processor likes: results of two machines may differ in the last bit.
#define MULTIPLY_ADD(a, b, c) wasm_f32x4_relaxed_madd(a, b, c)
// Bytes of `a` at places within it.
#define PICK(a, places) wasm_i8x16_relaxed_swizzle(a, places)
#else
#define MULTIPLY_ADD(a, b, c) wasm_f32x4_add(wasm_f32x4_mul(a, b), c)
#define PICK(a, places) wasm_i8x16_swizzle(a, places)
#endif

// Arguments are all integers; a number between them comes as its bits.
INLINE float float_of_bits(int32 bits) { return __builtin_bit_cast(float, bits); }

INLINE int least(int a, int b) { return a < b ? a : b; }

INLINE v128_t load(const float *from) { return wasm_v128_load(from); }
INLINE void store(float *to, v128_t values) { wasm_v128_store(to, values); }
INLINE v128_t splat(const float *from) { return wasm_v128_load32_splat(from); }

// The first `count` of four numbers. The last lane to store is always the first: of two lanes the
// compiler makes one that is looked up in memory, on a stack that all threads would share.
INLINE void store_part(float *to, v128_t values, int count) {
  if (count >= 4) {
    wasm_v128_store(to, values);
    return;
  }
  if (count <= 0) return;
  if (count & 2) {
    wasm_v128_store64_lane(to, values, 0);
    to += 2;
    values = wasm_i64x2_shuffle(values, values, 1, 1);
  }
  if (count & 1) wasm_v128_store32_lane(to, values, 0);
}

// Four numbers of which the first `count` are there; 0 for the others.
INLINE v128_t load_part(const float *from, int count) {
  if (count >= 4) return wasm_v128_load(from);
  v128_t values = wasm_f32x4_const_splat(0);
  if (count >= 2) {
    values = wasm_v128_load64_zero(from);
    if (count == 3) values = wasm_v128_load32_lane(from + 2, values, 2);
  } else if (count == 1) {
    values = wasm_v128_load32_zero(from);
  }
  return values;
}

INLINE float sum_of(v128_t values) {
  return (wasm_f32x4_extract_lane(values, 0) + wasm_f32x4_extract_lane(values, 1)) +
         (wasm_f32x4_extract_lane(values, 2) + wasm_f32x4_extract_lane(values, 3));
}

// A NaN may be passed over.
INLINE float largest_of(v128_t values) {
  values = wasm_f32x4_pmax(values, wasm_i32x4_shuffle(values, values, 2, 3, 0, 1));
  values = wasm_f32x4_pmax(values, wasm_i32x4_shuffle(values, values, 1, 0, 3, 2));
  return wasm_f32x4_extract_lane(values, 0);
}

// A constant that is made once and kept: V8 makes one that stands in a loop anew in every round, in
// several steps.
INLINE v128_t kept(float value) {
  __asm__("" : "+r"(value));
  return wasm_f32x4_splat(value);
}

typedef struct {
  v128_t most, least, log2e, large, ln2_high, ln2_low, p5, p4, p3, p2, p1, p0, one;
} Exponential;

INLINE Exponential exponential_constants(void) {
  return (Exponential){
      .most = kept(88.0f),
      .least = kept(-87.3f),
      .log2e = kept(1.44269504f),
      // So large that a number with it added has no bits left for a fraction: n stands in the last ones.
      // Of these 127 are added already, the exponent of 1.
      .large = kept(12582912.0f + 127.0f),
      // ln 2 in two parts, of which the first has few bits, so that its product with n is exact.
      .ln2_high = kept(-0.693359375f),
      .ln2_low = kept(2.12194440e-4f),
      .p5 = kept(1.9875691500e-4f),
      .p4 = kept(1.3981999507e-3f),
      .p3 = kept(8.3334519073e-3f),
      .p2 = kept(4.1665795894e-2f),
      .p1 = kept(1.6666665459e-1f),
      .p0 = kept(5.0000001201e-1f),
      .one = kept(1.0f),
  };
}

// e^x, relative error below 2e-7; x is held within -87.3 to 88, where the result is a normal number.
// x = n ln 2 + r with |r| <= ln 2 / 2, and e^r by a polynomial (Cephes, Moshier 1989).
INLINE v128_t exponential(v128_t x, Exponential c) {
  // In this order of arguments a NaN stays one.
  x = wasm_f32x4_pmin(wasm_f32x4_pmax(x, c.least), c.most);
  const v128_t sum = MULTIPLY_ADD(x, c.log2e, c.large);
  const v128_t n = wasm_f32x4_sub(sum, c.large);
  const v128_t r = MULTIPLY_ADD(n, c.ln2_low, MULTIPLY_ADD(n, c.ln2_high, x));
  v128_t p = MULTIPLY_ADD(c.p5, r, c.p4);
  p = MULTIPLY_ADD(p, r, c.p3);
  p = MULTIPLY_ADD(p, r, c.p2);
  p = MULTIPLY_ADD(p, r, c.p1);
  p = MULTIPLY_ADD(p, r, c.p0);
  p = MULTIPLY_ADD(p, wasm_f32x4_mul(r, r), wasm_f32x4_add(r, c.one));
  return wasm_f32x4_mul(p, wasm_i32x4_shl(sum, 23));
}
