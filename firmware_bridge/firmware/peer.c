/* What a host does with the wire, kept beside frame.c so that both directions are tested in C. */

#include "peer.h"

#include "crc.h"

static bool mcu_frame_read(const uint8_t body[MCU_BODY_BYTES], struct mcu_frame *out)
{
    *out = (struct mcu_frame){0};
    out->type = body[0] >> 4 & 0x07u;
    switch (out->type) {
    case MCU_STATUS:
        return status_read(body, &out->status);
    case MCU_IDENTITY:
        return identity_read(body, &out->identity);
    case MCU_PARAMETER:
        return parameter_read(body, &out->parameter);
    default:
        return false;
    }
}

bool peer_feed(struct peer_decoder *decoder, uint8_t byte, struct mcu_frame *out)
{
    const uint8_t place = framing_take(&decoder->framing, byte, CRC_UP(MCU_CRC_START));

    if (place < MCU_BODY_BYTES)
        decoder->body[place] = byte;
    if (place != MCU_FRAME_BYTES - 1)
        return false;
    if (framing_close(&decoder->framing) && mcu_frame_read(decoder->body, out))
        return true;
    framing_reject(&decoder->framing);
    return false;
}

void encode_host(const struct host_frame *frame, uint8_t out[HOST_FRAME_BYTES])
{
    switch (frame->type) {
    case HOST_STOP:
        stop_write(frame, out);
        break;
    case HOST_DRIVE:
        drive_write(frame, out);
        break;
    case HOST_ACKNOWLEDGE:
        acknowledge_write(frame, out);
        break;
    case HOST_HELLO:
        hello_write(frame, out);
        break;
    default:
        set_write(frame, out);
    }
    frame_seal(out, HOST_BODY_BYTES, CRC_UP(HOST_CRC_START));
}
