/* The wire as C sees it. Made from protocol.toml by `make generate`.

   A body is a frame's bytes before its CRC, seven bits in each, the most significant first. */

#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#define PROTOCOL_VERSION 1u
#define BAUD 115200UL
#define LEASE_MS 25u
#define HEARTBEAT_MS 10u
#define SOFT_RESTART_MS 200u
#define SOFT_RESTARTS 3u
#define SOFT_RESTARTS_MS 60000UL
#define SOFT_SLEW_PER_S 44u
#define SAMPLE_HZ 1000u
#define FRAME_MARK 0x80u
#define CRC_BITS 21u
#define CRC_POLYNOMIAL 0x102899UL
#define HOST_FRAME_BYTES 8
#define HOST_BODY_BYTES 5
#define HOST_CRC_START 0x11A63EUL
#define MCU_FRAME_BYTES 16
#define MCU_BODY_BYTES 13
#define MCU_CRC_START 0x11A63CUL

enum host_type {
    HOST_STOP = 0,
    HOST_DRIVE = 1,
    HOST_ACKNOWLEDGE = 2,
    HOST_HELLO = 3,
    HOST_SET = 4,
};

enum mcu_type {
    MCU_STATUS = 0,
    MCU_IDENTITY = 1,
    MCU_PARAMETER = 2,
};

enum cut_code {
    CUT_NONE = 0, /* nothing is cut */
    CUT_STOP = 1, /* a stop control, or STOP from the host */
    CUT_LEVEL = 2, /* T1: pressure */
    CUT_RISE = 3, /* T2: pressure rose */
    CUT_SENSOR_OPEN = 4, /* T9: wire off */
    CUT_SENSOR_SATURATED = 5, /* T9: at the end of its range at rest */
    CUT_SENSOR_SILENT = 6, /* T9: no new sample, or too many gaps */
    CUT_SENSOR_FROZEN = 7, /* T9: the same value while moving */
    CUT_SENSORS_APART = 8, /* T9: two channels disagree */
    CUT_SENSOR_ZERO = 9, /* T9: the zero drifted */
    CUT_SENSOR_WILD = 10, /* T9: too many wild samples */
    CUT_ADC = 11, /* the converter's reference channel is off */
    CUT_LINK = 12, /* T11: the host was silent too long or too often */
    CUT_GATE_OFF = 13, /* T14: gate sensed off while pulsed */
    CUT_GATE_ON = 14, /* gate sensed on without its pulse */
    CUT_ENDS_BOTH = 15, /* T14: both ends open at once */
    CUT_END_STUCK = 16, /* T14: an end that was left stays open */
    CUT_RESET = 17, /* it was reset */
    CUT_SELF_TEST = 18, /* a self-test failed */
    CUT_MOTOR = 19, /* T7: motor */
    CUT_MEMORY = 20, /* a value in memory failed its check */
};

enum parameter_code {
    PARAMETER_A_ZERO = 0, /* channel A without a load */
    PARAMETER_A_SPAN = 1, /* channel A, what 75 kPa adds; with the zero at most 1000 */
    PARAMETER_B_ZERO = 2, /* channel B without a load */
    PARAMETER_B_SPAN = 3, /* channel B, from 60; 0: not fitted */
    PARAMETER_LEVEL = 4, /* pressure that is pain (T1) */
    PARAMETER_MOST_DUTY = 5, /* most duty in a session */
    PARAMETER_SERVICE_DUTY = 6, /* most duty in service */
    PARAMETER_FITTED = 7, /* what this machine has */
};

enum fitted_code {
    FITTED_GATE = 1, /* a power gate with its sense */
    FITTED_CURRENT = 2, /* a current sensor */
    FITTED_ENCODER = 4, /* an encoder */
};

enum reset_code {
    RESET_POWER_ON = 1, /* power came */
    RESET_EXTERNAL = 2, /* the reset line */
    RESET_BROWN_OUT = 4, /* the supply sagged */
    RESET_WATCHDOG = 8, /* the firmware hung */
};

enum failed_code {
    FAILED_FLASH = 1, /* CRC of the program memory */
    FAILED_RAM = 2, /* march over the memory */
    FAILED_ADC = 4, /* the converter's reference channel */
    FAILED_WATCHDOG = 8, /* the watchdog did not bite */
};
#define CUTS 21
#define PARAMETERS 8

