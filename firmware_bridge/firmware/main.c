/* The microcontroller of Footloop: registers, interrupts and one loop. What may move is decided in
 * safety.c and pain.c; this file only carries it to the pins.
 *
 * Three things must go on, or the gate drops within its pump's 35 ms and the watchdog bites at 15:
 * the converter's interrupts, the look at the host's lease, and the loop. The serial line is
 * polled: nothing but the encoder and the millisecond's timer can make the converter's interrupt wait.
 */
#include <avr/interrupt.h>
#include <avr/power.h>
#include <avr/wdt.h>

#include "board.h"
#include "crc.h"
#include "frame.h"
#include "proving.h"
#include "safety.h"
#include "whole.h"

/* The converter's round, one every millisecond. The reference comes first: its channel stays
 * selected between the rounds, because it needs longest to settle. */
enum { READ_BANDGAP, READ_A, READ_B, READ_CURRENT, ROUND };

enum {
    GATE_TICKS = 4, /* one edge every 4 ms, as from a computer's loop at 250 Hz */
    ALIVE_SAMPLED = 1,
    ALIVE_LEASE = 2,
    ALIVE_LOOP = 4,
    ALIVE = ALIVE_SAMPLED | ALIVE_LEASE | ALIVE_LOOP
};

/* Shared with the interrupts. */
static struct channel channels[CHANNELS];
static volatile uint16_t counts[ROUND];
static volatile uint8_t step = ROUND; /* of the round; ROUND: it is over */
static volatile uint8_t rounds;       /* since the last tick */
static volatile uint8_t hurt;         /* since the last tick */
static volatile uint8_t ticks; /* milliseconds that the loop has not seen yet */

/* The loop's own. */
static struct safety safety;
static struct seal seal;
static struct inputs inputs;
static uint8_t acknowledged; /* the same as in `inputs`, or a bit has flipped */
static struct decoder decoder;
static uint8_t sending[MCU_FRAME_BYTES];
static uint8_t sent = MCU_FRAME_BYTES;
static uint8_t alive;
static uint16_t tick_ms;
static uint16_t travelled; /* encoder steps, since ever */
static uint8_t quiet_ms; /* since the last frame */
static uint8_t sequence; /* of what is sent */
static uint8_t heard;    /* sequence of the last fresh frame */
static uint8_t owed;     /* answers, one bit for each type */
static uint8_t asked;    /* the parameter that is to be SET... */
static uint16_t wanted;  /* ...to this... */
static bool setting;     /* ...but is not yet */
static uint8_t answered; /* the parameter that was SET last... */
static bool taken;       /* ...and whether it was taken */

/* --- Sampling: the fast path ----------------------------------------------------------- */

static inline void select(uint8_t next) {
    ADMUX = (uint8_t)(_BV(REFS0) | (next == READ_BANDGAP ? MUX_BANDGAP : next - READ_A));
}

ISR(TIMER2_COMPA_vect) {
    ticks++;
    if (step == ROUND) { /* else the converter hangs: no samples come, and that is noticed */
        step = READ_BANDGAP;
        ADCSRA |= _BV(ADSC);
    }
}

/* The rest of a sample, for which there is time; apart, so that the interrupt has little to save. */
static void __attribute__((noinline)) fold(struct channel *channel, uint16_t count, bool driven) {
    hurt |= channel_fold(channel, count, driven);
    if (hurt) { /* the limits were tightened since the comparison was prepared */
        motor_off();
    }
}

static void __attribute__((noinline)) go_on(uint8_t now) {
    step = ++now;
    if (now == ROUND) {
        rounds++;
        select(READ_BANDGAP);
    } else {
        select(now);
        ADCSRA |= _BV(ADSC);
    }
}

ISR(ADC_vect) {
    uint16_t count = ADC;
    uint8_t now = step & (ROUND - 1); /* a flipped bit must not write elsewhere */
    bool driven = motor_driven();

    if (now == READ_A) {
        if (channel_hurts(&channels[0], count)) {
            motor_off();
        }
        fold(&channels[0], count, driven);
    } else if (now == READ_B) {
        if (channel_hurts(&channels[1], count)) {
            motor_off();
        }
        fold(&channels[1], count, driven);
    }
    counts[now] = count;
    go_on(now);
}

/* Steps of the encoder, modulo 256. By hand, because the converter's interrupt waits for it: 27
 * cycles instead of 60. */
