/* The pins of the chip: what drives them, who hears of it. */
#include "mcu.h"

#include <simavr/avr_timer.h>
#include <string.h>

enum { PINB = 0x23, DDRB, PORTB, TCCR0A = 0x44, TCCR1A = 0x80, ICR1 = 0x86, OCR1A = 0x88,
       OCR1B = 0x8A, TCCR2A = 0xB0 };

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
    for (compare_t *c = m->compare; c < m->compare + COMPARES; c++)
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

static uint8_t on_noted_read(avr_t *avr, avr_io_addr_t address, void *param)
{
    mcu_t *m = param;
    reader_t *r = &m->reader[AVR_DATA_TO_IO(address)];
    uint8_t value = r->call ? r->call(avr, address, r->param) : avr->data[address];
    note(m, avr->cycle, READ, address, value);
    return value;
}

void mcu_note_reads(mcu_t *m, int address)
{
    int io = AVR_DATA_TO_IO(address);
    if (m->avr->io[io].r.c == on_noted_read)
        return;
    m->reader[io] = (reader_t){m->avr->io[io].r.c, m->avr->io[io].r.param};
    m->avr->io[io].r.c = on_noted_read;
    m->avr->io[io].r.param = m;
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
    for (compare_t *c = m->compare; c < m->compare + COMPARES; c++) {
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

/* As a reset leaves them: no output is driven, and inputs are what drives them. */
void reset_pins(mcu_t *m)
{
    for (int i = 0; i < PORTS; i++) {
        uint8_t pins = (m->driven & m->external) >> 8 * i;
        m->avr->data[m->port[i]->r_pin] = pins;
        for (int bit = 0; bit < 8; bit++)
            m->port[i]->io.irq[bit].value = pins >> bit & 1;
    }
    for (compare_t *c = m->compare; c < m->compare + COMPARES; c++)
        c->high = 0;
    refresh_pins(m);
}

void hook_pins(mcu_t *m)
{
    const compare_t compare[COMPARES] = {
        {m, 22, TCCR0A, 6, TCCR0A + 3, 0, 0}, {m, 21, TCCR0A, 4, TCCR0A + 4, 0, 0},
        {m, 1, TCCR1A, 6, OCR1A, 1, 0}, {m, 2, TCCR1A, 4, OCR1B, 1, 0},
        {m, 3, TCCR2A, 6, TCCR2A + 3, 0, 0}, {m, 19, TCCR2A, 4, TCCR2A + 4, 0, 0},
    };
    memcpy(m->compare, compare, sizeof compare);
    for (int i = 0; i < COMPARES; i++) {
        avr_irq_t *timer = avr_io_getirq(m->avr, AVR_IOCTL_TIMER_GETIRQ('0' + i / 2),
                                         TIMER_IRQ_OUT_COMP + i % 2);
        avr_irq_register_notify(timer, on_compare, &m->compare[i]);
        hook_writes(m, compare[i].tccra);
    }
    for (int address = PINB; address < PINB + 3 * PORTS; address++)
        hook_writes(m, address);
    for (avr_io_t *io = m->avr->io_port; io; io = io->next)
        if (!strcmp(io->kind, "timer") && ((avr_timer_t *)io)->name == '1')
            ((avr_timer_t *)io)->wgm_op[14] = (avr_timer_wgm_t)AVR_TIMER_WGM_ICFASTPWM();
    refresh_pins(m);
}
