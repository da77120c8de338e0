//! notify: sends a message to people, once for each state of a run.
//!
//! An event only says which item to read, and what to look for. The claim on the message succeeds only if that is true, and
//! returns the item. The message is written from the item alone, so nothing else in an event reaches anybody.
//!
//! Claim, publish, mark: people are notified at least once, and twice only if the step was interrupted between the last two.
//! A second delivery in the meantime finds the claim and leaves the message to the first, whose event stays in the queue
//! until it is done. The claim ends with the function that made it, and its event isn't delivered again before that; or, if
//! the service that publishes failed, the claim is released at once.
//!
//! There are three channels: the topic, the topic for chat applications if the stack has one, and the bus. Each is claimed and
//! marked separately, so the same guarantees hold for each. When all are marked and nothing more can happen to the item, it
//! leaves the sparse index. Until then the sweep publishes it again.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::field::Empty;
use tracing::{Instrument, Span, info, info_span, warn};
use tunedrop_aws::{Bus, Failure, Ledger, Open, Topic};
use tunedrop_report::{Message, chat, message, redact, sent};
use tunedrop_run::decide::deploy::ends_soon;
use tunedrop_run::decide::notify::{
    Channel, Notification, NotificationKey, channels, deployment_is_over, evaluation_is_over, notice_is_over,
    notification, run_is_over,
};
use tunedrop_run::decide::sweep::{INCOMPLETE_AFTER_S, is_blocked};
use tunedrop_run::event::{DeploymentKind, EvaluationKind, Event, ModelKind, senders};
use tunedrop_run::metric::{LogFields, Metric};
use tunedrop_run::{RunId, State};

use crate::batch::{StepError, own_hint};
use crate::count::count;
use crate::publish::{age_s, now, now_s};
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

    /// Handles an event that people are notified of. `deadline`: the end of the function, in Unix seconds.
    pub async fn step(&self, event: EventBridgeEvent<Value>, deadline: i64) -> Result<(), StepError> {
        let Some(hint) = own_hint(&event, &self.stack)? else {
            return Ok(());
        };
        let Some(notification) = notification(hint) else {
            info!(event.kind = event.detail_type, "nobody is notified of this kind of event");
            return Ok(());
        };
        let span = info_span!("notify", item = notification.item, dataset = Empty, run_id = Empty);
        self.notify_all(&notification, deadline).instrument(span).await
    }

    /// Sends the message on every channel. If one fails, the others are tried, and the event returns to its queue.
    async fn notify_all(&self, notification: &Notification, deadline: i64) -> Result<(), StepError> {
        let channels = channels(self.chat.is_some());
        let (mut item, mut failure) = (None, None);
        for channel in channels {
            match self.notify_on(*channel, notification, deadline).await {
                Ok(marked) => item = marked.or(item),
                Err(fault) => {
                    warn!(?channel, %fault, "the message was not sent on this channel; trying the others");
                    // The event has to wait for the end of a claim.
                    match failure {
                        Some(_) if !matches!(fault, StepError::Claimed { .. }) => {}
                        _ => failure = Some(fault),
                    }
                }
            }
        }
        if let Some(fault) = failure {
            return Err(fault);
        }
        // If there was nothing to send, an interrupted step may have left the item open.
        let item = match item {
            Some(item) => Some(item),
            None => self.ledger.read_open(&notification.item).await?,
        };
        match item {
            Some(item) if is_over(&item, channels) => Ok(self.ledger.close(&notification.item, &item).await?),
            _ => Ok(()),
        }
    }

    /// The item with its mark, if this call made one.
    async fn notify_on(
        &self,
        channel: Channel,
        notification: &Notification,
        deadline: i64,
    ) -> Result<Option<Open>, StepError> {
        let mark = notification.key.mark(channel);
        let claimed = |fault: Failure| StepError::Claimed { fault: Box::new(fault.into()), until: deadline };
        let claim = self.ledger.claim_notification(notification, channel, now_s(), deadline).await.map_err(claimed)?;
        let Some(claim) = claim else {
            info!(mark, "no message about {}: not true any more, sent before, or being sent", notification.item);
            return Ok(None);
        };
        let event_of = event_of(&notification.key, &claim.item);
        let Some((event, message)) =
            event_of.and_then(|event| message(&event, &self.stack, &self.region).map(|message| (event, message)))
        else {
            info!(mark, "no message about {}: nothing to say about it now", notification.item);
            self.ledger.release(notification, &claim).await.map_err(claimed)?;
            return Ok(None);
        };
        let (dataset, run_id) = (event.dataset(), event.run_id().map(RunId::as_str));
        Span::current().record("dataset", dataset).record("run_id", run_id);
        if let Err(fault) = self.publish(channel, &event, &message).await {
            let released = self.ledger.release(notification, &claim).await;
            return Err(if released.is_ok() { fault.into() } else { claimed(fault) });
        }
        info!(mark, "sent the message about {}", notification.item);
        if channel == Channel::Topic {
            count(&self.stack, LogFields { run_id, dataset }, &[Metric::Messages.of(event.kind().as_str(), 1.0)]);
        }
        self.ledger.mark_notified(notification, channel, &claim, &now()).await.map_err(claimed)
    }

    async fn publish(&self, channel: Channel, event: &Event, message: &Message) -> Result<(), Failure> {
        match (channel, &self.chat) {
            (Channel::Topic, _) => self.topic.publish(&message.subject, &message.body, &message.attributes).await,
            (Channel::Bus, _) => match sent(event, message) {
                Some(sent) => self.bus.put(&self.stack, &sent).await,
                None => Ok(()),
            },
            (Channel::Chat, Some(topic)) => {
                let Some(notification) = chat(event, &self.stack, &self.region) else {
                    return Ok(());
                };
                topic.publish(&message.subject, &notification, &message.attributes).await
            }
            (Channel::Chat, None) => Ok(()),
        }
    }
}

