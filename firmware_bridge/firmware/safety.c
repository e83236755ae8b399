#include "safety.h"

#include "ages.h"

enum {
    DEBOUNCE_MS = 20,
    STALE_MS = LEASE_MS - 3, /* a DRIVE may be 1 ms old when it is seen, a tick takes time, and a
                                clock that is 5 % slow makes 1 ms more of it */
    RISE_STEPS = LIMIT_SLEW_PER_S * DUTY_STEPS / 1000,
    SOFT_STEPS = SOFT_SLEW_PER_S * DUTY_STEPS / 1000,
    CHECK_DUTY = LIMIT_CHECK_DUTY, /* signed, as duties are */
    TURNING_DUTY = 100,      /* T7: at more than 20 % a sound motor turns... */
    TURNING_MS = 100,        /* ...within this */
    SETTLED_MS = 200,        /* braked from the highest speed, it stands after this */
    CREPT_TELLS = 21,        /* encoder counts that are no backlash */
    GATE_TAIL_MS = LIMIT_CHECK_GATE_MS + 5, /* a sound gate is off this long after its last edge */
    ALL_SET = (1 << PARAMETERS) - 1
};

static int16_t magnitude(int16_t value) { return value < 0 ? (int16_t)-value : value; }

static int16_t bounded(int16_t value, int16_t most) {
    if (value > most) {
        return most;
    }
    return value < -most ? (int16_t)-most : value;
}

/* --- Settings ------------------------------------------------------------------------ */

static uint16_t *line_place(struct settings *settings, uint8_t index) {
    struct line *line = &settings->lines[index >= PARAMETER_B_ZERO];
    bool zero = index == PARAMETER_A_ZERO || index == PARAMETER_B_ZERO;

    return zero ? &line->zero : &line->span;
}

static bool within(uint8_t index, uint16_t value) {
    bool fitted = index != PARAMETER_B_SPAN || value == 0 || value >= PARAMETER_A_SPAN_LOW;

    return parameter_within(index, value) && fitted;
}

static void take(struct settings *settings, uint8_t index, uint16_t value) {
    switch (index) {
        case PARAMETER_LEVEL:
            settings->level_10pa = value;
            break;
        case PARAMETER_MOST_DUTY:
            settings->most_duty = (int16_t)value;
            break;
        case PARAMETER_SERVICE_DUTY:
            settings->service_duty = (int16_t)value;
            break;
        case PARAMETER_FITTED:
            settings->fitted = (uint8_t)value;
            break;
        default:
            *line_place(settings, index) = value;
            line_limits(&settings->lines[index >= PARAMETER_B_ZERO]);
    }
    settings->set = (uint8_t)(settings->set | 1u << index);
}

bool safety_set(struct safety *safety, uint8_t index, uint16_t value) {
    if (!within(index, value) || safety_live(safety)) {
        return false;
    }
    take(&safety->settings, index, value);
    safety->reference_kpa[0] = safety->reference_kpa[1] = 0;
    return true;
}

uint16_t safety_setting(const struct safety *safety, uint8_t index) {
    struct settings settings = safety->settings;

    switch (index) {
        case PARAMETER_LEVEL:
            return settings.level_10pa;
        case PARAMETER_MOST_DUTY:
            return (uint16_t)settings.most_duty;
        case PARAMETER_SERVICE_DUTY:
            return (uint16_t)settings.service_duty;
        case PARAMETER_FITTED:
            return settings.fitted;
        default:
            return index < PARAMETERS ? *line_place(&settings, index) : 0;
    }
}

static bool fits(const struct line *line) {
    return line->zero + line->span <= MOST_PAIN_COUNTS;
}

bool safety_configured(const struct safety *safety) {
    const struct settings *settings = &safety->settings;

    return settings->set == ALL_SET && fits(&settings->lines[0]) && fits(&settings->lines[1]);
}

_Static_assert(PARAMETER_LEVEL_HIGH <= LIMIT_LEVEL_10PA, "a level can only be tightened");
_Static_assert(LIMIT_RISE_PERMILLE % 10 == 0, "a rise is a whole number of 10 Pa for each kPa");

/* Where pressure is pain depends on the reference; one element a tick, because it takes time. */
static void renew_limits(struct safety *safety) {
    uint8_t reference_kpa = safety->lease.command.reference_kpa;
    uint8_t channel = safety->reference_kpa[0] != reference_kpa ? 0 : 1;
    const struct line *line = &safety->settings.lines[channel];
    struct pain_limits *limits = &safety->limits[channel];
    uint16_t reference_10pa = (uint16_t)(reference_kpa * 100u);
    uint16_t rise_10pa = (uint16_t)(reference_kpa * (LIMIT_RISE_PERMILLE / 10u));

    if (safety->reference_kpa[channel] == reference_kpa) {
        return;
    }
    if (rise_10pa < LIMIT_RISE_10PA) {
        rise_10pa = LIMIT_RISE_10PA;
    }
    limits->level = (uint16_t)(line->zero + counts_of(line, safety->settings.level_10pa));
    limits->rise = counts_of(line, rise_10pa);
    limits->above = (uint16_t)(line->zero + counts_of(line, reference_10pa + LIMIT_RISE_ABOVE_10PA));
    if (line->span == 0) { /* not fitted: never pain */
        limits->level = limits->rise = limits->above = UINT16_MAX;
    }
    safety->reference_kpa[channel] = reference_kpa;
}

