/* Either direction's decoder behind one face. For tests only. */

#ifndef FRAME_READER_H
#define FRAME_READER_H

#include <string.h>

#include "peer.h"

enum { LARGEST = MCU_FRAME_BYTES };

/* One direction's decoder, and the bytes it was fed last. */
struct reader {
    bool to_mcu;
    uint8_t length;
    uint8_t fed[LARGEST];
    struct decoder decoder;
    struct peer_decoder peer;
};

static inline struct reader reader_of(uint8_t length)
{
    struct reader reader = {0};

    reader.to_mcu = length == HOST_FRAME_BYTES;
    reader.length = length;
    return reader;
}

static inline bool reader_feed(struct reader *reader, uint8_t byte)
{
    struct host_frame frame;
    struct mcu_frame peer_frame;

    memmove(reader->fed, reader->fed + 1, reader->length - 1u);
    reader->fed[reader->length - 1] = byte;
    return reader->to_mcu ? decoder_feed(&reader->decoder, byte, &frame)
                          : peer_feed(&reader->peer, byte, &peer_frame);
}

/* Whether the next unmarked byte completes a frame. */
static inline bool reader_is_full(const struct reader *reader)
{
    const uint8_t count =
        reader->to_mcu ? reader->decoder.framing.count : reader->peer.framing.count;

    return count == reader->length - 1;
}

static inline void flip(uint8_t *bytes, unsigned bit)
{
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

#endif
