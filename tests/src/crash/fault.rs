//! A fault at one call of one delivery, and the traces that list the possible ones.

use std::fmt;
use std::sync::{Arc, Mutex};

use tunedrop_local::proxy::{Call, FaultAction};

/// The faults to try at each call, if [`differs`] agrees.
pub(super) const ACTIONS: [FaultAction; 6] = [
    FaultAction::Hang { after: true },
    FaultAction::Kill { after: false },
    FaultAction::Kill { after: true },
    FaultAction::Throttle,
    FaultAction::Fail { after: true },
    FaultAction::Reset { after: true },
];

/// Whether a fault at call `k` can lead to another result than one at an earlier call. A function that is killed before
/// a call leaves the same state as one that is killed after the previous call, or after the last call that changed
/// anything. So kills are tried before the first call, and after each call that changes something.
///
/// Several records of a chunk are asked at a time, and nothing is written before all are answered. So faults are tried at the
/// first and the last of these calls.
pub(super) fn differs(action: FaultAction, calls: &[Call], k: usize) -> bool {
    let asks = |k: Option<usize>| k.and_then(|k| calls.get(k)).is_some_and(|call| call.operation == "Converse");
    if asks(k.checked_sub(1)) && asks(Some(k)) && asks(Some(k + 1)) {
        return false;
    }
    match action {
        FaultAction::Kill { after: false } => k == 0,
        FaultAction::Kill { after: true } => !only_reads(&calls[k].operation),
        _ => true,
    }
}

fn only_reads(operation: &str) -> bool {
    ["Get", "Head", "List", "Query", "Scan"].iter().any(|verb| operation.starts_with(verb))
}

/// One delivery in a scenario: the `nth` of this kind to this function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct DeliveryId {
    pub(super) function: String,
    pub(super) kind: String,
    pub(super) nth: usize,
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} gets \"{}\" ({})", self.function, self.kind, self.nth + 1)
    }
}

/// A fault to inject.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) delivery_id: DeliveryId,
    /// Which call, from 0.
    pub(super) k: usize,
    pub(super) action: FaultAction,
}

/// Tells a worker's proxy which call gets a fault. Counts the calls of the current delivery.
#[derive(Clone, Default)]
pub(super) struct FaultPlan(Arc<Mutex<Counting>>);

#[derive(Default)]
struct Counting {
    calls: Vec<Call>,
    fault: Option<(usize, FaultAction)>,
    injected: Option<Call>,
}

impl FaultPlan {
    /// Begins a delivery. `fault` is the call and its fault.
    pub(super) fn begin(&self, fault: Option<(usize, FaultAction)>) {
        let mut counting = self.0.lock().expect("no holder panics");
        counting.calls.clear();
        counting.fault = fault;
    }

    /// Ends the delivery, and returns its calls.
    pub(super) fn end(&self) -> Vec<Call> {
        let mut counting = self.0.lock().expect("no holder panics");
        counting.fault = None;
        std::mem::take(&mut counting.calls)
    }

    /// Decides on a call, for the proxy.
    pub(super) fn decide(&self, call: &Call) -> FaultAction {
        let mut counting = self.0.lock().expect("no holder panics");
        let k = counting.calls.len();
        counting.calls.push(call.clone());
        match counting.fault {
            Some((at, action)) if at == k => {
                counting.injected = Some(call.clone());
                action
            }
            _ => FaultAction::Pass,
        }
    }

    /// Whether a call of this operation got a fault since [`FaultPlan::take_injected`] was last called.
    pub(super) fn has_hit(&self, operation: &str) -> bool {
        let injected = &self.0.lock().expect("no holder panics").injected;
        injected.as_ref().is_some_and(|call| call.operation == operation)
    }

    /// The call that got a fault, if one did since this was last called.
    pub(super) fn take_injected(&self) -> Option<Call> {
        self.0.lock().expect("no holder panics").injected.take()
    }
}

/// A delivery, and the calls that it made.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    pub(super) delivery_id: DeliveryId,
    pub(super) calls: Vec<Call>,
}

impl Trace {
    /// Deliveries with the same path are tried once.
    pub(super) fn path(&self) -> (String, String, Vec<String>) {
        let operations = self.calls.iter().map(|call| call.operation.clone()).collect();
        (self.delivery_id.function.clone(), self.delivery_id.kind.clone(), operations)
    }
}