/* The fast path knows where pressure is pain, in every element. */
static bool watched(const struct safety *safety) {
    return safety->reference_kpa[0] != 0 && safety->reference_kpa[1] != 0;
}

/* --- Presence ------------------------------------------------------------------------ */

static bool felt(const struct safety *safety, const struct inputs *in) {
    const struct line *lines = safety->settings.lines;

    return loaded(&lines[0], in->readings.counts[0]) || loaded(&lines[1], in->readings.counts[1]);
}

bool safety_foot_on(const struct safety *safety) {
    return safety->presence.away_ms < LIMIT_FOOT_GONE_MS;
}

/* Elements that are fitted must agree on a foot: one that drifts is none. */
static bool trodden(const struct safety *safety, const struct inputs *in) {
    const struct line *lines = safety->settings.lines;

    return loaded(&lines[0], in->readings.counts[0]) &&
           (lines[1].span == 0 || loaded(&lines[1], in->readings.counts[1]));
}

/* Whether the button went down in this tick. */
static bool pressed(struct presence *presence, bool down) {
    if (down == presence->start_down) {
        presence->start_ms = 0;
        return false;
    }
    if (++presence->start_ms < DEBOUNCE_MS) {
        return false;
    }
    presence->start_down = down;
    presence->start_ms = 0;
    return down;
}

/* What a press has allowed ends with a cut, with another host, and with a load on the carriage that
 * is moved without a foot. */
static bool ended(const struct safety *safety, const struct inputs *in) {
    bool serving = safety->out.gate && safety->out.duty != 0 && !safety_foot_on(safety);

    return safety->cut != CUT_NONE || in->hello || (serving && felt(safety, in));
}

/* A session has its time, and ends sooner when nobody is there. */
static bool timely(const struct presence *presence) {
    return presence->session_ms < LIMIT_SESSION_MS &&
           (presence->away_ms < LIMIT_AWAY_MS || presence->session_ms < LIMIT_AWAY_MS);
}

static void attend(struct safety *safety, const struct inputs *in) {
    struct presence *presence = &safety->presence;
    bool press = pressed(presence, in->start_down) && safety->cut == CUT_NONE;
    bool over = ended(safety, in);
    bool foot = trodden(safety, in);

    if (foot && presence->open && !safety_foot_on(safety)) {
        safety->lease.soft = true; /* it has just come: whatever is asked begins slowly */
    }
    presence->away_ms = foot ? 0 : presence->away_ms + (presence->away_ms < LIMIT_AWAY_MS);
    presence->session_ms += presence->open;
    presence->open = presence->open && !over && timely(presence);
    presence->held = press || (presence->held && presence->start_down && !over);
    if (press && !safety_live(safety) && safety_configured(safety)) {
        presence->session = (uint8_t)(presence->session % SESSIONS + 1u);
        presence->session_ms = 0;
        presence->open = true;
    }
}

/* --- The host's lease: T11 ----------------------------------------------------------- */

static bool leased(const struct lease *lease) { return lease->silent_ms < STALE_MS; }

/* A soft restart; whether it is one too many. */
static bool restarted(struct lease *lease) {
    lease->restarts++;
    lease->interrupted = false;
    lease->soft = true;
    return ages_again(lease->restart_ms, EARLIER_RESTARTS, SOFT_RESTARTS_MS);
}

static uint8_t lease_fault(struct safety *safety, const struct inputs *in) {
    struct lease *lease = &safety->lease;
    uint8_t fault = CUT_NONE;

    ages_grow(lease->restart_ms, EARLIER_RESTARTS);
    lease->silent_ms = older(lease->silent_ms);
    if (in->hello) {
        lease->silent_ms = LONG_AGO_MS;
    }
    if (!leased(lease) && safety_live(safety)) {
        lease->interrupted = true;
    }
    if (lease->interrupted && lease->silent_ms >= SOFT_RESTART_MS) {
        fault = CUT_LINK;
    } else if (in->driven && lease->interrupted && restarted(lease)) {
        fault = CUT_LINK;
    }
    if (fault != CUT_NONE) {
        lease->interrupted = false; /* it is said once; the cut stays */
    }
    if (in->driven) {
        lease->silent_ms = 0;
        lease->command = in->command;
    }
    return fault;
}

