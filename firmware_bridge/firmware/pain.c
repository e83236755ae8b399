#include "pain.h"

#include "limits.h"

enum { PLACES = MEDIANS - 1 };

static uint16_t lower(uint16_t one, uint16_t other) { return one < other ? one : other; }

/* The middle one of three: a single wild sample is never it. */
static uint16_t median(uint16_t a, uint16_t b, uint16_t c) {
    if (a > b) {
        uint16_t swapped = a;
        a = b;
        b = swapped;
    }
    if (c >= b) {
        return b;
    }
    return a > c ? a : c;
}

void channel_begin(struct channel *channel, uint16_t counts) {
    for (uint8_t place = 0; place < MEDIANS; place++) {
        channel->medians[place] = counts;
    }
    channel->last = channel->older = counts;
    channel->hurts_from = NEVER;
    channel->newest = channel->over = 0;
}

/* T2: a median above this has risen too far, if it is the one at `place`. */
static uint16_t risen_above(const struct channel *channel, unsigned place) {
    /* One sample further than the window, because a rise may begin between two samples. */
    uint16_t low = lower(channel->medians[(place - LIMIT_RISE_WINDOW_MS) & PLACES],
                         channel->medians[(place - LIMIT_RISE_WINDOW_MS - 1) & PLACES]);
    uint16_t risen = (uint16_t)(low + channel->limits.rise);

    if (risen < low) { /* more than can be told: never */
        risen = NEVER;
    }
    return risen > channel->limits.above ? risen : channel->limits.above;
}

/* The reading from which the next sample makes the median more than `above`. */
static uint16_t median_above_from(const struct channel *channel, uint16_t above) {
    uint8_t already = (uint8_t)((channel->older > above) + (channel->last > above));

    if (already == 0) {
        return NEVER;
    }
    return already == 1 && above != NEVER ? (uint16_t)(above + 1u) : 0;
}

/* The reading from which the next sample is one too many above the level. */
static uint16_t level_from(const struct channel *channel) {
    bool last = channel->over + 1u >= LIMIT_LEVEL_SAMPLES;

    return last && channel->limits.level != NEVER ? (uint16_t)(channel->limits.level + 1u) : NEVER;
}

static uint8_t found(const struct channel *channel, uint16_t middle, uint8_t place) {
    uint8_t hurts = channel->over >= LIMIT_LEVEL_SAMPLES ? HURT_LEVEL : 0;

    return middle > risen_above(channel, place) ? hurts | HURT_RISE : hurts;
}

uint8_t channel_fold(struct channel *channel, uint16_t counts, bool live) {
    uint16_t middle = median(channel->older, channel->last, counts);
    uint8_t now = (uint8_t)((channel->newest + 1u) & PLACES);
    uint8_t hurts;

    channel->older = channel->last;
    channel->last = counts;
    channel->newest = now;
    channel->medians[now] = middle;
    if (!live || counts <= channel->limits.level) {
        channel->over = 0;
    } else if (channel->over < LIMIT_LEVEL_SAMPLES) {
        channel->over++;
    }
    hurts = live ? found(channel, middle, now) : 0;
    channel->hurts_from =
        lower(level_from(channel), median_above_from(channel, risen_above(channel, now + 1u)));
    return hurts;
}
