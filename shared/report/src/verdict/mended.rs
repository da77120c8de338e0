//! What is mended since the dataset was rejected before.

use std::collections::BTreeMap;

use serde::Serialize;
use tunedrop_validation::{Code, Findings};

use crate::wording::{counted, grouped, listed, moment};

/// The dataset's findings now, beside those of the rejection before: compared by code, for lines move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mended {
    /// The run that was rejected.
    pub rejected_run: String,
    /// RFC 3339: when its newest file was dropped.
    pub rejected_at: String,
    /// Findings that it had.
    pub findings: u64,
    /// How many of each code are there no longer.
    pub gone: BTreeMap<String, u64>,
    /// How many of each code came since.
    pub new: BTreeMap<String, u64>,
}

impl Mended {
    /// Compares `before`, by the codes' names, with what was found now.
    pub fn since(rejected_run: &str, rejected_at: &str, before: &BTreeMap<String, u64>, now: &Findings) -> Mended {
        let now: BTreeMap<String, u64> = now.counts.iter().map(|(code, n)| (code.as_str().to_owned(), *n)).collect();
        Mended {
            rejected_run: rejected_run.to_owned(),
            rejected_at: rejected_at.to_owned(),
            findings: before.values().sum(),
            gone: more(before, &now),
            new: more(&now, before),
        }
    }

    /// One sentence, for the top of the page and for the message.
    pub fn sentence(&self) -> String {
        let (gone, new) = (self.gone.values().sum::<u64>(), self.new.values().sum::<u64>());
        let when = moment(&self.rejected_at);
        let of = counted(self.findings, "finding");
        let gone = match gone {
            0 => format!("none of {of} is gone"),
            _ if gone == self.findings && gone == 1 => "its 1 finding is gone".to_owned(),
            _ if gone == self.findings => format!("all {of} are gone"),
            _ => format!("{} of {of} {} gone", grouped(gone), if gone == 1 { "is" } else { "are" }),
        };
        let new = if new > 0 {
            format!("; {} new", if new == 1 { "1 is".to_owned() } else { format!("{} are", grouped(new)) })
        } else {
            String::new()
        };
        format!("Since the rejection of {when}, {gone}{new}.")
    }

    /// Which codes have gone for good, in words; `None` where none has.
    pub(super) fn done(&self, now: &Findings) -> Option<String> {
        let left = |name: &&String| !now.counts.keys().any(|code| code.as_str() == name.as_str());
        let title = |name: &String| {
            Code::from_name(name).map_or(name.clone(), |code| format!("{} ({name})", code.info().title))
        };
        let titles: Vec<String> = self.gone.keys().filter(left).map(title).collect();
        (!titles.is_empty()).then(|| format!("Mended since: {}.", listed(&titles)))
    }
}

/// By how much the counts of `these` exceed those of `those`.
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

    use super::Mended;

    #[track_caller]
    fn check(before: &[(&str, u64)], now: &[(Code, u64)], sentence: &str, done: Option<&str>) {
        let before = before.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        let now = Findings { counts: BTreeMap::from_iter(now.iter().copied()), ..Findings::default() };
        let mended = Mended::since("a-1", "2026-11-23T04:00:00Z", &before, &now);
        assert_eq!(mended.sentence(), format!("Since the rejection of 2026-11-23 04:00:00 UTC, {sentence}."));
        assert_eq!(mended.done(&now).as_deref(), done);
    }

    #[test]
    fn findings_are_compared_by_code() {
        let before = [("empty-text", 3), ("unpaired-turn", 2)];
        let unpaired = Some("Mended since: Empty text (empty-text).");
        check(&before, &[(Code::UnpairedTurn, 2)], "3 of 5 findings are gone", unpaired);
        check(&before, &[(Code::UnpairedTurn, 3)], "3 of 5 findings are gone; 1 is new", unpaired);
        check(&before, &[(Code::UnpairedTurn, 2), (Code::EmptyText, 5)], "none of 5 findings is gone; 2 are new", None);
        check(&before, &[(Code::UnpairedTurn, 2), (Code::EmptyText, 2)], "1 of 5 findings is gone", None);
        check(&[("empty-text", 1)], &[], "its 1 finding is gone", unpaired);
        check(&[("empty-text", 2)], &[], "all 2 findings are gone", unpaired);
        check(&[("a-code-of-old", 2)], &[], "all 2 findings are gone", Some("Mended since: a-code-of-old."));
    }
}
