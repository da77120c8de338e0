//! notify: turns a domain event into a message for people, once for each state of a run.
//!
//! Claimed, published, marked: people are told at least once, and twice only where the step was cut off between the
//! last two. A second delivery meanwhile finds the claim and leaves the telling to the first, whose message stays in the
//! queue until it is done.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde::Deserialize;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Ledger, Topic};
use tunedrop_report::message;
use tunedrop_run::event::{Detail, Kind};
use tunedrop_run::{DatasetHead, Run, Timestamp};

use crate::announce::now;
use crate::batch::{StepError, own_detail};
use crate::settings;

/// Longer than the function lives (60 s), and over when its message comes again (90 s).
const CLAIM_SECONDS: i64 = 75;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Notify {
    ledger: Ledger,
    topic: Topic,
    stack: String,
}

impl Notify {
    /// Once per process.
    pub async fn from_env() -> Result<Notify, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        Ok(Notify {
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            topic: Topic::new(&config, settings::required("TUNEDROP_TOPIC_ARN")?),
            stack: settings::required("TUNEDROP_STACK")?,
        })
    }

    /// Takes every domain event that people are told of.
    pub async fn step(&self, event: EventBridgeEvent<Value>) -> Result<(), StepError> {
        let Some(detail) = own_detail(&event, &self.stack) else {
            return Ok(());
        };
        let Ok(kind) = Kind::deserialize(Value::String(event.detail_type.clone())) else {
            warn!(event.detail_type = event.detail_type, "ignored: a kind of event that this version doesn't know");
            return Ok(());
        };
        let span = info_span!("notify", run_id = detail.run_id, dataset = detail.dataset);
        self.tell(kind, &detail).instrument(span).await
    }

    async fn tell(&self, kind: Kind, detail: &Detail) -> Result<(), StepError> {
        let Some(message) = message(kind, detail) else {
            info!(event.kind = kind.as_str(), "nothing to tell");
            return Ok(());
        };
        let (item, what) = subject(kind, detail);
        if !self.ledger.claim_telling(&item, &what, Timestamp::now().as_second(), CLAIM_SECONDS).await? {
            info!(what, "told before, or being told");
            return Ok(());
        }
        self.topic.publish(&message.subject, &message.body, &message.attributes).await?;
        info!(what, "told");
        self.mark(kind, detail, &item, &what).await
    }

    /// Marks it as told; a run or set for which that was the last thing to happen leaves the sweep's view.
    async fn mark(&self, kind: Kind, detail: &Detail, item: &str, what: &str) -> Result<(), StepError> {
        let close = match (kind, detail.state, detail.dropped_at.as_deref()) {
            (Kind::DatasetIncomplete, _, Some(since)) => Some(("since", since)),
            (_, Some(state), _) if state.is_end() && !detail.repeated => Some(("state", state.as_str())),
            _ => None,
        };
        if close.is_none() || !self.ledger.mark_told(item, what, &now(), close).await? {
            self.ledger.mark_told(item, what, &now(), None).await?;
        }
        Ok(())
    }
}

/// The ledger's item, and the name under which it is marked as told.
fn subject(kind: Kind, detail: &Detail) -> (String, String) {
    let dropped_at = detail.dropped_at.as_deref().unwrap_or_default();
    let item = match (&detail.item, &detail.run_id) {
        (Some(item), _) => item.clone(),
        (None, Some(run_id)) => Run::key(run_id),
        (None, None) => DatasetHead::key(&detail.dataset),
    };
    let what = match (kind, detail.state) {
        _ if detail.repeated => format!("again {dropped_at}"),
        (Kind::RunWaiting, _) => "Waiting".to_owned(),
        (Kind::DatasetIncomplete, _) => format!("Incomplete {dropped_at}"),
        (_, Some(state)) => state.as_str().to_owned(),
        (_, None) => kind.as_str().to_owned(),
    };
    (item, what)
}
