//! Who calls, and what they may do, when the emulator enforces IAM.
//!
//! Calls to the stand-in do not pass the emulator, so their signature is not verified here; the access key tells
//! the role, and the emulator's own evaluator decides over the role's policies. The emulator's simulation takes no
//! condition context, so conditions on keys known here are settled first, and the rest is left to it.

use axum::http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::conditions::{NOTHING, settle, statements};
use super::errors::{self, Refusal};
use super::iam;
use super::names::Base;
use super::request::CreateRequest;
use super::world::Standin;

/// The principal behind a call.
pub(super) enum Caller {
    /// The account itself, or nobody checks.
    Root,
    /// A function's session of its role.
    Role {
        /// The role's name.
        role: String,
        /// The session's ARN, as messages name it.
        arn: String,
    },
}

/// Finds the caller by the access key the call is signed with.
pub(super) async fn caller(standin: &Standin, headers: &HeaderMap) -> Result<Caller, Refusal> {
    if !standin.config.auth {
        return Ok(Caller::Root);
    }
    let signed = headers.get("authorization").and_then(|value| value.to_str().ok());
    let key = signed.and_then(|text| text.split_once("Credential=")).and_then(|(_, rest)| rest.split('/').next());
    let Some(key) = key else {
        return Err(errors::NO_AUTHENTICATION.refusal());
    };
    if key == standin.config.account || key == "test" {
        return Ok(Caller::Root);
    }
    // The emulator derives a function's access key from its ARN and its role's, and tells it nowhere.
    let functions = iam::functions(standin).await.map_err(unanswered)?;
    let owner = functions.into_iter().find(|(function, role)| access_key(function, role) == key);
    let Some((function, role)) = owner else {
        return Err(errors::UNKNOWN_CLIENT.refusal());
    };
    let last = |arn: &str, by: char| arn.rsplit(by).next().unwrap_or_default().to_owned();
    let (role, session) = (last(&role, '/'), last(&function, ':'));
    let arn = format!("arn:aws:sts::{}:assumed-role/{role}/{session}", standin.config.account);
    Ok(Caller::Role { role, arn })
}

/// Refuses the caller unless its role's policies allow `action` on `resource`.
pub(super) async fn require(standin: &Standin, caller: &Caller, action: &str, resource: &str) -> Result<(), Refusal> {
    require_in(standin, caller, action, resource, &[]).await
}

/// What creating a job takes: the job itself, its tags, and passing its role to Bedrock.
pub(super) async fn may_create(
    standin: &Standin,
    caller: &Caller,
    request: &CreateRequest,
    base: &Base,
    id: &str,
) -> Result<(), Refusal> {
    let job = standin.arn(&format!("model-customization-job/{}/{id}", base.model.id));
    let model = standin.arn(&format!("custom-model/{}/{id}", base.model.id));
    for resource in [&base.arn, &job, &model] {
        require(standin, caller, "bedrock:CreateModelCustomizationJob", resource).await?;
    }
    for (tags, resource) in [(&request.job_tags, &job), (&request.custom_model_tags, &model)] {
        if tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
            require(standin, caller, "bedrock:TagResource", resource).await?;
        }
    }
    let role = request.role_arn.as_deref().unwrap_or_default();
    require_in(standin, caller, "iam:PassRole", role, &[("iam:PassedToService", "bedrock.amazonaws.com")]).await
}

async fn require_in(
    standin: &Standin,
    caller: &Caller,
    action: &str,
    resource: &str,
    context: &[(&str, &str)],
) -> Result<(), Refusal> {
    let Caller::Role { role, arn } = caller else { return Ok(()) };
    let policies = iam::policies(standin, role).await.map_err(unanswered)?;
    let settled: Vec<Value> = policies.into_iter().map(|policy| settle(policy, context)).collect();
    let decision = iam::simulate(standin, &settled, action, resource).await.map_err(unanswered)?;
    let because = match decision.as_str() {
        "allowed" => return Ok(()),
        "explicitDeny" => "with an explicit deny in an identity-based policy".to_owned(),
        _ => format!("because no identity-based policy allows the {action} action"),
    };
    Err(match resource {
        "*" => errors::NOT_AUTHORIZED_TO_LIST.with(&[arn, &action, &because]),
        _ => errors::NOT_AUTHORIZED.with(&[arn, &action, &resource, &because]),
    })
}

/// Whether a role's trust policy lets Bedrock take it on for this job.
pub(super) async fn trusts_bedrock(standin: &Standin, role: &str, job_arn: &str) -> Result<bool, String> {
    let context = [("aws:SourceAccount", standin.config.account.as_str()), ("aws:SourceArn", job_arn)];
    let mut trust = settle(iam::trust(standin, role).await?, &context);
    for statement in statements(&mut trust) {
        // What is left is an ordinary policy for the evaluator: for Bedrock, or for nothing.
        let named = statement["Principal"]["Service"].clone();
        let bedrock = named == "bedrock.amazonaws.com"
            || named.as_array().is_some_and(|all| all.iter().any(|one| one == "bedrock.amazonaws.com"));
        if let Some(map) = statement.as_object_mut() {
            map.remove("Principal");
            // A trust policy names no resource; one that is there was put there because a condition fails.
            map.entry("Resource").or_insert_with(|| Value::from(if bedrock { "*" } else { NOTHING }));
        }
    }
    Ok(iam::simulate(standin, &[trust], "sts:AssumeRole", "*").await? == "allowed")
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
