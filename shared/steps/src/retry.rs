//! When the messages of a batch are delivered again.
//!
//! Lambda deletes the messages that a function has handled. Messages that it reports as failed are delivered again when
//! their visibility timeout is over (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
//! The queue's own timeout is six times the function's, as AWS advises, so that messages outlast throttled invocations
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>). That is too long for a failure that
//! may be over in a second, and for a function that was killed. So each failed message gets a timeout of its own, by
//! `ChangeMessageVisibility`, and messages in progress are hidden for a short time, again and again. If these calls
//! fail, the queue's timeout applies.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep_until};
use tracing::{info, warn};
use tunedrop_aws::Queues;
use tunedrop_run::Timestamp;
use tunedrop_run::decide::redelivery::{Delays, Why, held_for};
use tunedrop_run::metric::{LogFields, Metric};

use crate::batch::StepError;
use crate::count::count;
use crate::publish::now_s;
use crate::settings;

/// A step is canceled this long before its function's deadline, because a function that Lambda ends returns its whole
/// batch.
const MARGIN: Duration = Duration::from_secs(2);
/// A message isn't started if less than this is left before the deadline.
const LEAST: Duration = Duration::from_secs(5);
/// Lambda's own limit for a function (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const LONGEST: Duration = Duration::from_secs(900);
/// Most batches are done before this, and need no call.
const HOLD_FIRST: Duration = Duration::from_secs(1);
/// Interval at which messages in progress are hidden again. It is well below the time that they are hidden for.
const HOLD_EVERY: Duration = Duration::from_secs(60);

/// A function's queue, and how long its messages wait.
#[derive(Debug)]
pub(crate) struct Retries {
    /// Its URL. `None` in tests that replace the queue.
    queue: Option<String>,
    /// Created when the first message has to wait.
    queues: OnceCell<Queues>,
    delays: Delays,
    stack: String,
}

impl Retries {
    pub(crate) fn from_env() -> Result<Retries, lambda_runtime::Error> {
        let queue = settings::optional("TUNEDROP_QUEUE_URL");
        let number = |name, otherwise| Ok::<_, lambda_runtime::Error>(settings::number(name)?.unwrap_or(otherwise));
        Ok(Retries {
            queue,
            queues: OnceCell::new(),
            delays: Delays {
                first_s: number("TUNEDROP_RETRY_MIN_SECONDS", 10)?,
                most_s: number("TUNEDROP_RETRY_MAX_SECONDS", 300)?,
            },
            stack: settings::required("TUNEDROP_STACK")?,
        })
    }

    /// Without a queue.
    #[cfg(test)]
    pub(crate) fn of_test() -> Retries {
        let delays = Delays { first_s: 10, most_s: 300 };
        Retries { queue: None, queues: OnceCell::new(), delays, stack: "test".to_owned() }
    }

    async fn hide(&self, handles: &[String], seconds: i64) {
        let (Some(queue), false) = (&self.queue, handles.is_empty()) else {
            return;
        };
        let queues = self.queues.get_or_init(async || Queues::new(&tunedrop_aws::config().await)).await;
        if let Err(fault) = queues.hide(queue, handles, i32::try_from(seconds).unwrap_or(i32::MAX)).await {
            warn!(%fault, "the delay could not be set; the messages return after the queue's visibility timeout");
        }
    }
}

/// The messages of one invocation that aren't handled or postponed yet.
pub(crate) struct Batch<'r> {
    retries: &'r Retries,
    /// Unix milliseconds.
    deadline_ms: i64,
    /// No message is started after this,
    begin_by: Instant,
    /// and none is in progress after this.
    cut_at: Instant,
    next_hold: Cell<Instant>,
    in_work: RefCell<Vec<String>>,
}

