/* What a proof says. CBMC's own words, because the C library's `assert` would be taken for nothing
   and make a proof empty. A property whose text begins with "must fail" is expected to. */

#ifndef PROOF_H
#define PROOF_H

#include <stdbool.h>
#include <stdint.h>

#define ASSUME(condition) __CPROVER_assume(condition)
#define PROVE(condition, text) __CPROVER_assert(condition, text)
#define PROVE_NOT(condition, text) __CPROVER_assert(condition, "must fail: " text)

/* A machine on which these differ would prove something about another program. */
typedef char proof_sizes[sizeof(uint16_t) == 2 && sizeof(uint32_t) == 4 ? 1 : -1];

/* Last line of every harness: refuted when, and only when, the harness is not empty. */
#define REACHED() PROVE_NOT(false, "the end is reached")

bool nondet_bool(void);
uint8_t nondet_uint8(void);
uint16_t nondet_uint16(void);
uint32_t nondet_uint32(void);
int16_t nondet_int16(void);

/* True or false, and no other bit pattern. */
static inline bool nondet_bit(void)
{
    return nondet_uint8() & 1u;
}

#endif
