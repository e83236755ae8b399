/* One step from any board, with any input. What holds after every step holds always. */

#include "any_board.h"

/* In other words than the rules'. */
static bool turned(int16_t one, int16_t other) { return (int32_t)one * other < 0; }

void it_begins_at_rest_and_cut(void) {
    struct safety safety;

    safety_begin(&safety, nondet_uint8(), nondet_uint8());
    PROVE(sound(&safety), "it begins sound");
    PROVE(safety.cut != CUT_NONE && !safety_live(&safety), "latched and at rest");
    PROVE(!safety.presence.open && !safety_configured(&safety), "nobody is there");
    REACHED();
}

void no_parameter_leads_out(void) {
    struct safety before = any_board(), safety = before;
    uint8_t index = nondet_uint8();
    uint16_t value = nondet_uint16();
    bool taken = safety_set(&safety, index, value);

    PROVE(sound(&safety), "it stays sound");
    PROVE(!taken || parameter_within(index, value), "only what is within its bounds");
    PROVE(!taken || !safety_live(&before), "only while nothing moves");
    PROVE(!taken || !watched(&safety), "nothing moves before its limits are made again");
    PROVE(!taken || safety_setting(&safety, index) == value, "what was taken is in force");
    PROVE(taken || safety_setting(&safety, index) == safety_setting(&before, index), "or is not");
    PROVE_NOT(!taken, "a parameter can be taken");
    REACHED();
}

/* --- A tick ---------------------------------------------------------------------------- */

void a_tick_leads_nowhere_else(void) {
    struct safety safety = any_board();
    struct inputs in = any_inputs();

    safety_tick(&safety, &in);
    PROVE(sound(&safety), "it stays sound");
    REACHED();
}

void the_duty_is_bounded_slow_and_turns_at_rest(void) {
    struct safety before = any_board(), safety = before;
    struct inputs in = any_inputs();
    int16_t steps, duty, was = before.out.duty;

    safety_tick(&safety, &in);
    steps = safety.machine.duty_steps;
    duty = safety.out.duty;
    PROVE(magnitude(duty) <= safety.settings.most_duty && magnitude(duty) <= 350, "bounded");
    PROVE(magnitude(steps) - magnitude(before.machine.duty_steps) <= RISE_STEPS, "slow");
    PROVE(magnitude(duty) <= magnitude(was) + 1, "at most 1/500 in a millisecond");
    PROVE(!safety.lease.soft || magnitude(steps) <= magnitude(before.machine.duty_steps) + 4,
          "softly after an interruption");
    PROVE(!turned(duty, was), "through rest");
    PROVE(!turned(duty, before.machine.heading) || before.machine.idle_ms >= LIMIT_DEAD_MS,
          "and rests before it turns");
    PROVE(!in.heel_end_open || duty >= 0, "not into the heel's end");
    PROVE(!in.toe_end_open || duty <= 0, "nor into the toes'");
    PROVE_NOT(duty == 0, "it can move");
    PROVE_NOT(!turned(duty, before.machine.heading), "it can turn");
    REACHED();
}

void once_cut_it_rests_until_it_is_acknowledged(void) {
    struct safety before = any_board(), safety = before;
    struct inputs in = any_inputs();
    const struct line *a = &before.settings.lines[0], *b = &before.settings.lines[1];
    bool freed;

    safety_tick(&safety, &in);
    freed = before.cut != CUT_NONE && safety.cut == CUT_NONE;
    PROVE(safety.cut == CUT_NONE || (safety.out.duty == 0 && !safety.out.gate), "off at once");
    PROVE(safety.cut == CUT_NONE || !safety.presence.open, "no session outlives it");
    PROVE(before.cut == CUT_NONE || freed || safety.cut == before.cut, "the first reason stays");
    PROVE(!freed || in.acknowledged == before.cut, "until it is acknowledged by its name");
    PROVE(!freed || safety_configured(&before), "by one who knows the pressure");
    PROVE(!freed || a->span == 0 || in.readings.counts[0] < a->zero + a->foot, "released");
    PROVE(!freed || b->span == 0 || in.readings.counts[1] < b->zero + b->foot, "on both");
    PROVE(!freed || !(in.stop || in.stop_pressed || in.hurt || in.failed), "the cause gone");
    PROVE(safety.cut == CUT_NONE || !safety.presence.held, "nor does a held button");
    PROVE(!freed || safety.out.duty == 0 || before.presence.start_ms == DEBOUNCE_MS - 1,
          "and moves nothing without a new press");
    PROVE_NOT(!freed, "it can be acknowledged");
    REACHED();
}