impl<'r> Batch<'r> {
    pub(crate) fn new(retries: &'r Retries, messages: &[SqsMessage], deadline_ms: u64) -> Batch<'r> {
        let deadline_ms = i64::try_from(deadline_ms).unwrap_or(i64::MAX);
        let left = u64::try_from(deadline_ms.saturating_sub(now_ms())).unwrap_or_default();
        let (begin, left) = (Instant::now(), Duration::from_millis(left).min(LONGEST));
        Batch {
            retries,
            deadline_ms,
            begin_by: begin + left.saturating_sub(MARGIN + LEAST),
            cut_at: begin + left.saturating_sub(MARGIN),
            next_hold: Cell::new(begin + HOLD_FIRST),
            in_work: RefCell::new(messages.iter().filter_map(|message| message.receipt_handle.clone()).collect()),
        }
    }

    /// Runs a message's step until shortly before the function's deadline, and hides the batch meanwhile. Cancels the
    /// step then, which is safe because a step may be interrupted anywhere.
    pub(crate) async fn run<T>(
        &self,
        step: Pin<Box<dyn Future<Output = Result<T, StepError>> + '_>>,
    ) -> Result<T, StepError> {
        if Instant::now() > self.begin_by {
            return Err(StepError::NotYet("the function has no time left for it".to_owned()));
        }
        tokio::select! {
            biased;
            done = caught(step) => done,
            () = sleep_until(self.cut_at) => Err(StepError::Ended("its time was over")),
            never = self.hold() => match never {},
        }
    }

    /// Hides the messages in progress, again and again.
    async fn hold(&self) -> Infallible {
        loop {
            sleep_until(self.next_hold.get()).await;
            let handles = self.in_work.borrow().clone();
            self.retries.hide(&handles, held_for(self.deadline_ms / 1000 - now_s())).await;
            self.next_hold.set(Instant::now() + HOLD_EVERY);
        }
    }

    /// Postpones a failed message. The delay depends on why it failed and how often it was received. Returns the
    /// seconds until it is delivered again.
    pub(crate) async fn put_off(&self, message: &SqsMessage, fault: &StepError) -> i64 {
        let number = |name: &str| message.attributes.get(name).and_then(|text| text.parse::<i64>().ok());
        let received = received(message);
        let earliest_s = match fault {
            StepError::NotBefore(until) => until - now_s(),
            StepError::Claimed { until, .. } => until + 1 - now_s(),
            // Its claim ends with the function.
            StepError::Ended(_) => self.deadline_ms / 1000 + 2 - now_s(),
            _ => 0,
        };
        let seconds = self.retries.delays.after(fault.why(), received, earliest_s);
        match fault.why() {
            Why::NotDue => info!(seconds, "the event returns to its queue for {seconds} s until it is due"),
            Why::LostRace => {
                warn!(%fault, received, seconds, "the event lost a race and returns to its queue for {seconds} s")
            }
            Why::Failed => {
                warn!(%fault, received, seconds, bedrock.words = fault.words(), "the event failed and returns to its queue for {seconds} s");
                let age = number("SentTimestamp").map(|sent_ms| (now_ms() - sent_ms).max(0) as f64 / 1000.0);
                let age = age.map(|seconds| Metric::FailingMessageSeconds.is(seconds));
                count(&self.retries.stack, LogFields::default(), age.as_slice());
            }
        }
        if let Some(handle) = &message.receipt_handle {
            self.in_work.borrow_mut().retain(|other| other != handle);
            self.retries.hide(std::slice::from_ref(handle), seconds).await;
        }
        seconds
    }
}

/// How often SQS has delivered a message.
pub(crate) fn received(message: &SqsMessage) -> u32 {
    message.attributes.get("ApproximateReceiveCount").and_then(|times| times.parse().ok()).unwrap_or(1)
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// A step that panics fails its message only. Lambda would return the whole batch.
async fn caught<T>(mut step: Pin<Box<dyn Future<Output = Result<T, StepError>> + '_>>) -> Result<T, StepError> {
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| step.as_mut().poll(context)));
        polled.unwrap_or(Poll::Ready(Err(StepError::Ended("it panicked"))))
    })
    .await
}

#[cfg(test)]
mod tests;
