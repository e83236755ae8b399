/* Is it pain? T1 level and T2 rise of one pressure element, sample by sample. Pure.
 *
 * It runs in the converter's interrupt, a millisecond apart. Whether the next sample hurts is worked
 * out before it comes, down to one number: T1 asks whether it is the second above the level, T2
 * whether it makes the median of three too high, which is whether two of the three are. So the fast
 * path is a single comparison. Pressures are counts of the 10-bit converter.
 */
#ifndef FOOTLOOP_PAIN_H
#define FOOTLOOP_PAIN_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MEDIANS = 32  /* remembered: a power of two, more than the rule looks back */
};

/* What was found, as bits. */
enum { HURT_LEVEL = 1, HURT_RISE = 2 };

/* Where pressure becomes pain. */
struct pain_limits {
    uint16_t level;  /* T1: more than this */
    uint16_t rise;   /* T2: a rise of more than this... */
    uint16_t above;  /* T2: ...to more than this */
};

/* The memory of one element. */
struct channel {
    uint16_t medians[MEDIANS];  /* of three samples each */
    uint16_t last, older;
    struct pain_limits limits;
    uint16_t hurts_from; /* the next sample hurts when it reads at least this */
    uint8_t newest;  /* its place in medians */
    uint8_t over;    /* samples in a row above the level */
};

enum { NEVER = UINT16_MAX /* no sample reads as much */ };

/* Fill the memory with `counts`, as if nothing else had ever been read. */
void channel_begin(struct channel *channel, uint16_t counts);

/* Whether the next sample hurts, if the motor is driven now. The fast path. */
static inline bool channel_hurts(const struct channel *channel, uint16_t counts) {
    return counts >= channel->hurts_from;
}

/* Fold the sample in, for the next; return HURT_... bits, 0 when all is well.
 * `live`: the motor is driven, so that pressure can be pain. */
uint8_t channel_fold(struct channel *channel, uint16_t counts, bool live);

#endif
