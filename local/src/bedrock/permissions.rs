//! Identifies callers and checks their permissions, if the emulator enforces IAM.
//!
//! Calls to the simulator don't go through the emulator, so their signature isn't verified. The access key identifies
//! the role, and the emulator's policy simulation evaluates the role's policies. That simulation has no condition
//! context, so conditions on keys that are known here are evaluated first.

use axum::http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::conditions::{NOTHING, settle, statements};
use super::errors::{self, Refusal};
use super::iam;
use super::names::Base;
use super::request::{CreateRequest, Tag};
use super::state::Simulator;

/// The principal behind a call.
pub(super) enum Caller {
    /// The account itself, or any caller if IAM isn't enforced.
    Root,
    /// A function, with a session of its role.
    Role {
        /// The role's name.
        role: String,
        /// The session's ARN, for messages.
        arn: String,
    },
}

/// Returns the caller, by the access key in the call's signature.
pub(super) async fn caller(simulator: &Simulator, headers: &HeaderMap) -> Result<Caller, Refusal> {
    if !simulator.config.auth {
        return Ok(Caller::Root);
    }
    let signed = headers.get("authorization").and_then(|value| value.to_str().ok());
    let key = signed.and_then(|text| text.split_once("Credential=")).and_then(|(_, rest)| rest.split('/').next());
    let Some(key) = key else {
        return Err(errors::NO_AUTHENTICATION.refusal());
    };
    if key == simulator.config.account || key == "test" {
        return Ok(Caller::Root);
    }
    // The emulator derives a function's access key from its ARN and its role's ARN, and doesn't expose it.
    let functions = iam::functions(simulator).await.map_err(unanswered)?;
    let owner = functions.into_iter().find(|(function, role)| access_key(function, role) == key);
    let Some((function, role)) = owner else {
        return Err(errors::UNKNOWN_CLIENT.refusal());
    };
    let last = |arn: &str, by: char| arn.rsplit(by).next().unwrap_or_default().to_owned();
    let (role, session) = (last(&role, '/'), last(&function, ':'));
    let arn = format!("arn:aws:sts::{}:assumed-role/{role}/{session}", simulator.config.account);
    Ok(Caller::Role { role, arn })
}

/// Returns an error unless the policies of the caller's role allow `action` on `resource`.
pub(super) async fn require(
    simulator: &Simulator,
    caller: &Caller,
    action: &str,
    resource: &str,
) -> Result<(), Refusal> {
    require_in(simulator, caller, action, resource, &[]).await
}

/// Checks the permissions to create a resource that needs existing ones: the action on those, and tagging the new one.
///
/// Service Authorization Reference, "Amazon Bedrock": the action's resources are the existing ones only, and its
/// condition keys are `aws:RequestTag` and `aws:TagKeys`.
pub(super) async fn require_for_new(
    simulator: &Simulator,
    caller: &Caller,
    action: &str,
    existing: &[&str],
    tags: &[Tag],
    new: &str,
) -> Result<(), Refusal> {
    let context = tag_context(tags);
    for resource in existing {
        require_in(simulator, caller, action, resource, &context).await?;
    }
    if !tags.is_empty() {
        require_in(simulator, caller, "bedrock:TagResource", new, &context).await?;
    }
    Ok(())
}

/// Returns the condition keys of a request's tags.
pub(super) fn tag_context(tags: &[Tag]) -> Vec<(String, String)> {
    let keys = tags.iter().map(|tag| ("aws:TagKeys".to_owned(), tag.key.clone()));
    keys.chain(tags.iter().map(|tag| (format!("aws:RequestTag/{}", tag.key), tag.value.clone()))).collect()
}

/// Checks the permissions to create a job: to create and tag it, and to pass its role to Bedrock.
pub(super) async fn may_create(
    simulator: &Simulator,
    caller: &Caller,
    request: &CreateRequest,
    base: &Base,
    id: &str,
) -> Result<(), Refusal> {
    let job = simulator.arn(&format!("model-customization-job/{}/{id}", base.model.id));
    let model = simulator.arn(&format!("custom-model/{}/{id}", base.model.id));
    let (job_tags, model_tags) = (request.job_tags.as_deref(), request.custom_model_tags.as_deref());
    let all: Vec<Tag> = [job_tags, model_tags].into_iter().flatten().flatten().cloned().collect();
    for resource in [&base.arn, &job, &model] {
        require_in(simulator, caller, "bedrock:CreateModelCustomizationJob", resource, &tag_context(&all)).await?;
    }
    for (tags, resource) in [(job_tags, &job), (model_tags, &model)] {
        if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
            require_in(simulator, caller, "bedrock:TagResource", resource, &tag_context(tags)).await?;
        }
    }
    pass_role(simulator, caller, request.role_arn.as_deref().unwrap_or_default()).await
}

