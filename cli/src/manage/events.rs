//! A stack's events as lines of progress, and the failure behind a rollback.

use std::collections::BTreeSet;

use tunedrop_aws::StackEvent;

use crate::format::{ERROR, visible};

/// Names that a line of progress shows.
const NAMED: usize = 3;

/// The reasons of resources that only stopped because another one failed.
const CANCELED: &str = "cancelled";

/// What an operation of CloudFormation has done so far.
#[derive(Debug, Default)]
pub(super) struct Operation {
    /// How many resources change; 0 if that isn't known.
    total: usize,
    done: BTreeSet<String>,
    rolls_back: bool,
    /// The resource that failed first, and why.
    failure: Option<StackEvent>,
    /// The stack's state, when the operation has ended.
    pub(super) ended: Option<String>,
    /// What remains after a deletion.
    pub(super) kept: Vec<StackEvent>,
}

impl Operation {
    pub(super) fn new(total: usize) -> Operation {
        Operation { total, ..Operation::default() }
    }

    /// Takes new events, oldest first. Returns lines for people: one for what was created, updated, deleted and kept, and one
    /// for each failure.
    pub(super) fn take(&mut self, events: &[StackEvent]) -> Vec<String> {
        let (mut went_well, mut lines): (Vec<(&str, Vec<&str>)>, Vec<String>) = (Vec::new(), Vec::new());
        for event in events {
            if event.is_stack {
                if !event.status.ends_with("IN_PROGRESS") {
                    self.ended = Some(event.status.clone());
                } else if event.status.contains("ROLLBACK") && !self.rolls_back {
                    self.rolls_back = true;
                    lines.push("Something failed, so CloudFormation takes back what it did".to_owned());
                }
                continue;
            }
            let Some(now) = done(&event.status) else {
                if event.status.ends_with("FAILED") {
                    lines.extend(self.failed(event));
                }
                continue;
            };
            if event.status == "DELETE_SKIPPED" {
                self.kept.push(event.clone());
            }
            self.done.insert(event.logical_id.clone());
            let word = if self.rolls_back && now == "updated" { "restored" } else { now };
            match went_well.iter_mut().find(|(known, _)| *known == word) {
                Some((_, names)) => names.push(&event.logical_id),
                None => went_well.push((word, vec![&event.logical_id])),
            }
        }
        let progress = went_well.iter().map(|(word, names)| self.progress(names, word));
        progress.chain(lines).collect()
    }

    /// A line about these resources, which were, for example, `created`.
    fn progress(&self, names: &[&str], word: &str) -> String {
        let shown: Vec<String> = names.iter().rev().take(NAMED).map(|name| visible(name)).collect();
        let others = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            1 => " and 1 other".to_owned(),
            count => format!(" and {count} others"),
        };
        let count = match self.total {
            0 => format!("{:>3}", self.done.len()),
            total => format!("{:>3} of {total}", self.done.len().min(total)),
        };
        format!("{count}  {word}: {}{others}", shown.join(", "))
    }

    fn failed(&mut self, event: &StackEvent) -> Option<String> {
        let is_canceled = event.reason.as_deref().is_some_and(|reason| reason.to_lowercase().contains(CANCELED));
        if is_canceled {
            return None;
        }
        self.failure.get_or_insert_with(|| event.clone());
        Some(format!("{ERROR}{}{ERROR:#}", reason(event)))
    }

    /// Which resource failed first, and why.
    pub(super) fn why(&self) -> Option<String> {
        self.failure.as_ref().map(reason)
    }
}

/// A failed resource with its reason, as a service states it.
pub(super) fn reason(event: &StackEvent) -> String {
    let (name, kind) = (visible(&event.logical_id), visible(&event.kind));
    let why = event.reason.as_deref().unwrap_or("CloudFormation gives no reason");
    format!("{name} ({kind}) failed: {}", visible(why))
}

/// What a state of a resource means, if it is the end of something that went well.
fn done(status: &str) -> Option<&'static str> {
    Some(match status {
        "CREATE_COMPLETE" => "created",
        "UPDATE_COMPLETE" => "updated",
        "IMPORT_COMPLETE" => "imported",
        "DELETE_COMPLETE" => "deleted",
        "DELETE_SKIPPED" => "kept",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(logical_id: &str, status: &str, reason: &str) -> StackEvent {
        StackEvent {
            logical_id: logical_id.to_owned(),
            kind: "AWS::IAM::Role".to_owned(),
            status: status.to_owned(),
            reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
            is_stack: logical_id == "tunedrop",
            ..StackEvent::default()
        }
    }

    fn lines(operation: &mut Operation, events: &[StackEvent]) -> String {
        anstream::adapter::strip_str(&operation.take(events).join("\n")).to_string()
    }

    #[test]
    fn progress_counts_each_resource_once() {
        let mut operation = Operation::new(5);
        let first = [
            event("tunedrop", "CREATE_IN_PROGRESS", "User Initiated"),
            event("A", "CREATE_IN_PROGRESS", ""),
            event("A", "CREATE_COMPLETE", ""),
            event("B", "CREATE_COMPLETE", ""),
        ];
        assert_eq!(lines(&mut operation, &first), "  2 of 5  created: B, A");
        assert_eq!(operation.ended, None);
        let second = ["B", "C", "D", "E", "F"].map(|name| event(name, "CREATE_COMPLETE", ""));
        assert_eq!(lines(&mut operation, &second), "  5 of 5  created: F, E, D and 2 others");
        assert_eq!(lines(&mut operation, &[event("tunedrop", "CREATE_COMPLETE", "")]), "");
        assert_eq!(operation.ended.as_deref(), Some("CREATE_COMPLETE"));
    }

    #[test]
    fn the_first_failure_is_the_cause() {
        let mut operation = Operation::new(3);
        let events = [
            event("A", "CREATE_COMPLETE", ""),
            event("B", "CREATE_FAILED", "Resource creation cancelled"),
            event("C", "CREATE_FAILED", "User: arn:aws:iam::1:user/a is not authorized to perform: iam:CreateRole"),
            event("D", "CREATE_FAILED", "Another"),
            event("tunedrop", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [C, D]."),
            event("A", "DELETE_COMPLETE", ""),
            event("Table", "DELETE_SKIPPED", ""),
            event("tunedrop", "ROLLBACK_COMPLETE", ""),
        ];
        insta::assert_snapshot!(lines(&mut operation, &events), @r"
          2 of 3  created: A
          2 of 3  deleted: A
          2 of 3  kept: Table
        C (AWS::IAM::Role) failed: User: arn:aws:iam::1:user/a is not authorized to perform: iam:CreateRole
        D (AWS::IAM::Role) failed: Another
        Something failed, so CloudFormation takes back what it did
        ");
        insta::assert_snapshot!(operation.why().expect("a reason"), @"C (AWS::IAM::Role) failed: User: arn:aws:iam::1:user/a is not authorized to perform: iam:CreateRole");
        assert_eq!(operation.ended.as_deref(), Some("ROLLBACK_COMPLETE"));
        assert_eq!(operation.kept.len(), 1);
    }

    #[test]
    fn a_cleanup_is_not_the_end() {
        let mut operation = Operation::new(1);
        operation.take(&[event("tunedrop", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "")]);
        assert_eq!(operation.ended, None);
    }
}
