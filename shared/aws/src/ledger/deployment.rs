//! Deployments in the ledger.

use serde::Serialize;
use tunedrop_run::Deployment;

use super::Ledger;
use crate::Failure;

/// The value of the attribute `kind`.
const KIND: &str = "deployment";

/// A new item. Both indexes sort by `uploaded_at`, and have no item without it.
#[derive(Serialize)]
struct New<'d> {
    #[serde(flatten)]
    deployment: &'d Deployment,
    uploaded_at: &'d str,
}

/// Attributes that a deployment may lack, and that are removed unless the new revision has them.
const REMOVABLE: [&str; 17] = [
    "model_units",
    "serving",
    "serving_model_arn",
    "previous",
    "previous_model_arn",
    "arn",
    "expires_after_s",
    "deployed_at",
    "ends_at",
    "lease_until",
    "reason",
    "outcome",
    "outcome_at",
    "failed_run",
    "requested_by",
    "evaluation",
    "owner",
];

impl Ledger {
    /// Reads a deployment, consistently.
    pub async fn deployment(&self, name: &str) -> Result<Option<Deployment>, Failure> {
        self.get(&Deployment::key(name)).await
    }

    /// Reads every deployment, deleted ones included, newest first, and the keys of those that can't be
    /// parsed. The index lags: read a deployment itself before you decide by it.
    pub async fn deployments(&self) -> Result<(Vec<Deployment>, Vec<String>), Failure> {
        self.of_kind(KIND, None).await
    }

    /// Writes a revision of a deployment, if `was` is still the one in the ledger; false if somebody wrote it in the
    /// meantime. The marks and claims of messages don't change.
    pub async fn write_deployment(&self, was: Option<&Deployment>, next: &Deployment) -> Result<bool, Failure> {
        let pk = Deployment::key(&next.name);
        match was {
            None => self.put_new(&pk, KIND, &New { deployment: next, uploaded_at: &next.changed_at }).await,
            // Nobody is notified of a temporary deployment, so its item isn't closed by notify.
            Some(was) if next.evaluation.is_some() => {
                self.write_revision(&pk, was.revision, next, &[&REMOVABLE[..], &["open"]].concat()).await
            }
            Some(was) => self.write_revision(&pk, was.revision, next, &REMOVABLE).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use aws_sdk_dynamodb::types::AttributeValue;

    use super::super::{from_item, to_item};
    use super::*;

    #[test]
    fn new_item_has_the_sort_key_of_the_indexes() {
        let deployment: Deployment = serde_json::from_value(serde_json::json!({
            "schema": 1, "name": "bot", "bedrock_name": "bot-0", "revision": 1, "dataset": "bot", "state": "Requested",
            "run_id": "bot-000000000001", "model_arn": "m", "request": 1, "changed_at": "t",
        }))
        .expect("a deployment");
        let item: HashMap<String, AttributeValue> =
            to_item(&New { deployment: &deployment, uploaded_at: "t" }, "").expect("an item");
        assert_eq!(item["uploaded_at"].as_s().map(String::as_str), Ok("t"));
        assert_eq!(item["revision"].as_n().map(String::as_str), Ok("1"));
        let read: Deployment = from_item(item, "").expect("it can be read");
        assert_eq!(read, deployment);
    }

    /// An attribute that isn't listed would keep its value when the deployment loses it.
    #[test]
    fn every_optional_attribute_is_removable() {
        let least = serde_json::json!({
            "schema": 1, "name": "bot", "bedrock_name": "bot-0", "revision": 1, "dataset": "bot", "state": "Requested",
            "run_id": "bot-000000000001", "model_arn": "m", "request": 1, "changed_at": "t",
        });
        let least: Deployment = serde_json::from_value(least).expect("a deployment");
        let text = || Some("text".to_owned());
        let whole = Deployment {
            capacity: tunedrop_run::Capacity::Provisioned { model_units: 1 },
            serving: Some(least.run_id.clone()),
            serving_model_arn: text(),
            previous: Some(least.run_id.clone()),
            previous_model_arn: text(),
            arn: text(),
            expires_after_s: Some(1),
            deployed_at: text(),
            ends_at: text(),
            lease_until: Some(1),
            reason: text(),
            outcome: Some(tunedrop_run::DeploymentOutcome::Deployed),
            outcome_at: text(),
            failed_run: Some(least.run_id.clone()),
            requested_by: text(),
            evaluation: Some(least.run_id.clone()),
            owner: text(),
            open: text(),
            ..least.clone()
        };
        let names = |deployment: &Deployment| -> std::collections::BTreeSet<String> {
            let item: HashMap<String, AttributeValue> = to_item(deployment, "").expect("an item");
            item.into_keys().collect()
        };
        let optional: Vec<String> = names(&whole).difference(&names(&least)).cloned().collect();
        let mut removable: Vec<String> = REMOVABLE.iter().map(|name| (*name).to_owned()).collect();
        // Only notify closes an item, but for temporary deployments.
        removable.push("open".to_owned());
        removable.sort();
        assert_eq!(optional, removable);
    }
}
