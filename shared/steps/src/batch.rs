//! Calls a step for each event of a batch, and returns the messages that failed to their queue.

use std::pin::Pin;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tracing::{error, warn};
use tunedrop_aws::Failure;
use tunedrop_report::redact;
use tunedrop_run::decide::redelivery::Why;
use tunedrop_run::event::{Hint, HintError};

use crate::retry::{Batch, Retries, received};

/// Why an event returns to its queue.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A service failed.
    #[error(transparent)]
    Service(#[from] Failure),
    /// Something else must finish first.
    #[error("{0}")]
    NotYet(String),
    /// Nothing failed: the event is about something that is due at this time, in Unix seconds.
    #[error("the event is due at {0}")]
    NotBefore(i64),
    /// A step failed that holds a claim. A redelivery before the end of the claim would find it, and do nothing.
    #[error("{fault}")]
    Claimed {
        /// The error.
        fault: Box<StepError>,
        /// Unix seconds: the end of the claim.
        until: i64,
    },
    /// The function stopped the step.
    #[error("the step was stopped: {0}")]
    Ended(&'static str),
}

impl StepError {
    /// Bedrock's message, redacted for the log.
    pub(crate) fn words(&self) -> Option<String> {
        match self {
            StepError::Service(failure) => failure.words.as_deref().map(redact),
            StepError::Claimed { fault, .. } => fault.words(),
            StepError::NotYet(_) | StepError::NotBefore(_) | StepError::Ended(_) => None,
        }
    }

    /// The kind of failure, which determines the delay.
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

/// If the work after a batch fails, its events return to the queue only on their first deliveries, because the sweep
/// repeats that work too.
const DELIVERIES_MAX: u32 = 3;

/// Unboxed, the future of a whole step exceeds the compiler's depth limit.
type Boxed<'s, T> = Pin<Box<dyn Future<Output = Result<T, StepError>> + 's>>;

/// Runs a function whose events come through a queue.
///
/// An event whose step fails returns to its queue, alone, for the time that the retry delays say. One that can't be read is
/// logged and deleted. A step also gets the function's deadline, in Unix seconds.
pub async fn serve(step: impl AsyncFn(EventBridgeEvent<Value>, i64) -> Result<(), StepError>) -> Result<(), Error> {
    let step = async |event, deadline| {
        let stepping: Boxed<'_, ()> = Box::pin(step(event, deadline));
        stepping.await.map(|()| None)
    };
    serve_batch(step, async |_: &[()], _| Ok(()), |_: &()| false).await
}

/// Like [`serve`], and calls `follow` once after the steps of a batch, with their results. If that fails, the events that
/// `may_be_redelivered` return to their queue.
pub async fn serve_batch<T>(
    step: impl AsyncFn(EventBridgeEvent<Value>, i64) -> Result<Option<T>, StepError>,
    follow: impl AsyncFn(&[T], i64) -> Result<(), StepError>,
    may_be_redelivered: impl Fn(&T) -> bool,
) -> Result<(), Error> {
    let (step, follow, may_be_redelivered, retries) = (&step, &follow, &may_be_redelivered, &Retries::from_env()?);
    run(service_fn(async move |event: LambdaEvent<SqsEvent>| {
        let deadline_ms = event.context.deadline;
        let done: Pin<Box<dyn Future<Output = _> + '_>> =
            Box::pin(go(event.payload, deadline_ms, retries, step, follow, may_be_redelivered));
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
    may_be_redelivered: &impl Fn(&T) -> bool,
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
                warn!(message.bytes = body.len(), fault = ?fault.classify(), "ignored a message that is not an event");
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
        warn!(%fault, bedrock.words = fault.words(), "the work after the batch failed; it is retried");
        for (of, message) in done.iter().zip(messages) {
            if may_be_redelivered(of) && received(&message) < DELIVERIES_MAX {
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
            error!(%fault, bedrock.words = fault.words(), "the sweep failed; the next one starts again");
            Err(Diagnostic::from(fault))
        }
    }))
    .await
}

/// Reads an event of this stack; `None` for one that can't be read, which is logged, and for another stack's. One of a newer
/// version returns to its queue, because the functions have two versions for some minutes while a stack is updated.
pub(crate) fn own_hint(event: &EventBridgeEvent<Value>, stack: &str) -> Result<Option<Hint>, StepError> {
    match Hint::read(&event.detail_type, &event.detail, stack) {
        Ok(hint) => return Ok(Some(hint)),
        Err(HintError::OtherStack) => {}
        Err(newer @ HintError::Newer(_)) => return Err(StepError::NotYet(newer.to_string())),
        Err(HintError::UnknownKind) => {
            warn!(event.detail_type = event.detail_type, "ignored an event of a kind that this version doesn't know");
        }
        Err(HintError::Malformed { field, fault }) => {
            warn!(event.field = field, fault, "ignored an event that can't be read")
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