#define PARAMETER_A_ZERO_LOW 0u /* counts */
#define PARAMETER_A_ZERO_HIGH 400u
#define PARAMETER_A_SPAN_LOW 60u /* counts */
#define PARAMETER_A_SPAN_HIGH 900u
#define PARAMETER_B_ZERO_LOW 0u /* counts */
#define PARAMETER_B_ZERO_HIGH 400u
#define PARAMETER_B_SPAN_LOW 0u /* counts */
#define PARAMETER_B_SPAN_HIGH 900u
#define PARAMETER_LEVEL_LOW 4000u /* 10 Pa */
#define PARAMETER_LEVEL_HIGH 7500u
#define PARAMETER_MOST_DUTY_LOW 50u /* 1/500 */
#define PARAMETER_MOST_DUTY_HIGH 350u
#define PARAMETER_SERVICE_DUTY_LOW 20u /* 1/500 */
#define PARAMETER_SERVICE_DUTY_HIGH 160u
#define PARAMETER_FITTED_LOW 0u /* bits */
#define PARAMETER_FITTED_HIGH 7u

/* Whether `value` is within the hard bounds of `parameter`. */
static inline bool parameter_within(uint8_t parameter, uint16_t value)
{
    switch (parameter) {
    case PARAMETER_A_ZERO:
        return value <= PARAMETER_A_ZERO_HIGH;
    case PARAMETER_A_SPAN:
        return value >= PARAMETER_A_SPAN_LOW && value <= PARAMETER_A_SPAN_HIGH;
    case PARAMETER_B_ZERO:
        return value <= PARAMETER_B_ZERO_HIGH;
    case PARAMETER_B_SPAN:
        return value <= PARAMETER_B_SPAN_HIGH;
    case PARAMETER_LEVEL:
        return value >= PARAMETER_LEVEL_LOW && value <= PARAMETER_LEVEL_HIGH;
    case PARAMETER_MOST_DUTY:
        return value >= PARAMETER_MOST_DUTY_LOW && value <= PARAMETER_MOST_DUTY_HIGH;
    case PARAMETER_SERVICE_DUTY:
        return value >= PARAMETER_SERVICE_DUTY_LOW && value <= PARAMETER_SERVICE_DUTY_HIGH;
    case PARAMETER_FITTED:
        return value <= PARAMETER_FITTED_HIGH;
    default:
        return false;
    }
}

/* Any frame of the host; what its type does not have is 0. */
struct host_frame {
    uint8_t type;
    uint8_t sequence; /* 0..255: one more with every frame a sender sends */
    uint8_t session; /* 0..63: the session it belongs to; 0: none */
    int16_t duty; /* -500..500: 1/500 of the supply, positive toward the toes */
    bool brake; /* at duty 0: short the motor's terminals */
    bool enabled; /* the driver's enable line */
    bool gate; /* pulse the power gate */
    uint8_t reference_kpa; /* 6..37: pressure expected here, for T2 */
    uint8_t cut; /* 1..20: the cut that is acknowledged */
    uint8_t parameter; /* 0..7: which parameter */
    uint16_t value; /* 0..8191: in the parameter's unit */
};

/* What was sampled, and what is cut: the answer to a command, and the heartbeat. */
struct status {
    uint8_t sequence; /* 0..255: one more with every frame a sender sends */
    uint8_t session; /* 0..63: the session it belongs to; 0: none */
    uint16_t tick_ms; /* 0..4095: when, modulo 4096 */
    uint16_t pressure_a; /* 0..1023: counts of the converter */
    uint16_t pressure_b; /* 0..1023: counts of the converter */
    uint16_t current; /* 0..1023: counts of the converter */
    bool heel_end_open; /* the limit switch at home is open */
    bool toe_end_open; /* the other limit switch is open */
    bool stop_pressed; /* the wired stop switch, read back */
    bool gate_on; /* sensed downstream of the gate */
    bool start_down; /* button, not debounced */
    bool plus_down; /* button, not debounced */
    bool minus_down; /* button, not debounced */
    uint8_t cut; /* 0..20: the first reason, latched; 0: none */
    bool foot_on; /* a foot is on the roller */
    bool configured; /* every parameter was set */
    bool driving; /* the motor is powered */
    uint16_t encoder; /* 0..1023: steps, modulo 1024 */
    uint8_t restarts; /* 0..7: soft restarts, modulo 8 */
};

