/* Is this microcontroller itself sound? Program memory, memory, watchdog; and what outlives a
 * reset. The classes of fault are those that IEC 60730 names for appliances.
 */
#ifndef FOOTLOOP_PROVING_H
#define FOOTLOOP_PROVING_H

#include <stdint.h>

enum { FIRMWARE_MAJOR = 0, FIRMWARE_MINOR = 2 };

/* What outlives a reset, but not a loss of power. */
struct retained {
    uint8_t cut;
    uint8_t session;
    uint8_t boots;
    uint8_t reset_cause; /* RESET_..., as bits */
    uint8_t biting;      /* the watchdog is being waited for */
    uint8_t check;
};

extern struct retained retained;

/* Find out why it was reset, and prove memories and watchdog; the motor is off meanwhile.
 * Comes back only after the watchdog has bitten once. */
void proving_begin(void);

/* A small part of the proofs again; the cut that it asks for, CUT_NONE when all is well. */
uint8_t proving_step(void);

/* FAILED_... bits of what was found. */
uint8_t proving_failed(void);

/* CRC of the program memory as it is. */
uint16_t proving_flash_crc(void);

/* Keep for after a reset. */
void proving_keep(uint8_t cut, uint8_t session);

/* Memory was found changed. Wait for the watchdog; latched from then on, for this if for nothing
 * else. */
void proving_give_up(void) __attribute__((noreturn));

#endif
