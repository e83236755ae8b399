/* Which pin of the ATmega328P does what (Arduino Nano's names beside them), and what turns it.
 * The only file, with main.c, that knows registers. */
#ifndef FOOTLOOP_BOARD_H
#define FOOTLOOP_BOARD_H

#include <avr/io.h>
#include <stdbool.h>

/* Port B, outputs. Both inputs of the driver high are the short brake. */
#define ENABLE_BIT PB0   /* D8: the driver is awake */
#define FORWARD_BIT PB1  /* D9, OC1A: input 1; low pulses roll to the heel */
#define BACKWARD_BIT PB2 /* D10, OC1B: input 2; low pulses roll to the toes */
#define LIGHT_BIT PB5    /* D13: lit while nothing is cut */
/* Port B, inputs with pull-up. */
#define TOE_END_BIT PB3 /* D11: normally closed to ground */
#define START_BIT PB4   /* D12: the button closes to ground */
/* Port C. Analogue inputs 0-2 are pressure A, pressure B and the driver's current. */
#define PLUS_BIT PC3  /* A3: the button closes to ground */
#define MINUS_BIT PC4 /* A4: the button closes to ground */
/* Port D. 0 and 1 are the serial line; what it hears is pulled up, so that no open end speaks. */
#define RECEIVER_BIT PD0
#define ENCODER_A_BIT PD2  /* D2, INT0: its rising edges count */
#define HEEL_END_BIT PD3   /* D3: normally closed to ground */
#define ENCODER_B_BIT PD4  /* D4: high at an edge that goes to the heel */
#define STOP_BIT PD5       /* D5: second contact of the stop switch, normally closed to ground */
#define GATE_SENSE_BIT PD6 /* D6: high while power can flow; pulled down outside */
#define GATE_BIT PD7       /* D7: pump of the power gate; only edges hold it */

#define ENCODER_STEPS GPIOR2 /* a register, so that counting needs few cycles */

#define DRIVER_INPUTS (_BV(FORWARD_BIT) | _BV(BACKWARD_BIT))
#define OUTPUTS_B (_BV(ENABLE_BIT) | DRIVER_INPUTS | _BV(LIGHT_BIT))
#define OUTPUTS_D _BV(GATE_BIT)
#define PULL_UPS_B (_BV(TOE_END_BIT) | _BV(START_BIT))
#define PULL_UPS_C (_BV(PLUS_BIT) | _BV(MINUS_BIT))
#define PULL_UPS_D                                                                  \
    (_BV(RECEIVER_BIT) | _BV(HEEL_END_BIT) | _BV(STOP_BIT) | _BV(ENCODER_A_BIT) | \
     _BV(ENCODER_B_BIT))

#define CLOCK_BY_128 (_BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0)) /* of the converter */

enum {
    PWM_TOP = 999,     /* 16 kHz; a unit of duty is two counts of the timer */
    BAUD_DIVISOR = 16, /* 117,647 baud at double speed, 2.1 % above 115,200 */
    MUX_BANDGAP = 14   /* the 1.1 V reference */
};

/* The motor braked from here on: one store, so that the fast path can afford it. */
static inline void motor_off(void) { TCCR1A = _BV(WGM11); }

/* Whether it is driven; asked of the register, because memory may be wrong. */
static inline bool motor_driven(void) { return TCCR1A & (_BV(COM1A1) | _BV(COM1B1)); }

#endif
