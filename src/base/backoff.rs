//! When what has failed is tried again.

use chrono::TimeDelta;

/// After so many attempts nobody tries again by himself.
const MAX_ATTEMPTS: i32 = 25;
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(2);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);

/// How long to wait after so many attempts, which doubles with each; `None` to give up. `chance` is
/// between 0 and 1, so that what failed together is not tried again together.
pub fn pause(attempts: i32, chance: f64) -> Option<TimeDelta> {
    if attempts >= MAX_ATTEMPTS {
        return None;
    }
    let doubled = FIRST_PAUSE.num_milliseconds() << (attempts - 1).clamp(0, 20);
    let pause = doubled.min(LONGEST_PAUSE.num_milliseconds());
    Some(TimeDelta::milliseconds((pause as f64 * (0.5 + chance / 2.0)) as i64))
}
