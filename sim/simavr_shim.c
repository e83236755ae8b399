/*
 * One ATmega328P in simavr, with the few calls and the one list of events that `sim/mcu.py` needs.
 *
 * This file is Footloop's, under the MIT licence. It is compiled on the machine that tests, against
 * the simavr found there. simavr is GPL-3: it is never shipped, and never part of the product.
 *
 * Where simavr is kinder than the chip, or not yet like it, this corrects it:
 * - the converter's result is that of the pin, channel and reference at the start of a conversion;
 * - a received byte is there when its stop bit ends, and a fourth one unread is lost (overrun);
 * - a byte has 10 bits on the wire, not 11;
 * - a pin with PWM follows its timer, not the port; at full duty it stays high; without PWM the port;
 * - what drives a pin from outside still does after a reset, and against a pull-up;
 * - addresses beyond the memory end in memory of our own, never in the tester's.
 * Left as simavr has it: phase-correct PWM runs as fast PWM does, an EEPROM write takes no time.
 * Cycles: an edge or write is stamped with the cycle at which its instruction began.
 */
#include <simavr/avr_adc.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_timer.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_time.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PINB = 0x23, DDRB, PORTB, PORTS = 3, TCCR0A = 0x44, MCUSR = 0x54, ADCL = 0x78, ADCH,
       ADCSRA, ADMUX = 0x7C, TCCR1A = 0x80, ICR1 = 0x86, OCR1A = 0x88, TCCR2A = 0xB0,
       UCSR0A = 0xC0, UBRR0 = 0xC4, DATA_BYTES = 0x10000 };
enum { EDGE = 1, CONVERSION, SAMPLE, SENT, WRITTEN, RESET };
enum { REACHED, AT_EDGE, STOPPED };

typedef struct { uint64_t cycle; uint16_t kind, which; uint32_t value; } event_t;
typedef struct { uint64_t ends_at; uint8_t byte; } coming_t;
typedef struct { avr_io_write_t call; void *param; } writer_t;
struct mcu;
typedef struct { struct mcu *mcu; uint8_t pin, tccra, com_bit, ocr, wide, high; } compare_t;

typedef struct mcu {
	avr_t *avr;
	avr_adc_t *adc;
	avr_uart_t *uart;
	avr_ioport_t *port[PORTS];
	compare_t compare[6];
	writer_t writer[MAX_IOs];       /* simavr's own, behind ours */
	uint8_t noted[MAX_IOs];         /* registers whose writes become events */
	uint32_t levels, watched, until_edge, driven, external;
	uint32_t adc_mv[16], code;
	uint8_t channel, at_edge, broken;
	uint64_t line_free_at, sent_until;
	coming_t *coming; size_t coming_from, coming_to, coming_room;
	event_t *events; size_t event_count, event_room;
	char complaint[256];
} mcu_t;

static void note(mcu_t *m, uint64_t cycle, int kind, int which, uint32_t value)
{
	if (m->event_count == m->event_room)
		m->events = realloc(m->events, (m->event_room = 2 * m->event_room + 64) * sizeof(event_t));
	m->events[m->event_count++] = (event_t){cycle, kind, which, value};
}

static void complain(avr_t *avr, const int level, const char *format, va_list values)
{
	mcu_t *m = avr ? avr->custom.data : NULL;
	if (!m || level > LOG_ERROR)
		return;
	if (!m->broken)
		vsnprintf(m->complaint, sizeof m->complaint, format, values);
	m->broken = 1;
}

/* ---- pins ---- */

static unsigned word(const uint8_t *data, int address) { return data[address] | data[address + 1] << 8; }

/* The value at which a timer's PWM turns round; 0 when it makes none. */
static unsigned pwm_top(const uint8_t *data, const compare_t *c)
{
	unsigned a = data[c->tccra], b = data[c->tccra + 1];
	if (!c->wide)
		return !(a & 1) ? 0 : b & 8 ? data[c->tccra + 3] : 255;
	switch ((a & 3) | (b >> 1 & 12)) {
	case 1: case 5: return 255;
	case 2: case 6: return 511;
	case 3: case 7: return 1023;
	case 8: case 10: case 14: return word(data, ICR1);
	case 9: case 11: case 15: return word(data, OCR1A);
	default: return 0;
	}
}

static unsigned compare_mode(const uint8_t *data, const compare_t *c)
{
	return data[c->tccra] >> c->com_bit & 3;
}

static unsigned compare_value(const uint8_t *data, const compare_t *c)
{
	return c->wide ? word(data, c->ocr) : data[c->ocr];
}

static int compare_level(const uint8_t *data, const compare_t *c)
{
	unsigned mode = compare_mode(data, c), top = pwm_top(data, c);
	return mode > 1 && top && compare_value(data, c) >= top ? mode == 2 : c->high;
}

