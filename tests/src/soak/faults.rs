//! Which call gets which fault. It depends on the seed and the call, not on the time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tunedrop_local::bedrock::chance;
use tunedrop_local::proxy::{Call, FaultAction};

/// How many calls and events get a fault, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FaultRates {
    /// Calls that are throttled, fail or lose their connection.
    pub(super) faults: f64,
    /// Calls in which the function is killed.
    pub(super) kills: f64,
    /// Events of Bedrock that are lost. As many are duplicated, and twice as many are delayed.
    pub(super) events: f64,
}

/// The service that fails at the moment, if one does.
#[derive(Clone, Debug, Default)]
pub(super) struct Outage(Arc<Mutex<Option<&'static str>>>);

impl Outage {
    /// Makes every call to this service fail from now on, or none.
    pub(super) fn set(&self, service: Option<&'static str>) {
        *self.0.lock().expect("no holder panics") = service;
    }

    fn is(&self, service: &str) -> bool {
        self.0.lock().expect("no holder panics").is_some_and(|down| down == service)
    }
}

/// Decides which calls get a fault.
#[derive(Debug)]
pub(super) struct FaultInjector {
    seed: u64,
    rates: FaultRates,
    /// The service of which every call fails.
    down: Outage,
    /// Counts of calls, by operation and resource.
    counts: Mutex<HashMap<(String, String), u32>>,
}

impl FaultInjector {
    pub(super) fn new(seed: u64, rates: FaultRates, down: Outage) -> FaultInjector {
        FaultInjector { seed, rates, down, counts: Mutex::default() }
    }

    /// The n-th call of an operation on a resource gets the same fault in each run.
    pub(super) fn decide(&self, call: &Call) -> FaultAction {
        let nth = {
            let mut counts = self.counts.lock().expect("no holder panics");
            let count = counts.entry((call.operation.clone(), call.resource.clone())).or_default();
            *count += 1;
            count.to_string()
        };
        if self.down.is(&call.service) {
            return match call.attempt % 3 {
                0 => FaultAction::Reset { after: false },
                1 => FaultAction::Throttle,
                _ => FaultAction::Fail { after: false },
            };
        }
        let drawn = |what| chance(self.seed, &[what, &call.operation, &call.resource, &nth]);
        let after = drawn("after") < 0.5;
        if drawn("kill") < self.rates.kills {
            return FaultAction::Kill { after };
        }
        if drawn("fault") >= self.rates.faults {
            return FaultAction::Pass;
        }
        match drawn("how") {
            how if how < 0.5 => FaultAction::Throttle,
            how if how < 0.8 => FaultAction::Fail { after },
            _ => FaultAction::Reset { after },
        }
    }
}
