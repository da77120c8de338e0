//! Queues: their dead letters, for those who send them again, and when a message that a function has taken comes back.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::QueueAttributeName;

use crate::Failure;

/// How long a letter that is looked at stays hidden, in seconds: long enough to look at a thousand.
const HIDDEN_S: i32 = 60;
/// SQS hands out at most this many at once (API reference, ReceiveMessage).
const BATCH: i32 = 10;
const HIDE: &str = "sqs:ChangeMessageVisibility";

/// SQS.
#[derive(Debug, Clone)]
pub struct Queues {
    client: Client,
}

/// A message as it lies in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What was sent.
    pub body: String,
    /// Names it for as long as it is hidden.
    pub handle: String,
}

/// How far SQS's own move of a queue's messages is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Not done; so many are moved.
    Running(i64),
    /// Done; so many are moved.
    Done(i64),
    /// Over before it was done; so many are moved, and SQS's words.
    Broken(i64, String),
}

impl Queues {
    /// One per process.
    pub fn new(config: &SdkConfig) -> Queues {
        Queues { client: Client::new(config) }
    }

    /// How many messages a queue holds, seen and unseen; SQS says that the figure is approximate.
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

    /// Takes up to `most` messages to look at; they are hidden until they are deleted or put back.
    pub async fn look(&self, queue: &str, most: usize) -> Result<Vec<Letter>, Failure> {
        let mut letters = Vec::new();
        while letters.len() < most {
            let receive = self.client.receive_message().queue_url(queue).max_number_of_messages(BATCH);
            let receive = receive.visibility_timeout(HIDDEN_S).wait_time_seconds(1);
            let answer = receive.send().await.map_err(|error| Failure::new("sqs:ReceiveMessage", &error))?;
            let taken = answer.messages.unwrap_or_default();
            if taken.is_empty() {
                break;
            }
            letters.extend(taken.into_iter().map(|message| Letter {
                body: message.body.unwrap_or_default(),
                handle: message.receipt_handle.unwrap_or_default(),
            }));
        }
        Ok(letters)
    }

    /// Puts a letter back that was looked at.
    pub async fn put_back(&self, queue: &str, letter: &Letter) -> Result<(), Failure> {
        let change = self.client.change_message_visibility().queue_url(queue).receipt_handle(&letter.handle);
        let done = change.visibility_timeout(0).send().await;
        done.map(drop).map_err(|error| Failure::new(HIDE, &error))
    }

    /// Hides messages that were received for so many seconds from now. One that isn't in flight any more is passed over: its
    /// fate is decided. The first failure, after all were tried.
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

    /// Sends a letter to another queue, then takes it out of this one: cut off in between, it is in both.
    pub async fn pass_on(&self, from: &str, to: &str, letter: &Letter) -> Result<(), Failure> {
        let send = self.client.send_message().queue_url(to).message_body(&letter.body).send().await;
        send.map_err(|error| Failure::new("sqs:SendMessage", &error))?;
        let delete = self.client.delete_message().queue_url(from).receipt_handle(&letter.handle).send().await;
        delete.map(drop).map_err(|error| Failure::new("sqs:DeleteMessage", &error))
    }

    /// Asks SQS to move all messages; false where the service can't do that, as an emulator may.
    pub async fn start_move(&self, from: &str, to: &str) -> Result<bool, Failure> {
        let start = self.client.start_message_move_task().source_arn(self.arn(from).await?);
        match start.destination_arn(self.arn(to).await?).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code().is_some_and(is_unknown) => Ok(false),
            Err(error) => Err(Failure::new("sqs:StartMessageMoveTask", &error)),
        }
    }

    /// The newest move out of this queue.
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

/// How a service says that it has no such operation.
fn is_unknown(code: &str) -> bool {
    ["InvalidAction", "UnknownOperationException", "UnsupportedOperation", "NotImplemented"]
        .iter()
        .any(|end| code.ends_with(end))
}
