//! What changed since the dataset's last rejection.

use std::collections::BTreeMap;

use serde::Serialize;
use tunedrop_validation::{Code, Findings};

use crate::wording::{counted, grouped, listed, moment};

/// The dataset's findings compared with those of its last rejection. They are compared by code, because lines move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FixedFindings {
    /// The run that was rejected.
    pub rejected_run: String,
    /// RFC 3339: when the newest file of that run was uploaded.
    pub rejected_at: String,
    /// The number of findings that it had.
    pub findings: u64,
    /// The number of resolved findings, by code.
    pub gone: BTreeMap<String, u64>,
    /// The number of new findings, by code.
    pub new: BTreeMap<String, u64>,
}

impl FixedFindings {
    /// Compares the counts before, by the codes' names, with the findings now.
    pub fn since(
        rejected_run: &str,
        rejected_at: &str,
        before: &BTreeMap<String, u64>,
        now: &Findings,
    ) -> FixedFindings {
        let now: BTreeMap<String, u64> = now.counts.iter().map(|(code, n)| (code.as_str().to_owned(), *n)).collect();
        FixedFindings {
            rejected_run: rejected_run.to_owned(),
            rejected_at: rejected_at.to_owned(),
            findings: before.values().sum(),
            gone: more(before, &now),
            new: more(&now, before),
        }
    }

    /// One sentence, for the top of the report and for the message.
    pub fn sentence(&self) -> String {
        let (gone, new) = (self.gone.values().sum::<u64>(), self.new.values().sum::<u64>());
        let when = moment(&self.rejected_at);
        let of = counted(self.findings, "finding");
        let gone = match gone {
            0 => format!("none of {of} is resolved"),
            1 if self.findings == 1 => "the only finding is resolved".to_owned(),
            _ if gone == self.findings => format!("all {of} are resolved"),
            _ => format!("{} of {of} {} resolved", grouped(gone), if gone == 1 { "is" } else { "are" }),
        };
        let new = if new > 0 {
            format!(", and {} new", if new == 1 { "1 is".to_owned() } else { format!("{} are", grouped(new)) })
        } else {
            String::new()
        };
        format!("Since the rejection at {when}, {gone}{new}.")
    }

    /// The codes that have no findings any more, in words; `None` if there are none.
    pub(super) fn resolved(&self, now: &Findings) -> Option<String> {
        let left = |name: &&String| !now.counts.keys().any(|code| code.as_str() == name.as_str());
        let title = |name: &String| {
            Code::from_name(name).map_or(name.clone(), |code| format!("{} ({name})", code.info().title))
        };
        let titles: Vec<String> = self.gone.keys().filter(left).map(title).collect();
        (!titles.is_empty()).then(|| format!("Resolved: {}.", listed(&titles)))
    }
}

/// How much the counts of `these` exceed the counts of `those`.
fn more(these: &BTreeMap<String, u64>, those: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let excess = |(name, count): (&String, &u64)| {
        let more = count.saturating_sub(those.get(name).copied().unwrap_or_default());
        (more > 0).then(|| (name.clone(), more))
    };
    these.iter().filter_map(excess).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tunedrop_validation::{Code, Findings};

    use super::FixedFindings;

    #[track_caller]
    fn check(before: &[(&str, u64)], now: &[(Code, u64)], sentence: &str, resolved: Option<&str>) {
        let before = before.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        let now = Findings { counts: BTreeMap::from_iter(now.iter().copied()), ..Findings::default() };
        let fixed = FixedFindings::since("a-1", "2026-11-23T04:00:00Z", &before, &now);
        assert_eq!(fixed.sentence(), format!("Since the rejection at 2026-11-23 04:00:00 UTC, {sentence}."));
        assert_eq!(fixed.resolved(&now).as_deref(), resolved);
    }

    #[test]
    fn compares_findings_by_code() {
        let before = [("empty-text", 3), ("unpaired-turn", 2)];
        let unpaired = Some("Resolved: Empty text (empty-text).");
        check(&before, &[(Code::UnpairedTurn, 2)], "3 of 5 findings are resolved", unpaired);
        check(&before, &[(Code::UnpairedTurn, 3)], "3 of 5 findings are resolved, and 1 is new", unpaired);
        check(
            &before,
            &[(Code::UnpairedTurn, 2), (Code::EmptyText, 5)],
            "none of 5 findings is resolved, and 2 are new",
            None,
        );
        check(&before, &[(Code::UnpairedTurn, 2), (Code::EmptyText, 2)], "1 of 5 findings is resolved", None);
        check(&[("empty-text", 1)], &[], "the only finding is resolved", unpaired);
        check(&[("empty-text", 2)], &[], "all 2 findings are resolved", unpaired);
        check(&[("a-code-of-old", 2)], &[], "all 2 findings are resolved", Some("Resolved: a-code-of-old."));
    }
}