static void refresh_pins(mcu_t *m)
{
	const uint8_t *data = m->avr->data;
	uint32_t level = 0, ddr = 0, port = 0;
	for (int i = 0; i < PORTS; i++) {
		ddr |= (uint32_t)data[DDRB + 3 * i] << 8 * i;
		port |= (uint32_t)data[PORTB + 3 * i] << 8 * i;
	}
	level = (ddr & port) | (~ddr & ((m->driven & m->external) | (~m->driven & port)));
	for (compare_t *c = m->compare; c < m->compare + 6; c++)
		if (compare_mode(data, c) && (ddr >> c->pin & 1))
			level = (level & ~(1u << c->pin)) | (uint32_t)compare_level(data, c) << c->pin;
	uint32_t changed = level ^ m->levels;
	m->levels = level;
	m->at_edge |= (changed & m->until_edge) != 0;
	for (int pin = 0; pin < 8 * PORTS; pin++)
		if ((changed & m->watched) >> pin & 1)
			note(m, m->avr->cycle, EDGE, pin, level >> pin & 1);
}

static void on_compare(avr_irq_t *irq, uint32_t value, void *param)
{
	compare_t *c = param;
	(void)irq;
	c->high = value & 1;
	refresh_pins(c->mcu);
}

static void on_write(avr_t *avr, avr_io_addr_t address, uint8_t value, void *param)
{
	mcu_t *m = param;
	writer_t *w = &m->writer[AVR_DATA_TO_IO(address)];
	if (m->noted[AVR_DATA_TO_IO(address)])
		note(m, avr->cycle, WRITTEN, address, value);
	if (w->call)
		w->call(avr, address, value, w->param);
	else
		avr->data[address] = value;
	refresh_pins(m);
}

static void hook_writes(mcu_t *m, int address)
{
	int io = AVR_DATA_TO_IO(address);
	if (m->avr->io[io].w.c == on_write)
		return;
	m->writer[io] = (writer_t){m->avr->io[io].w.c, m->avr->io[io].w.param};
	m->avr->io[io].w.c = on_write;
	m->avr->io[io].w.param = m;
}

void mcu_note_writes(mcu_t *m, int address)
{
	hook_writes(m, address);
	m->noted[AVR_DATA_TO_IO(address)] = 1;
}

void mcu_watch(mcu_t *m, uint32_t pins) { m->watched = pins; }
uint32_t mcu_levels(mcu_t *m) { return m->levels; }

void mcu_drive(mcu_t *m, int pin, int level)
{
	avr_ioport_t *port = m->port[pin / 8];
	uint8_t bit = 1 << pin % 8;
	m->driven |= 1u << pin;
	m->external = (m->external & ~(1u << pin)) | (uint32_t)level << pin;
	port->external.pull_mask |= bit;
	port->external.pull_value = (port->external.pull_value & ~bit) | (level ? bit : 0);
	if (m->avr->data[port->r_ddr] & bit)
		return;
	avr_raise_irq(port->io.irq + pin % 8, level);
	refresh_pins(m);
}

/* The part of its period for which a pin is high: of its PWM, or all or nothing. */
double mcu_duty(mcu_t *m, int pin)
{
	const uint8_t *data = m->avr->data;
	for (compare_t *c = m->compare; c < m->compare + 6; c++) {
		unsigned mode = compare_mode(data, c), top = pwm_top(data, c);
		if (c->pin != pin || mode < 2 || !top || !(data[DDRB + 3 * (pin / 8)] >> pin % 8 & 1))
			continue;
		unsigned value = compare_value(data, c);
		int fast = c->wide ? data[c->tccra + 1] & 8 : (data[c->tccra] & 3) == 3;
		double duty = value >= top ? 1.0 : fast ? (value + 1.0) / (top + 1.0) : (double)value / top;
		return mode == 2 ? duty : 1.0 - duty;
	}
	return m->levels >> pin & 1;
}

/* ---- the converter ---- */

static uint32_t convert(const mcu_t *m)
{
	const uint8_t admux = m->avr->data[ADMUX];
	const uint32_t references[4] = {m->avr->aref, m->avr->avcc, m->avr->avcc, 1100};
	uint32_t code = m->adc_mv[admux & 15] * 1024 / references[admux >> 6];
	return code < 1023 ? code : 1023;
}

static avr_cycle_count_t on_sample(avr_t *avr, avr_cycle_count_t when, void *param)
{
	mcu_t *m = param;
	if (!avr_regbit_get(avr, m->adc->aden))
		return 0;
	uint32_t value = avr_regbit_get(avr, m->adc->adlar) ? m->code << 6 : m->code;
	avr->data[ADCL] = value;
	avr->data[ADCH] = value >> 8;
	note(m, when, SAMPLE, m->channel, m->code);
	return 0;
}