/* Who is there, and how it came up: the answer to HELLO. Never changes its layout. */
struct identity {
    uint8_t sequence; /* 0..255: one more with every frame a sender sends */
    uint8_t session; /* 0..63: the session it belongs to; 0: none */
    uint8_t protocol; /* 0..127: version of this table */
    uint8_t major; /* 0..31: firmware */
    uint8_t minor; /* 0..127: firmware */
    uint8_t capabilities; /* 0..255: bits of what is built in */
    uint8_t reset_cause; /* 0..15: bits of what reset it */
    uint8_t self_test; /* 0..255: bits of what failed; 0: all passed */
    uint16_t flash_crc; /* 0..65535: of the program memory */
    uint8_t boots; /* 0..255: resets, modulo 256 */
};

/* A parameter as it is now in force: the answer to SET. */
struct parameter {
    uint8_t sequence; /* 0..255: one more with every frame a sender sends */
    uint8_t session; /* 0..63: the session it belongs to; 0: none */
    uint8_t parameter; /* 0..7: which parameter */
    uint16_t value; /* 0..8191: in the parameter's unit */
    bool accepted; /* what SET asked for was taken */
};

/* Take a host's body apart; false: nobody sends this. */
static inline bool host_frame_read(const uint8_t body[HOST_BODY_BYTES],
                                   struct host_frame *out)
{
    *out = (struct host_frame){0};
    out->type = (uint8_t)((body[0] >> 4 & 0x07u));
    out->sequence = (uint8_t)((body[0] & 0x0Fu) << 4 | (body[1] >> 3 & 0x0Fu));
    out->session = (uint8_t)((body[1] & 0x07u) << 3 | (body[2] >> 4 & 0x07u));
    switch (out->type) {
    case HOST_STOP:
        return (body[2] & 0x0Fu) == 0 &&
               (body[3] & 0x7Fu) == 0 &&
               (body[4] & 0x7Fu) == 0;
    case HOST_DRIVE:
        out->duty = (int16_t)((int16_t)((body[2] & 0x0Fu) << 6 | (body[3] >> 1 & 0x3Fu)) - 512);
        out->brake = (body[3] & 0x01u) != 0;
        out->enabled = (body[4] >> 6 & 0x01u) != 0;
        out->gate = (body[4] >> 5 & 0x01u) != 0;
        out->reference_kpa = (uint8_t)(((body[4] & 0x1Fu)) + 6u);
        return out->duty >= -500 &&
               out->duty <= 500;
    case HOST_ACKNOWLEDGE:
        out->cut = (uint8_t)((body[2] & 0x0Fu) << 1 | (body[3] >> 6 & 0x01u));
        return out->cut >= 1u &&
               out->cut <= 20u &&
               (body[3] & 0x3Fu) == 0 &&
               (body[4] & 0x7Fu) == 0;
    case HOST_HELLO:
        return (body[2] & 0x0Fu) == 0 &&
               (body[3] & 0x7Fu) == 0 &&
               (body[4] & 0x7Fu) == 0;
    case HOST_SET:
        out->parameter = (uint8_t)((body[2] & 0x0Fu) << 1 | (body[3] >> 6 & 0x01u));
        out->value = (uint16_t)((body[3] & 0x3Fu) << 7 | (body[4] & 0x7Fu));
        return out->parameter <= 7u;
    default:
        return false;
    }
}

/* Lay out STOP; each field is cut to its width. */
static inline void stop_write(const struct host_frame *from, uint8_t body[HOST_BODY_BYTES])
{
    body[0] = (uint8_t)((unsigned)(HOST_STOP << 4) |
        (from->sequence >> 4 & 0x0Fu));
    body[1] = (uint8_t)((from->sequence & 0x0Fu) << 3 |
        (from->session >> 3 & 0x07u));
    body[2] = (uint8_t)((from->session & 0x07u) << 4);
    body[3] = 0;
    body[4] = 0;
}

