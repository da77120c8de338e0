//! notify: turns a domain event into a message for people, once for each state of a run.
//!
//! Claimed, published, marked: people are told at least once, and twice only where the step was cut off between the
//! last two. A second delivery meanwhile finds the claim and leaves the telling to the first, whose message stays in the
//! queue until it is done. The claim ends with the function that made it, so that its message, when it comes again,
//! doesn't find it.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde::Deserialize;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Ledger, Topic};
use tunedrop_report::message;
use tunedrop_run::decide::tell::{Closes, Subject, closes, subject};
use tunedrop_run::event::{Detail, Kind};
use tunedrop_run::metric::{About, Metric};

use crate::announce::{now, now_s};
use crate::batch::{StepError, own_detail};
use crate::count::count;
use crate::settings;

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

    /// Takes every domain event that people are told of. `deadline`, in Unix seconds, is when the function is cut off.
    pub async fn step(&self, event: EventBridgeEvent<Value>, deadline: i64) -> Result<(), StepError> {
        let Some(detail) = own_detail(&event, &self.stack) else {
            return Ok(());
        };
        let Ok(kind) = Kind::deserialize(Value::String(event.detail_type.clone())) else {
            warn!(event.detail_type = event.detail_type, "ignored: a kind of event that this version doesn't know");
            return Ok(());
        };
        let span = info_span!("notify", run_id = detail.run_id, dataset = detail.dataset);
        self.tell(kind, &detail, deadline).instrument(span).await
    }

    async fn tell(&self, kind: Kind, detail: &Detail, deadline: i64) -> Result<(), StepError> {
        let Some(message) = message(kind, detail) else {
            info!(event.kind = kind.as_str(), "nothing to tell");
            return Ok(());
        };
        let subject = subject(kind, detail);
        if !self.ledger.claim_telling(&subject, now_s(), deadline).await? {
            info!(what = subject.what, "told before, being told, or of a run that began again since");
            return Ok(());
        }
        self.topic.publish(&message.subject, &message.body, &message.attributes).await?;
        info!(what = subject.what, "told");
        let about = About { run_id: detail.run_id.as_deref(), dataset: Some(&detail.dataset) };
        count(&self.stack, about, &[Metric::Messages.of(kind.as_str(), 1.0)]);
        self.mark(kind, detail, &subject).await
    }

    /// Marks it as told; a run or set for which that was the last thing to happen leaves the sweep's view.
    async fn mark(&self, kind: Kind, detail: &Detail, subject: &Subject) -> Result<(), StepError> {
        let close = match closes(kind, detail.state, detail.repeated) {
            Some(Closes::SameSet) => detail.dropped_at.as_deref().map(|since| ("since", since)),
            Some(Closes::InState(state)) => Some(("state", state.as_str())),
            None => None,
        };
        if close.is_none() || !self.ledger.mark_told(subject, &now(), close).await? {
            self.ledger.mark_told(subject, &now(), None).await?;
        }
        Ok(())
    }
}
