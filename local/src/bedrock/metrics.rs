//! Bedrock's metric of invocations, put into the emulator's CloudWatch.
//!
//! The user guide ("Monitor the performance of Amazon Bedrock") names namespace, metric and dimension. The counts of some
//! moments are put together, because each call has the emulator look at every alarm.

use std::collections::BTreeMap;
use std::time::Duration;

use super::iam;
use super::state::Shared;

/// How long counts are collected.
const COLLECTED: Duration = Duration::from_millis(200);
/// Model ids of a call.
const AT_ONCE: usize = 100;

/// Counts an invocation of `model_id`, and has it put soon.
pub(super) fn count(simulator: &Shared, model_id: &str) {
    let mut state = simulator.state();
    let is_first = state.invocations.is_empty();
    *state.invocations.entry(model_id.to_owned()).or_default() += 1;
    if is_first {
        let simulator = simulator.clone();
        state.keep(tokio::spawn(put(simulator)).abort_handle());
    }
}

async fn put(simulator: Shared) {
    tokio::time::sleep(COLLECTED).await;
    let counts: BTreeMap<String, u64> = std::mem::take(&mut simulator.state().invocations);
    let all: Vec<(&String, &u64)> = counts.iter().collect();
    for part in all.chunks(AT_ONCE) {
        let mut parameters = vec![("Namespace".to_owned(), "AWS/Bedrock".to_owned())];
        for ((id, count), n) in part.iter().zip(1..) {
            let datum = |name: &str| format!("MetricData.member.{n}.{name}");
            parameters.extend([
                (datum("MetricName"), "Invocations".to_owned()),
                (datum("Value"), count.to_string()),
                (datum("Unit"), "Count".to_owned()),
                (datum("Dimensions.member.1.Name"), "ModelId".to_owned()),
                (datum("Dimensions.member.1.Value"), (*id).clone()),
            ]);
        }
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let sent = iam::query(&simulator, "monitoring", "PutMetricData", "2010-08-01", &parameters).await;
        if let Err(error) = sent {
            tracing::debug!(error, "the emulator did not take Bedrock's metrics");
        }
    }
}