ISR(INT0_vect, ISR_NAKED) {
    __asm__("push r24\n\t"
            "in r24, __SREG__\n\t"
            "push r24\n\t"
            "in r24, %[steps]\n\t"
            "sbic %[pins], %[other_line]\n\t"
            "subi r24, 2\n\t"
            "inc r24\n\t"
            "out %[steps], r24\n\t"
            "pop r24\n\t"
            "out __SREG__, r24\n\t"
            "pop r24\n\t"
            "reti"
            :
            : [steps] "I"(_SFR_IO_ADDR(ENCODER_STEPS)), [pins] "I"(_SFR_IO_ADDR(PIND)),
              [other_line] "I"(ENCODER_B_BIT));
}

/* --- The serial line ------------------------------------------------------------------- */

static bool fresh(uint8_t number) {
    uint8_t ahead = (uint8_t)(number - heard);

    return ahead != 0 && ahead <= INT8_MAX;
}

static void obey(const struct host_frame *frame) {
    if (frame->type == HOST_STOP) {
        motor_off(); /* at once; the next tick latches it */
        inputs.stop = true;
        owed |= _BV(MCU_STATUS);
        return;
    }
    if (frame->type == HOST_HELLO) {
        inputs.hello = true;
        inputs.driven = false;
        heard = frame->sequence;
        owed |= _BV(MCU_IDENTITY);
        return;
    }
    if (!fresh(frame->sequence)) {
        return;
    }
    heard = frame->sequence;
    if (frame->type == HOST_DRIVE) {
        inputs.driven = true;
        inputs.command.duty = frame->duty;
        inputs.command.brake = frame->brake;
        inputs.command.enabled = frame->enabled;
        inputs.command.gate = frame->gate;
        inputs.command.reference_kpa = frame->reference_kpa;
        inputs.command.session = frame->session;
        owed |= _BV(MCU_STATUS);
    } else if (frame->type == HOST_ACKNOWLEDGE) {
        inputs.acknowledged = acknowledged = frame->cut;
        owed |= _BV(MCU_STATUS);
    } else {
        asked = frame->parameter;
        wanted = frame->value;
        setting = true; /* not in the middle of a tick */
    }
}

static void receive(void) {
    struct host_frame frame;

    while (UCSR0A & _BV(RXC0)) {
        bool broken = UCSR0A & (_BV(FE0) | _BV(DOR0));
        uint8_t byte = UDR0;

        if (broken) {
            decoder_break(&decoder);
        } else if (decoder_feed(&decoder, byte, &frame)) {
            obey(&frame);
        }
    }
}

static void set(void) {
    setting = false;
    answered = asked;
    taken = seal_set(&seal, &safety, asked, wanted);
    owed |= _BV(MCU_PARAMETER);
}

static uint8_t session_open(void) {
    return safety.presence.open ? safety.presence.session : 0;
}

static void tell_status(void) {
    struct status status = {
        .sequence = sequence,
        .session = session_open(),
        .tick_ms = tick_ms & 0x0FFF,
        .pressure_a = inputs.readings.counts[0],
        .pressure_b = inputs.readings.counts[1],
        .current = counts[READ_CURRENT],
        .heel_end_open = inputs.heel_end_open,
        .toe_end_open = inputs.toe_end_open,
        .stop_pressed = inputs.stop_pressed,
        .gate_on = inputs.gate_on,
        .start_down = inputs.start_down,
        .plus_down = !(PINC & _BV(PLUS_BIT)),
        .minus_down = !(PINC & _BV(MINUS_BIT)),
        .cut = safety.cut,
        .foot_on = safety_foot_on(&safety),
        .configured = safety_configured(&safety),
        .driving = safety_live(&safety),
        .encoder = travelled & 0x03FF,
        .restarts = safety.lease.restarts & 7,
    };

    status_write(&status, sending);
}

static void tell_identity(void) {
    struct identity identity = {
        .sequence = sequence,
        .session = session_open(),
        .protocol = PROTOCOL_VERSION,
        .major = FIRMWARE_MAJOR,
        .minor = FIRMWARE_MINOR,
        .capabilities = FITTED_GATE | FITTED_CURRENT | FITTED_ENCODER,
        .reset_cause = retained.reset_cause,
        .self_test = proving_failed(),
        .flash_crc = proving_flash_crc(),
        .boots = retained.boots,
    };

    identity_write(&identity, sending);
}

