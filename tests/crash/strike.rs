//! A fault at one call of one delivery, and what a play leaves behind to choose it by.

use std::fmt;
use std::sync::{Arc, Mutex};

use tunedrop_local::proxy::{Call, Deed};

/// What is tried at every call.
pub(crate) const DEEDS: [Deed; 6] = [
    Deed::Hang { after: true },
    Deed::Kill { after: false },
    Deed::Kill { after: true },
    Deed::Throttle,
    Deed::Fail { after: true },
    Deed::Reset { after: true },
];

/// One delivery of a play: the `nth` of this kind to this function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stop {
    pub(crate) function: String,
    pub(crate) kind: String,
    pub(crate) nth: usize,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} gets \"{}\" ({})", self.function, self.kind, self.nth + 1)
    }
}

/// A fault to come.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    pub(crate) stop: Stop,
    /// Which call, from 0.
    pub(crate) k: usize,
    pub(crate) deed: Deed,
}

/// What the proxy of a lane goes by. Counts the calls of the delivery under way.
#[derive(Clone, Default)]
pub(crate) struct Plan(Arc<Mutex<Counting>>);

#[derive(Default)]
struct Counting {
    calls: Vec<Call>,
    fault: Option<(usize, Deed)>,
    struck: Option<Call>,
}

impl Plan {
    /// A delivery begins; `fault` names the call and what befalls it.
    pub(crate) fn begin(&self, fault: Option<(usize, Deed)>) {
        let mut counting = self.0.lock().expect("no holder panics");
        counting.calls.clear();
        counting.fault = fault;
    }

    /// It is over: its calls.
    pub(crate) fn end(&self) -> Vec<Call> {
        let mut counting = self.0.lock().expect("no holder panics");
        counting.fault = None;
        std::mem::take(&mut counting.calls)
    }

    /// The proxy's question.
    pub(crate) fn decide(&self, call: &Call) -> Deed {
        let mut counting = self.0.lock().expect("no holder panics");
        let k = counting.calls.len();
        counting.calls.push(call.clone());
        match counting.fault {
            Some((at, deed)) if at == k => {
                counting.struck = Some(call.clone());
                deed
            }
            _ => Deed::Pass,
        }
    }

    /// The call that was struck since the last question.
    pub(crate) fn take_struck(&self) -> Option<Call> {
        self.0.lock().expect("no holder panics").struck.take()
    }
}

/// A delivery as it went: which calls it made, by operation.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) stop: Stop,
    pub(crate) calls: Vec<Call>,
}

impl Trace {
    /// Deliveries with the same path need no second trial.
    pub(crate) fn path(&self) -> (String, String, Vec<String>) {
        let operations = self.calls.iter().map(|call| call.operation.clone()).collect();
        (self.stop.function.clone(), self.stop.kind.clone(), operations)
    }
}
