/* What comes in as a voltage and what goes over the wire. */
#include "mcu.h"

#include <simavr/sim_time.h>
#include <stdlib.h>

enum { ADCL = 0x78, ADCH, ADCSRA, ADMUX = 0x7C, UCSR0A = 0xC0, UBRR0 = 0xC4, UDR0 = 0xC6 };
enum { THERMOMETER = 8, BANDGAP = 14 };

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
    if (m->conversions)
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
    if (m->conversions)
        note(m, avr->cycle, CONVERSION, m->channel, m->code);
    /* As simavr counts it; registered first, so that the result is there before its interrupt. */
    uint32_t prescaler = avr->data[ADCSRA] & 7;
    uint32_t hz = (avr->frequency >> (prescaler ? prescaler : 1)) / (m->adc->first ? 25 : 13);
    avr_cycle_timer_register(avr, avr_hz_to_cycles(avr, hz), on_sample, m);
}

void mcu_record_conversions(mcu_t *m, int whether) { m->conversions = whether; }

void mcu_apply_mv(mcu_t *m, int channel, uint32_t millivolts)
{
    m->adc_mv[channel] = millivolts;
}

static uint32_t cycles_per_byte(const uint8_t *data)
{
    return (word(data, UBRR0) + 1) * (data[UCSR0A] & 2 ? 8 : 16) * 10;
}

uint32_t mcu_cycles_per_byte(mcu_t *m) { return cycles_per_byte(m->avr->data); }

static void on_sent(avr_irq_t *irq, uint32_t value, void *param)
{
    mcu_t *m = param;
    (void)irq;
    m->uart->cycles_per_byte = cycles_per_byte(m->avr->data);
    uint64_t from = m->sent_until > m->avr->cycle ? m->sent_until : m->avr->cycle;
    m->sent_until = from + m->uart->cycles_per_byte;
    note(m, m->sent_until, SENT, 0, value & 0xff);
}

/* When the last one is there. */
uint64_t mcu_send(mcu_t *m, const uint8_t *bytes, size_t count, uint32_t cycles_each)
{
    if (m->line_free_at < m->avr->cycle)
        m->line_free_at = m->avr->cycle;
    if (m->coming_from == m->coming_to)
        m->coming_from = m->coming_to = 0;
    if (m->coming_to + count > m->coming_room) {
        m->coming_room = 2 * (m->coming_to + count);
        m->coming = realloc(m->coming, m->coming_room * sizeof(coming_t));
    }
    for (size_t i = 0; i < count; i++)
        m->coming[m->coming_to++] = (coming_t){m->line_free_at += cycles_each, bytes[i]};
    return m->line_free_at;
}

static unsigned unread_bytes(const avr_uart_t *uart)
{
    return (uart->input.write + uart_fifo_fifo_size - uart->input.read) % uart_fifo_fifo_size;
}

/* A byte's stop bit has ended. Two may wait, and one in the shift register behind them. */
void arrive(mcu_t *m, uint8_t byte)
{
    if (unread_bytes(m->uart) >= 3) {
        avr_regbit_set(m->avr, m->uart->dor);
        return;
    }
    m->uart->cycles_per_byte = 1;
    avr_raise_irq(m->uart->io.irq + UART_IRQ_INPUT, byte);
    m->uart->cycles_per_byte = cycles_per_byte(m->avr->data);
}

static uint8_t on_read(avr_t *avr, avr_io_addr_t address, void *param)
{
    mcu_t *m = param;
    uint8_t byte = m->read_byte(avr, address, m->uart);
    if (unread_bytes(m->uart))
        avr_raise_interrupt(avr, &m->uart->rxc);
    return byte;
}

void hook_signals(mcu_t *m)
{
    avr_t *avr = m->avr;
    m->adc_mv[THERMOMETER] = 314; /* at 25 °C */
    m->adc_mv[BANDGAP] = 1100;
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER),
                            on_conversion, m);
    avr->io[AVR_DATA_TO_IO(ADCL)].r.c = avr->io[AVR_DATA_TO_IO(ADCH)].r.c = NULL;
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT),
                            on_sent, m);
    m->read_byte = avr->io[AVR_DATA_TO_IO(UDR0)].r.c;
    avr->io[AVR_DATA_TO_IO(UDR0)].r.c = on_read;
    avr->io[AVR_DATA_TO_IO(UDR0)].r.param = m;
    m->uart->flags = 0; /* neither sleep when polled nor print */
}
