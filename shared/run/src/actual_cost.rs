//! What AWS billed for a run, as Cost Explorer has it by the tag of its job and its custom model.

use serde::Serialize;

use crate::{Run, Timestamp};

/// The tag of a run's job and of its custom model, with the run's id.
pub const RUN_TAG: &str = "tunedrop:run";
/// Seconds after the end of a job until its cost is looked up. Cost Explorer's data is a day old or more, and costs can still
/// change until the bill is final (Cost Management user guide, "Analyzing your costs and usage with AWS Cost Explorer").
pub const BILLED_AFTER_S: i64 = 2 * 86_400;
/// US dollars for a request to Cost Explorer, each page of an answer included
/// (<https://aws.amazon.com/aws-cost-management/aws-cost-explorer/faqs>).
pub const REQUEST_USD: f64 = 0.01;
/// Days back for which Cost Explorer has data without more settings: at least the 13 months before this one.
const DAYS_MAX: i64 = 395;
const DAY_S: i64 = 86_400;

/// Why the cost isn't looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotYet {
    /// The run never had a job, so it was billed nothing.
    NoJob,
    /// The run hasn't ended.
    NotEnded,
    /// Cost Explorer doesn't have it before this time.
    TooEarly(Timestamp),
}

/// The days to look at: from the first one to the last one, which isn't included, as `YYYY-MM-DD`.
///
/// # Errors
///
/// Why it can't be known yet.
pub fn billed_period(run: &Run, now: Timestamp) -> Result<(String, String), NotYet> {
    if run.job_arn.is_none() {
        return Err(NotYet::NoJob);
    }
    if !run.state.is_end() {
        return Err(NotYet::NotEnded);
    }
    let second = |text: &str| text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let now = now.as_second();
    // A time that can't be parsed delays nothing.
    let ready = second(&run.changed_at).unwrap_or(0) + BILLED_AFTER_S;
    if now < ready {
        return Err(NotYet::TooEarly(Timestamp::from_second(ready).unwrap_or(Timestamp::MAX)));
    }
    let first = second(&run.uploaded_at).unwrap_or(0).max(now - DAYS_MAX * DAY_S);
    let day = |at: i64| Timestamp::from_second(at).unwrap_or_default().to_string().chars().take(10).collect();
    Ok((day(first), day(now + DAY_S)))
}

/// What was billed for one kind of use.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BilledUse {
    /// AWS's name of the use, such as `USE1-NovaLite-Customization-Training`.
    pub usage_type: String,
    /// `training`, `storage`, `reinforcement`, `requests`, `provisioned throughput` or `other`.
    pub kind: &'static str,
    /// US dollars.
    pub usd: f64,
}

/// What was billed for a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActualCost {
    /// US dollars: the sum.
    pub usd: f64,
    /// The largest first.
    pub uses: Vec<BilledUse>,
}

impl ActualCost {
    /// Sums rows of usage type and US dollars, of several months and pages.
    pub fn of(rows: impl IntoIterator<Item = (String, f64)>) -> ActualCost {
        let mut sums = std::collections::BTreeMap::<String, f64>::new();
        for (usage_type, usd) in rows.into_iter().filter(|(_, usd)| usd.is_finite()) {
            *sums.entry(usage_type).or_default() += usd;
        }
        let mut uses: Vec<BilledUse> = sums
            .into_iter()
            .filter(|(_, usd)| *usd != 0.0)
            .map(|(usage_type, usd)| BilledUse { kind: kind(&usage_type), usage_type, usd })
            .collect();
        uses.sort_by(|one, other| other.usd.total_cmp(&one.usd));
        ActualCost { usd: uses.iter().map(|one| one.usd).sum(), uses }
    }
}

/// What a usage type bills. The names are those of the Price List (`prices/listing.rs`).
fn kind(usage_type: &str) -> &'static str {
    let kinds = [
        ("Customization-Training", "training"),
        ("RFT-Training", "reinforcement"),
        ("Customization-Storage", "storage"),
        ("ProvisionedThroughput", "provisioned throughput"),
        ("tokens", "requests"),
    ];
    kinds.into_iter().find(|(part, _)| usage_type.contains(part)).map_or("other", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;

    fn run(state: State, changed_at: &str) -> Run {
        let run = serde_json::json!({
            "schema": 1, "run_id": "bot-000000000001", "revision": 1, "dataset": "bot", "state": state, "identity": "",
            "attempt": 1, "job_arn": "arn", "uploaded_at": "2026-11-20T23:59:00Z", "changed_at": changed_at,
        });
        serde_json::from_value(run).expect("a run")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn cost_is_known_two_days_after_the_end() {
        let ended = run(State::Succeeded, "2026-11-21T10:00:00Z");
        let early = billed_period(&ended, at("2026-11-23T09:59:59Z"));
        assert_eq!(early, Err(NotYet::TooEarly(at("2026-11-23T10:00:00Z"))));
        let period = billed_period(&ended, at("2026-11-23T10:00:00Z"));
        assert_eq!(period, Ok(("2026-11-20".to_owned(), "2026-11-24".to_owned())));
        let years = billed_period(&ended, at("2029-01-01T00:00:00Z"));
        assert_eq!(years, Ok(("2027-12-03".to_owned(), "2029-01-02".to_owned())), "Cost Explorer has 13 months");
    }

    #[test]
    fn run_without_a_job_or_an_end_has_no_cost_yet() {
        let now = at("2026-12-01T00:00:00Z");
        assert_eq!(billed_period(&run(State::Running, "2026-11-21T10:00:00Z"), now), Err(NotYet::NotEnded));
        let refused = Run { job_arn: None, ..run(State::Refused, "2026-11-21T10:00:00Z") };
        assert_eq!(billed_period(&refused, now), Err(NotYet::NoJob));
    }

    #[test]
    fn uses_are_summed_and_sorted() {
        let row = |name: &str, usd: f64| (name.to_owned(), usd);
        let cost = ActualCost::of([
            row("USE1-NovaLite-Customization-Storage", 0.5),
            row("USE1-NovaLite-Customization-Training", 2.0),
            row("USE1-NovaLite-Customization-Storage", 0.25),
            row("USE1-NovaLite-input-tokens-custom-model", 0.1),
            row("USE1-Nova2.0Lite-RFT-Training-Hours", 0.0),
            row("Tax", 0.01),
            row("broken", f64::NAN),
        ]);
        let kinds: Vec<(&str, f64)> = cost.uses.iter().map(|one| (one.kind, one.usd)).collect();
        assert_eq!(kinds, [("training", 2.0), ("storage", 0.75), ("requests", 0.1), ("other", 0.01)]);
        assert!((cost.usd - 2.86).abs() < 1e-9);
        assert_eq!(ActualCost::of([]), ActualCost { usd: 0.0, uses: Vec::new() });
    }
}
