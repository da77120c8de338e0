//! The inventory that was read last, for all tabs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use tunedrop_run::Timestamp;

use crate::inventory::Found;

/// The inventory, and whether it is being read.
#[derive(Default)]
pub(crate) struct Known(Mutex<Seen>);

/// What a page shows.
#[derive(Clone, Default)]
pub(super) struct Seen {
    pub(super) is_reading: bool,
    /// When it was read (RFC 3339), and what was found.
    pub(super) found: Option<(String, Arc<Found>)>,
    /// Why it couldn't be read the last time, as a sentence.
    pub(super) fault: Option<String>,
}

impl Known {
    fn state(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn seen(&self) -> Seen {
        self.state().clone()
    }

    /// Whether nobody asked for it yet.
    pub(super) fn is_new(&self) -> bool {
        let seen = self.state();
        !seen.is_reading && seen.found.is_none() && seen.fault.is_none()
    }

    /// Begins to read it. False if it is being read already.
    pub(super) fn begin(&self) -> bool {
        !std::mem::replace(&mut self.state().is_reading, true)
    }

    /// Keeps what was read. After a failure, what was known stays.
    pub(super) fn end(&self, found: Result<Found>) {
        let mut seen = self.state();
        seen.is_reading = false;
        seen.fault = None;
        match found {
            Ok(found) => seen.found = Some((format!("{:.3}", Timestamp::now()), Arc::new(found))),
            Err(error) => seen.fault = Some(format!("{error:#}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tunedrop_run::inventory::StandingCosts;

    use super::*;

    fn found() -> Found {
        Found {
            models: Vec::new(),
            deployments: Vec::new(),
            costs: StandingCosts::default(),
            base_models: Vec::new(),
            invocations_since: None,
            prices_fault: None,
            missing_permissions: BTreeSet::new(),
        }
    }

    #[test]
    fn one_read_serves_all_and_a_failure_keeps_what_was_known() {
        let known = Known::default();
        assert!(known.is_new() && known.begin());
        assert!(!known.begin() && !known.is_new() && known.seen().found.is_none());
        known.end(Ok(found()));
        let first = known.seen();
        assert!(!first.is_reading && first.fault.is_none() && !known.is_new());
        assert!(known.begin());
        known.end(Err(anyhow::anyhow!("throttled")));
        let second = known.seen();
        assert_eq!(second.fault.as_deref(), Some("throttled"));
        assert_eq!(second.found.map(|(at, _)| at), first.found.map(|(at, _)| at));
    }
}
