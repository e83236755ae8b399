/* The decoders, for any state of memory and any byte. */

#include "proof.h"

#include "../frame.c"
#include "../peer.c"
#include "sound.h"

struct decoder nondet_decoder(void);
struct peer_decoder nondet_peer_decoder(void);

/* Whatever memory holds and whatever comes: no undefined behaviour, and only sound frames. */
void any_byte_to_the_firmware(void)
{
    struct decoder decoder = nondet_decoder();
    struct host_frame out;
    const uint8_t before = decoder.framing.count, byte = nondet_uint8();

    if (decoder_feed(&decoder, byte, &out)) {
        PROVE(host_frame_sound(&out), "what is delivered is in its ranges");
        PROVE(out.session < 64, "and so is its session");
        PROVE(before == HOST_FRAME_BYTES - 1, "it was the last byte of a whole frame");
        PROVE(!(byte & FRAME_MARK), "which bears no mark");
    }
    PROVE(decoder.framing.count != HOST_FRAME_BYTES, "a whole frame is never left standing");
    decoder_break(&decoder);
    PROVE(!decoder_feed(&decoder, nondet_uint8() & 0x7Fu, &out), "nothing follows a break");
    REACHED();
}

void any_byte_to_the_host(void)
{
    struct peer_decoder decoder = nondet_peer_decoder();
    struct mcu_frame out;

    if (peer_feed(&decoder, nondet_uint8(), &out)) {
        PROVE(out.type <= MCU_PARAMETER, "its type is known");
        PROVE(out.status.cut < CUTS, "what is delivered is in its ranges");
        PROVE(out.parameter.parameter < PARAMETERS, "what is delivered is in its ranges");
    }
    PROVE(decoder.framing.count != MCU_FRAME_BYTES, "a whole frame is never left standing");
    REACHED();
}

/* Marks that changed: whatever the other bits are, no frame comes of it, nor of it and the next. */
void a_frame_has_one_mark(void)
{
    struct decoder decoder = {0};
    struct host_frame got;
    bool as_sent = true;

    for (uint8_t place = 0; place < HOST_FRAME_BYTES; place++) {
        const uint8_t byte = nondet_uint8();
        as_sent = as_sent && !(byte & FRAME_MARK) == (place != 0);
        PROVE(!decoder_feed(&decoder, byte, &got) || as_sent, "only a frame of one mark");
    }
    const uint8_t left = decoder.framing.count;
    PROVE(left == 0 || left == FRAMING_LOST || left < HOST_FRAME_BYTES, "it waits, or is lost");
    PROVE(!decoder_feed(&decoder, nondet_uint8() | FRAME_MARK, &got), "the next begins anew");
    PROVE(decoder.framing.count == 1, "at its first byte");
    REACHED();
}

void a_peers_frame_has_one_mark(void)
{
    struct peer_decoder decoder = {0};
    struct mcu_frame got;
    bool as_sent = true;

    for (uint8_t place = 0; place < MCU_FRAME_BYTES; place++) {
        const uint8_t byte = nondet_uint8();
        as_sent = as_sent && !(byte & FRAME_MARK) == (place != 0);
        PROVE(!peer_feed(&decoder, byte, &got) || as_sent, "only a frame of one mark");
    }
    PROVE(!peer_feed(&decoder, nondet_uint8() | FRAME_MARK, &got), "the next begins anew");
    PROVE(decoder.framing.count == 1, "at its first byte");
    REACHED();
}
