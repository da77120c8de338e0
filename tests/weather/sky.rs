//! What befalls which call: a question of the seed and of what the call is, not of the hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tunedrop_local::bedrock::chance;
use tunedrop_local::proxy::{Call, Deed};

/// How foul the weather is, as parts of all calls and events.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rates {
    /// Calls that are throttled, fail or break off.
    pub(crate) strikes: f64,
    /// Calls in which the function is killed.
    pub(crate) kills: f64,
    /// Bedrock's events that are lost; as many are repeated, and twice as many are late.
    pub(crate) events: f64,
}

/// Which service is in trouble, if one is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Down(Arc<Mutex<Option<&'static str>>>);

impl Down {
    /// From now on, every call of this service fails; or none does.
    pub(crate) fn set(&self, service: Option<&'static str>) {
        *self.0.lock().expect("no holder panics") = service;
    }

    fn is(&self, service: &str) -> bool {
        self.0.lock().expect("no holder panics").is_some_and(|down| down == service)
    }
}

/// Decides on calls.
#[derive(Debug)]
pub(crate) struct Sky {
    seed: u64,
    rates: Rates,
    /// The service of which every call fails.
    down: Down,
    /// How often each call came, by operation and resource.
    counts: Mutex<HashMap<(String, String), u32>>,
}

impl Sky {
    pub(crate) fn new(seed: u64, rates: Rates, down: Down) -> Sky {
        Sky { seed, rates, down, counts: Mutex::default() }
    }

    /// The n-th call of an operation on a resource meets the same each time.
    pub(crate) fn decide(&self, call: &Call) -> Deed {
        let nth = {
            let mut counts = self.counts.lock().expect("no holder panics");
            let count = counts.entry((call.operation.clone(), call.resource.clone())).or_default();
            *count += 1;
            count.to_string()
        };
        if self.down.is(&call.service) {
            return match call.attempt % 3 {
                0 => Deed::Reset { after: false },
                1 => Deed::Throttle,
                _ => Deed::Fail { after: false },
            };
        }
        let drawn = |what| chance(self.seed, &[what, &call.operation, &call.resource, &nth]);
        let after = drawn("after") < 0.5;
        if drawn("kill") < self.rates.kills {
            return Deed::Kill { after };
        }
        if drawn("strike") >= self.rates.strikes {
            return Deed::Pass;
        }
        match drawn("how") {
            how if how < 0.5 => Deed::Throttle,
            how if how < 0.8 => Deed::Fail { after },
            _ => Deed::Reset { after },
        }
    }
}
