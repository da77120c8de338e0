//! What a stack has in progress, and what stays at Bedrock without it.

use anyhow::Result;
use tunedrop_aws::{Ledger, Open};
use tunedrop_run::{Deployment, DeploymentState, Run, State};

use crate::format::{WARNING, counted, visible};
use crate::stack::{LOOKED_THROUGH, explain};

/// Lines of a list. The rest is counted.
const LISTED: usize = 10;

/// What the ledger says before a deletion.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// Runs with a job at Bedrock.
    jobs: Vec<String>,
    /// Runs that wait for approval or for a free slot.
    waiting: Vec<String>,
    /// Evaluations in progress.
    evaluations: Vec<String>,
    deployments: Vec<Deployment>,
    /// ARNs of custom models, newest first.
    models: Vec<String>,
    /// Items that this version can't read.
    unreadable: usize,
}

impl Inventory {
    pub(super) async fn read(ledger: &Ledger) -> Result<Inventory> {
        let mut found = Inventory::default();
        let mut open = ledger.open();
        while let Some(one) = open.next().await.map_err(explain)? {
            match one {
                Open::Run(run) => found.take(&run),
                Open::Evaluation(one) if !one.state.is_end() => {
                    found.evaluations.push(format!("{}  {}", one.run_id, one.state.as_str()));
                }
                Open::Unreadable(_) => found.unreadable += 1,
                _ => {}
            }
        }
        let (deployments, unreadable) = ledger.deployments().await.map_err(explain)?;
        found.deployments = deployments.into_iter().filter(|one| one.state != DeploymentState::Deleted).collect();
        found.unreadable += unreadable.len();
        let mut recent = ledger.recent();
        for _ in 0..LOOKED_THROUGH {
            let Some(run) = recent.next().await.map_err(explain)? else { break };
            found.models.extend(run.model_arn);
        }
        Ok(found)
    }

    fn take(&mut self, run: &Run) {
        let line = format!("{}  {}", run.run_id, run.state.as_str());
        match run.state {
            State::Launching | State::Running => self.jobs.push(line),
            State::Held | State::Queued => self.waiting.push(line),
            _ => {}
        }
    }

    /// Whether Bedrock trains, or evaluates, for the stack.
    pub(super) fn is_busy(&self) -> bool {
        !self.jobs.is_empty() || !self.evaluations.is_empty()
    }

    /// What is in progress. Empty if nothing is.
    pub(super) fn in_progress(&self, named: &str) -> String {
        let mut page = String::new();
        list(&mut page, &self.jobs, "run", "with a training job, which fails without the stack's role", |page| {
            page.push_str(&format!("  Stop one with `tunedrop stop RUN{named}`, or wait for it\n"));
        });
        list(&mut page, &self.evaluations, "evaluation", "in progress", |page| {
            page.push_str(&format!("  Stop one with `tunedrop evaluate RUN --stop{named}`, or wait for it\n"));
        });
        list(&mut page, &self.waiting, "run", "waiting, which nothing will launch", |_| {});
        if self.unreadable > 0 {
            let items = counted(self.unreadable as u64, "item");
            page.push_str(&format!(
                "{WARNING}warning{WARNING:#}: {items} of the ledger can't be read by this version\n"
            ));
        }
        page
    }

    /// What stays at Bedrock, with the commands that end it. `has_stack`: whether the stack still exists.
    pub(super) fn left_at_bedrock(&self, named: &str, has_stack: bool) -> String {
        let mut page = String::new();
        let end = |one: &Deployment| ending(one, named, has_stack);
        let of = |provisioned: bool| {
            let chosen = self.deployments.iter().filter(move |one| one.capacity.is_provisioned() == provisioned);
            chosen.map(end).collect::<Vec<_>>()
        };
        let billed = of(true);
        if !billed.is_empty() {
            page.push_str(&format!("{WARNING}Billed by the hour until you end it:{WARNING:#}\n"));
            // All of them: each costs money.
            billed.iter().for_each(|line| page.push_str(&format!("  {line}\n")));
        }
        let on_demand = of(false);
        if !on_demand.is_empty() {
            page.push_str("Deployments that keep answering, and are billed by use:\n");
            on_demand.iter().for_each(|line| page.push_str(&format!("  {line}\n")));
        }
        let model = |arn: &String| match has_stack {
            true => format!("tunedrop rm {}{named}", visible(arn)),
            false => format!("aws bedrock delete-custom-model --model-identifier {}", visible(arn)),
        };
        let models: Vec<String> = self.models.iter().map(model).collect();
        list(&mut page, &models, "custom model", "of its runs, billed by the month unless deleted before", |_| {});
        page
    }
}

