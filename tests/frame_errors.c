/* Every error of one to three bits in a frame, through the C decoders. For tests only. */

#include "frame_errors.h"

#include "frame_reader.h"

enum { BEFORE = 10 };

/* The three frames of `stream` with the middle one as damaged: right when only its neighbours
   come out. */
static bool neighbours_only(const uint8_t *stream, const uint8_t *damaged, uint8_t length)
{
    struct reader reader = reader_of(length);

    for (uint8_t place = 0; place < 3 * length; place++) {
        const bool middle = place >= length && place < 2 * length;
        const bool came = reader_feed(&reader, middle ? damaged[place - length] : stream[place]);
        if (came != (place == length - 1 || place == 3 * length - 1))
            return false;
    }
    return true;
}

static void tell(struct sweep *sweep, const uint8_t *stream, const uint8_t *damaged, uint8_t length)
{
    sweep->patterns++;
    sweep->wrong += !neighbours_only(stream, damaged, length);
}

struct sweep sweep_bytes(const uint8_t *stream, uint8_t length)
{
    struct sweep sweep = {0};
    uint8_t damaged[LARGEST];
    const unsigned bits = length * 8u;

    memcpy(damaged, stream + length, length);
    for (unsigned one = 0; one < bits; one++) {
        flip(damaged, one);
        tell(&sweep, stream, damaged, length);
        for (unsigned two = one + 1; two < bits; two++) {
            flip(damaged, two);
            tell(&sweep, stream, damaged, length);
            for (unsigned three = two + 1; three < bits; three++) {
                flip(damaged, three);
                tell(&sweep, stream, damaged, length);
                flip(damaged, three);
            }
            flip(damaged, two);
        }
        flip(damaged, one);
    }
    return sweep;
}

/* The line's levels: a start bit, eight bits, the least first, a stop bit; at rest it is high. */
static unsigned line_of(const uint8_t *bytes, unsigned count, uint8_t *line)
{
    unsigned at = 0;

    for (unsigned place = 0; place < count; place++) {
        line[at++] = 0;
        for (uint8_t bit = 0; bit < 8; bit++)
            line[at++] = bytes[place] >> bit & 1u;
        line[at++] = 1;
    }
    return at;
}

/* A receiver that takes a falling edge for a start bit; right when nothing comes out but what was
   sent. `checks`: it throws away a byte without its stop bit, and says so. */
static void receive(struct sweep *sweep, const uint8_t *line, unsigned length_of_line,
                    const uint8_t *sent, uint8_t length, bool checks)
{
    struct reader reader = reader_of(length);
    bool next_came = false, wrong = false;
    unsigned at = 1;

    while (at + 10 <= length_of_line) {
        if (!(line[at - 1] && !line[at])) {
            at++;
            continue;
        }
        uint8_t byte = 0;
        for (uint8_t bit = 0; bit < 8; bit++)
            byte |= (uint8_t)(line[at + 1 + bit] << bit);
        at += 10;
        if (checks && !line[at - 1]) {
            decoder_break(&reader.decoder);
            continue;
        }
        if (reader_feed(&reader, byte)) {
            const bool next = memcmp(reader.fed, sent + length, length) == 0;
            wrong = wrong || next_came || (!next && memcmp(reader.fed, sent, length) != 0);
            next_came = next_came || next;
            sweep->harmless += !next;
        }
    }
    sweep->patterns++;
    sweep->wrong += wrong;
    sweep->next_lost += !next_came;
}

struct sweep sweep_line(const uint8_t *stream, uint8_t length, uint8_t gap, bool checks)
{
    struct sweep sweep = {0};
    uint8_t line[BEFORE + 20 * LARGEST + 64 + 30];
    const unsigned first = BEFORE, bits = length * 10u;
    unsigned end;

    memset(line, 1, sizeof line);
    line_of(stream, length, line + first);
    end = first + bits + gap;
    end += line_of(stream + length, length, line + end) + 30;
    for (unsigned one = first; one < first + bits; one++) {
        line[one] ^= 1;
        receive(&sweep, line, end, stream, length, checks);
        for (unsigned two = one + 1; two < first + bits; two++) {
            line[two] ^= 1;
            receive(&sweep, line, end, stream, length, checks);
            for (unsigned three = two + 1; three < first + bits; three++) {
                line[three] ^= 1;
                receive(&sweep, line, end, stream, length, checks);
                line[three] ^= 1;
            }
            line[two] ^= 1;
        }
        line[one] ^= 1;
    }
    return sweep;
}
