//! A stack's events: what happened to each of its resources.

use aws_sdk_cloudformation::types::StackEvent as Answered;

use super::{Stacks, failed};
use crate::Failure;

/// An event of a stack or of one of its resources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackEvent {
    /// Unique among the stack's events.
    pub id: String,
    /// The name in the template; of the stack itself, its name.
    pub logical_id: String,
    /// The name or ARN in the account, if there is one yet.
    pub physical_id: Option<String>,
    /// For example `AWS::Lambda::Function`.
    pub kind: String,
    /// For example `CREATE_IN_PROGRESS`.
    pub status: String,
    /// Why, for example what a service answered.
    pub reason: Option<String>,
    /// Unix seconds.
    pub at: i64,
    /// Whether it is about the stack itself.
    pub is_stack: bool,
}

impl Stacks {
    /// Returns the id of the newest event. `None` if the stack has no event.
    pub async fn newest_event(&self, stack_id: &str) -> Result<Option<String>, Failure> {
        Ok(self.page(stack_id, None).await?.0.into_iter().next().map(|event| event.id))
    }

    /// Returns the events after the one with the id `last`, oldest first. `None`: all events. For a deleted stack, name it by
    /// its ARN; it keeps its events for 90 days (API reference, DescribeStackEvents).
    pub async fn events(&self, stack_id: &str, last: Option<&str>) -> Result<Vec<StackEvent>, Failure> {
        let (mut events, mut next) = (Vec::new(), None);
        loop {
            let (page, token) = self.page(stack_id, next).await?;
            for event in page {
                if last == Some(event.id.as_str()) {
                    events.reverse();
                    return Ok(events);
                }
                events.push(event);
            }
            next = token;
            if next.is_none() {
                events.reverse();
                return Ok(events);
            }
        }
    }

    /// A page of events, newest first.
    async fn page(&self, stack_id: &str, next: Option<String>) -> Result<(Vec<StackEvent>, Option<String>), Failure> {
        let answer = self.client.describe_stack_events().stack_name(stack_id).set_next_token(next).send().await;
        let answer =
            answer.map_err(|error| failed(format!("cloudformation:DescribeStackEvents {stack_id}"), &error))?;
        Ok((answer.stack_events().iter().map(event).collect(), answer.next_token))
    }
}

fn event(answered: &Answered) -> StackEvent {
    let physical_id = answered.physical_resource_id().filter(|id| !id.is_empty());
    StackEvent {
        id: answered.event_id().unwrap_or_default().to_owned(),
        logical_id: answered.logical_resource_id().unwrap_or_default().to_owned(),
        physical_id: physical_id.map(str::to_owned),
        kind: answered.resource_type().unwrap_or_default().to_owned(),
        status: answered.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: answered.resource_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
        at: answered.timestamp().map_or(0, aws_sdk_cloudformation::primitives::DateTime::secs),
        is_stack: physical_id.is_some() && physical_id == answered.stack_id(),
    }
}