/// The command that ends a deployment.
fn ending(one: &Deployment, named: &str, has_stack: bool) -> String {
    let name = visible(&one.name);
    match (&one.arn, has_stack) {
        (_, true) => format!("tunedrop undeploy {name}{named}"),
        (Some(arn), false) if one.capacity.is_provisioned() => {
            format!("aws bedrock delete-provisioned-model-throughput --provisioned-model-id {}", visible(arn))
        }
        (Some(arn), false) => {
            format!("aws bedrock delete-custom-model-deployment --custom-model-deployment-identifier {}", visible(arn))
        }
        // Bedrock was asked to create it, and its answer isn't known.
        (None, false) if one.capacity.is_provisioned() => format!(
            "aws bedrock delete-provisioned-model-throughput --provisioned-model-id {}",
            visible(&one.bedrock_name)
        ),
        (None, false) => format!(
            "aws bedrock delete-custom-model-deployment --custom-model-deployment-identifier {}",
            visible(&one.bedrock_name)
        ),
    }
}

/// A heading with a count, and the first lines.
fn list(page: &mut String, lines: &[String], what: &str, how: &str, end: impl Fn(&mut String)) {
    if lines.is_empty() {
        return;
    }
    page.push_str(&format!("{} {how}:\n", counted(lines.len() as u64, what)));
    for line in lines.iter().take(LISTED) {
        page.push_str(&format!("  {line}\n"));
    }
    if lines.len() > LISTED {
        page.push_str(&format!("  and {} more\n", lines.len() - LISTED));
    }
    end(page);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(name: &str, capacity: &serde_json::Value, arn: Option<&str>) -> Deployment {
        let mut item = json!({
            "schema": 1, "name": name, "bedrock_name": format!("{name}-0"), "revision": 1, "dataset": "bot",
            "state": "Active", "run_id": "bot-000000000001", "model_arn": "m", "request": 1,
            "changed_at": "2026-11-30T08:00:00.000Z", "arn": arn,
        });
        for (key, value) in capacity.as_object().expect("a map") {
            item[key] = value.clone();
        }
        serde_json::from_value(item).expect("a deployment")
    }

    fn inventory() -> Inventory {
        Inventory {
            jobs: vec!["bot-000000000001  Running".to_owned()],
            waiting: vec!["bot-000000000002  Held".to_owned(), "bot-000000000003  Queued".to_owned()],
            evaluations: vec!["bot-000000000004  Answering".to_owned()],
            deployments: vec![
                deployment("bot", &json!({}), Some("arn:aws:bedrock:us-east-1:1:custom-model-deployment/a")),
                deployment(
                    "fast",
                    &json!({ "type": "provisioned", "model_units": 2 }),
                    Some("arn:aws:bedrock:us-east-1:1:provisioned-model/b"),
                ),
                deployment("new", &json!({ "type": "provisioned", "model_units": 1 }), None),
            ],
            models: (0..12).map(|number| format!("arn:aws:bedrock:us-east-1:1:custom-model/{number}")).collect(),
            unreadable: 1,
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn what_is_in_progress_says_how_to_end_it() {
        insta::assert_snapshot!(plain(&inventory().in_progress(" --stack t")), @r"
        1 run with a training job, which fails without the stack's role:
          bot-000000000001  Running
          Stop one with `tunedrop stop RUN --stack t`, or wait for it
        1 evaluation in progress:
          bot-000000000004  Answering
          Stop one with `tunedrop evaluate RUN --stop --stack t`, or wait for it
        2 runs waiting, which nothing will launch:
          bot-000000000002  Held
          bot-000000000003  Queued
        warning: 1 item of the ledger can't be read by this version
        ");
        assert_eq!(Inventory::default().in_progress(""), "");
        assert!(inventory().is_busy() && !Inventory::default().is_busy());
    }

    #[test]
    fn what_costs_money_is_never_left_out() {
        insta::assert_snapshot!(plain(&inventory().left_at_bedrock(" --stack t", true)), @r"
        Billed by the hour until you end it:
          tunedrop undeploy fast --stack t
          tunedrop undeploy new --stack t
        Deployments that keep answering, and are billed by use:
          tunedrop undeploy bot --stack t
        12 custom models of its runs, billed by the month unless deleted before:
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/0 --stack t
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/1 --stack t
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/2 --stack t
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/3 --stack t
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/4 --stack t
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/5 --stack t
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/6 --stack t
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/7 --stack t
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/8 --stack t
          tunedrop rm arn:aws:bedrock:us-east-1:1:custom-model/9 --stack t
          and 2 more
        ");
        insta::assert_snapshot!(plain(&inventory().left_at_bedrock(" --stack t", false)), @r"
        Billed by the hour until you end it:
          aws bedrock delete-provisioned-model-throughput --provisioned-model-id arn:aws:bedrock:us-east-1:1:provisioned-model/b
          aws bedrock delete-provisioned-model-throughput --provisioned-model-id new-0
        Deployments that keep answering, and are billed by use:
          aws bedrock delete-custom-model-deployment --custom-model-deployment-identifier arn:aws:bedrock:us-east-1:1:custom-model-deployment/a
        12 custom models of its runs, billed by the month unless deleted before:
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/0
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/1
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/2
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/3
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/4
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/5
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/6
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/7
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/8
          aws bedrock delete-custom-model --model-identifier arn:aws:bedrock:us-east-1:1:custom-model/9
          and 2 more
        ");
        assert_eq!(Inventory::default().left_at_bedrock("", true), "");
    }
}
