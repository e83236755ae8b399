/* Can the readings be true? T9, every millisecond, after pain and never before it. Pure.
 *
 * Pressures are counts of the 10-bit converter, times milliseconds.
 */
#ifndef FOOTLOOP_SENSORS_H
#define FOOTLOOP_SENSORS_H

#include <stdbool.h>
#include <stdint.h>

#include "limits.h"

enum {
    CHANNELS = 2,            /* pressure A and B */
    SATURATED_COUNTS = 1013, /* 99 % of the range */
    OPEN_COUNTS = 20,        /* 2 %: a wire that is off is pulled down */
    MOST_PAIN_COUNTS = 1000, /* the pressure that is pain must be within the range */
    BANDGAP_LOW = 190,       /* the reference: 1.0 V of 5.25 V */
    BANDGAP_HIGH = 265,      /* 1.2 V of 4.75 V, and its noise */
    OPEN_TELLS = 40,         /* a zero below this is too near to it to tell */
    TWICE = 2                /* so many bad samples in a row are no accident */
};

/* One element's line through its zero, as the host measured it. */
struct line {
    uint16_t zero; /* counts without load */
    uint16_t span; /* counts that are 75 kPa; 0: not fitted */
    /* Limits in counts above zero, made by line_limits(): a division each is dear. */
    uint16_t foot, wild, drift, apart;
};

/* Memory about one element. */
struct element {
    uint16_t last, older;
    uint16_t same_ms;                /* the value did not change */
    uint16_t wild_ms[LIMIT_WILDS];   /* ages of the last wild samples */
    uint8_t open, saturated, below;  /* samples in a row */
};

/* Memory about them all. */
struct sensors {
    struct element elements[CHANNELS];
    uint16_t gap_ms[LIMIT_GAPS - 1]; /* ages of the last gaps between samples */
    uint16_t unsampled_ms, apart_ms;
    uint8_t bandgap_ms;  /* the reference read wrong */
};

/* One millisecond's readings. */
struct readings {
    uint16_t counts[CHANNELS];
    uint16_t bandgap;  /* of the 1.1 V reference: converter and multiplexer work */
    uint8_t samples;   /* of every channel, since the last tick; 0: none */
};

/* Whether the converter reads its own reference as it should. */
static inline bool bandgap_right(uint16_t counts) {
    return counts >= BANDGAP_LOW && counts <= BANDGAP_HIGH;
}

/* As if nothing had ever been read. */
void sensors_begin(struct sensors *sensors);

/* Fold the readings in; return the first fault they show, CUT_NONE when they can be true.
 * `live`: the motor may be driven, so that the end of the range is pain and was asked already;
 * `rolling`: it has a duty, so that a foot's pressure cannot stand still. */
uint8_t sensors_fault(struct sensors *sensors, const struct readings *read,
                      const struct line lines[CHANNELS], bool live, bool rolling);

/* Make the limits of a line that was set. */
void line_limits(struct line *line);

/* Counts above zero that are `pressure_10pa` (0..7500), rounded down. */
uint16_t counts_of(const struct line *line, uint16_t pressure_10pa);

/* Whether `counts` is at least the weight of a foot. */
bool loaded(const struct line *line, uint16_t counts);

#endif