/* Lay out DRIVE; each field is cut to its width. */
static inline void drive_write(const struct host_frame *from, uint8_t body[HOST_BODY_BYTES])
{
    body[0] = (uint8_t)((unsigned)(HOST_DRIVE << 4) |
        (from->sequence >> 4 & 0x0Fu));
    body[1] = (uint8_t)((from->sequence & 0x0Fu) << 3 |
        (from->session >> 3 & 0x07u));
    body[2] = (uint8_t)((from->session & 0x07u) << 4 |
        ((unsigned)(from->duty + 512) >> 6 & 0x0Fu));
    body[3] = (uint8_t)(((unsigned)(from->duty + 512) & 0x3Fu) << 1 |
        (from->brake & 0x01u));
    body[4] = (uint8_t)((from->enabled & 0x01u) << 6 |
        (from->gate & 0x01u) << 5 |
        ((unsigned)(from->reference_kpa - 6) & 0x1Fu));
}

/* Lay out ACKNOWLEDGE; each field is cut to its width. */
static inline void acknowledge_write(const struct host_frame *from, uint8_t body[HOST_BODY_BYTES])
{
    body[0] = (uint8_t)((unsigned)(HOST_ACKNOWLEDGE << 4) |
        (from->sequence >> 4 & 0x0Fu));
    body[1] = (uint8_t)((from->sequence & 0x0Fu) << 3 |
        (from->session >> 3 & 0x07u));
    body[2] = (uint8_t)((from->session & 0x07u) << 4 |
        (from->cut >> 1 & 0x0Fu));
    body[3] = (uint8_t)((from->cut & 0x01u) << 6);
    body[4] = 0;
}

/* Lay out HELLO; each field is cut to its width. */
static inline void hello_write(const struct host_frame *from, uint8_t body[HOST_BODY_BYTES])
{
    body[0] = (uint8_t)((unsigned)(HOST_HELLO << 4) |
        (from->sequence >> 4 & 0x0Fu));
    body[1] = (uint8_t)((from->sequence & 0x0Fu) << 3 |
        (from->session >> 3 & 0x07u));
    body[2] = (uint8_t)((from->session & 0x07u) << 4);
    body[3] = 0;
    body[4] = 0;
}

/* Lay out SET; each field is cut to its width. */
static inline void set_write(const struct host_frame *from, uint8_t body[HOST_BODY_BYTES])
{
    body[0] = (uint8_t)((unsigned)(HOST_SET << 4) |
        (from->sequence >> 4 & 0x0Fu));
    body[1] = (uint8_t)((from->sequence & 0x0Fu) << 3 |
        (from->session >> 3 & 0x07u));
    body[2] = (uint8_t)((from->session & 0x07u) << 4 |
        (from->parameter >> 1 & 0x0Fu));
    body[3] = (uint8_t)((from->parameter & 0x01u) << 6 |
        (from->value >> 7 & 0x3Fu));
    body[4] = (uint8_t)((from->value & 0x7Fu));
}

/* Lay out STATUS; each field is cut to its width. */
static inline void status_write(const struct status *from, uint8_t body[MCU_BODY_BYTES])
{
    body[0] = (uint8_t)((unsigned)(MCU_STATUS << 4) |
        (from->sequence >> 4 & 0x0Fu));
    body[1] = (uint8_t)((from->sequence & 0x0Fu) << 3 |
        (from->session >> 3 & 0x07u));
    body[2] = (uint8_t)((from->session & 0x07u) << 4 |
        (from->tick_ms >> 8 & 0x0Fu));
    body[3] = (uint8_t)((from->tick_ms >> 1 & 0x7Fu));
    body[4] = (uint8_t)((from->tick_ms & 0x01u) << 6 |
        (from->pressure_a >> 4 & 0x3Fu));
    body[5] = (uint8_t)((from->pressure_a & 0x0Fu) << 3 |
        (from->pressure_b >> 7 & 0x07u));
    body[6] = (uint8_t)((from->pressure_b & 0x7Fu));
    body[7] = (uint8_t)((from->current >> 3 & 0x7Fu));
    body[8] = (uint8_t)((from->current & 0x07u) << 4 |
        (from->heel_end_open & 0x01u) << 3 |
        (from->toe_end_open & 0x01u) << 2 |
        (from->stop_pressed & 0x01u) << 1 |
        (from->gate_on & 0x01u));
    body[9] = (uint8_t)((from->start_down & 0x01u) << 6 |
        (from->plus_down & 0x01u) << 5 |
        (from->minus_down & 0x01u) << 4 |
        (from->cut >> 1 & 0x0Fu));
    body[10] = (uint8_t)((from->cut & 0x01u) << 6 |
        (from->foot_on & 0x01u) << 5 |
        (from->configured & 0x01u) << 4 |
        (from->driving & 0x01u) << 3 |
        (from->encoder >> 7 & 0x07u));
    body[11] = (uint8_t)((from->encoder & 0x7Fu));
    body[12] = (uint8_t)((from->restarts & 0x07u) << 4);
}