static void on_conversion(avr_irq_t *irq, uint32_t value, void *param)
{
	mcu_t *m = param;
	avr_t *avr = m->avr;
	(void)irq, (void)value;
	m->channel = avr->data[ADMUX] & 15;
	m->code = convert(m);
	note(m, avr->cycle, CONVERSION, m->channel, m->code);
	/* As simavr counts it; registered first, so that the result is there before its interrupt. */
	uint32_t prescaler = avr->data[ADCSRA] & 7;
	uint32_t hz = (avr->frequency >> (prescaler ? prescaler : 1)) / (m->adc->first ? 25 : 13);
	avr_cycle_timer_register(avr, avr_hz_to_cycles(avr, hz), on_sample, m);
}

void mcu_apply_mv(mcu_t *m, int channel, uint32_t millivolts) { m->adc_mv[channel] = millivolts; }

/* ---- the wire ---- */

static uint32_t cycles_per_byte(const uint8_t *data)
{
	return (word(data, UBRR0) + 1) * (data[UCSR0A] & 2 ? 8 : 16) * 10;
}

static void on_sent(avr_irq_t *irq, uint32_t value, void *param)
{
	mcu_t *m = param;
	(void)irq;
	m->uart->cycles_per_byte = cycles_per_byte(m->avr->data);
	uint64_t from = m->sent_until > m->avr->cycle ? m->sent_until : m->avr->cycle;
	m->sent_until = from + m->uart->cycles_per_byte;
	note(m, m->sent_until, SENT, 0, value & 0xff);
}

void mcu_send(mcu_t *m, const uint8_t *bytes, size_t count, uint32_t cycles_each)
{
	if (m->line_free_at < m->avr->cycle)
		m->line_free_at = m->avr->cycle;
	if (m->coming_from == m->coming_to)
		m->coming_from = m->coming_to = 0;
	if (m->coming_to + count > m->coming_room)
		m->coming = realloc(m->coming, (m->coming_room = 2 * (m->coming_to + count)) * sizeof(coming_t));
	for (size_t i = 0; i < count; i++)
		m->coming[m->coming_to++] = (coming_t){m->line_free_at += cycles_each, bytes[i]};
}

static void arrive(mcu_t *m, uint8_t byte)
{
	uint8_t *data = m->avr->data;
	unsigned unread = (m->uart->input.write + uart_fifo_fifo_size - m->uart->input.read) % uart_fifo_fifo_size;
	if (unread >= 3) {
		avr_regbit_set(m->avr, m->uart->dor);
		return;
	}
	m->uart->cycles_per_byte = 1;
	avr_raise_irq(m->uart->io.irq + UART_IRQ_INPUT, byte);
	m->uart->cycles_per_byte = cycles_per_byte(data);
}

/* ---- running ---- */

static void after_reset(mcu_t *m)
{
	for (int i = 0; i < PORTS; i++) {
		uint8_t pins = (m->driven & m->external) >> 8 * i;
		m->avr->data[m->port[i]->r_pin] = pins;
		for (int bit = 0; bit < 8; bit++)
			m->port[i]->io.irq[bit].value = pins >> bit & 1;
	}
	for (compare_t *c = m->compare; c < m->compare + 6; c++)
		c->high = 0;
	refresh_pins(m);
	note(m, m->avr->cycle, RESET, 0, m->avr->data[MCUSR]);
}

void mcu_reset(mcu_t *m, int cause)
{
	m->avr->run = avr_callback_run_raw;
	avr_reset(m->avr);
	m->avr->data[MCUSR] |= cause;
	after_reset(m);
}

static avr_cycle_count_t nothing(avr_t *avr, avr_cycle_count_t when, void *param)
{
	(void)avr, (void)when, (void)param;
	return 0;
}

/* Runs up to a cycle and stops there also when asleep or going fast. */
static int run_block(mcu_t *m, uint64_t until, int stepping)
{
	avr_t *avr = m->avr;
	avr->run_cycle_limit = stepping ? 1 : until - avr->cycle;
	avr_cycle_timer_register(avr, until - avr->cycle, nothing, m);
	while (avr->cycle < until) {
		int resets = avr->run != avr_callback_run_raw;
		avr_run(avr);
		if (resets) {
			after_reset(m);
			return m->at_edge ? AT_EDGE : REACHED;
		}
		if (m->broken || avr->state == cpu_Crashed || avr->state == cpu_Done)
			return STOPPED;
		if (m->at_edge)
			return AT_EDGE;
	}
	return REACHED;
}

