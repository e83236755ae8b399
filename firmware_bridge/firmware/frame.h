/* Bytes in, frames out: the firmware's end of the wire.

   The decoder owns no port and no clock. Each byte advances the CRC by its seven bits, so that the
   last byte of a frame costs little more than any other, and a STOP is known when it has come. */

#ifndef FRAME_H
#define FRAME_H

#include "protocol.h"

/* What one direction of the wire is at. All zero is right at the start. */
struct framing {
    uint32_t crc; /* over what has come, its 21 bits at the top (CRC_UP) */
    uint16_t rejects; /* stretches of bytes that made no frame; stays at 65535 */
    uint8_t count; /* bytes of the frame so far; FRAMING_LOST: outside any frame */
};

struct decoder {
    struct framing framing;
    uint8_t body[HOST_BODY_BYTES];
};

#define CRC_BYTES 3
#define FRAMING_LOST 0xFFu
#define FRAMING_NONE 0xFFu

/* Take `byte` into the framing; its place in the frame, or FRAMING_NONE when it has none. */
uint8_t framing_take(struct framing *framing, uint8_t byte, uint32_t crc_start);

/* Close a frame whose last byte was taken: whether its CRC is right. */
bool framing_close(struct framing *framing);

/* Count a stretch of bytes that made no frame. */
void framing_reject(struct framing *framing);

/* Take one byte; true: `out` holds the frame it completed. Otherwise `out` holds nothing. */
bool decoder_feed(struct decoder *decoder, uint8_t byte, struct host_frame *out);

/* The receiver lost a byte or saw a false stop bit: what was begun is no frame. */
void decoder_break(struct decoder *decoder);

/* Finish a frame whose body is laid out: mark its first byte, append its CRC. */
void frame_seal(uint8_t *frame, uint8_t body_bytes, uint32_t crc_start);

void encode_status(const struct status *status, uint8_t out[MCU_FRAME_BYTES]);
void encode_identity(const struct identity *identity, uint8_t out[MCU_FRAME_BYTES]);
void encode_parameter(const struct parameter *parameter, uint8_t out[MCU_FRAME_BYTES]);

#endif
