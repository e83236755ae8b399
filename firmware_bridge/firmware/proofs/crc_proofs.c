/* The CRC: a step, and what changed bits make of it. */

#include "proof.h"

#include "../crc.h"

/* A step of the CRC is linear: what an error changes does not depend on what was sent. */
void crc_is_linear(void)
{
    const uint32_t crc = nondet_uint32(), change = nondet_uint32();
    const uint8_t byte = nondet_uint8(), flips = nondet_uint8();

    PROVE(crc_after(crc ^ change, byte ^ flips) ==
              (crc_after(crc, byte) ^ crc_after(change, flips)),
          "the change goes its own way");
    REACHED();
}

/* All that the proofs of the round trip take for granted of a step. */
void crc_steps(void)
{
    const uint32_t crc = nondet_uint32() & CRC_UP(0x1FFFFFUL);
    const uint8_t byte = nondet_uint8();

    PROVE(crc_after(crc, byte ^ FRAME_MARK) == crc_after(crc, byte), "the mark is no part of it");
    PROVE((crc_after(crc, byte) & ~CRC_UP(0x1FFFFFUL)) == 0, "it stays in its bits");
    PROVE(crc_after(crc, (uint8_t)(crc >> 24) >> 1) == crc << 7, "its own top bits take it away");
    REACHED();
}

/* What `count` changed bits of a frame, wherever they are, make of the CRC. By linearity it is the
   sum of what each makes alone; the last byte comes first, so that each place is seven steps on. */
static uint32_t crc_of_changes(uint8_t bytes, uint8_t count)
{
    uint32_t alone[MCU_FRAME_BYTES * 7], crc = 0;
    uint8_t bits = 0, least = 0;

    for (uint8_t bit = 0; bit < 7; bit++)
        alone[bits++] = crc_after(0, (uint8_t)(1u << bit));
    while (bits < bytes * 7) {
        alone[bits] = crc_after(alone[bits - 7], 0);
        bits++;
    }
    for (uint8_t change = 0; change < count; change++) {
        const uint8_t place = nondet_uint8();
        ASSUME(place >= least && place < bits);
        crc ^= alone[place];
        least = place + 1;
    }
    return crc;
}

static void changes_show(uint8_t bytes)
{
    PROVE(crc_of_changes(bytes, 1) != 0, "one changed bit shows");
    PROVE(crc_of_changes(bytes, 2) != 0, "two changed bits show");
    PROVE(crc_of_changes(bytes, 3) != 0, "three changed bits show");
    REACHED();
}

void changes_show_in_host_frames(void)
{
    changes_show(HOST_FRAME_BYTES);
}

void changes_show_in_mcu_frames(void)
{
    changes_show(MCU_FRAME_BYTES);
}

/* A CRC of 21 bits cannot see everything: a proof that says so is no proof. */
void not_every_change_shows(void)
{
    uint32_t crc = 0;
    bool changed = false;

    for (uint8_t place = 0; place < HOST_FRAME_BYTES; place++) {
        const uint8_t flips = nondet_uint8() & 0x7Fu;
        changed = changed || flips != 0;
        crc = crc_after(crc, flips);
    }
    PROVE_NOT(!changed || crc != 0, "every change shows");
    REACHED();
}
