/*
 * One ATmega328P in simavr, with the few calls and the one list of events that `sim/mcu.py` needs.
 *
 * These files are Footloop's, under the MIT licence. They are compiled on the machine that tests,
 * against the simavr found there. simavr is GPL-3: it is never shipped, nor part of the product.
 *
 * Where simavr is kinder than the chip, or not yet like it, it is corrected here:
 * - the converter's result is that of the pin, channel and reference at the start of a conversion;
 * - a received byte is there when its stop bit ends, another that waits is told at once, and a
 *   fourth one unread is lost (overrun);
 * - a byte has 10 bits on the wire, not 11;
 * - an interrupt takes 4 cycles before its vector, as on the chip, not none;
 * - a change of OCR1x moves the edges in timer 1's mode 14 (fast PWM up to ICR1);
 * - a pin with PWM follows its timer, not the port, and stays high at full duty; without PWM it
 *   follows the port at once;
 * - what drives a pin from outside still does after a reset, and against a pull-up;
 * - addresses beyond the memory end in memory of our own, never in the tester's.
 * Left as it is: phase-correct PWM makes no edges (its registers tell the duty); an EEPROM write
 * takes no time; the interrupt for an empty transmitter may come a byte late; ADIF stays set when a
 * program writes a one to it; a conversion starts at once, on the chip with the converter's next
 * clock, so up to one of its clocks later; an external interrupt by a low level is not repeated
 * while the level stays: looking for it made the chip four times as slow.
 *
 * An edge, a write or a read is stamped with the cycle at which its instruction began, a sample
 * with the cycle at which the converter has it.
 */
#ifndef MCU_H
#define MCU_H

#include <simavr/avr_adc.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <stddef.h>
#include <stdint.h>

enum { PORTS = 3, COMPARES = 6 }; /* ports B, C, D; two compare units at each of three timers */
enum { EDGE = 1, CONVERSION, SAMPLE, SENT, WRITTEN, RESET, READ };

typedef struct { uint64_t cycle; uint16_t kind, which; uint32_t value; } event_t;
typedef struct { uint64_t ends_at; uint8_t byte; } coming_t;
typedef struct { avr_io_write_t call; void *param; } writer_t;
typedef struct { avr_io_read_t call; void *param; } reader_t;
typedef struct { struct mcu *mcu; uint8_t pin, tccra, com_bit, ocr, wide, high; } compare_t;

typedef struct mcu {
    avr_t *avr;
    avr_adc_t *adc;
    avr_uart_t *uart;
    avr_ioport_t *port[PORTS];

    compare_t compare[COMPARES];
    writer_t writer[MAX_IOs]; /* simavr's own, behind ours */
    uint8_t noted[MAX_IOs];   /* registers whose writes become events */
    reader_t reader[MAX_IOs]; /* simavr's own, of registers whose reads become events */
    uint32_t levels, watched, until_edge, driven, external; /* a bit for each pin, from PB0 on */
    uint8_t at_edge;

    uint8_t conversions; /* whether they become events */
    uint8_t channel;
    uint32_t code, adc_mv[16];

    avr_io_read_t read_byte; /* simavr's own, behind ours */
    uint64_t line_free_at, sent_until;
    coming_t *coming;
    size_t coming_from, coming_to, coming_room;

    event_t *events;
    size_t event_count, event_room;
    char complaint[256];
    uint8_t broken;
} mcu_t;

/* mcu.c */
void note(mcu_t *m, uint64_t cycle, int kind, int which, uint32_t value);
unsigned word(const uint8_t *data, int address);

/* pins.c */
void hook_pins(mcu_t *m);
void reset_pins(mcu_t *m);

/* signals.c */
void hook_signals(mcu_t *m);
void arrive(mcu_t *m, uint8_t byte);

#endif
