/* Is what the rules remember still what they wrote? Pure.
 *
 * A bit of memory that flips changes a sum: over the settings, made when one is set; and over who
 * may move, where pressure is pain and what is cut, made behind each tick and looked at before the
 * next. What a flip in the middle of a tick could do is to free what was cut, to open a session, or
 * to move the limits of pain: none of that happens without its reason. All else is renewed by the
 * next frames and samples.
 */
#ifndef FOOTLOOP_WHOLE_H
#define FOOTLOOP_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "safety.h"

struct seal {
    uint8_t settings, rest;
};

/* What must not change in a tick without a reason. */
struct witness {
    uint8_t cut, limits;
    uint8_t reference_kpa[CHANNELS];
    bool open, held, start_down;
};

/* Seal it all, at the beginning. */
void seal_all(struct seal *seal, const struct safety *safety);

/* Seal all but the settings, behind a tick. */
void seal_rest(struct seal *seal, const struct safety *safety);

/* safety_set(), and seal what it changed; not on settings that have changed by themselves. */
bool seal_set(struct seal *seal, struct safety *safety, uint8_t index, uint16_t value);

/* Whether nothing has changed since. */
bool seal_holds(const struct seal *seal, const struct safety *safety);

/* Before a tick. */
struct witness witness(const struct safety *safety);

/* Behind it: a cut was freed only when it was acknowledged, a session was opened and the button is
 * held only by a press, the limits are others only for another reference. */
bool witness_agrees(const struct witness *before, const struct safety *safety,
                    uint8_t acknowledged);

#endif
