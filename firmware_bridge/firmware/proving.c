#include "proving.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/wdt.h>
#include <stdbool.h>
#include <util/atomic.h>
#include <util/crc16.h>

#include "board.h"
#include "protocol.h"
#include "sensors.h"

enum {
    CHECK = 0x5A,
    BITING = 0xB1,
    CRC_START = 0xFFFF,
    FLASH_STEP = 16,       /* bytes of program memory a millisecond: 12 kB take 0.8 s */
    BITE_LONGEST_MS = 100, /* a sound watchdog of 15 ms bites long before */
    SETTLING_READINGS = 10, /* 104 us each */
    PATTERN = 0x55,
    CAUSES = RESET_POWER_ON | RESET_EXTERNAL | RESET_BROWN_OUT | RESET_WATCHDOG
};

struct retained retained __attribute__((section(".noinit")));
/* As it was before: a reset may come while the one above is written. */
static struct retained spare __attribute__((section(".noinit")));

extern uint8_t __noinit_start[], __noinit_end[];

/* CRC of all before it, written after linking; at the end of the space that the firmware may use. */
static const uint16_t stored_crc __attribute__((section(".crc"), used)) = 0;

/* The first byte behind program and data, by the linker. */
extern const uint8_t __data_load_end[];

static uint16_t crc = CRC_START, at, whole_crc;
static uint8_t *cell = (uint8_t *)RAMSTART;
static uint8_t failed;

/* --- What outlives a reset ---------------------------------------------------------------- */

static uint8_t check_of(const struct retained *kept) {
    return (uint8_t)(CHECK + kept->cut + 3u * kept->session + 5u * kept->boots +
                     7u * kept->reset_cause + 11u * kept->biting);
}

static bool is_whole(const struct retained *kept) { return kept->check == check_of(kept); }

static void keep(void) {
    retained.check = check_of(&retained);
    spare = retained;
}

void proving_keep(uint8_t cut, uint8_t session) {
    if (retained.cut == cut && retained.session == session) {
        return;
    }
    retained.cut = cut;
    retained.session = session;
    keep();
}

void proving_give_up(void) {
    if (retained.cut == CUT_NONE) {
        proving_keep(CUT_MEMORY, retained.session);
    }
    for (;;) {
    }
}

/* --- Program memory ----------------------------------------------------------------------- */

static uint16_t flash_end(void) { return (uint16_t)__data_load_end; }

static void flash_part(uint16_t bytes) {
    for (; bytes != 0 && at != flash_end(); bytes--) {
        crc = _crc_ccitt_update(crc, pgm_read_byte(at));
        at++;
    }
}

static void flash_closed(void) {
    if (at != flash_end()) {
        return;
    }
    whole_crc = crc;
    if (whole_crc != pgm_read_word(&stored_crc)) {
        failed |= FAILED_FLASH;
    }
    crc = CRC_START;
    at = 0;
}

uint16_t proving_flash_crc(void) { return whole_crc; }

/* --- Memory -------------------------------------------------------------------------------- */

/* Every bit of one cell can be 0 and 1; what it held is put back. */
static bool cell_works(volatile uint8_t *place) {
    bool works = true;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        uint8_t held = *place;

        *place = PATTERN;
        works = *place == PATTERN;
        *place = (uint8_t)~PATTERN;
        works = works && *place == (uint8_t)~PATTERN;
        *place = held;
    }
    return works;
}

static void next_cell(void) {
    if (cell < (uint8_t *)RAMSTART || cell > (uint8_t *)RAMEND) { /* or a bit of it has flipped */
        cell = (uint8_t *)RAMSTART;
    }
    if (!cell_works(cell)) {
        failed |= FAILED_RAM;
    }
    cell++;
}

/* March C- over all memory but what outlives a reset: up and down with each pattern, so that a
 * cell that moves with another is found, too. It runs before any variable has its value, without
 * a stack, and leaves its result, and why there was a reset, in registers that nothing else uses. */