/// The event that the message is made from, read from the item; `None` if the item isn't as the notification says.
fn event_of(key: &NotificationKey, item: &Open) -> Option<Event> {
    match (key, item) {
        (NotificationKey::State(state), Open::Run(run)) if run.state == *state => Event::state(run, redact),
        (NotificationKey::Reupload(_), Open::Run(run)) => Event::reuploaded(run, redact),
        (NotificationKey::Blocked | NotificationKey::Idle, Open::Run(run))
            if (*key == NotificationKey::Idle) == (run.state == State::Running)
                && is_blocked(run.state, run.blocked_by, false, age_s(&run.uploaded_at)) =>
        {
            Some(Event::blocked(run, redact))
        }
        (NotificationKey::Settling, Open::Run(run)) if run.rests_until().is_some_and(|until| until > now_s()) => {
            Event::state(run, redact)
        }
        // People upload files one by one, so an event that is too early sends nothing.
        (NotificationKey::Incomplete(since), Open::Dataset(set)) if age_s(since) >= INCOMPLETE_AFTER_S => {
            Event::incomplete(set)
        }
        // The entry that counts an hour's misnamed files has no findings.
        (NotificationKey::Deployment(DeploymentKind::Expiring, _), Open::Deployment(deployment))
            if ends_soon(deployment, &now()) =>
        {
            Event::expiring(deployment, redact)
        }
        (NotificationKey::Deployment(kind, _), Open::Deployment(deployment))
            if kind.outcome().is_some() && kind.outcome() == deployment.outcome =>
        {
            Event::deployment(deployment, redact)
        }
        (NotificationKey::Evaluation(kind, _), Open::Evaluation(evaluation))
            if EvaluationKind::of(evaluation.state) == Some(*kind) =>
        {
            Event::evaluation(evaluation, redact)
        }
        (NotificationKey::Model(kind, _), Open::Model(notice)) if ModelKind::of(notice.state) == Some(*kind) => {
            Event::model(notice)
        }
        (NotificationKey::Misnamed, Open::Misnamed(note)) if !note.findings.is_empty() => Some(Event::misnamed(note)),
        _ => None,
    }
}

/// Whether nothing more has to be done for the item.
fn is_over(item: &Open, channels: &[Channel]) -> bool {
    match item {
        Open::Run(run) => run_is_over(run, channels),
        Open::Dataset(set) => set
            .uploaded_at
            .clone()
            .is_some_and(|since| NotificationKey::Incomplete(since).is_notified_on(&set.notified, channels)),
        Open::Misnamed(note) => NotificationKey::Misnamed.is_notified_on(&note.notified, channels),
        Open::Deployment(deployment) => deployment_is_over(deployment, channels),
        Open::Evaluation(evaluation) => evaluation_is_over(evaluation, channels),
        Open::Model(notice) => notice_is_over(notice, channels),
        Open::Unreadable(_) => false,
    }
}