/* Lay out IDENTITY; each field is cut to its width. */
static inline void identity_write(const struct identity *from, uint8_t body[MCU_BODY_BYTES])
{
    body[0] = (uint8_t)((unsigned)(MCU_IDENTITY << 4) |
        (from->sequence >> 4 & 0x0Fu));
    body[1] = (uint8_t)((from->sequence & 0x0Fu) << 3 |
        (from->session >> 3 & 0x07u));
    body[2] = (uint8_t)((from->session & 0x07u) << 4 |
        (from->protocol >> 3 & 0x0Fu));
    body[3] = (uint8_t)((from->protocol & 0x07u) << 4 |
        (from->major >> 1 & 0x0Fu));
    body[4] = (uint8_t)((from->major & 0x01u) << 6 |
        (from->minor >> 1 & 0x3Fu));
    body[5] = (uint8_t)((from->minor & 0x01u) << 6 |
        (from->capabilities >> 2 & 0x3Fu));
    body[6] = (uint8_t)((from->capabilities & 0x03u) << 5 |
        (from->reset_cause & 0x0Fu) << 1 |
        (from->self_test >> 7 & 0x01u));
    body[7] = (uint8_t)((from->self_test & 0x7Fu));
    body[8] = (uint8_t)((from->flash_crc >> 9 & 0x7Fu));
    body[9] = (uint8_t)((from->flash_crc >> 2 & 0x7Fu));
    body[10] = (uint8_t)((from->flash_crc & 0x03u) << 5 |
        (from->boots >> 3 & 0x1Fu));
    body[11] = (uint8_t)((from->boots & 0x07u) << 4);
    body[12] = 0;
}

/* Lay out PARAMETER; each field is cut to its width. */
static inline void parameter_write(const struct parameter *from, uint8_t body[MCU_BODY_BYTES])
{
    body[0] = (uint8_t)((unsigned)(MCU_PARAMETER << 4) |
        (from->sequence >> 4 & 0x0Fu));
    body[1] = (uint8_t)((from->sequence & 0x0Fu) << 3 |
        (from->session >> 3 & 0x07u));
    body[2] = (uint8_t)((from->session & 0x07u) << 4 |
        (from->parameter >> 1 & 0x0Fu));
    body[3] = (uint8_t)((from->parameter & 0x01u) << 6 |
        (from->value >> 7 & 0x3Fu));
    body[4] = (uint8_t)((from->value & 0x7Fu));
    body[5] = (uint8_t)((from->accepted & 0x01u) << 6);
    body[6] = 0;
    body[7] = 0;
    body[8] = 0;
    body[9] = 0;
    body[10] = 0;
    body[11] = 0;
    body[12] = 0;
}