static void march(void) __attribute__((naked, used, section(".init3")));
static void march(void) {
    uint8_t *low = (uint8_t *)RAMSTART;
    uint8_t *high = (uint8_t *)RAMEND;
    uint8_t *kept = __noinit_start;
    uint8_t *kept_end = __noinit_end;
    volatile uint8_t *place;
    uint8_t wrong = 0;

    if (MCUSR != 0) {
        GPIOR1 = MCUSR;
        MCUSR = 0;
    } /* else the boot loader has cleared it, and be_quiet() put there what it said */
    wdt_disable(); /* after it has bitten it goes on, and this takes long */
    for (place = low; place <= high; place++) {
        if (place < kept || place >= kept_end) {
            *place = 0x00;
        }
    }
    for (place = low; place <= high; place++) {
        if (place < kept || place >= kept_end) {
            wrong |= *place;
            *place = 0xFF;
        }
    }
    for (place = low; place <= high; place++) {
        if (place < kept || place >= kept_end) {
            wrong |= (uint8_t)~*place;
            *place = 0x00;
        }
    }
    for (place = high; place >= low; place--) {
        if (place < kept || place >= kept_end) {
            wrong |= *place;
            *place = 0xFF;
        }
    }
    for (place = high; place >= low; place--) {
        if (place < kept || place >= kept_end) {
            wrong |= (uint8_t)~*place;
            *place = 0x00;
        }
    }
    for (place = low; place <= high; place++) {
        if (place < kept || place >= kept_end) {
            wrong |= *place;
        }
    }
    GPIOR0 = wrong;
}

/* --- Watchdog ------------------------------------------------------------------------------- */

/* Wait to be reset. Coming back means that the watchdog is dead. */
static void be_bitten(void) {
    retained.biting = BITING;
    keep();
    wdt_enable(WDTO_15MS);
    TCCR2B = _BV(CS22) | _BV(CS21) | _BV(CS20); /* 15,625 steps a second */
    for (uint8_t turns = 0; turns < BITE_LONGEST_MS / 16;) {
        if (TIFR2 & _BV(TOV2)) {
            TIFR2 = _BV(TOV2);
            turns++;
        }
    }
    TCCR2B = 0;
    retained.biting = 0;
    keep();
    failed |= FAILED_WATCHDOG;
}

/* --- Converter ------------------------------------------------------------------------------- */

static uint16_t converted(void) {
    ADCSRA = _BV(ADEN) | _BV(ADSC) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
    for (uint16_t turns = UINT16_MAX; turns != 0 && ADCSRA & _BV(ADSC); turns--) {
    }
    return ADC;
}

/* It can read its own reference; the first readings give that the time to settle. */
static bool converter_works(void) {
    ADMUX = _BV(REFS0) | MUX_BANDGAP;
    for (uint8_t reading = 0; reading < SETTLING_READINGS; reading++) {
        converted();
    }
    return bandgap_right(converted());
}

void proving_begin(void) {
    uint8_t cause = GPIOR1 <= CAUSES ? GPIOR1 : 0; /* 0: nobody has said it */
    bool bitten = cause == 0 || cause & RESET_WATCHDOG;

    if (!is_whole(&retained)) {
        retained = spare;
    }
    if (!is_whole(&retained)) {
        retained = (struct retained){.cut = CUT_RESET};
        keep();
    }
    if (retained.biting != BITING || !bitten) {
        retained.boots++;
        retained.reset_cause = cause;
        if (retained.cut == CUT_NONE) {
            retained.cut = CUT_RESET;
        }
        be_bitten();
    }
    retained.biting = 0;
    keep();
    if (GPIOR0 != 0) {
        failed |= FAILED_RAM;
    }
    if (!converter_works()) {
        failed |= FAILED_ADC;
    }
    flash_part(UINT16_MAX);
    flash_closed();
}

uint8_t proving_failed(void) { return failed; }

uint8_t proving_step(void) {
    flash_part(FLASH_STEP);
    flash_closed();
    next_cell();
    return failed != 0 ? CUT_SELF_TEST : CUT_NONE;
}
