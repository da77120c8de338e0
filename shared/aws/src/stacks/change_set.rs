//! Change sets: what CloudFormation would do, before it does it.

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, Parameter, ResourceChange as Answered, Tag,
};

use super::{Stacks, failed};
use crate::Failure;

/// What a change set is created from.
#[derive(Debug, Clone)]
pub struct ChangeSet<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The change set's name: letters, digits and hyphens, with a letter first.
    pub name: &'a str,
    /// Whether the stack doesn't exist yet.
    pub is_new: bool,
    /// The template in S3. A request holds at most 51,200 bytes of one (API reference, CreateChangeSet).
    pub template_url: &'a str,
    /// Parameters with their values. `None`: the value that the stack has.
    pub parameters: &'a [(String, Option<String>)],
    /// All tags that the stack is to have.
    pub tags: &'a [(String, String)],
}

/// How far CloudFormation is with a change set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prepared {
    /// It isn't complete.
    Pending,
    /// It can be executed.
    Ready(Vec<ResourceChange>),
    /// There is nothing to change.
    Empty,
    /// It can't be executed, and why.
    Failed(String),
}

/// What happens to a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceChange {
    /// `Add`, `Modify`, `Remove`, `Import`, `Dynamic` or `SyncWithActual`.
    pub action: String,
    /// The name in the template.
    pub logical_id: String,
    /// The name or ARN in the account; absent for a new resource.
    pub physical_id: Option<String>,
    /// For example `AWS::Lambda::Function`.
    pub kind: String,
    /// `True`, `False` or `Conditional`, for `Modify` only.
    pub replacement: Option<String>,
    /// The names of properties, and of attributes such as `Metadata`, that change.
    pub changed: Vec<String>,
    /// `Retain`, `Delete` and others: what happens to a resource that is removed or replaced.
    pub policy: Option<String>,
}

impl Stacks {
    /// Starts to create a change set. For a new stack, this creates the stack in the state `REVIEW_IN_PROGRESS`. Returns the
    /// stack's ARN.
    pub async fn create_change_set(&self, set: &ChangeSet<'_>) -> Result<String, Failure> {
        let kind = if set.is_new { ChangeSetType::Create } else { ChangeSetType::Update };
        let parameters = set.parameters.iter().map(|(key, value)| {
            let parameter = Parameter::builder().parameter_key(key);
            match value {
                Some(value) => parameter.parameter_value(value).build(),
                None => parameter.use_previous_value(true).build(),
            }
        });
        let tags = set.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let request = self.client.create_change_set().stack_name(set.stack).change_set_name(set.name);
        let request = request.change_set_type(kind).template_url(set.template_url);
        // The template creates roles, none of which has a name of its own.
        let request = request.capabilities(Capability::CapabilityIam);
        let request = request.set_parameters(Some(parameters.collect())).set_tags(Some(tags.collect()));
        let answer = request.send().await;
        let answer = answer.map_err(|error| failed(format!("cloudformation:CreateChangeSet {}", set.stack), &error))?;
        Ok(answer.stack_id.unwrap_or_default())
    }

    /// Returns what a change set does, once CloudFormation knows.
    pub async fn prepared(&self, stack: &str, name: &str) -> Result<Prepared, Failure> {
        let (mut changes, mut next) = (Vec::new(), None);
        loop {
            let request = self.client.describe_change_set().stack_name(stack).change_set_name(name);
            let answer = request.set_next_token(next).send().await;
            let answer = answer.map_err(|error| failed(format!("cloudformation:DescribeChangeSet {name}"), &error))?;
            match answer.status {
                Some(ChangeSetStatus::CreateComplete) => {}
                Some(ChangeSetStatus::Failed) => return Ok(why(answer.status_reason.unwrap_or_default())),
                _ => return Ok(Prepared::Pending),
            }
            changes.extend(answer.changes().iter().filter_map(|change| change.resource_change()).map(change));
            next = answer.next_token;
            if next.is_none() {
                return Ok(Prepared::Ready(changes));
            }
        }
    }

    /// Starts to execute a change set. `token` makes a repeated request the same one.
    pub async fn execute_change_set(&self, stack: &str, name: &str, token: &str) -> Result<(), Failure> {
        let request = self.client.execute_change_set().stack_name(stack).change_set_name(name);
        let executed = request.client_request_token(token).send().await;
        executed.map(drop).map_err(|error| failed(format!("cloudformation:ExecuteChangeSet {name}"), &error))
    }

    /// Deletes a change set. Deleting one that doesn't exist is no error. A stack that was created for it stays.
    pub async fn delete_change_set(&self, stack: &str, name: &str) -> Result<(), Failure> {
        match self.client.delete_change_set().stack_name(stack).change_set_name(name).send().await {
            Err(error) if error.message().is_some_and(|words| words.contains("does not exist")) => Ok(()),
            Err(error) => Err(failed(format!("cloudformation:DeleteChangeSet {name}"), &error)),
            Ok(_) => Ok(()),
        }
    }
}

/// Why a change set failed. CloudFormation has no state for a change set without changes, only these two sentences, which
/// deployment tools compare, as the AWS CLI does.
fn why(reason: String) -> Prepared {
    let is_empty =
        ["didn't contain changes", "No updates are to be performed"].iter().any(|part| reason.contains(part));
    if is_empty { Prepared::Empty } else { Prepared::Failed(reason) }
}

fn change(answered: &Answered) -> ResourceChange {
    let mut changed: Vec<String> = Vec::new();
    for target in answered.details().iter().filter_map(|detail| detail.target()) {
        let attribute = || target.attribute().map(|attribute| attribute.as_str().to_owned());
        // Only a property has a name.
        changed.extend(target.name().map(str::to_owned).or_else(attribute));
    }
    changed.sort();
    changed.dedup();
    ResourceChange {
        action: answered.action().map(|action| action.as_str().to_owned()).unwrap_or_default(),
        logical_id: answered.logical_resource_id().unwrap_or_default().to_owned(),
        physical_id: answered.physical_resource_id().map(str::to_owned),
        kind: answered.resource_type().unwrap_or_default().to_owned(),
        replacement: answered.replacement().map(|replacement| replacement.as_str().to_owned()),
        changed,
        policy: answered.policy_action().map(|policy| policy.as_str().to_owned()),
    }
}