static void tell_parameter(void) {
    struct parameter reply = {
        .sequence = sequence,
        .session = session_open(),
        .parameter = answered,
        .value = safety_setting(&safety, answered),
        .accepted = taken,
    };

    parameter_write(&reply, sending);
}

/* One frame is on its way at a time; what is owed longest in type's order comes first. */
static void answer(void) {
    if (owed & _BV(MCU_IDENTITY)) {
        tell_identity();
        owed &= (uint8_t)~_BV(MCU_IDENTITY);
    } else if (owed & _BV(MCU_PARAMETER)) {
        tell_parameter();
        owed &= (uint8_t)~_BV(MCU_PARAMETER);
    } else {
        tell_status();
        owed = 0;
    }
    sequence++;
    receive(); /* because sealing takes long */
    frame_seal(sending, MCU_BODY_BYTES, CRC_UP(MCU_CRC_START));
    sent = 0;
    quiet_ms = 0;
}

static void transmit(void) {
    if (sent < MCU_FRAME_BYTES && UCSR0A & _BV(UDRE0)) {
        UDR0 = sending[sent++];
    }
}

/* --- Registers --------------------------------------------------------------------------- */

/* What each must hold, in the bits of a mask: written at the beginning, looked at every
 * millisecond. Not among them is what shows by itself: without the converter's interrupt there are
 * no samples, and without the timer's no millisecond. */
#define PIN_REGISTERS(REGISTER)                                                            \
    REGISTER(PORTB, PULL_UPS_B, PULL_UPS_B)                                                \
    REGISTER(PORTC, PULL_UPS_C, UINT8_MAX)                                                 \
    REGISTER(PORTD, PULL_UPS_D, (uint8_t)~_BV(GATE_BIT))                                   \
    REGISTER(DDRB, OUTPUTS_B, UINT8_MAX)                                                   \
    REGISTER(DDRC, 0, UINT8_MAX)                                                           \
    REGISTER(DDRD, OUTPUTS_D, UINT8_MAX)                                                   \
    REGISTER(MCUCR, 0, _BV(PUD))

#define PERIPHERAL_REGISTERS(REGISTER)                                                     \
    REGISTER(PRR, 0, UINT8_MAX)                                                            \
    REGISTER(SPCR, 0, UINT8_MAX) /* it would take the driver's input for its own */        \
    REGISTER(TWCR, 0, _BV(TWEN)) /* and this the buttons */                                \
    REGISTER(TCCR1A, _BV(WGM11), _BV(WGM11) | _BV(WGM10)) /* fast PWM up to ICR1 */        \
    REGISTER(TCCR1B, _BV(WGM13) | _BV(WGM12) | _BV(CS10), UINT8_MAX)                       \
    REGISTER(ICR1, PWM_TOP, UINT16_MAX)                                                    \
    REGISTER(TCCR2A, _BV(WGM21), UINT8_MAX) /* every millisecond */                        \
    REGISTER(OCR2A, F_CPU / 64 / 1000 - 1, UINT8_MAX)                                      \
    REGISTER(TIMSK2, _BV(OCIE2A), UINT8_MAX)                                               \
    REGISTER(TCCR2B, _BV(CS22), UINT8_MAX)                                                 \
    REGISTER(DIDR0, _BV(ADC0D) | _BV(ADC1D) | _BV(ADC2D), UINT8_MAX)                       \
    REGISTER(ADCSRA, _BV(ADEN) | _BV(ADIE) | CLOCK_BY_128, _BV(ADATE) | CLOCK_BY_128)      \
    REGISTER(EICRA, _BV(ISC01) | _BV(ISC00), UINT8_MAX) /* rising edges of the encoder */  \
    REGISTER(UBRR0, BAUD_DIVISOR, UINT16_MAX)                                              \
    REGISTER(UCSR0A, _BV(U2X0), _BV(U2X0) | _BV(MPCM0))                                    \
    REGISTER(UCSR0C, _BV(UCSZ01) | _BV(UCSZ00), UINT8_MAX)                                 \
    REGISTER(UCSR0B, _BV(RXEN0) | _BV(TXEN0), (uint8_t)~_BV(RXB80))

#define WRITE(name, value, mask) name = value;
#define DIFFERS(name, value, mask) || (name & (mask)) != ((value) & (mask))

