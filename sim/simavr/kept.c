/* A moment of the chip that can be come back to, as often as wanted.
 *
 * simavr keeps a chip in one block, its parts and timers among them; beside it only the memory and
 * the levels of its signals change. What is programmed stays as it is: flash and EEPROM are not
 * kept.
 */
#include "mcu.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum { DATA_BYTES = 0x10000 };

typedef struct { uint32_t value; uint8_t flags; } signal_t;

typedef struct kept {
    mcu_t mcu;
    void *chip;
    uint8_t *data;
    signal_t *signals;
    coming_t *coming;
} kept_t;

static void *copied(const void *from, size_t bytes)
{
    void *to = malloc(bytes ? bytes : 1);
    return to ? memcpy(to, from, bytes) : NULL;
}

static size_t coming_bytes(const mcu_t *m) { return m->coming_to * sizeof(coming_t); }

kept_t *mcu_keep(mcu_t *m)
{
    const avr_irq_pool_t *pool = &m->avr->irq_pool;
    kept_t *kept = malloc(sizeof *kept);
    kept->mcu = *m;
    kept->chip = copied(m->avr, malloc_usable_size(m->avr));
    kept->data = copied(m->avr->data, DATA_BYTES);
    kept->coming = copied(m->coming, coming_bytes(m));
    kept->signals = calloc(pool->count, sizeof *kept->signals);
    for (int i = 0; i < pool->count; i++)
        if (pool->irq[i])
            kept->signals[i] = (signal_t){pool->irq[i]->value, pool->irq[i]->flags};
    return kept;
}

/* The lists of what comes and what happened may have grown, and moved, since. */
void mcu_again(mcu_t *m, const kept_t *kept)
{
    const avr_irq_pool_t *pool = &m->avr->irq_pool;
    mcu_t grown = *m;
    memcpy(m->avr, kept->chip, malloc_usable_size(m->avr));
    memcpy(m->avr->data, kept->data, DATA_BYTES);
    for (int i = 0; i < pool->count; i++)
        if (pool->irq[i]) {
            pool->irq[i]->value = kept->signals[i].value;
            pool->irq[i]->flags = kept->signals[i].flags;
        }
    *m = kept->mcu;
    m->coming = grown.coming;
    m->coming_room = grown.coming_room;
    memcpy(m->coming, kept->coming, coming_bytes(m));
    m->events = grown.events;
    m->event_room = grown.event_room;
    m->event_count = 0;
}

void mcu_forget(kept_t *kept)
{
    free(kept->chip);
    free(kept->data);
    free(kept->signals);
    free(kept->coming);
    free(kept);
}
