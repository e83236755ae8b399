/* Errors spread over two neighbouring frames: what they can do, and how rarely. For tests only. */

#include "frame_errors.h"

#include "crc.h"
#include "frame_reader.h"

static void tell(struct pairs *pairs, const uint8_t *stream, const uint8_t *damaged, uint8_t length)
{
    struct reader reader = reader_of(length);
    bool astride = false, wrong = false;

    for (uint8_t place = 0; place < 3 * length; place++) {
        const uint8_t byte = place < 2 * length ? damaged[place] : stream[place];
        const bool between = place % length != length - 1;
        astride = astride || (between && reader_is_full(&reader) && !(byte & FRAME_MARK));
        if (reader_feed(&reader, byte))
            wrong = wrong || between ||
                    memcmp(reader.fed, stream + place - (length - 1), length) != 0;
    }
    pairs->patterns++;
    pairs->astride += astride;
    pairs->wrong += wrong;
}

struct pairs sweep_pair(const uint8_t *stream, uint8_t length)
{
    struct pairs pairs = {0};
    uint8_t damaged[2 * LARGEST];
    const unsigned bits = length * 16u;

    memcpy(damaged, stream, 2u * length);
    for (unsigned one = 0; one < bits; one++) {
        flip(damaged, one);
        tell(&pairs, stream, damaged, length);
        for (unsigned two = one + 1; two < bits; two++) {
            flip(damaged, two);
            tell(&pairs, stream, damaged, length);
            for (unsigned three = two + 1; three < bits; three++) {
                flip(damaged, three);
                tell(&pairs, stream, damaged, length);
                flip(damaged, three);
            }
            flip(damaged, two);
        }
        flip(damaged, one);
    }
    return pairs;
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static bool is_frame(const uint8_t *frame, uint8_t length)
{
    struct reader reader = reader_of(length);
    bool came = false;

    for (uint8_t place = 0; place < length; place++)
        came = reader_feed(&reader, frame[place]);
    return came;
}

/* Any frame that can be sent, each content as likely as any other of its type. */
static void random_frame(uint8_t *frame, uint8_t length, uint32_t *state)
{
    const bool to_mcu = length == HOST_FRAME_BYTES;
    const uint8_t body = to_mcu ? HOST_BODY_BYTES : MCU_BODY_BYTES;
    const uint8_t type = (uint8_t)(next_random(state) % (to_mcu ? 5 : 3));

    do {
        for (uint8_t place = 0; place < body; place++)
            frame[place] = next_random(state) >> 8 & 0x7Fu;
        frame[0] = (uint8_t)(type << 4 | (frame[0] & 0x0Fu));
        if (to_mcu && (type == HOST_STOP || type == HOST_HELLO || type == HOST_ACKNOWLEDGE)) {
            frame[2] &= type == HOST_ACKNOWLEDGE ? 0x7Fu : 0x70u;
            frame[3] &= type == HOST_ACKNOWLEDGE ? 0x40u : 0u;
            frame[4] = 0;
        } else if (type == MCU_PARAMETER && !to_mcu) {
            frame[5] &= 0x40u;
            memset(frame + 6, 0, 7);
        } else if (!to_mcu) {
            frame[11] &= type == MCU_IDENTITY ? 0x70u : 0x7Fu;
            frame[12] &= type == MCU_IDENTITY ? 0u : 0x70u;
        }
        frame_seal(frame, body, CRC_UP(to_mcu ? HOST_CRC_START : MCU_CRC_START));
    } while (!is_frame(frame, length));
}

/* What each changed bit alone makes of the CRC, the mark's place left out as 0. */
static void each_alone(uint32_t alone[8 * LARGEST], uint8_t length)
{
    for (unsigned bit = 0; bit < length * 8u; bit++) {
        uint8_t flips[LARGEST] = {0};
        uint32_t crc = 0;

        flip(flips, bit);
        for (uint8_t place = 0; place < length; place++)
            crc = crc_after(crc, flips[place]);
        alone[bit] = crc;
    }
}

/* The bytes from `offset` on, their marks as an error of two bits leaves them, then with one bit
   more wrong, wherever it is: which of them the CRC lets pass, and which are delivered. */
static void try_window(struct chance *chance, const uint8_t *pair, uint8_t offset, uint8_t length,
                       const uint32_t alone[8 * LARGEST])
{
    uint32_t crc = CRC_UP(length == HOST_FRAME_BYTES ? HOST_CRC_START : MCU_CRC_START);
    uint8_t window[LARGEST];

    for (uint8_t place = 0; place < length; place++) {
        window[place] = pair[offset + place] & 0x7Fu;
        crc = crc_after(crc, window[place]);
    }
    window[0] |= FRAME_MARK;
    chance->tries += 1u + length * 7u;
    chance->crc_right += crc == 0;
    chance->delivered += is_frame(window, length);
    for (unsigned bit = 0; bit < length * 8u; bit++) {
        if (bit % 8 == 7 || alone[bit] != crc)
            continue;
        flip(window, bit);
        chance->crc_right++;
        chance->delivered += is_frame(window, length);
        flip(window, bit);
    }
}

struct chance sample_pairs(uint32_t pairs, uint32_t seed, uint8_t length)
{
    struct chance chance = {0};
    uint8_t pair[2 * LARGEST];
    uint32_t alone[8 * LARGEST];

    each_alone(alone, length);
    while (pairs-- > 0) {
        random_frame(pair, length, &seed);
        random_frame(pair + length, length, &seed);
        for (uint8_t offset = 1; offset < length; offset++)
            try_window(&chance, pair, offset, length, alone);
    }
    return chance;
}
