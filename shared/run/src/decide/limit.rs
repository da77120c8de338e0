//! launch: the limits on launches a day, each a set of tickets in an item of the ledger.
//!
//! An item is named after the day, in UTC, so that nothing has to be set back. A ticket stands for one claim of one run:
//! the same claim, made twice, is one ticket, and giving one back can't touch another claim's.

use crate::Timestamp;

/// The stack's limits; `None`: none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayLimits {
    /// Launches of the whole stack.
    pub stack: Option<u32>,
    /// Launches of what one uploader uploaded. S3 names the uploader's AWS account, not the person (S3 user guide,
    /// "EventBridge event message structure", `requester`).
    pub uploader: Option<u32>,
    /// Launches of one dataset.
    pub dataset: Option<u32>,
}

/// A place under a limit, to be taken before a run is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The ledger's key.
    pub item: String,
    /// How many tickets it holds.
    pub max: u32,
    /// What a run waits for while there is no place.
    pub reason: String,
}

/// How every such reason ends.
pub const RESUMES: &str = "launches resume at 00:00 UTC";

impl DayLimits {
    /// The places that a launch takes now, the narrowest limit first: what it takes under one must not be lost to others
    /// because a wider one is reached.
    pub fn places(&self, dataset: &str, uploader: Option<&str>, now: Timestamp) -> Vec<Place> {
        let day = now.strftime("%Y-%m-%d").to_string();
        let uploader = uploader.unwrap_or("unknown");
        let limits = [
            (self.dataset, format!("day#{day}#dataset#{dataset}"), " for one dataset"),
            (self.uploader, format!("day#{day}#uploader#{uploader}"), " for one uploader"),
            (self.stack, format!("day#{day}"), ""),
        ];
        let place = |(max, item, whose): (Option<u32>, String, &str)| {
            let max = max?;
            let reason = format!("the stack's limit of {max} launches per day{whose} is reached; {RESUMES}");
            Some(Place { item, max, reason })
        };
        limits.into_iter().filter_map(place).collect()
    }
}

/// What one claim of a run leaves in an item: `revision` is the run's before the claim.
pub fn ticket(run_id: &str, revision: u64) -> String {
    format!("{run_id}@{revision}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_its_item_of_the_day_in_utc() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let limits = DayLimits { stack: Some(5), uploader: Some(1), dataset: Some(2) };
        let items = |now: &str| -> Vec<String> {
            limits.places("bot", Some("111122223333"), at(now)).into_iter().map(|place| place.item).collect()
        };
        let all = ["day#2026-11-29#dataset#bot", "day#2026-11-29#uploader#111122223333", "day#2026-11-29"];
        assert_eq!(items("2026-11-29T23:59:59.999Z"), all);
        assert_eq!(items("2026-11-29T23:30:00-01:00")[2], "day#2026-11-30");
        assert_eq!(items("2026-11-30T00:00:00Z")[2], "day#2026-11-30");
        let reasons: Vec<String> =
            limits.places("bot", None, at("2026-11-29T12:00:00Z")).into_iter().map(|place| place.reason).collect();
        assert_eq!(reasons[2], "the stack's limit of 5 launches per day is reached; launches resume at 00:00 UTC");
        assert_eq!(
            reasons[1],
            "the stack's limit of 1 launches per day for one uploader is reached; launches resume at 00:00 UTC"
        );
        assert_eq!(DayLimits::default().places("bot", None, at("2026-11-29T12:00:00Z")), []);
    }
}
