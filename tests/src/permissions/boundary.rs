//! A platform team's permissions boundary is on every role, and limits what a function may do.

use anyhow::{Context, Result, ensure};
use tunedrop_local::Stack;

use crate::permissions::scenarios::Scenario;
use crate::permissions::stack::{self, ROLE_PATH, TestStack};

/// AWS's policy for everything but IAM and the organization: it doesn't allow to pass a role.
const POWER_USER: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
const DENIAL: &str = "because no permissions boundary allows the iam:PassRole action";

/// launch's own policy allows to pass the job role to Bedrock. With a boundary that doesn't, Bedrock denies the job.
pub(super) async fn boundary_limits_every_role(stack: &Stack) -> Result<()> {
    let name = "bounded";
    let mut parameters = stack::parameters();
    parameters.retain(|(name, _)| name != "PermissionsBoundaryArn");
    parameters.push(("PermissionsBoundaryArn".to_owned(), POWER_USER.to_owned()));
    let deployed = stack.deploy(name, &parameters, &[]).await?;
    every_role_has_it(stack, &deployed).await?;
    let site = TestStack::new(stack, deployed).await?;
    let dataset = Scenario::Accepted.dataset();
    let denied = tokio::select! {
        ended = Scenario::Accepted.run(&site) => ended.and(Err(anyhow::anyhow!("the run was launched"))),
        denied = site.until("the denial", async || {
            let run = site.newest(&dataset).await?;
            run.reason.or(run.blocked_reason).filter(|reason| reason.contains(DENIAL))
        }) => denied.map(drop),
    };
    drop(site);
    denied.and(stack.delete(name).await)
}

async fn every_role_has_it(stack: &Stack, deployed: &tunedrop_local::Deployment) -> Result<()> {
    let iam = aws_sdk_iam::Client::new(&stack.sdk());
    let roles: Vec<_> = deployed.resources.iter().filter(|(logical, _)| logical.ends_with("Role")).collect();
    ensure!(roles.len() >= 10, "eight functions, two kinds of jobs and the forwarding: {roles:?}");
    for (logical, name) in roles {
        let role = iam.get_role().role_name(name).send().await?.role.context("a role")?;
        let boundary = role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn);
        ensure!(boundary.as_deref() == Some(POWER_USER), "{logical} has the boundary {boundary:?}");
        ensure!(role.path == ROLE_PATH && role.arn.contains(":role/teams/ml/"), "{logical} is {}", role.arn);
    }
    Ok(())
}