int mcu_run(mcu_t *m, uint64_t until, int stepping, uint32_t until_edge)
{
	avr_t *avr = m->avr;
	int ended = REACHED;
	m->until_edge = until_edge;
	m->at_edge = m->broken = 0;
	m->complaint[0] = 0;
	if (avr->state == cpu_Crashed)
		avr->state = cpu_Running;  /* whoever goes on after an error gets what the chip would do */
	while (avr->cycle < until && ended == REACHED) {
		uint64_t next = until;
		if (m->coming_from < m->coming_to) {
			coming_t head = m->coming[m->coming_from];
			if (head.ends_at <= avr->cycle) {
				m->coming_from++;
				arrive(m, head.byte);
				continue;
			}
			if (head.ends_at < next)
				next = head.ends_at;
		}
		ended = run_block(m, next, stepping);
	}
	return ended;
}

/* ---- memory, events, life ---- */

uint64_t mcu_cycle(mcu_t *m) { return m->avr->cycle; }
uint32_t mcu_pc(mcu_t *m) { return m->avr->pc; }
const char *mcu_complaint(mcu_t *m) { return m->complaint; }
uint8_t *mcu_data(mcu_t *m) { return m->avr->data; }
uint8_t *mcu_flash(mcu_t *m) { return m->avr->flash; }
uint32_t mcu_cycles_per_byte(mcu_t *m) { return cycles_per_byte(m->avr->data); }

uint8_t *mcu_eeprom(mcu_t *m)
{
	avr_eeprom_desc_t all = {.ee = NULL, .offset = 0, .size = m->avr->e2end + 1};
	avr_ioctl(m->avr, AVR_IOCTL_EEPROM_GET, &all);
	return all.ee;
}

/* The events since the last call; they stay valid until the next call of anything here. */
size_t mcu_events(mcu_t *m, const event_t **events)
{
	size_t count = m->event_count;
	*events = m->events;
	m->event_count = 0;
	return count;
}

static void never_sleep(avr_t *avr, avr_cycle_count_t cycles) { (void)avr, (void)cycles; }

static void hook_everything(mcu_t *m)
{
	avr_t *avr = m->avr;
	const compare_t compare[6] = {
		{m, 22, TCCR0A, 6, 0x47, 0, 0}, {m, 21, TCCR0A, 4, 0x48, 0, 0},
		{m, 1, TCCR1A, 6, 0x88, 1, 0}, {m, 2, TCCR1A, 4, 0x8A, 1, 0},
		{m, 3, TCCR2A, 6, 0xB3, 0, 0}, {m, 19, TCCR2A, 4, 0xB4, 0, 0},
	};
	memcpy(m->compare, compare, sizeof compare);
	for (int i = 0; i < 6; i++)
		avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_TIMER_GETIRQ('0' + i / 2),
			TIMER_IRQ_OUT_COMP + i % 2), on_compare, &m->compare[i]);
	for (int address = PINB; address < PINB + 3 * PORTS; address++)
		hook_writes(m, address);
	for (int i = 0; i < 6; i += 2)
		hook_writes(m, m->compare[i].tccra);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), on_conversion, m);
	avr->io[AVR_DATA_TO_IO(ADCL)].r.c = avr->io[AVR_DATA_TO_IO(ADCH)].r.c = NULL;
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_sent, m);
}

static void find_parts(mcu_t *m)
{
	for (avr_io_t *io = m->avr->io_port; io; io = io->next) {
		if (!strcmp(io->kind, "adc"))
			m->adc = (avr_adc_t *)io;
		else if (!strcmp(io->kind, "uart"))
			m->uart = (avr_uart_t *)io;
		else if (!strcmp(io->kind, "port"))
			m->port[((avr_ioport_t *)io)->name - 'B'] = (avr_ioport_t *)io;
	}
	m->uart->flags = 0;
}

mcu_t *mcu_new(uint32_t hz)
{
	avr_t *avr = avr_make_mcu_by_name("atmega328p");
	if (!avr)
		return NULL;
	mcu_t *m = calloc(1, sizeof *m);
	m->avr = avr;
	avr_global_logger_set(complain);
	avr_init(avr);
	avr->custom.data = m;
	avr->frequency = hz;
	avr->vcc = avr->avcc = avr->aref = 5000;
	avr->sleep = never_sleep;
	avr->data = realloc(avr->data, DATA_BYTES);
	memset(avr->data + avr->ramend + 1, 0, DATA_BYTES - avr->ramend - 1);
	m->adc_mv[8] = 314;    /* the chip's own thermometer, at 25 °C */
	m->adc_mv[14] = 1100;  /* its reference */
	find_parts(m);
	hook_everything(m);
	refresh_pins(m);
	return m;
}

void mcu_free(mcu_t *m)
{
	avr_terminate(m->avr);
	free(m->avr);
	free(m->coming);
	free(m->events);
	free(m);
}
