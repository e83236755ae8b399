/* The limits the firmware applies by itself. Made from controller/limits.py by `make generate`. */

#ifndef LIMITS_H
#define LIMITS_H

#define LIMIT_LEVEL_10PA 7500u /* level_kpa, kPa: T1: pressure that is pain */
#define LIMIT_LEVEL_SAMPLES 2u /* level_samples, samples: T1: in a row */
#define LIMIT_RISE_10PA 1000u /* rise_kpa, kPa: T2: least rise that is pain */
#define LIMIT_RISE_PERMILLE 400u /* rise_ratio, of reference: T2: rise that is pain */
#define LIMIT_RISE_WINDOW_MS 20u /* rise_window_s, s: T2: over this time */
#define LIMIT_RISE_ABOVE_10PA 750u /* rise_above_kpa, kPa: T2: and this far above reference */
#define LIMIT_FOOT_10PA 400u /* foot_kpa, kPa: T5: less is no foot */
#define LIMIT_FOOT_GONE_MS 100u /* foot_gone_s, s: T5: for this long */
#define LIMIT_STALE_MS 20u /* stale_s, s: T9: longest without a new sample */
#define LIMIT_GAP_MS 10u /* gap_s, s: T9: a gap between samples */
#define LIMIT_GAPS 3u /* gaps, in 1 s: T9: so many gaps are a fault */
#define LIMIT_FROZEN_MS 200u /* frozen_s, s: T9: same value while moving */
#define LIMIT_APART_10PA 600u /* apart_kpa, kPa: T9: two channels apart */
#define LIMIT_APART_PERMILLE 250u /* apart_ratio, of pressure: T9: two channels apart */
#define LIMIT_APART_MS 50u /* apart_s, s: T9: for this long */
#define LIMIT_ZERO_10PA 400u /* zero_kpa, kPa: T9: drift of the zero */
#define LIMIT_WILD_10PA 1500u /* wild_kpa, kPa: T9: off both neighbours, same side */
#define LIMIT_WILDS 3u /* wilds, in 1 s: T9: more wild samples are a fault */
#define LIMIT_UNPOWERED_MS 30u /* unpowered_s, s: T14: gate off so long while pulsed */
#define LIMIT_LEAVE_END_MS 1000u /* leave_end_s, s: T14: an end that is left closes within this */
#define LIMIT_BRAKE_MS 100u /* brake_s, s: short brake after a stop */
#define LIMIT_DEAD_MS 100u /* dead_s, s: reversal: dead time at duty 0 */
#define LIMIT_SESSION_MS 1200000UL /* session_time_s, s: T10: time per session */
#define LIMIT_AWAY_MS 120000UL /* away_s, s: foot absent so long closes the session */
#define LIMIT_CHECK_DUTY 50u /* check_duty, duty: self-test: motor asked, gate off */
#define LIMIT_CHECK_GATE_MS 50u /* check_gate_s, s: self-test: the gate follows in this */
#define LIMIT_SLEW_PER_S 500u /* slew_per_s, duty/s: duty upward; downward is free */

#endif
