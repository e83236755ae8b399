#include "ages.h"

void ages_forget(uint16_t *ages_ms, uint8_t count) {
    for (uint8_t one = 0; one < count; one++) {
        ages_ms[one] = LONG_AGO_MS;
    }
}

void ages_grow(uint16_t *ages_ms, uint8_t count) {
    for (uint8_t one = 0; one < count; one++) {
        ages_ms[one] = older(ages_ms[one]);
    }
}

bool ages_again(uint16_t *ages_ms, uint8_t count, uint16_t within_ms) {
    bool often = ages_ms[count - 1] < within_ms;

    for (uint8_t one = (uint8_t)(count - 1u); one > 0; one--) {
        ages_ms[one] = ages_ms[one - 1];
    }
    ages_ms[0] = 0;
    return often;
}