void what_must_cut_cuts_at_once(void) {
    struct safety before = any_board(), safety = before;
    struct inputs in = any_inputs();
    struct machine *machine = &safety.machine;
    bool fresh = before.cut == CUT_NONE, stop = in.stop || in.stop_pressed;

    safety_tick(&safety, &in);
    PROVE(!stop || safety.cut != CUT_NONE, "a stop");
    PROVE(!fresh || !stop || safety.cut == CUT_STOP, "by its name");
    PROVE(!in.hurt || safety.cut != CUT_NONE, "pain");
    PROVE(!fresh || stop || !(in.hurt & HURT_LEVEL) || safety.cut == CUT_LEVEL, "by its name");
    PROVE(!fresh || stop || in.hurt != HURT_RISE || safety.cut == CUT_RISE, "by its name");
    PROVE(in.failed == CUT_NONE || safety.cut != CUT_NONE, "a failed self-test");
    PROVE(!in.hello || !safety_live(&before) || safety.cut != CUT_NONE, "another host");
    PROVE(machine->gate_off_ms < LIMIT_UNPOWERED_MS || safety.cut != CUT_NONE, "a gate off");
    PROVE(machine->gate_on_ms < GATE_TAIL_MS || safety.cut != CUT_NONE, "a gate on");
    PROVE(machine->both_ends < TWICE || safety.cut != CUT_NONE, "both ends");
    PROVE(machine->leaving_ms < LIMIT_LEAVE_END_MS || safety.cut != CUT_NONE, "a stuck end");
    PROVE(!safety_configured(&before) || safety.sensors.unsampled_ms < LIMIT_STALE_MS ||
              safety.cut != CUT_NONE,
          "no samples");
    PROVE_NOT(safety.cut != CUT_NONE, "it need not be cut");
    REACHED();
}

void without_a_lease_nothing_moves(void) {
    struct safety before = any_board(), safety = before;
    struct inputs in = any_inputs();
    uint16_t silent_ms = before.lease.silent_ms;

    safety_tick(&safety, &in);
    PROVE(in.driven || safety.lease.silent_ms > silent_ms || silent_ms == LONG_AGO_MS,
          "silence grows");
    PROVE(safety.lease.silent_ms < LEASE_MS - 2 || !safety_live(&safety), "the lease is over");
    PROVE(!in.hello || in.driven || !safety_live(&safety), "another host ends it");
    PROVE(!in.driven || safety.lease.silent_ms == 0, "a DRIVE renews it");
    PROVE(!(safety.lease.interrupted && !before.lease.interrupted) || safety_live(&before),
          "only what was interrupted is");
    PROVE(!(before.lease.interrupted && silent_ms >= SOFT_RESTART_MS - 1) ||
              safety.cut != CUT_NONE,
          "a long silence is latched");
    REACHED();
}

void nothing_moves_without_a_person(void) {
    struct safety safety = any_board();
    struct inputs in = any_inputs();
    bool session, foot, served, tested;

    safety_tick(&safety, &in);
    session = safety.presence.open && safety.lease.command.session == safety.presence.session;
    foot = safety.presence.away_ms < LIMIT_FOOT_GONE_MS;
    served = safety.presence.held && !foot && !felt(&safety, &in) &&
             magnitude(safety.out.duty) <= safety.settings.service_duty;
    tested = session && !safety.out.gate && !in.gate_on && magnitude(safety.out.duty) <= 50 &&
             (safety.settings.fitted & FITTED_GATE);
    PROVE(safety.out.duty == 0 || (session && foot) || served || tested, "somebody is there");
    PROVE(!safety.out.gate || session || served, "power only for somebody");
    PROVE(!safety_live(&safety) || watched(&safety), "and nothing unwatched");
    PROVE_NOT(safety.out.duty == 0 || !session || !foot, "a session can move");
    PROVE_NOT(safety.out.duty == 0 || !served || session, "service can move");
    PROVE_NOT(safety.out.duty == 0 || foot || safety.presence.start_down, "the self-test can");
    REACHED();
}

void what_is_held_was_pressed_since_the_reset(void) {
    struct safety before = any_board(), safety = before, fresh;
    struct inputs in = any_inputs();
    const struct presence *was = &before.presence, *is = &safety.presence;
    bool serving = before.out.gate && before.out.duty != 0 && was->away_ms >= LIMIT_FOOT_GONE_MS;

    safety_begin(&fresh, nondet_uint8(), nondet_uint8());
    PROVE(!fresh.presence.held && fresh.presence.start_down, "a button down at the reset is not");
    safety_tick(&safety, &in);
    PROVE(!is->held || was->held || (!was->start_down && was->start_ms == DEBOUNCE_MS - 1),
          "it went down, and that lasted");
    PROVE(!is->held || is->start_down, "and is down");
    PROVE(!is->held || !in.hello || !was->held, "not for another host");
    PROVE(!is->held || !was->held || !serving || !felt(&safety, &in), "not under a load");
    PROVE_NOT(!is->held || was->held, "a press can begin it");
    PROVE_NOT(!is->held || !was->held, "and it can last");
    REACHED();
}