static void set_pins(void) {
    TCCR1A = 0; /* again, because not all that is astray comes through be_quiet() */
    PIN_REGISTERS(WRITE)
}

static void set_peripherals(void) {
    clock_prescale_set(clock_div_1); /* every time is counted by it */
    PERIPHERAL_REGISTERS(WRITE)
    wdt_enable(WDTO_15MS);
}

/* Whether each holds what it was set to. If one does not, all are written again: with the motor off,
 * and it is for the caller to cut. */
static bool registers_hold(void) {
    bool watched = (WDTCSR & (uint8_t)~(_BV(WDIF) | _BV(WDCE))) == _BV(WDE);

    if (watched && CLKPR == 0 && !(false PIN_REGISTERS(DIFFERS) PERIPHERAL_REGISTERS(DIFFERS))) {
        return true;
    }
    cli();
    set_pins();
    set_peripherals();
    sei();
    return false;
}

/* --- One millisecond ------------------------------------------------------------------- */

/* Between two critical sections: one instruction runs before each of two that wait. */
static inline void let_interrupts_in(void) { __asm__ volatile("sei\n\tnop\n\tnop" ::: "memory"); }

/* `missed`: milliseconds that passed by unseen. None ever does, or something eats the time; what
 * waits for a millisecond waits too long then. */
static void sense(uint8_t missed) {
    static uint8_t steps_before;
    uint8_t steps = ENCODER_STEPS;

    cli();
    inputs.readings.samples = rounds;
    rounds = 0;
    let_interrupts_in();
    cli();
    inputs.hurt = hurt;
    hurt = 0;
    inputs.readings.counts[0] = counts[READ_A];
    inputs.readings.counts[1] = counts[READ_B];
    let_interrupts_in();
    cli();
    inputs.readings.bandgap = counts[READ_BANDGAP];
    sei();
    inputs.travelled = (int8_t)(steps - steps_before);
    travelled = (uint16_t)(travelled + (uint16_t)inputs.travelled);
    steps_before = steps;
    inputs.heel_end_open = PIND & _BV(HEEL_END_BIT);
    inputs.toe_end_open = PINB & _BV(TOE_END_BIT);
    inputs.stop_pressed = PIND & _BV(STOP_BIT);
    inputs.gate_on = PIND & _BV(GATE_SENSE_BIT);
    inputs.start_down = !(PINB & _BV(START_BIT));
    inputs.failed = proving_step();
    if (missed != 0 || !registers_hold()) {
        inputs.failed = CUT_SELF_TEST;
    }
}

/* What has been acted on is no news any more. */
static void forget(void) {
    inputs.stop = inputs.hello = inputs.driven = false;
    inputs.acknowledged = acknowledged = CUT_NONE;
}

/* A bit of memory has flipped: nothing in it can be relied on. All begins anew, tripped. */
static void __attribute__((noinline, noreturn)) distrust(void) {
    cli();
    motor_off();
    PORTB &= (uint8_t)~_BV(ENABLE_BIT);
    proving_give_up();
}

/* The rules, on a memory that is sound. Between their parts a look at the line: two bytes wait for
 * it, no third one. */
static void decide(void) {
    static struct inputs seen;
    struct witness before;
    uint8_t meant = acknowledged;

    seen = inputs;
    forget();
    if (!seal_holds(&seal, &safety) || seen.acknowledged != meant) {
        distrust();
    }
    before = witness(&safety);
    receive();
    safety_judge(&safety, &seen);
    receive();
    safety_act(&safety, &seen);
    receive();
    if (!witness_agrees(&before, &safety, meant)) {
        distrust();
    }
    seal_rest(&seal, &safety);
}

