#include "whole.h"

static uint8_t sum(const void *place, uint8_t bytes) {
    const uint8_t *next = place;
    uint8_t total = 0;

    while (bytes-- != 0) {
        total = (uint8_t)(total + *next++);
    }
    return total;
}

static uint8_t sum_of_settings(const struct safety *safety) {
    return sum(&safety->settings, sizeof safety->settings);
}

static uint8_t sum_of_rest(const struct safety *safety) {
    return (uint8_t)(sum(safety->limits, sizeof safety->limits) +
                     sum(&safety->presence, sizeof safety->presence) + safety->reference_kpa[0] +
                     safety->reference_kpa[1] + safety->cut);
}

void seal_all(struct seal *seal, const struct safety *safety) {
    seal->settings = sum_of_settings(safety);
    seal_rest(seal, safety);
}

void seal_rest(struct seal *seal, const struct safety *safety) {
    seal->rest = sum_of_rest(safety);
}

bool seal_set(struct seal *seal, struct safety *safety, uint8_t index, uint16_t value) {
    uint8_t rest = sum_of_rest(safety);

    if (seal->settings != sum_of_settings(safety) || !safety_set(safety, index, value)) {
        return false;
    }
    seal->settings = sum_of_settings(safety);
    seal->rest = (uint8_t)(seal->rest + sum_of_rest(safety) - rest);
    return true;
}

bool seal_holds(const struct seal *seal, const struct safety *safety) {
    return seal->settings == sum_of_settings(safety) && seal->rest == sum_of_rest(safety);
}

struct witness witness(const struct safety *safety) {
    return (struct witness){
        .cut = safety->cut,
        .limits = sum(safety->limits, sizeof safety->limits),
        .reference_kpa = {safety->reference_kpa[0], safety->reference_kpa[1]},
        .open = safety->presence.open,
        .held = safety->presence.held,
        .start_down = safety->presence.start_down,
    };
}

bool witness_agrees(const struct witness *before, const struct safety *safety,
                    uint8_t acknowledged) {
    bool freed = before->cut != CUT_NONE && safety->cut != before->cut;
    bool opened = (safety->presence.open && !before->open) ||
                  (safety->presence.held && !before->held);
    bool pressed = safety->presence.start_down && !before->start_down;
    bool moved = sum(safety->limits, sizeof safety->limits) != before->limits;
    bool referred = safety->reference_kpa[0] != before->reference_kpa[0] ||
                    safety->reference_kpa[1] != before->reference_kpa[1];

    return (!freed || (safety->cut == CUT_NONE && acknowledged == before->cut)) &&
           (!opened || pressed) && (!moved || referred);
}