/// Checks the permission to pass a role to Bedrock.
pub(super) async fn pass_role(simulator: &Simulator, caller: &Caller, role: &str) -> Result<(), Refusal> {
    let service = [("iam:PassedToService".to_owned(), "bedrock.amazonaws.com".to_owned())];
    require_in(simulator, caller, "iam:PassRole", role, &service).await
}

/// Does the same as `require`, with condition keys of the request. Those of the resource's tags are added.
pub(super) async fn require_in(
    simulator: &Simulator,
    caller: &Caller,
    action: &str,
    resource: &str,
    context: &[(String, String)],
) -> Result<(), Refusal> {
    let Caller::Role { role, arn } = caller else { return Ok(()) };
    let policies = iam::policies(simulator, role).await.map_err(unanswered)?;
    let tags = simulator.state().tags.get(resource).cloned().unwrap_or_default();
    let tags: Vec<(String, String)> =
        tags.into_iter().map(|(key, value)| (format!("aws:ResourceTag/{key}"), value)).collect();
    let context: Vec<(&str, &str)> =
        context.iter().chain(&tags).map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let settled: Vec<Value> = policies.into_iter().map(|policy| settle(policy, &context)).collect();
    let boundary = iam::boundary(simulator, role).await.map_err(unanswered)?.map(|policy| settle(policy, &context));
    let because = match denial(simulator, &settled, action, resource, "identity-based policy").await? {
        Some(because) => because,
        None => match boundary {
            Some(policy) => match denial(simulator, &[policy], action, resource, "permissions boundary").await? {
                Some(because) => because,
                None => return Ok(()),
            },
            None => return Ok(()),
        },
    };
    Err(match resource {
        "*" => errors::NOT_AUTHORIZED_TO_LIST.with(&[arn, &action, &because]),
        _ => errors::NOT_AUTHORIZED.with(&[arn, &action, &resource, &because]),
    })
}

/// Returns why policies of this kind don't allow the action, in IAM's words. `None` if they do.
async fn denial(
    simulator: &Simulator,
    policies: &[Value],
    action: &str,
    resource: &str,
    kind: &str,
) -> Result<Option<String>, Refusal> {
    let decision = iam::simulate(simulator, policies, action, resource).await.map_err(unanswered)?;
    let article = if kind.starts_with('i') { "an" } else { "a" };
    Ok(match decision.as_str() {
        "allowed" => None,
        "explicitDeny" => Some(format!("with an explicit deny in {article} {kind}")),
        _ => Some(format!("because no {kind} allows the {action} action")),
    })
}

/// Whether a role's trust policy allows Bedrock to assume it for this job.
pub(super) async fn trusts_bedrock(simulator: &Simulator, role: &str, job_arn: &str) -> Result<bool, String> {
    let context = [("aws:SourceAccount", simulator.config.account.as_str()), ("aws:SourceArn", job_arn)];
    let mut trust = settle(iam::trust(simulator, role).await?, &context);
    for statement in statements(&mut trust) {
        // The simulation has no principals: a statement for Bedrock becomes one on any resource, and others one on no
        // resource that occurs.
        let named = statement["Principal"]["Service"].clone();
        let bedrock = named == "bedrock.amazonaws.com"
            || named.as_array().is_some_and(|all| all.iter().any(|one| one == "bedrock.amazonaws.com"));
        if let Some(map) = statement.as_object_mut() {
            map.remove("Principal");
            // A trust policy has no resource. If there is one, it was added because a condition fails.
            map.entry("Resource").or_insert_with(|| Value::from(if bedrock { "*" } else { NOTHING }));
        }
    }
    Ok(iam::simulate(simulator, &[trust], "sts:AssumeRole", "*").await? == "allowed")
}

fn access_key(function: &str, role: &str) -> String {
    let digest = Sha256::digest(format!("{function}:{role}"));
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
    format!("ASIA{hex}")
}

fn unanswered(error: String) -> Refusal {
    tracing::warn!(error, "the emulator's IAM did not answer");
    errors::IAM_SILENT.refusal()
}