/* The driver's inputs: between the pulses both are high, and the motor is braked. */
static void drive(const struct outputs *out) {
    uint16_t duty = (uint16_t)(out->duty < 0 ? -out->duty : out->duty);
    uint16_t pulse;
    uint8_t modes = _BV(WGM11);

    if (duty > PARAMETER_MOST_DUTY_HIGH) { /* memory may be wrong */
        duty = PARAMETER_MOST_DUTY_HIGH;
    }
    pulse = (uint16_t)(2u * duty - 1u);
    if (!out->enabled) {
        motor_off();
        PORTB &= (uint8_t)~(_BV(ENABLE_BIT) | DRIVER_INPUTS);
        return;
    }
    if (out->duty > 0) {
        OCR1B = pulse;
        modes |= _BV(COM1B1) | _BV(COM1B0);
    } else if (out->duty < 0) {
        OCR1A = pulse;
        modes |= _BV(COM1A1) | _BV(COM1A0);
    }
    if (out->duty == 0 && !out->brake) {
        motor_off();
        PORTB &= (uint8_t)~DRIVER_INPUTS; /* let it coast */
    } else {
        PORTB |= DRIVER_INPUTS;
    }
    PORTB |= _BV(ENABLE_BIT);
    cli();
    if (hurt || inputs.stop) { /* found while this was worked out */
        modes = _BV(WGM11);
    }
    TCCR1A = modes;
    sei();
}

static void put(uint16_t *shared, uint16_t value) {
    cli();
    *shared = value;
    let_interrupts_in();
}

/* Limits for the fast path; each of its numbers changes as a whole. */
static void brief(void) {
    for (uint8_t channel = 0; channel < CHANNELS; channel++) {
        put(&channels[channel].limits.level, safety.limits[channel].level);
        put(&channels[channel].limits.rise, safety.limits[channel].rise);
        put(&channels[channel].limits.above, safety.limits[channel].above);
    }
}

/* An edge, and the watchdog's food, only when everything was seen alive in this period. A missed
 * millisecond begins it anew: a loop that is too slow for long gives neither. */
static void prove_alive(uint8_t missed) {
    static uint8_t period;

    if (missed != 0) {
        period = alive = 0;
        return;
    }
    if (++period < GATE_TICKS) {
        return;
    }
    period = 0;
    if (alive != ALIVE) {
        return;
    }
    alive = 0;
    wdt_reset();
    if (safety.out.gate) {
        PIND = _BV(GATE_BIT); /* writing a one to an input register turns its pin over */
    }
}

static void tick(uint8_t missed) {
    tick_ms = (uint16_t)(tick_ms + 1u + missed);
    sense(missed);
    receive();
    decide();
    alive |= ALIVE_LEASE;
    receive();
    if (inputs.readings.samples != 0) {
        alive |= ALIVE_SAMPLED;
    }
    brief();
    /* Nobody counts where no encoder is: the noise of a loose pin would take the time of all else. */
    EIMSK = safety.settings.fitted & FITTED_ENCODER ? _BV(INT0) : 0;
    drive(&safety.out);
    proving_keep(safety.cut, safety.presence.session);
    prove_alive(missed);
    if (safety.cut == CUT_NONE) {
        PORTB |= _BV(LIGHT_BIT);
    } else {
        PORTB &= (uint8_t)~_BV(LIGHT_BIT);
    }
    quiet_ms++;
}

static void tick_when_due(void) {
    uint8_t passed;

    cli();
    passed = ticks;
    ticks = 0;
    sei();
    if (passed != 0) {
        tick((uint8_t)(passed - 1u));
    }
}

/* --- Set-up ------------------------------------------------------------------------------ */

static void set_up(void) {
    set_pins();
    proving_begin();
    safety_begin(&safety, retained.cut, retained.session);
    seal_all(&seal, &safety);
    channel_begin(&channels[0], 0);
    channel_begin(&channels[1], 0);
    brief();
    select(READ_BANDGAP);
    set_peripherals();
    sei();
}

/* The program counter, too, can go astray and come by here, with the motor driven. It is quiet
 * before anything else; not even the compiler's zero is one by then. Optiboot, which clears MCUSR,
 * leaves in r2 what it held; GPIOR1 takes it to march(). */
static void be_quiet(void) __attribute__((naked, used, section(".init1")));
static void be_quiet(void) {
    __asm__ volatile("clr __zero_reg__\n\t"
                     "out %0, r2" ::"I"(_SFR_IO_ADDR(GPIOR1)));
    cli();
    DDRB = 0;
    DDRD = 0;
    TCCR1A = 0;
    PORTB = 0;
}

int main(void) {
    set_up();
    for (;;) {
        alive |= ALIVE_LOOP;
        receive();
        if (setting) {
            set();
            receive();
        }
        transmit();
        tick_when_due();
        if (sent >= MCU_FRAME_BYTES && (owed || quiet_ms >= HEARTBEAT_MS - 1)) {
            answer();
        }
    }
}