static bool bears(const struct safety *safety, const struct inputs *in, uint8_t channel) {
    const struct line *line = &safety->settings.lines[channel];

    return line->span == 0 || in->readings.counts[channel] >= line->zero + line->foot;
}

void a_foot_is_felt_by_all_that_is_fitted(void) {
    struct safety before = any_board(), safety = before;
    struct inputs in = any_inputs();
    uint32_t away_ms = before.presence.away_ms;
    bool borne = before.settings.lines[0].span != 0 && bears(&before, &in, 0) &&
                 bears(&before, &in, 1);

    safety_tick(&safety, &in);
    PROVE((safety.presence.away_ms == 0) == borne, "by each element, and at once");
    PROVE(borne || safety.presence.away_ms > away_ms || away_ms == LIMIT_AWAY_MS, "or is away");
    PROVE(!(borne && before.presence.open && away_ms >= LIMIT_FOOT_GONE_MS) ||
              safety.lease.soft || safety.out.duty != 0,
          "what it finds moving begins softly");
    PROVE_NOT(!borne, "a foot can come");
    REACHED();
}

void only_a_press_opens_a_session(void) {
    struct safety before = any_board(), safety = before;
    struct inputs in = any_inputs();
    const struct presence *was = &before.presence, *is = &safety.presence;
    bool opened, goes_on;

    safety_tick(&safety, &in);
    opened = is->open && (!was->open || is->session != was->session);
    goes_on = is->open && !opened;
    PROVE(!opened || (!was->start_down && in.start_down && is->start_down), "a press");
    PROVE(!opened || was->start_ms == DEBOUNCE_MS - 1, "that lasted");
    PROVE(!opened || (safety.cut == CUT_NONE && !safety_live(&before)), "at rest, nothing cut");
    PROVE(!opened || (safety_configured(&safety) && is->session_ms == 0), "known, and new");
    PROVE(!opened || is->session == was->session % 63 + 1, "with the next number");
    PROVE(!goes_on || is->session_ms == was->session_ms + 1, "its time runs");
    PROVE(!goes_on || !in.hello, "and is over with another host");
    PROVE(!is->open || is->session_ms < LIMIT_SESSION_MS, "and runs out");
    PROVE(!goes_on || is->away_ms < LIMIT_AWAY_MS || is->session_ms < LIMIT_AWAY_MS,
          "and sooner when nobody is there");
    PROVE_NOT(!opened, "a session can be opened");
    REACHED();
}

/* --- T9 by itself ------------------------------------------------------------------------ */

void bad_samples_twice_are_a_fault(void) {
    struct sensors sensors = nondet_sensors();
    struct line lines[CHANNELS] = {nondet_line(), nondet_line()};
    struct readings first = {.samples = 1}, second = {.samples = 1};
    bool live = nondet_bit();
    uint8_t fault;

    ASSUME(line_sound(&lines[0]) && line_sound(&lines[1]) && lines[0].span != 0);
    for (uint8_t channel = 0; channel < CHANNELS; channel++) {
        first.counts[channel] = nondet_uint16();
        second.counts[channel] = nondet_uint16();
        ASSUME(first.counts[channel] < RANGE && second.counts[channel] < RANGE);
    }
    sensors_fault(&sensors, &first, lines, live, nondet_bit());
    fault = sensors_fault(&sensors, &second, lines, live, nondet_bit());
    if (lines[0].zero >= OPEN_TELLS && first.counts[0] < 20 && second.counts[0] < 20) {
        PROVE(fault != CUT_NONE, "a wire off");
    }
    if (!live && first.counts[0] >= 1013 && second.counts[0] >= 1013) {
        PROVE(fault != CUT_NONE, "the end of the range at rest");
    }
    PROVE(fault == CUT_NONE || (fault >= CUT_SENSOR_OPEN && fault <= CUT_ADC), "a sensor's");
    PROVE_NOT(fault != CUT_NONE, "sound samples can be had");
    REACHED();
}

void a_wild_sample_is_off_both_neighbours(void) {
    uint16_t before = nondet_uint16(), middle = nondet_uint16(), after = nondet_uint16();
    int32_t far = nondet_uint16(), up = (int32_t)middle - before, down = (int32_t)middle - after;
    bool is_wild = (up > far && down > far) || (up < -far && down < -far);

    ASSUME(before < RANGE && middle < RANGE && after < RANGE);
    PROVE(wild(before, middle, after, (uint16_t)far) == is_wild, "to the same side");
    PROVE_NOT(!is_wild, "some are");
    REACHED();
}
