/* The codec of the wire. Rules: no register, no heap, no floating point, `int` may have 16 bits. */

#include "frame.h"

#include "crc.h"

void framing_reject(struct framing *framing)
{
    if (framing->rejects != 0xFFFFu)
        framing->rejects++;
}

uint8_t framing_take(struct framing *framing, uint8_t byte, uint32_t crc_start)
{
    const uint8_t place = framing->count;

    if (byte & FRAME_MARK) {
        if (place != 0 && place != FRAMING_LOST)
            framing_reject(framing);
        framing->crc = crc_after(crc_start, byte);
        framing->count = 1;
        return 0;
    }
    if (place == 0) {
        framing_reject(framing);
        framing->count = FRAMING_LOST;
        return FRAMING_NONE;
    }
    if (place == FRAMING_LOST)
        return FRAMING_NONE;
    framing->crc = crc_after(framing->crc, byte);
    framing->count++;
    return place;
}

bool framing_close(struct framing *framing)
{
    framing->count = 0;
    return framing->crc == 0;
}

bool decoder_feed(struct decoder *decoder, uint8_t byte, struct host_frame *out)
{
    const uint8_t place = framing_take(&decoder->framing, byte, CRC_UP(HOST_CRC_START));

    if (place < HOST_BODY_BYTES)
        decoder->body[place] = byte;
    if (place != HOST_FRAME_BYTES - 1)
        return false;
    if (framing_close(&decoder->framing) && host_frame_read(decoder->body, out))
        return true;
    framing_reject(&decoder->framing);
    return false;
}

void decoder_break(struct decoder *decoder)
{
    if (decoder->framing.count != FRAMING_LOST)
        framing_reject(&decoder->framing);
    decoder->framing.count = FRAMING_LOST;
}

void frame_seal(uint8_t *frame, uint8_t body_bytes, uint32_t crc_start)
{
    uint32_t crc = crc_start;

    for (uint8_t place = 0; place < body_bytes; place++)
        crc = crc_after(crc, frame[place]);
    for (uint8_t place = body_bytes; place < body_bytes + CRC_BYTES; place++) {
        frame[place] = (uint8_t)(crc >> 24) >> 1;
        crc <<= 7;
    }
    frame[0] |= FRAME_MARK;
}

void encode_status(const struct status *status, uint8_t out[MCU_FRAME_BYTES])
{
    status_write(status, out);
    frame_seal(out, MCU_BODY_BYTES, CRC_UP(MCU_CRC_START));
}

void encode_identity(const struct identity *identity, uint8_t out[MCU_FRAME_BYTES])
{
    identity_write(identity, out);
    frame_seal(out, MCU_BODY_BYTES, CRC_UP(MCU_CRC_START));
}

void encode_parameter(const struct parameter *parameter, uint8_t out[MCU_FRAME_BYTES])
{
    parameter_write(parameter, out);
    frame_seal(out, MCU_BODY_BYTES, CRC_UP(MCU_CRC_START));
}
