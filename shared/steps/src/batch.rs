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
use tunedrop_run::event::{Detail, VERSION};

use crate::retry::{Batch, Retries};

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

/// Runs a function whose events come through a queue.
///
/// An event whose step fails goes back to its queue, alone, for as long as [`Retries`] says; one that can't be read is poison: logged, and never seen again.
/// A step is also told when the function is cut off, in Unix seconds.
pub async fn serve(step: impl AsyncFn(EventBridgeEvent<Value>, i64) -> Result<(), StepError>) -> Result<(), Error> {
    let (step, retries) = (&step, &Retries::from_env()?);
    run(service_fn(async move |event: LambdaEvent<SqsEvent>| {
        let batch = Batch::new(retries, &event.payload.records, event.context.deadline);
        let mut response = SqsBatchResponse::default();
        let deadline = event.context.deadline.div_ceil(1000) as i64;
        for message in event.payload.records {
            let body = message.body.as_deref().unwrap_or_default();
            let event: EventBridgeEvent<Value> = match serde_json::from_str(body) {
                Ok(event) => event,
                Err(fault) => {
                    warn!(message.bytes = body.len(), fault = ?fault.classify(), "poison: the message is no event");
                    continue;
                }
            };
            // Boxed: unboxed, the future of a whole step is more than the compiler lays out within its depth limit.
            let stepping: Pin<Box<dyn Future<Output = _> + '_>> = Box::pin(step(event, deadline));
            if let Err(fault) = batch.run(stepping).await {
                batch.put_off(&message, &fault).await;
                response.add_failure(message.message_id.unwrap_or_default());
            }
        }
        Ok::<_, Error>(response)
    }))
    .await
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

/// The detail of an event of ours; `None` for one that this version can't read, which is logged.
pub(crate) fn own_detail(event: &EventBridgeEvent<Value>, stack: &str) -> Option<Detail> {
    let version = event.detail.get("version").and_then(Value::as_u64);
    if version.is_some_and(|version| version > u64::from(VERSION)) {
        warn!(event.version = version, "ignored: the event is of a newer version than this function");
        return None;
    }
    match serde_json::from_value::<Detail>(event.detail.clone()) {
        Ok(detail) if detail.stack == stack => Some(detail),
        Ok(_) => None,
        Err(fault) => {
            // The error's own words may quote the event.
            warn!(fault = ?fault.classify(), "poison: the event's detail can't be read");
            None
        }
    }
}
