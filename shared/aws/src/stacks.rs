//! Deployed stacks, as CloudFormation knows them: finding, changing and deleting them.

mod change_set;
mod events;

use std::collections::BTreeMap;
use std::error::Error;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudformation::types::{Stack, StackStatus};

use crate::Failure;
pub use change_set::{ChangeSet, Prepared, ResourceChange};
pub use events::StackEvent;

/// Outputs of the template. Other templates are unlikely to have all of them.
const OURS: [&str; 4] = ["BucketName", "TableName", "TopicArn", "SweepFunctionName"];

/// CloudFormation.
#[derive(Debug, Clone)]
pub struct Stacks {
    client: Client,
}

/// A stack, which may not be tunedrop's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The outputs, by their names in the template.
    pub outputs: BTreeMap<String, String>,
    /// The stack's account.
    pub account: String,
    /// The stack's ARN. It finds a deleted stack too.
    pub id: String,
    /// CloudFormation's state, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// Why it is in this state, if CloudFormation says so.
    pub reason: Option<String>,
    /// The parameters and their values.
    pub parameters: BTreeMap<String, String>,
    /// The stack's tags, without those of AWS.
    pub tags: BTreeMap<String, String>,
}

/// What a stack's template declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The template's description.
    pub description: String,
    /// The parameters with the values that apply without a setting.
    pub defaults: BTreeMap<String, String>,
}

/// A stack that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedStack {
    /// Its ARN.
    pub id: String,
    /// Unix seconds.
    pub at: i64,
}

impl Stacks {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Stacks {
        Stacks { client: Client::new(config) }
    }

    /// Returns the stack of this name. `None` if there is none.
    pub async fn find(&self, name: &str) -> Result<Option<Found>, Failure> {
        let answer = match self.client.describe_stacks().stack_name(name).send().await {
            Ok(answer) => answer,
            // CloudFormation has no specific error code for this (API reference, DescribeStacks).
            Err(error) if error.message().is_some_and(|words| words.contains("does not exist")) => return Ok(None),
            Err(error) => return Err(Failure::new(format!("cloudformation:DescribeStacks {name}"), &error)),
        };
        Ok(answer.stacks().first().map(Found::of))
    }

    /// Returns what the template of a stack declares. `None` if there is no such stack, or if it has no template yet.
    pub async fn summary(&self, name: &str) -> Result<Option<Summary>, Failure> {
        let answer = match self.client.get_template_summary().stack_name(name).send().await {
            Ok(answer) => answer,
            // No such stack, or one that was never created from its change set.
            Err(error) if error.code() == Some("ValidationError") => return Ok(None),
            Err(error) => return Err(failed(format!("cloudformation:GetTemplateSummary {name}"), &error)),
        };
        let declared = answer.parameters().iter();
        let defaults = declared
            .filter_map(|one| Some((one.parameter_key()?.to_owned(), one.default_value().unwrap_or("").to_owned())));
        Ok(Some(Summary { defaults: defaults.collect(), description: answer.description.unwrap_or_default() }))
    }

    /// Starts to delete a stack. Deleting one that doesn't exist is no error.
    pub async fn delete(&self, id: &str) -> Result<(), Failure> {
        let deleted = self.client.delete_stack().stack_name(id).send().await;
        deleted.map(drop).map_err(|error| failed(format!("cloudformation:DeleteStack {id}"), &error))
    }

    /// Returns the stack of this name that was deleted last. CloudFormation lists deleted stacks for 90 days (API reference,
    /// ListStacks).
    pub async fn last_deleted(&self, name: &str) -> Result<Option<DeletedStack>, Failure> {
        let request = self.client.list_stacks().stack_status_filter(StackStatus::DeleteComplete);
        let mut all = request.into_paginator().items().send();
        let mut last: Option<DeletedStack> = None;
        while let Some(stack) = all.next().await {
            let stack = stack.map_err(|error| failed("cloudformation:ListStacks", &error))?;
            let at = stack.deletion_time().map_or(0, aws_sdk_cloudformation::primitives::DateTime::secs);
            if stack.stack_name() == Some(name) && last.as_ref().is_none_or(|last| last.at <= at) {
                last = stack.stack_id().map(|id| DeletedStack { id: id.to_owned(), at });
            }
        }
        Ok(last)
    }

    /// Returns the names of tunedrop's stacks in this account and Region.
    pub async fn ours(&self) -> Result<Vec<String>, Failure> {
        let mut pages = self.client.describe_stacks().into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(stack) = pages.next().await {
            let stack = stack.map_err(|error| Failure::new("cloudformation:DescribeStacks", &error))?;
            let outputs = outputs(&stack);
            if OURS.iter().all(|name| outputs.contains_key(*name)) {
                names.extend(stack.stack_name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// Whether these are the outputs of a tunedrop stack.
pub fn is_ours(outputs: &BTreeMap<String, String>) -> bool {
    OURS.iter().all(|name| outputs.contains_key(*name))
}

impl Found {
    fn of(stack: &Stack) -> Found {
        let parameters = stack.parameters().iter();
        let parameters =
            parameters.filter_map(|one| Some((one.parameter_key()?.to_owned(), one.parameter_value()?.to_owned())));
        let tags = stack.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())));
        Found {
            outputs: outputs(stack),
            account: account(stack),
            id: stack.stack_id().unwrap_or_default().to_owned(),
            status: stack.stack_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: stack.stack_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
            parameters: parameters.collect(),
            tags: tags.filter(|(key, _)| !key.starts_with("aws:")).collect(),
        }
    }
}

/// Returns the error with the service's message, which is the only explanation of a `ValidationError`.
fn failed<E, R>(call: impl Into<String>, error: &SdkError<E, R>) -> Failure
where
    E: Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + 'static,
{
    match (error, error.code(), error.message()) {
        (SdkError::ServiceError(_), Some(code), Some(message)) => {
            Failure { call: call.into(), cause: format!("{code}: {message}"), words: None }
        }
        _ => Failure::new(call, error),
    }
}

/// A stack's id is its ARN, whose fifth field is the account.
fn account(stack: &Stack) -> String {
    stack.stack_id().unwrap_or_default().split(':').nth(4).unwrap_or_default().to_owned()
}

fn outputs(stack: &Stack) -> BTreeMap<String, String> {
    let pair = |output: &aws_sdk_cloudformation::types::Output| {
        Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))
    };
    stack.outputs().iter().filter_map(pair).collect()
}
