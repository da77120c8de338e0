//! Queues: reading and redriving dead-letter queues, and the visibility of messages that a function received.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::QueueAttributeName;

use crate::Failure;

/// Seconds that a message stays hidden while it is inspected: long enough for a thousand messages.
const HIDDEN_S: i32 = 60;
/// SQS returns at most this many messages at a time (API reference, ReceiveMessage).
const BATCH: i32 = 10;
const HIDE: &str = "sqs:ChangeMessageVisibility";

/// SQS.
#[derive(Debug, Clone)]
pub struct Queues {
    client: Client,
}

/// A message of a dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message's body.
    pub body: String,
    /// The receipt handle, valid while the message is hidden.
    pub handle: String,
}

/// The progress of SQS's message move task. The number is how many messages were moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// In progress.
    Running(i64),
    /// Completed.
    Done(i64),
    /// Failed, with SQS's reason.
    Broken(i64, String),
}

impl Queues {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Queues {
        Queues { client: Client::new(config) }
    }

    /// The number of messages in a queue, visible and hidden; approximate, according to SQS.
    pub async fn depth(&self, queue: &str) -> Result<i64, Failure> {
        use QueueAttributeName::{
            ApproximateNumberOfMessages as Seen, ApproximateNumberOfMessagesNotVisible as Unseen,
        };
        let mut depth = 0;
        for name in [Seen, Unseen] {
            depth += self.attribute(queue, name).await?.parse::<i64>().unwrap_or_default();
        }
        Ok(depth)
    }

    /// Receives up to `most` messages for inspection. They stay hidden until they are deleted or put back.
    pub async fn look(&self, queue: &str, most: usize) -> Result<Vec<DeadLetter>, Failure> {
        let mut letters = Vec::new();
        while letters.len() < most {
            let receive = self.client.receive_message().queue_url(queue).max_number_of_messages(BATCH);
            let receive = receive.visibility_timeout(HIDDEN_S).wait_time_seconds(1);
            let answer = receive.send().await.map_err(|error| Failure::new("sqs:ReceiveMessage", &error))?;
            let taken = answer.messages.unwrap_or_default();
            if taken.is_empty() {
                break;
            }
            letters.extend(taken.into_iter().map(|message| DeadLetter {
                body: message.body.unwrap_or_default(),
                handle: message.receipt_handle.unwrap_or_default(),
            }));
        }
        Ok(letters)
    }

    /// Makes a message visible again.
    pub async fn put_back(&self, queue: &str, letter: &DeadLetter) -> Result<(), Failure> {
        let change = self.client.change_message_visibility().queue_url(queue).receipt_handle(&letter.handle);
        let done = change.visibility_timeout(0).send().await;
        done.map(drop).map_err(|error| Failure::new(HIDE, &error))
    }

    /// Hides messages that were received for this many seconds from now. A message that isn't in flight any more is
    /// skipped, because it was deleted or is visible again. Returns the first failure, after all were tried.
    pub async fn hide(&self, queue: &str, handles: &[String], seconds: i32) -> Result<(), Failure> {
        let mut failure = None;
        for handle in handles {
            let change = self.client.change_message_visibility().queue_url(queue).receipt_handle(handle);
            if let Err(error) = change.visibility_timeout(seconds).send().await
                && !error.code().is_some_and(is_gone)
            {
                failure.get_or_insert(Failure::new(HIDE, &error));
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Sends a message to another queue, then deletes it from this one. After an interruption in between, it is in both.
    pub async fn pass_on(&self, from: &str, to: &str, letter: &DeadLetter) -> Result<(), Failure> {
        let send = self.client.send_message().queue_url(to).message_body(&letter.body).send().await;
        send.map_err(|error| Failure::new("sqs:SendMessage", &error))?;
        let delete = self.client.delete_message().queue_url(from).receipt_handle(&letter.handle).send().await;
        delete.map(drop).map_err(|error| Failure::new("sqs:DeleteMessage", &error))
    }

    /// Starts SQS's move of all messages; false if the service doesn't support it, such as an emulator.
    pub async fn start_move(&self, from: &str, to: &str) -> Result<bool, Failure> {
        let start = self.client.start_message_move_task().source_arn(self.arn(from).await?);
        match start.destination_arn(self.arn(to).await?).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code().is_some_and(is_unknown) => Ok(false),
            Err(error) => Err(Failure::new("sqs:StartMessageMoveTask", &error)),
        }
    }

    /// The latest move task of this queue.
    pub async fn moved(&self, from: &str) -> Result<Move, Failure> {
        let list = self.client.list_message_move_tasks().source_arn(self.arn(from).await?).max_results(1);
        let answer = list.send().await.map_err(|error| Failure::new("sqs:ListMessageMoveTasks", &error))?;
        let Some(task) = answer.results.unwrap_or_default().into_iter().next() else {
            return Ok(Move::Running(0));
        };
        let moved = task.approximate_number_of_messages_moved;
        Ok(match task.status.as_deref() {
            Some("COMPLETED") => Move::Done(moved),
            Some("RUNNING") | None => Move::Running(moved),
            Some(other) => Move::Broken(moved, task.failure_reason.unwrap_or_else(|| other.to_owned())),
        })
    }

    async fn arn(&self, queue: &str) -> Result<String, Failure> {
        self.attribute(queue, QueueAttributeName::QueueArn).await
    }

    async fn attribute(&self, queue: &str, name: QueueAttributeName) -> Result<String, Failure> {
        let answer = self.client.get_queue_attributes().queue_url(queue).attribute_names(name.clone()).send().await;
        let answer = answer.map_err(|error| Failure::new("sqs:GetQueueAttributes", &error))?;
        Ok(answer.attributes.and_then(|all| all.get(&name).cloned()).unwrap_or_default())
    }
}

/// How SQS says that a message is deleted, or visible again (API reference, ChangeMessageVisibility); an old receipt handle is
/// a wrong parameter.
fn is_gone(code: &str) -> bool {
    ["ReceiptHandleIsInvalid", "MessageNotInflight", "InvalidParameterValue"].iter().any(|end| code.ends_with(end))
}

/// Whether the error means that the service doesn't have the operation.
fn is_unknown(code: &str) -> bool {
    ["InvalidAction", "UnknownOperationException", "UnsupportedOperation", "NotImplemented"]
        .iter()
        .any(|end| code.ends_with(end))
}
