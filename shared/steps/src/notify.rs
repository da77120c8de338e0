//! notify: turns what the ledger says into a message for people, once for each state of a run.
//!
//! An event only says which item to look at, and for what. The claim on the message succeeds only if the item is so, and
//! hands back the item: the message is made of that, and nothing else that an event says reaches anybody.
//!
//! Claimed, published, marked: people are notified at least once, and twice only if the step was interrupted between the
//! last two. A second delivery meanwhile finds the claim and leaves the message to the first, whose event stays in the
//! queue until it is done. The claim ends with the function that made it, and its event doesn't come again before; or, if
//! the service that publishes failed, it is given back at once.
//!
//! A message goes three ways: the topic, the topic for chats if the stack has one, and the bus. Each way is claimed and
//! marked on its own, so the same holds for each. When all of them are marked and nothing more can happen to the item, it
//! leaves the sweep's view; until then the sweep says it again.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::field::Empty;
use tracing::{Instrument, Span, info, info_span, warn};
use tunedrop_aws::{Bus, Failure, Ledger, Open, Topic};
use tunedrop_report::{Message, chat, message, redact, sent};
use tunedrop_run::RunId;
use tunedrop_run::decide::sweep::{INCOMPLETE_AFTER_S, held_up};
use tunedrop_run::decide::tell::{About, Telling, Way, run_is_over, telling, ways};
use tunedrop_run::event::{Event, senders};
use tunedrop_run::metric::{About as Of, Metric};

use crate::announce::{age_s, now, now_s};
use crate::batch::{StepError, own_hint};
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
        let Some(hint) = own_hint(&event, &self.stack)? else {
            return Ok(());
        };
        let Some(telling) = telling(hint) else {
            info!(event.kind = event.detail_type, "nothing to tell");
            return Ok(());
        };
        let span = info_span!("notify", item = telling.item, dataset = Empty, run_id = Empty);
        self.tell(&telling, deadline).instrument(span).await
    }

    /// On every way; one that fails doesn't keep the others, and brings the event back to its queue.
    async fn tell(&self, telling: &Telling, deadline: i64) -> Result<(), StepError> {
        let ways = ways(self.chat.is_some());
        let (mut item, mut failure) = (None, None);
        for way in ways {
            match self.tell_on(*way, telling, deadline).await {
                Ok(marked) => item = marked.or(item),
                Err(fault) => {
                    warn!(?way, %fault, "not told on this way; the others are tried");
                    // A claim that stands is what the event has to wait for.
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
        // Where nothing was left to tell, an interrupted step may have left the item open.
        let item = match item {
            Some(item) => Some(item),
            None => self.ledger.look_at_open(&telling.item).await?,
        };
        match item {
            Some(item) if is_over(&item, ways) => Ok(self.ledger.close(&telling.item, &item).await?),
            _ => Ok(()),
        }
    }

    /// The item with its mark, if this call made one.
    async fn tell_on(&self, way: Way, telling: &Telling, deadline: i64) -> Result<Option<Open>, StepError> {
        let mark = telling.about.mark(way);
        let claimed = |fault: Failure| StepError::Claimed { fault: Box::new(fault.into()), until: deadline };
        let claim = self.ledger.claim_telling(telling, way, now_s(), deadline).await.map_err(claimed)?;
        let Some(claim) = claim else {
            info!(what = mark, "not so, told before, or being told");
            return Ok(None);
        };
        let said = said(&telling.about, &claim.item);
        let Some((event, message)) =
            said.and_then(|event| message(&event, &self.stack, &self.region).map(|message| (event, message)))
        else {
            info!(what = mark, "nothing to tell of the item as it is");
            self.ledger.release(telling, &claim).await.map_err(claimed)?;
            return Ok(None);
        };
        let (dataset, run_id) = (event.dataset(), event.run_id().map(RunId::as_str));
        Span::current().record("dataset", dataset).record("run_id", run_id);
        if let Err(fault) = self.publish(way, &event, &message).await {
            let released = self.ledger.release(telling, &claim).await;
            return Err(if released.is_ok() { fault.into() } else { claimed(fault) });
        }
        info!(what = mark, "told");
        if way == Way::Topic {
            count(&self.stack, Of { run_id, dataset }, &[Metric::Messages.of(event.kind().as_str(), 1.0)]);
        }
        self.ledger.mark_told(telling, way, &claim, &now()).await.map_err(claimed)
    }

    async fn publish(&self, way: Way, event: &Event, message: &Message) -> Result<(), Failure> {
        match (way, &self.chat) {
            (Way::Topic, _) => self.topic.publish(&message.subject, &message.body, &message.attributes).await,
            (Way::Bus, _) => match sent(event, message) {
                Some(sent) => self.bus.put(&self.stack, &sent).await,
                None => Ok(()),
            },
            (Way::Chat, Some(topic)) => {
                let Some(notification) = chat(event, &self.stack, &self.region) else {
                    return Ok(());
                };
                topic.publish(&message.subject, &notification, &message.attributes).await
            }
            (Way::Chat, None) => Ok(()),
        }
    }
}

/// The event that the item itself would make, for a message; `None` where the item isn't as it must be.
fn said(about: &About, item: &Open) -> Option<Event> {
    match (about, item) {
        (About::State(state), Open::Run(run)) if run.state == *state => Event::state(run, redact),
        (About::Again(_), Open::Run(run)) => Event::repeated(run, redact),
        (About::Waiting, Open::Run(run)) if held_up(run.state, run.held_by, false, age_s(&run.since)) => {
            Some(Event::waiting(run, redact))
        }
        (About::Settling, Open::Run(run)) if run.rests_until().is_some_and(|until| until > now_s()) => {
            Event::state(run, redact)
        }
        // People upload files one by one: an event before its time sends nothing.
        (About::Incomplete(since), Open::Set(set)) if age_s(since) >= INCOMPLETE_AFTER_S => Event::incomplete(set),
        // Earlier versions kept no more than that a file was misnamed.
        (About::Misnamed, Open::Note(note)) if !note.findings.is_empty() => Some(Event::misnamed(note)),
        _ => None,
    }
}

/// Whether nothing more has to happen to the item.
fn is_over(item: &Open, ways: &[Way]) -> bool {
    match item {
        Open::Run(run) => run_is_over(run, ways),
        Open::Set(set) => set.since.clone().is_some_and(|since| About::Incomplete(since).is_told_on(&set.told, ways)),
        Open::Note(note) => About::Misnamed.is_told_on(&note.told, ways),
        Open::Unreadable(_) => false,
    }
}
