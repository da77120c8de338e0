//! notify: turns a domain event into a message for people, once for each state of a run.
//!
//! Claimed, published, marked: people are told at least once, and twice only where the step was cut off between the
//! last two. A second delivery meanwhile finds the claim and leaves the telling to the first, whose message stays in the
//! queue until it is done. The claim ends with the function that made it, so that its message, when it comes again,
//! doesn't find it.
//!
//! A message goes three ways: the topic, the topic for chats where the stack has one, and the bus. Each way is claimed and
//! marked on its own, so the same holds for each.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde::Deserialize;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, Failure, Ledger, Topic};
use tunedrop_report::{Message, chat, message, sent};
use tunedrop_run::decide::tell::{Closes, Subject, Way, closes, subject};
use tunedrop_run::event::{Detail, Kind, senders};
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
    chat: Option<Topic>,
    bus: Bus,
    stack: String,
    region: String,
}

impl Notify {
    /// Once per process.
    pub async fn from_env() -> Result<Notify, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        Ok(Notify {
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            topic: Topic::new(&config, settings::required("TUNEDROP_TOPIC_ARN")?),
            chat: settings::optional("TUNEDROP_CHAT_TOPIC_ARN").map(|arn| Topic::new(&config, arn)),
            bus: Bus::new(&config, settings::required("TUNEDROP_BUS")?, senders::NOTIFY),
            stack: settings::required("TUNEDROP_STACK")?,
            // Lambda sets it; without it, a message only lacks its link.
            region: settings::optional("AWS_REGION").unwrap_or_default(),
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

    /// On every way; one that fails doesn't keep the others, and brings the event back to its queue.
    async fn tell(&self, kind: Kind, detail: &Detail, deadline: i64) -> Result<(), StepError> {
        let Some(message) = message(kind, detail, &self.region) else {
            info!(event.kind = kind.as_str(), "nothing to tell");
            return Ok(());
        };
        let subject = subject(kind, detail);
        let mut failure = None;
        for way in [Way::Topic, Way::Chat, Way::Bus] {
            if let Err(fault) = self.tell_on(way, kind, detail, &message, &subject, deadline).await {
                warn!(?way, %fault, "not told on this way; the others are tried");
                failure.get_or_insert(fault);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn tell_on(
        &self,
        way: Way,
        kind: Kind,
        detail: &Detail,
        message: &Message,
        subject: &Subject,
        deadline: i64,
    ) -> Result<(), StepError> {
        if way == Way::Chat && self.chat.is_none() {
            return Ok(());
        }
        let subject = subject.on(way);
        if !self.ledger.claim_telling(&subject, now_s(), deadline).await? {
            info!(what = subject.what, "told before, being told, or of a run that began again since");
            return Ok(());
        }
        self.publish(way, kind, detail, message).await?;
        info!(what = subject.what, "told");
        if way != Way::Topic {
            self.ledger.mark_told(&subject, &now(), None).await?;
            return Ok(());
        }
        let about = About { run_id: detail.run_id.as_deref(), dataset: Some(&detail.dataset) };
        count(&self.stack, about, &[Metric::Messages.of(kind.as_str(), 1.0)]);
        self.mark(kind, detail, &subject).await
    }

    async fn publish(&self, way: Way, kind: Kind, detail: &Detail, message: &Message) -> Result<(), Failure> {
        match (way, &self.chat) {
            (Way::Topic, _) => self.topic.publish(&message.subject, &message.body, &message.attributes).await,
            (Way::Bus, _) => self.bus.put(Kind::MessageSent, &sent(kind, detail, message)).await,
            (Way::Chat, Some(topic)) => {
                let Some(notification) = chat(kind, detail, &self.region) else {
                    return Ok(());
                };
                topic.publish(&message.subject, &notification, &message.attributes).await
            }
            (Way::Chat, None) => Ok(()),
        }
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
