/* One step of the wire's CRC: seven bits of a byte, the most significant first.

   Its 21 bits are kept at the top of 32 (CRC_UP): the bit that leaves is then the sign of the top
   byte, and the low byte of the polynomial is zero, which is cheap on eight bits. */

#ifndef CRC_H
#define CRC_H

#include "protocol.h"

#define CRC_UP(crc) ((crc) << (32u - CRC_BITS))

static inline uint32_t crc_after(uint32_t crc, uint8_t byte)
{
    crc ^= (uint32_t)(uint8_t)(byte << 1) << 24;
    for (uint8_t bit = 0; bit < 7; bit++) {
        const bool out = (crc & 0x80000000UL) != 0;
        crc <<= 1;
        if (out)
            crc ^= CRC_UP(CRC_POLYNOMIAL);
    }
    return crc;
}

#endif