/* --- Gate, ends and motor: T14, T7 --------------------------------------------------- */

static uint8_t gate_fault(struct safety *safety, const struct inputs *in) {
    struct machine *machine = &safety->machine;
    bool fitted = safety->settings.fitted & FITTED_GATE;
    bool pulsed = safety->out.gate;

    machine->gate_off_ms = lasting(machine->gate_off_ms, fitted && pulsed && !in->gate_on);
    machine->gate_on_ms = lasting(machine->gate_on_ms, fitted && !pulsed && in->gate_on);
    if (machine->gate_off_ms >= LIMIT_UNPOWERED_MS) {
        return CUT_GATE_OFF;
    }
    return machine->gate_on_ms >= GATE_TAIL_MS ? CUT_GATE_ON : CUT_NONE;
}

static uint8_t ends_fault(struct safety *safety, const struct inputs *in) {
    struct machine *machine = &safety->machine;
    int16_t duty = safety->out.duty;
    bool both = in->heel_end_open && in->toe_end_open;
    bool leaves = (duty > CHECK_DUTY && in->heel_end_open) ||
                  (duty < -CHECK_DUTY && in->toe_end_open);

    machine->both_ends = both ? (uint8_t)(machine->both_ends + (machine->both_ends < TWICE)) : 0;
    machine->leaving_ms = lasting(machine->leaving_ms, leaves);
    if (machine->both_ends >= TWICE) {
        return CUT_ENDS_BOTH;
    }
    return machine->leaving_ms >= LIMIT_LEAVE_END_MS ? CUT_END_STUCK : CUT_NONE;
}

/* With an encoder: a driven motor turns, and one at rest stands. */
static uint8_t motor_fault(struct safety *safety, const struct inputs *in) {
    struct machine *machine = &safety->machine;
    bool turning = magnitude(safety->out.duty) > TURNING_DUTY;
    bool resting = machine->idle_ms >= SETTLED_MS;

    if (!(safety->settings.fitted & FITTED_ENCODER)) {
        return CUT_NONE;
    }
    machine->still_ms = lasting(machine->still_ms, turning && in->travelled == 0);
    machine->crept = resting ? (int16_t)(machine->crept + bounded(in->travelled, CREPT_TELLS)) : 0;
    if (magnitude(machine->crept) >= CREPT_TELLS) {
        machine->crept = 0; /* it is said once; the cut stays */
        return CUT_MOTOR;
    }
    return machine->still_ms >= TURNING_MS ? CUT_MOTOR : CUT_NONE;
}

/* --- What is cut ---------------------------------------------------------------------- */

static uint8_t first_fault(struct safety *safety, const struct inputs *in) {
    bool live = safety_live(safety);
    uint8_t link = lease_fault(safety, in);
    uint8_t sensor = CUT_NONE;
    uint8_t gate = gate_fault(safety, in);
    uint8_t ends = ends_fault(safety, in);
    uint8_t motor = motor_fault(safety, in);

    if (safety_configured(safety)) {
        sensor = sensors_fault(&safety->sensors, &in->readings, safety->settings.lines, live,
                               safety->out.duty != 0);
    }
    if (in->stop || in->stop_pressed) {
        return CUT_STOP;
    }
    if (in->hurt) {
        return in->hurt & HURT_LEVEL ? CUT_LEVEL : CUT_RISE;
    }
    if (in->failed != CUT_NONE) {
        return in->failed;
    }
    if (sensor != CUT_NONE) {
        return sensor;
    }
    if (gate != CUT_NONE) {
        return gate;
    }
    if (ends != CUT_NONE) {
        return ends;
    }
    return motor != CUT_NONE ? motor : link;
}

/* Without its lines nobody knows the pressure. */
static bool released(const struct safety *safety, const struct inputs *in) {
    return safety_configured(safety) && !felt(safety, in);
}

/* The first reason stays until it is acknowledged by its name, with the pressure released and
 * nothing wrong any more. */
static void latch(struct safety *safety, const struct inputs *in) {
    uint8_t fault = first_fault(safety, in);

    if (safety->cut == CUT_NONE) {
        safety->cut = fault;
    } else if (fault == CUT_NONE && in->acknowledged == safety->cut && released(safety, in)) {
        safety->cut = CUT_NONE;
    }
}

/* --- What moves ----------------------------------------------------------------------- */

bool safety_live(const struct safety *safety) {
    return safety->out.gate || safety->out.duty != 0;
}

static bool in_session(const struct safety *safety) {
    return safety->presence.open && safety->lease.command.session == safety->presence.session;
}

