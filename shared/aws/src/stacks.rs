//! Deployed stacks, as CloudFormation knows them.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::Stack;

use crate::Failure;

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
        let found = |stack: &Stack| Found { outputs: outputs(stack), account: account(stack) };
        Ok(answer.stacks().first().map(found))
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
