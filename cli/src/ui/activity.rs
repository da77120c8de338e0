//! The feed of what happened: states that changed, and commands that were sent from here.

use std::collections::VecDeque;
use std::sync::Arc;

use tunedrop_run::{Deployment, EvaluationEntry, Run, Timestamp};

use super::mirror::Mirror;
use crate::format::visible;

/// Entries that are kept.
const KEPT: usize = 200;

/// An entry. The texts are for people, and not escaped for HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Activity {
    /// RFC 3339.
    pub(crate) at: String,
    /// What it is about, such as a run's id.
    pub(crate) about: String,
    /// The page about it.
    pub(crate) address: String,
    /// What happened, as the rest of the sentence.
    pub(crate) what: String,
    /// Whether it is a command that was sent from here.
    pub(crate) is_sent: bool,
}

impl Activity {
    /// The time of day, in UTC.
    pub(crate) fn time(&self) -> &str {
        self.at.get(11..19).unwrap_or(&self.at)
    }

    /// A command that was sent from here, now.
    pub(crate) fn sent(about: &str, address: String, what: &str) -> Activity {
        let at = format!("{:.3}", Timestamp::now());
        Activity { at, about: visible(about), address, what: what.to_owned(), is_sent: true }
    }

    fn of_run(run: &Run) -> Activity {
        let what = format!("is {}", run.state.as_str());
        Activity {
            at: run.changed_at.clone(),
            about: visible(&run.run_id),
            address: address(&run.run_id),
            what,
            is_sent: false,
        }
    }

    fn of_deployment(one: &Deployment) -> Activity {
        let serves = one.serving.as_ref().filter(|_| one.state.answers());
        let serves = serves.map(|run_id| format!(" and serves {}", visible(run_id))).unwrap_or_default();
        let what = format!("is {}{serves}", one.state.as_str());
        let run_id = one.serving.as_ref().unwrap_or(&one.run_id);
        let about = format!("Deployment {}", visible(&one.name));
        let address = format!("{}#deployment", address(run_id));
        Activity { at: one.changed_at.clone(), about, address, what, is_sent: false }
    }

    fn of_evaluation(one: &EvaluationEntry) -> Activity {
        let about = format!("Evaluation of {}", visible(&one.run_id));
        let what = format!("is {}", one.state.as_str());
        let address = format!("{}#evaluation", address(&one.run_id));
        Activity { at: one.changed_at.clone(), about, address, what, is_sent: false }
    }
}

/// The page of a run.
pub(crate) fn address(run_id: &str) -> String {
    format!("/runs/{run_id}")
}

/// The entries, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Feed(VecDeque<Activity>);

impl Feed {
    pub(super) fn add(&mut self, activity: Activity) {
        self.0.push_back(activity);
        self.cut();
    }

    fn cut(&mut self) {
        let surplus = self.0.len().saturating_sub(KEPT);
        self.0.drain(..surplus);
    }

    /// The last command about a page that was sent after a time (RFC 3339).
    pub(super) fn sent_after(&self, address: &str, at: &str) -> Option<Activity> {
        let mut newest = self.0.iter().rev();
        newest.find(|one| one.is_sent && one.address == address).filter(|one| one.at.as_str() > at).cloned()
    }

    pub(super) fn newest(&self, most: usize) -> Vec<Activity> {
        self.0.iter().rev().take(most).cloned().collect()
    }

    /// Adds every state that differs between two copies of the ledger. Of the first copy, that is everything, and of the
    /// copy after a part of it, too: what is older comes first.
    pub(super) fn compare(&mut self, was: &Mirror, is: &Mirror) {
        let nothing = Mirror::default();
        let was_part = was.is_reading;
        let was = if was_part { &nothing } else { was };
        if was_part {
            self.0.retain(|one| one.is_sent);
        }
        let runs = is.runs.iter().filter(|(id, run)| was.runs.get(*id).is_none_or(|old| old.state != run.state));
        let mut new: Vec<Activity> = runs.map(|(_, run)| Activity::of_run(run)).collect();
        let differs = |old: &Arc<Deployment>, one: &Deployment| old.state != one.state || old.serving != one.serving;
        let deployments = is.deployments.iter().filter(|(name, one)| {
            one.evaluation.is_none() && was.deployments.get(*name).is_none_or(|old| differs(old, one))
        });
        new.extend(deployments.map(|(_, one)| Activity::of_deployment(one)));
        let evaluations = is.evaluations.iter().filter(|(id, one)| {
            was.evaluations.get(*id).is_none_or(|old| (old.state, old.number) != (one.state, one.number))
        });
        new.extend(evaluations.map(|(_, one)| Activity::of_evaluation(one)));
        new.sort_by(|a, b| a.at.cmp(&b.at));
        self.0.extend(new);
        if was_part {
            self.0.make_contiguous().sort_by(|a, b| a.at.cmp(&b.at));
        }
        self.cut();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mirror(states: &[(&str, &str, &str)]) -> Mirror {
        let run = |(id, state, at): &(&str, &str, &str)| -> Arc<Run> {
            let run = serde_json::from_value(json!({
                "schema": 1, "run_id": id, "revision": 1, "dataset": "bot", "state": state, "identity": "0",
                "attempt": 1, "uploaded_at": "2026-11-30T07:00:00.000Z", "changed_at": at,
            }));
            Arc::new(run.expect("a run"))
        };
        let runs = states.iter().map(run).map(|run| (run.run_id.clone(), run)).collect();
        Mirror { runs, ..Mirror::default() }
    }

    #[test]
    fn older_runs_that_are_read_later_come_first() {
        let (old, new) = ("bot-000000000001", "bot-000000000002");
        let mut part = mirror(&[(new, "Failed", "2026-11-30T09:00:00Z")]);
        part.is_reading = true;
        let whole = mirror(&[(new, "Failed", "2026-11-30T09:00:00Z"), (old, "Succeeded", "2026-11-30T08:00:00Z")]);
        let mut feed = Feed::default();
        feed.compare(&Mirror::default(), &part);
        feed.compare(&part, &whole);
        let shown: Vec<String> = feed.newest(9).into_iter().map(|one| one.about).collect();
        assert_eq!(shown, [new, old]);
    }

    #[test]
    fn every_change_of_state_is_one_entry() {
        let (one, two) = ("bot-000000000001", "bot-000000000002");
        let first = mirror(&[(one, "Running", "2026-11-30T08:00:00Z"), (two, "Failed", "2026-11-30T07:30:00Z")]);
        let second = mirror(&[(one, "Succeeded", "2026-11-30T09:00:00Z"), (two, "Failed", "2026-11-30T07:30:00Z")]);
        let mut feed = Feed::default();
        feed.compare(&Mirror::default(), &first);
        feed.compare(&first, &second);
        feed.compare(&second, &second);
        let shown: Vec<String> = feed.newest(9).iter().map(|one| format!("{} {}", one.about, one.what)).collect();
        assert_eq!(
            shown,
            ["bot-000000000001 is Succeeded", "bot-000000000001 is Running", "bot-000000000002 is Failed"]
        );
    }
}
