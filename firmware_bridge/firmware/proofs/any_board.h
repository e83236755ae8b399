/* Any board there can be: what every state keeps to, and every input. That the states do is proven:
   they begin so, and no parameter and no tick leads out. */

#ifndef ANY_BOARD_H
#define ANY_BOARD_H

#include "proof.h"

#include "../ages.c"
#include "../sensors.c"
#include "../safety.c"

struct safety nondet_safety(void);
struct sensors nondet_sensors(void);
struct line nondet_line(void);
struct inputs nondet_inputs(void);

enum { RANGE = 1024, MOST = PARAMETER_MOST_DUTY_HIGH, COMMANDED = 500 };

static bool is_bit(bool one) { return *(const uint8_t *)&one <= 1; }

static bool line_sound(const struct line *line) {
    return line->zero <= PARAMETER_A_ZERO_HIGH && line->span <= PARAMETER_A_SPAN_HIGH &&
           line->foot <= line->span && line->wild <= line->span && line->drift <= line->span &&
           line->apart <= line->span;
}

static bool settings_sound(const struct settings *settings) {
    return line_sound(&settings->lines[0]) && line_sound(&settings->lines[1]) &&
           settings->level_10pa <= PARAMETER_LEVEL_HIGH && settings->most_duty >= 0 &&
           settings->most_duty <= MOST && settings->service_duty >= 0 &&
           settings->service_duty <= (int16_t)PARAMETER_SERVICE_DUTY_HIGH;
}

static bool presence_sound(const struct presence *presence) {
    return presence->session <= SESSIONS && presence->session_ms <= LIMIT_SESSION_MS &&
           presence->away_ms <= LIMIT_AWAY_MS && presence->start_ms < DEBOUNCE_MS &&
           is_bit(presence->open) && is_bit(presence->start_down) && is_bit(presence->held) &&
           (presence->start_down || !presence->held) &&
           !(presence->open && presence->session == 0) &&
           !(presence->open && presence->session_ms == LIMIT_SESSION_MS);
}

static bool command_sound(const struct command *command) {
    return command->duty >= -COMMANDED && command->duty <= COMMANDED &&
           command->session <= SESSIONS && is_bit(command->brake) && is_bit(command->enabled) &&
           is_bit(command->gate);
}

static bool lease_sound(const struct lease *lease) {
    return command_sound(&lease->command) && is_bit(lease->interrupted) && is_bit(lease->soft);
}

static bool machine_sound(const struct machine *machine) {
    return machine->heading >= -1 && machine->heading <= 1 && machine->both_ends <= TWICE &&
           machine->crept < CREPT_TELLS && machine->crept > -CREPT_TELLS &&
           !(machine->duty_steps > 0 && machine->heading < 0 && machine->idle_ms < LIMIT_DEAD_MS) &&
           !(machine->duty_steps < 0 && machine->heading > 0 && machine->idle_ms < LIMIT_DEAD_MS);
}

/* What the motor is told is what is remembered of it. */
static bool outputs_sound(const struct safety *safety) {
    const struct outputs *out = &safety->out;
    const struct machine *machine = &safety->machine;

    return is_bit(out->brake) && is_bit(out->enabled) && is_bit(out->gate) &&
           out->duty == machine->duty_steps / DUTY_STEPS &&
           machine->duty_steps >= -MOST * DUTY_STEPS && machine->duty_steps <= MOST * DUTY_STEPS &&
           magnitude(out->duty) <= safety->settings.most_duty &&
           (out->duty <= 0 || (machine->heading == 1 && machine->idle_ms == 0)) &&
           (out->duty >= 0 || (machine->heading == -1 && machine->idle_ms == 0));
}

static bool limit_sound(const struct safety *safety, uint8_t channel) {
    const struct line *line = &safety->settings.lines[channel];
    uint16_t level = safety->limits[channel].level;

    return line->span == 0 ? level == UINT16_MAX : level <= line->zero + line->span;
}

static bool sound(const struct safety *safety) {
    bool moves = safety->out.gate || safety->machine.duty_steps != 0;

    return settings_sound(&safety->settings) && presence_sound(&safety->presence) &&
           lease_sound(&safety->lease) && machine_sound(&safety->machine) &&
           outputs_sound(safety) && safety->cut < CUTS &&
           (safety->cut == CUT_NONE ||
            (!safety->presence.open && !safety->presence.held && !moves)) &&
           (safety->reference_kpa[0] == 0 || (safety_configured(safety) && limit_sound(safety, 0))) &&
           (safety->reference_kpa[1] == 0 || (safety_configured(safety) && limit_sound(safety, 1))) &&
           (!safety_live(safety) || watched(safety));
}

static struct safety any_board(void) {
    struct safety safety = nondet_safety();

    ASSUME(sound(&safety));
    return safety;
}

static struct inputs any_inputs(void) {
    struct inputs in = nondet_inputs();

    ASSUME(in.readings.counts[0] < RANGE && in.readings.counts[1] < RANGE);
    ASSUME(in.hurt <= (HURT_LEVEL | HURT_RISE) && in.failed < CUTS && in.acknowledged < CUTS);
    ASSUME(is_bit(in.heel_end_open) && is_bit(in.toe_end_open) && is_bit(in.stop_pressed));
    ASSUME(is_bit(in.gate_on) && is_bit(in.start_down) && is_bit(in.stop) && is_bit(in.hello));
    ASSUME(is_bit(in.driven) && command_sound(&in.command));
    return in;
}

#endif
