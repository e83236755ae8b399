/* The fast path, from any memory and any sample. */

#include "proof.h"

#include "../pain.c"

struct channel nondet_channel(void);

enum { RANGE = 1024 };

/* What every memory keeps to: that it does is proven, too. */
static bool sound(const struct channel *channel) {
    bool read = channel->last < RANGE && channel->older < RANGE;

    for (uint8_t place = 0; place < MEDIANS; place++) {
        read = read && channel->medians[place] < RANGE;
    }
    return read && channel->newest < MEDIANS && channel->over <= LIMIT_LEVEL_SAMPLES;
}

static struct channel any_channel(void) {
    struct channel channel = nondet_channel();

    ASSUME(sound(&channel));
    return channel;
}

static uint16_t any_sample(void) {
    uint16_t sample = nondet_uint16();

    ASSUME(sample < RANGE);
    return sample;
}

static uint16_t lesser(uint16_t a, uint16_t b) { return a < b ? a : b; }
static uint16_t greater(uint16_t a, uint16_t b) { return a < b ? b : a; }

/* The median in other words than the rule's. */
static uint16_t middle_of(uint16_t a, uint16_t b, uint16_t c) {
    return greater(lesser(a, b), lesser(greater(a, b), c));
}

void the_memory_stays_sound(void) {
    struct channel channel = any_channel(), fresh;

    channel_fold(&channel, any_sample(), nondet_bit());
    PROVE(sound(&channel), "any sample keeps it sound");
    channel_begin(&fresh, any_sample());
    PROVE(sound(&fresh), "it begins sound");
    REACHED();
}

void two_samples_over_the_level_hurt(void) {
    struct channel channel = any_channel();
    uint16_t first = any_sample(), second = any_sample();
    uint8_t found;

    ASSUME(first > channel.limits.level && second > channel.limits.level);
    channel_fold(&channel, first, true);
    found = channel_fold(&channel, second, true);
    PROVE(found & HURT_LEVEL, "T1 after the second");
    REACHED();
}

void one_sample_over_the_level_does_not(void) {
    struct channel channel = any_channel();
    uint16_t first = any_sample();
    bool live = nondet_bit();

    ASSUME(first <= channel.limits.level || !live);
    PROVE(!(channel_fold(&channel, first, live) & HURT_LEVEL), "not over, or at rest");
    PROVE(!(channel_fold(&channel, any_sample(), true) & HURT_LEVEL), "not T1 after the first");
    PROVE_NOT(!(channel_fold(&channel, any_sample(), true) & HURT_LEVEL), "T1 is possible");
    REACHED();
}

void a_rise_hurts_exactly_when_it_should(void) {
    struct channel channel = any_channel();
    uint16_t sample = any_sample();
    uint16_t middle = middle_of(channel.older, channel.last, sample);
    uint8_t then = (uint8_t)(channel.newest + 1u + MEDIANS - LIMIT_RISE_WINDOW_MS);
    int32_t low = lesser(channel.medians[then % MEDIANS], channel.medians[(then - 1u) % MEDIANS]);
    bool rose = middle - low > (int32_t)channel.limits.rise && middle > channel.limits.above;

    PROVE(((channel_fold(&channel, sample, true) & HURT_RISE) != 0) == rose, "T2");
    PROVE_NOT(!rose, "a rise is possible");
    REACHED();
}

void what_hurts_is_known_before_it_comes(void) {
    struct channel channel = any_channel();
    uint16_t next = any_sample();
    bool known;

    channel_fold(&channel, any_sample(), nondet_bit());
    known = channel_hurts(&channel, next);
    PROVE(known == (channel_fold(&channel, next, true) != 0), "the one comparison is the rule");
    PROVE_NOT(!known, "something can hurt");
    REACHED();
}

void nothing_hurts_at_rest(void) {
    struct channel channel = any_channel();

    PROVE(channel_fold(&channel, any_sample(), false) == 0, "at rest there is no pain");
    REACHED();
}