/* The carriage is moved without a foot, while the button is held that was pressed for it. */
static bool served(const struct safety *safety, const struct inputs *in) {
    return safety->presence.held && !felt(safety, in) && !safety_foot_on(safety) &&
           magnitude(safety->lease.command.duty) <= safety->settings.service_duty;
}

/* The self-test drives against an open gate: there must be no current. */
static bool tested(const struct safety *safety, const struct inputs *in) {
    const struct command *command = &safety->lease.command;

    return in_session(safety) && !command->gate && !in->gate_on &&
           (safety->settings.fitted & FITTED_GATE) &&
           magnitude(command->duty) <= CHECK_DUTY;
}

static bool may_move(const struct safety *safety, const struct inputs *in) {
    if ((in->heel_end_open && safety->lease.command.duty < 0) ||
        (in->toe_end_open && safety->lease.command.duty > 0)) {
        return false;
    }
    return (in_session(safety) && safety_foot_on(safety)) || served(safety, in) ||
           tested(safety, in);
}

static int16_t allowed_duty(const struct safety *safety, const struct inputs *in) {
    if (!safety->lease.command.enabled || !may_move(safety, in)) {
        return 0;
    }
    return bounded(safety->lease.command.duty, safety->settings.most_duty);
}

static bool opposed(int16_t one, int16_t other) {
    return (one > 0 && other < 0) || (one < 0 && other > 0);
}

/* The next duty on the way to `wanted`: up by the slew, down at once, a reversal through 0. */
static int16_t next_steps(const struct safety *safety, int16_t wanted) {
    const struct machine *machine = &safety->machine;
    int16_t now = machine->duty_steps, goal = (int16_t)(wanted * DUTY_STEPS);
    int16_t rise = safety->lease.soft ? SOFT_STEPS : RISE_STEPS;

    if (opposed(wanted, now) ||
        (opposed(wanted, machine->heading) && machine->idle_ms < LIMIT_DEAD_MS)) {
        return 0;
    }
    if (magnitude(goal) - magnitude(now) <= rise) {
        return goal;
    }
    return (int16_t)(goal > 0 ? now + rise : now - rise);
}

/* Whole units of duty, toward zero. */
static int16_t units(int16_t steps) {
    int16_t size = (int16_t)((uint16_t)magnitude(steps) / DUTY_STEPS);

    return steps < 0 ? (int16_t)-size : size;
}

static void rest(struct safety *safety) {
    struct outputs *out = &safety->out;

    safety->machine.duty_steps = 0;
    out->duty = 0;
    out->gate = false;
    out->brake = out->enabled = safety->machine.idle_ms < LIMIT_BRAKE_MS;
}

static void move(struct safety *safety, const struct inputs *in) {
    const struct command *command = &safety->lease.command;
    struct machine *machine = &safety->machine;
    struct outputs *out = &safety->out;
    int16_t wanted = allowed_duty(safety, in);

    machine->duty_steps = next_steps(safety, wanted);
    out->duty = units(machine->duty_steps);
    if (wanted != 0 && out->duty == wanted) {
        safety->lease.soft = false;
    }
    out->enabled = command->enabled;
    out->brake = command->brake || command->duty != out->duty;
    out->gate = command->gate && (in_session(safety) || served(safety, in));
}

void safety_begin(struct safety *safety, uint8_t cut, uint8_t session) {
    *safety = (struct safety){0};
    sensors_begin(&safety->sensors);
    safety->cut = cut == CUT_NONE || cut >= CUTS ? CUT_RESET : cut;
    safety->presence.session = session <= SESSIONS ? session : 0;
    safety->presence.away_ms = LIMIT_AWAY_MS;
    safety->presence.start_down = true; /* held at boot, it is no press */
    safety->lease.silent_ms = LONG_AGO_MS;
    ages_forget(safety->lease.restart_ms, EARLIER_RESTARTS);
    safety->machine.idle_ms = LONG_AGO_MS;
    safety->limits[0].level = safety->limits[1].level = UINT16_MAX;
    safety->limits[0].above = safety->limits[1].above = UINT16_MAX;
}

void safety_judge(struct safety *safety, const struct inputs *in) { latch(safety, in); }

void safety_act(struct safety *safety, const struct inputs *in) {
    struct machine *machine = &safety->machine;

    attend(safety, in);
    if (safety_configured(safety)) {
        renew_limits(safety);
    }
    if (safety->cut == CUT_NONE && leased(&safety->lease) && watched(safety)) {
        move(safety, in);
    } else {
        rest(safety);
    }
    machine->idle_ms = safety->out.duty == 0 ? older(machine->idle_ms) : 0;
    if (safety->out.duty != 0) {
        machine->heading = safety->out.duty > 0 ? 1 : -1;
    }
}

void safety_tick(struct safety *safety, const struct inputs *in) {
    safety_judge(safety, in);
    safety_act(safety, in);
}
