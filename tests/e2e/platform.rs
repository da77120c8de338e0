//! What a platform team asks of a stack: where its roles are, what limits them, and the network of the functions.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::harness::Harness;

pub(crate) const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
pub(crate) const ROLE_PATH: &str = "/teams/ml/";

/// The strict stack has all of these parameters, and its scenarios show that it works.
pub(crate) async fn every_role_has_path_boundary_and_policies(w: &Harness) -> Result<()> {
    let iam = aws_sdk_iam::Client::new(&w.stack.sdk());
    let (mut functions, mut others) = (0, 0);
    for (logical, name) in w.strict.deployed.resources.iter().filter(|(logical, _)| logical.ends_with("Role")) {
        let role = iam.get_role().role_name(name).send().await?.role.context("a role")?;
        let boundary = role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn);
        ensure!(boundary.as_deref() == Some(BOUNDARY), "{logical} has the boundary {boundary:?}");
        ensure!(role.arn.ends_with(&format!(":role{ROLE_PATH}{name}")), "{logical} is {}", role.arn);
        let attached = iam.list_attached_role_policies().role_name(name).send().await?;
        let mut attached: Vec<String> =
            attached.attached_policies().iter().filter_map(|policy| policy.policy_arn.clone()).collect();
        attached.sort();
        if attached.is_empty() {
            others += 1;
            continue;
        }
        functions += 1;
        let expected = [
            w.strict.deployed.resource("FunctionNetworkPolicy")?.to_owned(),
            w.strict.deployed.resource("TracingPolicy")?.to_owned(),
        ];
        ensure!(attached == expected, "{logical} has {attached:?}");
    }
    ensure!((functions, others) == (8, 3), "{functions} roles of functions, {others} others");
    network_policy_names_subnets_and_groups(w, &iam).await
}

async fn network_policy_names_subnets_and_groups(w: &Harness, iam: &aws_sdk_iam::Client) -> Result<()> {
    let arn = w.strict.deployed.resource("FunctionNetworkPolicy")?;
    ensure!(arn.contains(&format!(":policy{ROLE_PATH}")), "{arn}");
    let version = iam.get_policy_version().policy_arn(arn).version_id("v1").send().await?.policy_version;
    let text = version.and_then(|version| version.document).context("a document")?;
    let text = if text.starts_with('{') { text } else { percent_decoded(&text) };
    let document: Value = serde_json::from_str(&text)?;
    for (sid, expected) in [
        ("MakeInterfaceInSubnets", vec!["arn:*:ec2:*:*:subnet/subnet-0a", "arn:*:ec2:*:*:subnet/subnet-0b"]),
        ("MakeInterfaceInSecurityGroups", vec!["arn:*:ec2:*:*:security-group/sg-0a"]),
    ] {
        let statement = document["Statement"].as_array().context("statements")?.iter().find(|one| one["Sid"] == sid);
        let resources = &statement.with_context(|| sid.to_owned())?["Resource"];
        ensure!(*resources == Value::from(expected), "{sid}: {resources}");
    }
    Ok(())
}

/// IAM percent-encodes documents.
fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let byte = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(b'%');
        decoded.push(char::from(byte));
        decoded.push_str(part.get(2..).unwrap_or_default());
    }
    decoded
}

/// CloudFormation's rule: it would otherwise create functions without a network.
pub(crate) async fn subnets_without_security_groups_are_refused(w: &Harness) -> Result<()> {
    let parameters = [("FunctionSubnetIds".to_owned(), "subnet-0a".to_owned())];
    match w.stack.deploy("half-a-network", &parameters, &[]).await {
        Ok(_) => bail!("the stack was deployed"),
        Err(error) => {
            let error = format!("{error:#}");
            ensure!(error.contains("Set both FunctionSubnetIds and FunctionSecurityGroupIds"), "{error}");
            Ok(())
        }
    }
}