static inline bool status_read(const uint8_t body[MCU_BODY_BYTES], struct status *out)
{
    out->sequence = (uint8_t)((body[0] & 0x0Fu) << 4 | (body[1] >> 3 & 0x0Fu));
    out->session = (uint8_t)((body[1] & 0x07u) << 3 | (body[2] >> 4 & 0x07u));
    out->tick_ms = (uint16_t)((body[2] & 0x0Fu) << 8 | (body[3] & 0x7Fu) << 1 | (body[4] >> 6 & 0x01u));
    out->pressure_a = (uint16_t)((body[4] & 0x3Fu) << 4 | (body[5] >> 3 & 0x0Fu));
    out->pressure_b = (uint16_t)((body[5] & 0x07u) << 7 | (body[6] & 0x7Fu));
    out->current = (uint16_t)((body[7] & 0x7Fu) << 3 | (body[8] >> 4 & 0x07u));
    out->heel_end_open = (body[8] >> 3 & 0x01u) != 0;
    out->toe_end_open = (body[8] >> 2 & 0x01u) != 0;
    out->stop_pressed = (body[8] >> 1 & 0x01u) != 0;
    out->gate_on = (body[8] & 0x01u) != 0;
    out->start_down = (body[9] >> 6 & 0x01u) != 0;
    out->plus_down = (body[9] >> 5 & 0x01u) != 0;
    out->minus_down = (body[9] >> 4 & 0x01u) != 0;
    out->cut = (uint8_t)((body[9] & 0x0Fu) << 1 | (body[10] >> 6 & 0x01u));
    out->foot_on = (body[10] >> 5 & 0x01u) != 0;
    out->configured = (body[10] >> 4 & 0x01u) != 0;
    out->driving = (body[10] >> 3 & 0x01u) != 0;
    out->encoder = (uint16_t)((body[10] & 0x07u) << 7 | (body[11] & 0x7Fu));
    out->restarts = (uint8_t)((body[12] >> 4 & 0x07u));
    return out->cut <= 20u &&
           (body[12] & 0x0Fu) == 0;
}

static inline bool identity_read(const uint8_t body[MCU_BODY_BYTES], struct identity *out)
{
    out->sequence = (uint8_t)((body[0] & 0x0Fu) << 4 | (body[1] >> 3 & 0x0Fu));
    out->session = (uint8_t)((body[1] & 0x07u) << 3 | (body[2] >> 4 & 0x07u));
    out->protocol = (uint8_t)((body[2] & 0x0Fu) << 3 | (body[3] >> 4 & 0x07u));
    out->major = (uint8_t)((body[3] & 0x0Fu) << 1 | (body[4] >> 6 & 0x01u));
    out->minor = (uint8_t)((body[4] & 0x3Fu) << 1 | (body[5] >> 6 & 0x01u));
    out->capabilities = (uint8_t)((body[5] & 0x3Fu) << 2 | (body[6] >> 5 & 0x03u));
    out->reset_cause = (uint8_t)((body[6] >> 1 & 0x0Fu));
    out->self_test = (uint8_t)((body[6] & 0x01u) << 7 | (body[7] & 0x7Fu));
    out->flash_crc = (uint16_t)((body[8] & 0x7Fu) << 9 | (body[9] & 0x7Fu) << 2 | (body[10] >> 5 & 0x03u));
    out->boots = (uint8_t)((body[10] & 0x1Fu) << 3 | (body[11] >> 4 & 0x07u));
    return (body[11] & 0x0Fu) == 0 &&
           (body[12] & 0x7Fu) == 0;
}

static inline bool parameter_read(const uint8_t body[MCU_BODY_BYTES], struct parameter *out)
{
    out->sequence = (uint8_t)((body[0] & 0x0Fu) << 4 | (body[1] >> 3 & 0x0Fu));
    out->session = (uint8_t)((body[1] & 0x07u) << 3 | (body[2] >> 4 & 0x07u));
    out->parameter = (uint8_t)((body[2] & 0x0Fu) << 1 | (body[3] >> 6 & 0x01u));
    out->value = (uint16_t)((body[3] & 0x3Fu) << 7 | (body[4] & 0x7Fu));
    out->accepted = (body[5] >> 6 & 0x01u) != 0;
    return out->parameter <= 7u &&
           (body[5] & 0x3Fu) == 0 &&
           (body[6] & 0x7Fu) == 0 &&
           (body[7] & 0x7Fu) == 0 &&
           (body[8] & 0x7Fu) == 0 &&
           (body[9] & 0x7Fu) == 0 &&
           (body[10] & 0x7Fu) == 0 &&
           (body[11] & 0x7Fu) == 0 &&
           (body[12] & 0x7Fu) == 0;
}

#endif
