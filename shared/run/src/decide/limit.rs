//! launch: the limits on launches per day. Each is an item of the ledger with a set of tickets.
//!
//! An item is named after the day, in UTC, so that nothing has to be reset. A ticket stands for one claim of one run: a
//! repeated claim takes the same ticket, and returning a ticket can't remove another claim's.

use crate::Timestamp;

/// The stack's limits; `None`: none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DailyLimits {
    /// Launches of the whole stack.
    pub stack: Option<u32>,
    /// Launches of what one uploader uploaded. S3 names the uploader's AWS account, not the person (S3 user guide,
    /// "EventBridge event message structure", `requester`).
    pub uploader: Option<u32>,
    /// Launches of one dataset.
    pub dataset: Option<u32>,
}

/// A limit that counts a launch before its run is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyLimit {
    /// The ledger's key.
    pub item: String,
    /// Maximum number of tickets.
    pub max: u32,
    /// Why a run is blocked once the limit is reached.
    pub reason: String,
}

/// The end of every such reason.
pub const RESUMES: &str = "launches resume at 00:00 UTC";

impl DailyLimits {
    /// The limits that a launch counts under, the narrowest first: a ticket of a narrow limit must not be lost because
    /// a wider limit is reached.
    pub fn places(&self, dataset: &str, uploader: Option<&str>, now: Timestamp) -> Vec<DailyLimit> {
        let day = now.strftime("%Y-%m-%d").to_string();
        let uploader = uploader.unwrap_or("unknown");
        let limits = [
            (self.dataset, format!("launches#{day}#dataset#{dataset}"), " for one dataset"),
            (self.uploader, format!("launches#{day}#uploader#{uploader}"), " for one uploader"),
            (self.stack, format!("launches#{day}"), ""),
        ];
        let place = |(max, item, whose): (Option<u32>, String, &str)| {
            let max = max?;
            let reason = format!("the stack's limit of {max} launches per day{whose} is reached; {RESUMES}");
            Some(DailyLimit { item, max, reason })
        };
        limits.into_iter().filter_map(place).collect()
    }
}

/// The ticket of one claim of a run. `revision` is the run's revision before the claim.
pub fn ticket(run_id: &str, revision: u64) -> String {
    format!("{run_id}@{revision}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_its_item_of_the_day_in_utc() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let limits = DailyLimits { stack: Some(5), uploader: Some(1), dataset: Some(2) };
        let items = |now: &str| -> Vec<String> {
            limits.places("bot", Some("111122223333"), at(now)).into_iter().map(|place| place.item).collect()
        };
        let all =
            ["launches#2026-11-29#dataset#bot", "launches#2026-11-29#uploader#111122223333", "launches#2026-11-29"];
        assert_eq!(items("2026-11-29T23:59:59.999Z"), all);
        assert_eq!(items("2026-11-29T23:30:00-01:00")[2], "launches#2026-11-30");
        assert_eq!(items("2026-11-30T00:00:00Z")[2], "launches#2026-11-30");
        let reasons: Vec<String> =
            limits.places("bot", None, at("2026-11-29T12:00:00Z")).into_iter().map(|place| place.reason).collect();
        assert_eq!(reasons[2], "the stack's limit of 5 launches per day is reached; launches resume at 00:00 UTC");
        assert_eq!(
            reasons[1],
            "the stack's limit of 1 launches per day for one uploader is reached; launches resume at 00:00 UTC"
        );
        assert_eq!(DailyLimits::default().places("bot", None, at("2026-11-29T12:00:00Z")), []);
    }
}
