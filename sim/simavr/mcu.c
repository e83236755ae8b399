/* The chip itself: its life, its time, its memories and the list of what happened. */
#include "mcu.h"

#include <simavr/avr_eeprom.h>
#include <simavr/avr_extint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MCUSR = 0x54, DATA_BYTES = 0x10000, ENTRY_CYCLES = 4, EXTERNAL_INTERRUPTS = 2 };
enum { REACHED, AT_EDGE, STOPPED };

unsigned word(const uint8_t *data, int address)
{
    return data[address] | data[address + 1] << 8;
}

void note(mcu_t *m, uint64_t cycle, int kind, int which, uint32_t value)
{
    if (m->event_count == m->event_room) {
        m->event_room = 2 * m->event_room + 64;
        m->events = realloc(m->events, m->event_room * sizeof(event_t));
    }
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

/* Else a low level at a pin that could interrupt is looked at in every cycle, four times as slow. */
static void look_at_edges_only(mcu_t *m)
{
    for (uint8_t input = 0; input < EXTERNAL_INTERRUPTS; input++)
        avr_extint_set_strict_lvl_trig(m->avr, input, 0);
}

static void after_reset(mcu_t *m)
{
    look_at_edges_only(m);
    reset_pins(m);
    note(m, m->avr->cycle, RESET, 0, m->avr->data[MCUSR]);
}

void mcu_reset(mcu_t *m, int cause)
{
    m->avr->run = avr_callback_run_raw;
    avr_reset(m->avr);
    m->avr->data[MCUSR] |= cause;
    after_reset(m);
}

static avr_cycle_count_t not_beyond(avr_t *avr, avr_cycle_count_t when, void *param)
{
    (void)avr, (void)param;
    return when + 1; /* still there for a sleep that begins just now */
}

/* Runs up to a cycle; the timer set for it ends a fast block, and a sleep, just there. */
static int run_block(mcu_t *m, uint64_t until, int stepping)
{
    avr_t *avr = m->avr;
    avr->run_cycle_limit = stepping ? 1 : until - avr->cycle;
    avr_cycle_timer_register(avr, until - avr->cycle, not_beyond, m);
    while (avr->cycle < until && !m->at_edge) {
        int resets = avr->run != avr_callback_run_raw;
        avr_run(avr);
        if (resets) {
            after_reset(m);
            break; /* and with it went the timer */
        }
        if (m->broken || avr->state == cpu_Crashed || avr->state == cpu_Done)
            return STOPPED;
    }
    return m->at_edge ? AT_EDGE : REACHED;
}

int mcu_run(mcu_t *m, uint64_t until, int stepping, uint32_t until_edge)
{
    avr_t *avr = m->avr;
    int ended = REACHED;
    m->until_edge = until_edge;
    m->at_edge = m->broken = 0;
    m->complaint[0] = 0;
    if (avr->state == cpu_Crashed)
        avr->state = cpu_Running; /* whoever goes on after an error gets what the chip would do */
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

uint64_t mcu_cycle(mcu_t *m) { return m->avr->cycle; }
uint32_t mcu_pc(mcu_t *m) { return m->avr->pc; }
const char *mcu_complaint(mcu_t *m) { return m->complaint; }
uint8_t *mcu_data(mcu_t *m) { return m->avr->data; }
uint8_t *mcu_flash(mcu_t *m) { return m->avr->flash; }

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

/* An interrupt takes the chip 4 cycles before its vector; simavr counts none. */
static void on_interrupt(avr_irq_t *irq, uint32_t begins, void *param)
{
    avr_t *avr = param;
    (void)irq;
    if (!begins)
        return;
    avr->cycle += ENTRY_CYCLES;
    avr->run_cycle_count -= avr->run_cycle_count > ENTRY_CYCLES ? ENTRY_CYCLES : 0;
}

static void never_sleep(avr_t *avr, avr_cycle_count_t cycles) { (void)avr, (void)cycles; }

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
    find_parts(m);
    look_at_edges_only(m);
    hook_pins(m);
    hook_signals(m);
    for (int i = 0; i < avr->interrupts.vector_count; i++)
        avr_irq_register_notify(avr->interrupts.vector[i]->irq + AVR_INT_IRQ_RUNNING,
                                on_interrupt, avr);
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
