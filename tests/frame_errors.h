/* Every error of one to three bits in a frame, through the C decoders. For tests only. */

#ifndef FRAME_ERRORS_H
#define FRAME_ERRORS_H

#include "peer.h"

struct sweep {
    uint32_t patterns; /* errors tried */
    uint32_t wrong; /* delivered what nobody sent, or (sweep_bytes) not both neighbours */
    uint32_t harmless; /* delivered the frame as it was sent: no bit of its bytes was hurt */
    uint32_t next_lost; /* the frame after was lost, too */
};

/* Errors of the eight bits of each byte: `stream` is three frames, the middle one is damaged. */
struct sweep sweep_bytes(const uint8_t *stream, uint8_t length);

/* Errors of the line, start and stop bits, too: `stream` is two frames, `gap` bits at rest lie
   between them, and the first is damaged. */
struct sweep sweep_line(const uint8_t *stream, uint8_t length, uint8_t gap, bool checks);

struct pairs {
    uint32_t patterns; /* errors tried */
    uint32_t astride; /* of them: made a whole frame's bytes that lie in both frames */
    uint32_t wrong; /* of those: delivered */
};

/* Errors spread over two neighbours: `stream` is three frames, the first two are damaged. */
struct pairs sweep_pair(const uint8_t *stream, uint8_t length);

struct chance {
    uint64_t tries; /* contents times errors that make a frame astride two */
    uint32_t crc_right;
    uint32_t delivered;
};

/* The same for `pairs` random pairs of frames, over those errors only that can be delivered. */
struct chance sample_pairs(uint32_t pairs, uint32_t seed, uint8_t length);

#endif
