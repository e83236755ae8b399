/* What is sent arrives, for every frame.

   The CRC's step is taken here for any function with the three properties that `crc_steps` proves
   of the real one: so the solver follows the frame, and need not undo one CRC by another. */

#include "proof.h"

#define CRC_H
#include "../protocol.h"
#define CRC_UP(crc) ((crc) << (32u - CRC_BITS))

uint32_t __CPROVER_uninterpreted_step(uint32_t crc, uint8_t byte);

static uint32_t crc_after(uint32_t crc, uint8_t byte)
{
    byte &= 0x7Fu;
    if (byte == (uint8_t)(crc >> 24) >> 1)
        return crc << 7;
    return __CPROVER_uninterpreted_step(crc, byte) & CRC_UP(0x1FFFFFUL);
}

#include "../frame.c"
#include "../peer.c"
#include "sound.h"

struct host_frame nondet_host_frame(void);
struct status nondet_status(void);
struct identity nondet_identity(void);
struct parameter nondet_parameter(void);

void host_round_trip(void)
{
    struct host_frame sent = nondet_host_frame(), got;
    struct decoder decoder = {0};
    uint8_t bytes[HOST_FRAME_BYTES];

    sent.brake = nondet_bool();
    sent.enabled = nondet_bool();
    sent.gate = nondet_bool();
    ASSUME(host_frame_sound(&sent) && sent.session < 64);
    encode_host(&sent, bytes);
    for (uint8_t place = 0; place < HOST_FRAME_BYTES - 1; place++)
        PROVE(!decoder_feed(&decoder, bytes[place], &got), "nothing before the last byte");
    PROVE(decoder_feed(&decoder, bytes[HOST_FRAME_BYTES - 1], &got), "it is delivered");
    PROVE(got.type == sent.type && got.sequence == sent.sequence, "unchanged");
    PROVE(got.session == sent.session, "unchanged");
    if (sent.type == HOST_DRIVE) {
        PROVE(got.duty == sent.duty && got.reference_kpa == sent.reference_kpa, "unchanged");
        PROVE(got.brake == sent.brake && got.enabled == sent.enabled, "unchanged");
        PROVE(got.gate == sent.gate, "unchanged");
    }
    if (sent.type == HOST_ACKNOWLEDGE)
        PROVE(got.cut == sent.cut, "unchanged");
    if (sent.type == HOST_SET)
        PROVE(got.parameter == sent.parameter && got.value == sent.value, "unchanged");
    PROVE(decoder.framing.rejects == 0, "nothing was rejected");
    REACHED();
}

static bool passed_on(const uint8_t bytes[MCU_FRAME_BYTES], struct mcu_frame *got)
{
    struct peer_decoder decoder = {0};

    for (uint8_t place = 0; place < MCU_FRAME_BYTES - 1; place++)
        PROVE(!peer_feed(&decoder, bytes[place], got), "nothing before the last byte");
    return peer_feed(&decoder, bytes[MCU_FRAME_BYTES - 1], got);
}

void status_round_trip(void)
{
    struct status sent = nondet_status();
    struct mcu_frame got;
    uint8_t bytes[MCU_FRAME_BYTES];

    sent.heel_end_open = nondet_bool();
    sent.toe_end_open = nondet_bool();
    sent.stop_pressed = nondet_bool();
    sent.gate_on = nondet_bool();
    sent.start_down = nondet_bool();
    sent.plus_down = nondet_bool();
    sent.minus_down = nondet_bool();
    sent.foot_on = nondet_bool();
    sent.configured = nondet_bool();
    sent.driving = nondet_bool();
    ASSUME(sent.session < 64 && sent.tick_ms < 4096 && sent.pressure_a < 1024);
    ASSUME(sent.pressure_b < 1024 && sent.current < 1024 && sent.encoder < 1024);
    ASSUME(sent.cut < CUTS && sent.restarts < 8);
    encode_status(&sent, bytes);
    PROVE(passed_on(bytes, &got) && got.type == MCU_STATUS, "it is delivered");
    PROVE(got.status.sequence == sent.sequence && got.status.session == sent.session, "unchanged");
    PROVE(got.status.tick_ms == sent.tick_ms && got.status.cut == sent.cut, "unchanged");
    PROVE(got.status.pressure_a == sent.pressure_a, "unchanged");
    PROVE(got.status.pressure_b == sent.pressure_b, "unchanged");
    PROVE(got.status.current == sent.current && got.status.encoder == sent.encoder, "unchanged");
    PROVE(got.status.heel_end_open == sent.heel_end_open, "unchanged");
    PROVE(got.status.toe_end_open == sent.toe_end_open, "unchanged");
    PROVE(got.status.stop_pressed == sent.stop_pressed, "unchanged");
    PROVE(got.status.gate_on == sent.gate_on && got.status.foot_on == sent.foot_on, "unchanged");
    PROVE(got.status.start_down == sent.start_down, "unchanged");
    PROVE(got.status.plus_down == sent.plus_down, "unchanged");
    PROVE(got.status.minus_down == sent.minus_down, "unchanged");
    PROVE(got.status.configured == sent.configured, "unchanged");
    PROVE(got.status.driving == sent.driving, "unchanged");
    PROVE(got.status.restarts == sent.restarts, "unchanged");
    REACHED();
}

void identity_round_trip(void)
{
    struct identity sent = nondet_identity();
    struct mcu_frame got;
    uint8_t bytes[MCU_FRAME_BYTES];

    ASSUME(sent.session < 64 && sent.protocol < 128 && sent.major < 32 && sent.minor < 128);
    ASSUME(sent.reset_cause < 16);
    encode_identity(&sent, bytes);
    PROVE(passed_on(bytes, &got) && got.type == MCU_IDENTITY, "it is delivered");
    PROVE(got.identity.sequence == sent.sequence, "unchanged");
    PROVE(got.identity.session == sent.session, "unchanged");
    PROVE(got.identity.protocol == sent.protocol, "unchanged");
    PROVE(got.identity.major == sent.major && got.identity.minor == sent.minor, "unchanged");
    PROVE(got.identity.capabilities == sent.capabilities, "unchanged");
    PROVE(got.identity.reset_cause == sent.reset_cause, "unchanged");
    PROVE(got.identity.self_test == sent.self_test, "unchanged");
    PROVE(got.identity.flash_crc == sent.flash_crc, "unchanged");
    PROVE(got.identity.boots == sent.boots, "unchanged");
    REACHED();
}

void parameter_round_trip(void)
{
    struct parameter sent = nondet_parameter();
    struct mcu_frame got;
    uint8_t bytes[MCU_FRAME_BYTES];

    sent.accepted = nondet_bool();
    ASSUME(sent.session < 64 && sent.parameter < PARAMETERS && sent.value < 8192);
    encode_parameter(&sent, bytes);
    PROVE(passed_on(bytes, &got) && got.type == MCU_PARAMETER, "it is delivered");
    PROVE(got.parameter.sequence == sent.sequence, "unchanged");
    PROVE(got.parameter.session == sent.session, "unchanged");
    PROVE(got.parameter.parameter == sent.parameter, "unchanged");
    PROVE(got.parameter.value == sent.value, "unchanged");
    PROVE(got.parameter.accepted == sent.accepted, "unchanged");
    REACHED();
}
