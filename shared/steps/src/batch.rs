//! From a batch of queue messages to one event at a time, and back to the list of those that must come again.

use std::pin::Pin;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tracing::{error, warn};
use tunedrop_aws::Failure;
use tunedrop_report::redact;
use tunedrop_run::decide::again::Why;
use tunedrop_run::event::{Hint, Unread};

use crate::retry::{Batch, Retries, received};

/// Why an event must come again.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A service failed.
    #[error(transparent)]
    Service(#[from] Failure),
    /// Something is under way that must end first.
    #[error("{0}")]
    NotYet(String),
    /// Nothing failed: the event is about something that is due then, in Unix seconds.
    #[error("the event is put off until {0}")]
    NotBefore(i64),
    /// A step failed that holds a claim until a time, in Unix seconds: coming again before, it would be taken for another's.
    #[error("{fault}")]
    Claimed {
        /// How it failed.
        fault: Box<StepError>,
        /// When its claim is over.
        until: i64,
    },
    /// The function ended the step.
    #[error("the step was ended: {0}")]
    Ended(&'static str),
}

impl StepError {
    /// Bedrock's words, as far as a log may have them.
    pub(crate) fn words(&self) -> Option<String> {
        match self {
            StepError::Service(failure) => failure.words.as_deref().map(redact),
            StepError::Claimed { fault, .. } => fault.words(),
            StepError::NotYet(_) | StepError::NotBefore(_) | StepError::Ended(_) => None,
        }
    }

    /// How long the event waits depends on it.
    pub(crate) fn why(&self) -> Why {
        match self {
            StepError::NotYet(_) => Why::LostRace,
            StepError::NotBefore(_) => Why::NotDue,
            StepError::Claimed { fault, .. } => fault.why(),
            StepError::Service(_) | StepError::Ended(_) => Why::Failed,
        }
    }
}

impl From<StepError> for Diagnostic {
    fn from(error: StepError) -> Diagnostic {
        let error_type = match error {
            StepError::NotYet(_) => "NotYet",
            StepError::NotBefore(_) => "NotBefore",
            StepError::Ended(_) => "Ended",
            StepError::Service(_) | StepError::Claimed { .. } => "ServiceFailure",
        };
        Diagnostic { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}

/// What follows a batch and fails brings its events back only at their first deliveries: the sweep has it repeated, too.
const DELIVERIES_MAX: u32 = 3;

/// Unboxed, the future of a whole step is more than the compiler lays out within its depth limit.
type Boxed<'s, T> = Pin<Box<dyn Future<Output = Result<T, StepError>> + 's>>;

/// Runs a function whose events come through a queue.
///
/// An event whose step fails goes back to its queue, alone, for as long as the retry delays say; one that can't be read is
/// poison: logged, and never seen again. A step is also told when the function is cut off, in Unix seconds.
pub async fn serve(step: impl AsyncFn(EventBridgeEvent<Value>, i64) -> Result<(), StepError>) -> Result<(), Error> {
    let step = async |event, deadline| {
        let stepping: Boxed<'_, ()> = Box::pin(step(event, deadline));
        stepping.await.map(|()| None)
    };
    serve_batch(step, async |_: &[()], _| Ok(()), |_: &()| false).await
}

/// As [`serve`], and once after the steps of a batch `follow`, with what they gave back. Where it fails, the events that
/// `may_come_again` go back to their queue.
pub async fn serve_batch<T>(
    step: impl AsyncFn(EventBridgeEvent<Value>, i64) -> Result<Option<T>, StepError>,
    follow: impl AsyncFn(&[T], i64) -> Result<(), StepError>,
    may_come_again: impl Fn(&T) -> bool,
) -> Result<(), Error> {
    let (step, follow, may_come_again, retries) = (&step, &follow, &may_come_again, &Retries::from_env()?);
    run(service_fn(async move |event: LambdaEvent<SqsEvent>| {
        let deadline_ms = event.context.deadline;
        let done: Pin<Box<dyn Future<Output = _> + '_>> =
            Box::pin(go(event.payload, deadline_ms, retries, step, follow, may_come_again));
        Ok::<_, Error>(done.await)
    }))
    .await
}

async fn go<T>(
    event: SqsEvent,
    deadline_ms: u64,
    retries: &Retries,
    step: &impl AsyncFn(EventBridgeEvent<Value>, i64) -> Result<Option<T>, StepError>,
    follow: &impl AsyncFn(&[T], i64) -> Result<(), StepError>,
    may_come_again: &impl Fn(&T) -> bool,
) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    let batch = Batch::new(retries, &event.records, deadline_ms);
    let deadline = deadline_ms.div_ceil(1000) as i64;
    let (mut done, mut messages) = (Vec::new(), Vec::new());
    for message in event.records {
        let body = message.body.as_deref().unwrap_or_default();
        let event: EventBridgeEvent<Value> = match serde_json::from_str(body) {
            Ok(event) => event,
            Err(fault) => {
                warn!(message.bytes = body.len(), fault = ?fault.classify(), "poison: the message is no event");
                continue;
            }
        };
        match batch.run(Box::pin(step(event, deadline))).await {
            Ok(Some(of)) => {
                done.push(of);
                messages.push(message);
            }
            Ok(None) => {}
            Err(fault) => {
                batch.put_off(&message, &fault).await;
                response.add_failure(message.message_id.unwrap_or_default());
            }
        }
    }
    if done.is_empty() {
        return response;
    }
    if let Err(fault) = batch.run(Box::pin(follow(&done, deadline))).await {
        warn!(%fault, bedrock.words = fault.words(), "what follows from the batch failed, and is done later");
        for (of, message) in done.iter().zip(messages) {
            if may_come_again(of) && received(&message) < DELIVERIES_MAX {
                batch.put_off(&message, &fault).await;
                response.add_failure(message.message_id.unwrap_or_default());
            }
        }
    }
    response
}

/// Runs a function that a schedule invokes.
pub async fn serve_schedule(step: impl AsyncFn() -> Result<(), StepError>) -> Result<(), Error> {
    let step = &step;
    run(service_fn(async move |_: LambdaEvent<Value>| match step().await {
        Ok(()) => Ok(()),
        Err(fault) => {
            error!(%fault, bedrock.words = fault.words(), "the sweep was cut short; the next one starts over");
            Err(Diagnostic::from(fault))
        }
    }))
    .await
}

/// What an event of ours says to look at; `None` for one that can't be read, which is logged, and for another stack's. One
/// of a newer version goes back to its queue: while a stack is updated, its functions are of two versions for some minutes.
pub(crate) fn own_hint(event: &EventBridgeEvent<Value>, stack: &str) -> Result<Option<Hint>, StepError> {
    match Hint::read(&event.detail_type, &event.detail, stack) {
        Ok(hint) => return Ok(Some(hint)),
        Err(Unread::OtherStack) => {}
        Err(newer @ Unread::Newer(_)) => return Err(StepError::NotYet(newer.to_string())),
        Err(Unread::UnknownKind) => {
            warn!(event.detail_type = event.detail_type, "ignored: a kind of event that this version doesn't know");
        }
        Err(Unread::Malformed { field, fault }) => warn!(event.field = field, fault, "poison: the event can't be read"),
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
