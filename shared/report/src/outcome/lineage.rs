//! Where a run's model comes from, and where it goes.

use tunedrop_run::{Ancestor, DeployWhen, FileVersion};

use super::Outcome;
use crate::wording::visible;

/// How many digits of a hash are shown. `outcome.json` has all of them.
const DIGITS: usize = 12;

/// Returns the rows of the lineage, from what the run was trained on to where its model goes. Nothing if no file is known.
pub(super) fn rows(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let lineage = &outcome.lineage;
    if lineage.files.is_empty() && lineage.continues_from.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<(&'static str, String)> = Vec::new();
    rows.extend(lineage.continues_from.iter().map(|one| ("Continues from", ancestor(one))));
    rows.extend(lineage.files.iter().map(|one| (role(&one.role), file(one))));
    rows.push(("Run", visible(&outcome.run_id)));
    rows.extend(outcome.model_arn.as_deref().map(|arn| ("Custom model", visible(arn))));
    if outcome.evaluate.is_some() && outcome.model_arn.is_some() {
        rows.push(("Evaluation", "number 1, which the recipe asks for".to_owned()));
    }
    if let (Some(plan), true) = (&outcome.deploy, outcome.model_arn.is_some()) {
        let name = visible(plan.name.as_deref().unwrap_or(&outcome.dataset));
        rows.push((
            "Deployment",
            match plan.when {
                DeployWhen::Succeeded => format!("{name}, which the recipe asks for"),
                DeployWhen::Kept => format!("{name}, if the evaluation keeps the model"),
                DeployWhen::Approved => format!("{name}, if you ask for it"),
            },
        ));
    }
    rows
}

fn ancestor(one: &Ancestor) -> String {
    match &one.named {
        // The recipe's word for a run has its id in it.
        Some(named) if named.ends_with(one.run_id.as_str()) => visible(&one.run_id),
        Some(named) => format!("{} ({})", visible(&one.run_id), visible(named)),
        None => visible(&one.run_id),
    }
}

fn role(role: &str) -> &'static str {
    match role {
        "recipe" => "Recipe",
        "validation" => "Validation file",
        "evaluation" => "Held-out file",
        _ => "Training file",
    }
}

fn file(file: &FileVersion) -> String {
    let hash: String = file.blake3.chars().take(DIGITS).collect();
    format!("{} (BLAKE3 {})", visible(&file.name), visible(&hash))
}

#[cfg(test)]
pub(crate) mod tests {
    use tunedrop_run::{Capacity, DeployPlan, Lineage};

    use super::*;
    use crate::samples::{HOSTILE, MODEL, failed, succeeded};

    /// A run that continues from two others.
    pub(crate) fn sample() -> Lineage {
        let file = |role: &str, name: &str| FileVersion {
            role: role.to_owned(),
            name: name.to_owned(),
            blake3: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262".to_owned(),
        };
        let ancestor = |id: &str, named: Option<&str>| Ancestor {
            run_id: format!("support-bot-{id}").parse().unwrap(),
            named: named.map(str::to_owned),
            model_arn: Some(MODEL.to_owned()),
        };
        Lineage {
            files: vec![
                file("recipe", "job.yaml"),
                file("train", "train.jsonl"),
                file("validation", "validation.jsonl"),
            ],
            continues_from: vec![
                ancestor("aaaaaaaaaaaa", Some("deployed:support-bot")),
                ancestor("bbbbbbbbbbbb", Some("run:support-bot-bbbbbbbbbbbb")),
            ],
        }
    }

    #[test]
    fn goes_from_the_ancestors_and_files_to_the_deployment() {
        let deploy = Some(DeployPlan {
            name: None,
            when: DeployWhen::Succeeded,
            expires_after_s: None,
            capacity: Capacity::OnDemand,
        });
        let rows = rows(&Outcome { deploy, ..succeeded() });
        let rows: Vec<String> = rows.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        insta::assert_snapshot!(rows.join("\n"));
    }

    #[test]
    fn a_failed_run_has_no_model_and_an_old_one_no_lineage() {
        let names = |outcome: &Outcome| rows(outcome).iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let failed = Outcome {
            deploy: Some(DeployPlan {
                name: None,
                when: DeployWhen::Succeeded,
                expires_after_s: None,
                capacity: Capacity::OnDemand,
            }),
            ..failed()
        };
        assert_eq!(names(&failed).last(), Some(&"Run"));
        let old = Outcome { lineage: Lineage::default(), ..succeeded() };
        assert!(names(&old).is_empty() && !old.html().contains("Lineage"));
    }

    #[test]
    fn file_names_are_escaped() {
        let mut outcome = succeeded();
        outcome.lineage.files[0].name = HOSTILE.to_owned();
        crate::samples::assert_harmless(&outcome.html());
    }
}
