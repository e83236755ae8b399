/* What a host may send, said once more for the proofs, from the table of PROTOCOL.md. */

#ifndef SOUND_H
#define SOUND_H

#include "../protocol.h"

static inline bool host_frame_sound(const struct host_frame *frame)
{
    switch (frame->type) {
    case HOST_DRIVE:
        return frame->duty >= -500 && frame->duty <= 500 && frame->reference_kpa >= 6 &&
               frame->reference_kpa <= 37;
    case HOST_ACKNOWLEDGE:
        return frame->cut >= 1 && frame->cut <= 20;
    case HOST_SET:
        return frame->parameter < PARAMETERS && frame->value < 8192;
    default:
        return frame->type == HOST_STOP || frame->type == HOST_HELLO;
    }
}

#endif
