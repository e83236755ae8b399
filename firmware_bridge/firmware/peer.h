/* The other end of the wire, in C: for tests and proofs only, never flashed. */

#ifndef PEER_H
#define PEER_H

#include "frame.h"

struct peer_decoder {
    struct framing framing;
    uint8_t body[MCU_BODY_BYTES];
};

/* Any frame of the microcontroller; `type` says which of the others is meant. */
struct mcu_frame {
    uint8_t type;
    struct status status;
    struct identity identity;
    struct parameter parameter;
};

bool peer_feed(struct peer_decoder *decoder, uint8_t byte, struct mcu_frame *out);
void encode_host(const struct host_frame *frame, uint8_t out[HOST_FRAME_BYTES]);

#endif
