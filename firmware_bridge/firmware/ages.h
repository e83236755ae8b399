/* How long ago something last happened, and the times before: ages in ms. Pure.
 *
 * An age grows until it cannot be told any more; a newcomer pushes the oldest out. */
#ifndef FOOTLOOP_AGES_H
#define FOOTLOOP_AGES_H

#include <stdbool.h>
#include <stdint.h>

enum { LONG_AGO_MS = 65535 };

/* One millisecond more. */
static inline uint16_t older(uint16_t age_ms) {
    return age_ms == LONG_AGO_MS ? age_ms : (uint16_t)(age_ms + 1u);
}

/* How long something holds by now; 0 when it does not. */
static inline uint16_t lasting(uint16_t age_ms, bool holds) {
    return holds ? older(age_ms) : 0;
}

/* Nothing ever happened. */
void ages_forget(uint16_t *ages_ms, uint8_t count);

/* One millisecond more for each. */
void ages_grow(uint16_t *ages_ms, uint8_t count);

/* It happens now; return whether all the others remembered lie less than `within_ms` back. */
bool ages_again(uint16_t *ages_ms, uint8_t count, uint16_t within_ms);

#endif
