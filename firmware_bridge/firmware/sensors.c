#include "sensors.h"

#include "ages.h"
#include "protocol.h"

enum {
    SECOND_MS = 1000,
    SPAN_10PA = 7500,    /* what a line's span stands for */
    CODE_BITS = 10,      /* of the converter; a pressure has fewer counts than 1,024 */
    BANDGAP_WRONG_MS = 20
};

/* The quotient by a span's pressure. Dividing took 760 cycles, of which a tick needs several; it is
 * small, so that its bits are soon found. */
static uint16_t by_span(uint32_t rest) {
    uint32_t part = (uint32_t)SPAN_10PA << (CODE_BITS - 1);
    uint16_t counts = 0;

    for (uint8_t bit = 0; bit < CODE_BITS; bit++) {
        counts = (uint16_t)(counts << 1);
        if (rest >= part) {
            rest -= part;
            counts |= 1;
        }
        part >>= 1;
    }
    return counts;
}

uint16_t counts_of(const struct line *line, uint16_t pressure_10pa) {
    return by_span((uint32_t)line->span * pressure_10pa);
}

void line_limits(struct line *line) {
    line->foot = by_span((uint32_t)line->span * LIMIT_FOOT_10PA + SPAN_10PA - 1u);
    line->wild = counts_of(line, LIMIT_WILD_10PA);
    line->drift = counts_of(line, LIMIT_ZERO_10PA);
    line->apart = counts_of(line, LIMIT_APART_10PA);
}

bool loaded(const struct line *line, uint16_t counts) {
    return line->span != 0 && counts >= line->zero + line->foot;
}

static void count_up(uint8_t *in_a_row, bool holds) {
    if (!holds) {
        *in_a_row = 0;
    } else if (*in_a_row < UINT8_MAX) {
        (*in_a_row)++;
    }
}

void sensors_begin(struct sensors *sensors) {
    *sensors = (struct sensors){0};
    ages_forget(sensors->gap_ms, LIMIT_GAPS - 1);
    for (uint8_t channel = 0; channel < CHANNELS; channel++) {
        ages_forget(sensors->elements[channel].wild_ms, LIMIT_WILDS);
    }
}

/* The middle one of three samples is off both neighbours, to the same side. */
static bool wild(uint16_t before, uint16_t middle, uint16_t after, uint16_t far) {
    if (middle > before && middle > after) {
        return middle - before > far && middle - after > far;
    }
    return middle < before && middle < after && before - middle > far && after - middle > far;
}

static uint8_t element_fault(struct element *element, const struct line *line, uint16_t counts,
                             bool live, bool rolling) {
    bool often = wild(element->older, element->last, counts, line->wild) &&
                 ages_again(element->wild_ms, LIMIT_WILDS, SECOND_MS);

    count_up(&element->open, line->zero >= OPEN_TELLS && counts < OPEN_COUNTS);
    count_up(&element->saturated, !live && counts >= SATURATED_COUNTS);
    count_up(&element->below, counts + line->drift < line->zero);
    element->same_ms = lasting(element->same_ms, rolling && counts == element->last);
    element->older = element->last;
    element->last = counts;
    if (element->open >= TWICE) {
        return CUT_SENSOR_OPEN;
    }
    if (element->saturated >= TWICE) {
        return CUT_SENSOR_SATURATED;
    }
    if (element->below >= TWICE) {
        return CUT_SENSOR_ZERO;
    }
    if (often) {
        return CUT_SENSOR_WILD;
    }
    return element->same_ms >= LIMIT_FROZEN_MS ? CUT_SENSOR_FROZEN : CUT_NONE;
}

/* Two lines are compared without a division: each pressure is scaled by the other's span. */
static bool apart(const struct line lines[CHANNELS], const uint16_t counts[CHANNELS]) {
    int32_t a = ((int32_t)counts[0] - lines[0].zero) * lines[1].span;
    int32_t b = ((int32_t)counts[1] - lines[1].zero) * lines[0].span;
    int32_t higher = a > b ? a : b;
    int32_t difference = a > b ? a - b : b - a;
    int32_t allowed = (int32_t)lines[0].apart * lines[1].span;

    return difference > allowed && difference * 1000 > higher * (int32_t)LIMIT_APART_PERMILLE;
}

static bool silent(struct sensors *sensors, uint8_t samples) {
    bool often = false;

    ages_grow(sensors->gap_ms, LIMIT_GAPS - 1);
    if (samples == 0) {
        sensors->unsampled_ms = older(sensors->unsampled_ms);
        return sensors->unsampled_ms >= LIMIT_STALE_MS;
    }
    if (sensors->unsampled_ms >= LIMIT_GAP_MS) {
        often = ages_again(sensors->gap_ms, LIMIT_GAPS - 1, SECOND_MS);
    }
    sensors->unsampled_ms = 0;
    return often;
}

static uint8_t elements_fault(struct sensors *sensors, const struct readings *read,
                              const struct line lines[CHANNELS], bool live, bool rolling) {
    uint8_t first = CUT_NONE;

    for (uint8_t channel = 0; channel < CHANNELS; channel++) {
        struct element *element = &sensors->elements[channel];
        uint8_t fault;

        if (lines[channel].span == 0) {
            continue;
        }
        ages_grow(element->wild_ms, LIMIT_WILDS);
        fault = element_fault(element, &lines[channel], read->counts[channel], live, rolling);
        if (first == CUT_NONE) {
            first = fault;
        }
    }
    return first;
}

uint8_t sensors_fault(struct sensors *sensors, const struct readings *read,
                      const struct line lines[CHANNELS], bool live, bool rolling) {
    bool both = lines[0].span != 0 && lines[1].span != 0;
    bool late = silent(sensors, read->samples);
    uint8_t fault;

    if (read->samples == 0) {
        return late ? CUT_SENSOR_SILENT : CUT_NONE;
    }
    count_up(&sensors->bandgap_ms, !bandgap_right(read->bandgap));
    fault = elements_fault(sensors, read, lines, live, rolling);
    sensors->apart_ms = lasting(sensors->apart_ms, both && apart(lines, read->counts));
    if (fault != CUT_NONE) {
        return fault;
    }
    if (late) {
        return CUT_SENSOR_SILENT;
    }
    if (sensors->apart_ms >= LIMIT_APART_MS) {
        return CUT_SENSORS_APART;
    }
    return sensors->bandgap_ms >= BANDGAP_WRONG_MS ? CUT_ADC : CUT_NONE;
}
