/* What the microcontroller lets the motor do, and when it cuts it. Pure: no register, no clock.
 *
 * pain.c cuts from the converter's interrupt; here, once a millisecond, are sessions, leases,
 * gate and ends, and sensors.c is asked. All of it can only cut: what moves is asked by the
 * host and allowed here. Duties are 1/500 of the supply voltage, positive toward the toes; times are
 * ticks of 1 ms.
 */
#ifndef FOOTLOOP_SAFETY_H
#define FOOTLOOP_SAFETY_H

#include <stdbool.h>
#include <stdint.h>

#include "limits.h"
#include "pain.h"
#include "protocol.h"
#include "sensors.h"

enum {
    DUTY_STEPS = 91, /* of one unit of duty: a soft restart rises by just under 4 of them a ms */
    SESSIONS = 63,   /* numbers go round */
    EARLIER_RESTARTS = SOFT_RESTARTS - 1
};

/* What the host sets before anything moves; bounded by safety_set(). */
struct settings {
    struct line lines[CHANNELS];
    uint16_t level_10pa;  /* T1 */
    int16_t most_duty;    /* that of the fastest stroke allowed */
    int16_t service_duty; /* that of 2 cm/s */
    uint8_t fitted;       /* FITTED_..., as bits */
    uint8_t set;          /* one bit for each parameter that was set */
};

/* The newest DRIVE. */
struct command {
    int16_t duty; /* -500..500 */
    bool brake, enabled, gate;
    uint8_t reference_kpa;
    uint8_t session;
};

/* What one tick sees. */
struct inputs {
    struct readings readings;
    int16_t travelled; /* encoder counts since the last tick */
    uint8_t hurt;      /* HURT_..., found by the fast path since the last tick */
    bool heel_end_open, toe_end_open, stop_pressed, gate_on, start_down;
    bool stop;   /* a STOP arrived */
    bool hello;  /* a HELLO arrived: whoever drove, drives no more, nor is anybody's press his */
    bool driven; /* a fresh DRIVE arrived: `command` */
    struct command command;
    uint8_t acknowledged; /* the cut that is acknowledged, CUT_NONE: none is */
    uint8_t failed;       /* the cut that a self-test asks for, CUT_NONE: none does */
};

/* What motor and gate do until the next tick. */
struct outputs {
    int16_t duty;
    bool brake, enabled;
    bool gate; /* it may be pulsed */
};

/* Who may move it: a session is opened by a press on this board's own button. */
struct presence {
    uint32_t session_ms; /* since it was opened */
    uint32_t away_ms;    /* since a foot was felt */
    uint8_t session;     /* number of the newest, 1..63; 0: there was none */
    uint8_t start_ms;    /* the button's line has disagreed with `start_down` */
    bool open;           /* a session is */
    bool start_down;     /* the button, debounced */
    bool held;           /* it is down since a press: after the reset, with nothing cut */
};

/* The host's lease. */
struct lease {
    struct command command;
    uint16_t silent_ms;     /* since the last fresh DRIVE */
    uint16_t restart_ms[EARLIER_RESTARTS]; /* ages of the last soft restarts */
    uint8_t restarts;       /* how many, modulo 256 */
    bool interrupted;       /* it ended while the motor ran */
    bool soft;              /* the duty rises slowly, after that */
};

/* Motor, gate and ends. */
struct machine {
    int16_t duty_steps;    /* the duty, in 1/DUTY_STEPS of a unit */
    uint16_t idle_ms;      /* since there was a duty */
    uint16_t gate_off_ms;  /* pulsed, yet off */
    uint16_t gate_on_ms;   /* not pulsed, yet on */
    uint16_t leaving_ms;   /* driven away from an end that stays open */
    uint16_t still_ms;     /* driven, and the encoder stands */
    int16_t crept;         /* encoder counts at rest */
    uint8_t both_ends;     /* samples in a row */
    int8_t heading;        /* of the last duty that was not 0 */
};

/* Everything that is remembered from tick to tick. */
struct safety {
    struct settings settings;
    struct pain_limits limits[CHANNELS]; /* for the fast path */
    struct sensors sensors;
    struct presence presence;
    struct lease lease;
    struct machine machine;
    struct outputs out;
    uint8_t reference_kpa[CHANNELS]; /* that `limits` were made for; 0: they were not */
    uint8_t cut;                     /* the first reason; CUT_NONE: may move */
};

/* At rest, latched with `cut`, or as reset: after a reset nothing goes on by itself. */
void safety_begin(struct safety *safety, uint8_t cut, uint8_t session);

/* Take one parameter if it lies within its bounds and nothing moves; return whether. */
bool safety_set(struct safety *safety, uint8_t index, uint16_t value);

/* The value in force of one parameter; 0 when there is no such. */
uint16_t safety_setting(const struct safety *safety, uint8_t index);

/* Whether every parameter was set, and all of them fit together. */
bool safety_configured(const struct safety *safety);

/* A millisecond has passed: what may happen until the next is in safety->out. */
void safety_tick(struct safety *safety, const struct inputs *in);

/* The same in two halves, with the same inputs: together they last longer than the serial line may
 * go without a look. First what is cut, then who is there and what moves. */
void safety_judge(struct safety *safety, const struct inputs *in);
void safety_act(struct safety *safety, const struct inputs *in);

/* Whether a foot is felt, or was a moment ago. */
bool safety_foot_on(const struct safety *safety);

/* Whether pressure can be pain: the motor may be powered. */
bool safety_live(const struct safety *safety);

#endif
