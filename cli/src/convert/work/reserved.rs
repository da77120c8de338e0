//! Counts the reserved strings in the records that `convert` writes.

use std::mem;

use tunedrop_validation::{Code, FileCheck, Role, Training};

/// Records that are checked together. A check holds a hash of each record, so this bounds its memory.
const TOGETHER: u64 = 10_000;

pub(super) struct ReservedStrings {
    check: FileCheck,
    records: u64,
    found: u64,
}

impl ReservedStrings {
    pub(super) fn new(training: &Training) -> ReservedStrings {
        ReservedStrings { check: new_check(training), records: 0, found: 0 }
    }

    pub(super) fn look_in(&mut self, line: &str, training: &Training) {
        self.check.feed(line.as_bytes());
        self.check.feed(b"\n");
        self.records += 1;
        if self.records == TOGETHER {
            self.found += found(mem::replace(&mut self.check, new_check(training)));
            self.records = 0;
        }
    }

    pub(super) fn count(self) -> u64 {
        self.found + found(self.check)
    }
}

fn new_check(training: &Training) -> FileCheck {
    FileCheck::new("", training, Role::Train, None)
}

fn found(check: FileCheck) -> u64 {
    check.finish().findings.counts.get(&Code::ReservedString).copied().unwrap_or(0)
}
