//! When a deployment expires.

use super::{DeployStep, delete};
use crate::Timestamp;
use crate::deployment::Deployment;

/// Seconds before the end of a deployment at which its owner is notified; at half time, if it lasts for less than twice as
/// long.
pub const NOTICE_S: i64 = 86_400;

/// The end of a deployment that answers since `now`; `None` if it doesn't expire.
pub(super) fn end_of(was: &Deployment, now: &str) -> Option<String> {
    later(now, was.expires_after_s?)
}

/// Whether it has expired.
pub fn has_ended(deployment: &Deployment, now: &str) -> bool {
    let time = |text: &str| text.parse::<Timestamp>().ok();
    match (deployment.ends_at.as_deref().and_then(time), time(now)) {
        (Some(end), Some(now)) => now >= end,
        _ => false,
    }
}

/// Whether its owner is to be notified that it ends soon.
pub fn ends_soon(deployment: &Deployment, now: &str) -> bool {
    let time = |text: &str| text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let Some((end, now)) = deployment.ends_at.as_deref().and_then(time).zip(time(now)) else { return false };
    let lasts = deployment.expires_after_s.unwrap_or(2 * NOTICE_S);
    deployment.state.answers() && now < end && now >= end - NOTICE_S.min(lasts / 2)
}

/// The deletion of an expired deployment.
pub(super) fn expired(was: &Deployment, now: &str) -> DeployStep {
    match delete(Some(was), None, "it expired", now) {
        Ok(next) => DeployStep::Write(Box::new(next)),
        Err(_) => DeployStep::Done,
    }
}

/// The time so many seconds after `now` (RFC 3339).
pub(super) fn later(now: &str, seconds: i64) -> Option<String> {
    let end = Timestamp::from_second(now.parse::<Timestamp>().ok()?.as_second().checked_add(seconds)?).ok()?;
    Some(format!("{end:.3}"))
}
