//! From a judged set to the verdict that is shown, the run that is kept, and the plan that is launched.

use tunedrop_aws::Objects;
use tunedrop_report::Verdict;
use tunedrop_run::{Identity, Plan, Recipe, Run, SCHEMA, State, Timestamp};
use tunedrop_validation::{Catalogue, Customization, Format};

use super::judge::Judged;
use super::set::Set;
use super::{Validate, finding_lines};
use crate::announce::rfc3339;

pub(super) fn verdict(step: &Validate, dataset: &str, set: &Set, judged: &Judged, state: &str) -> Verdict {
    let catalogue: &Catalogue = &set.catalogue;
    let note = set.recipe.model(catalogue).and_then(|model| model.withdrawn_note());
    Verdict {
        version: 1,
        stack: step.stack.clone(),
        dataset: dataset.to_owned(),
        run_id: None,
        state: state.to_owned(),
        dropped_at: set.dropped_at.clone(),
        base_model: set.recipe.base_model_identifier(catalogue),
        customization: Some(set.recipe.customization.as_str().to_owned()),
        hyperparameters: set.recipe.hyperparameters.clone(),
        files: judged.files.clone(),
        waits_for: Vec::new(),
        findings: judged.findings.clone(),
        show_excerpts: step.show_excerpts,
        note,
    }
}

pub(super) fn entry(dataset: &str, identity: &Identity, state: State, set: &Set, judged: &Judged) -> Run {
    Run {
        schema: SCHEMA,
        run_id: identity.run_id.clone(),
        revision: 1,
        dataset: dataset.to_owned(),
        state,
        identity: identity.hash.clone(),
        attempt: set.recipe.attempt,
        since: set.dropped_at.clone(),
        redropped_at: None,
        changed_at: rfc3339(Timestamp::now()),
        plan: None,
        records: judged.file("train").and_then(|file| file.statistics.as_ref()).map(|statistics| statistics.records),
        errors: judged.findings.errors,
        warnings: judged.findings.warnings,
        findings: finding_lines(&judged.findings),
        report: None,
        notify: set.recipe.notify.clone(),
        lease_until: None,
        waiting: None,
        job_arn: None,
        model_arn: None,
        reason: None,
        training_loss: None,
        validation_loss: None,
        dropped_by: None,
        approved_by: None,
        stopped_by: None,
        retried_by: None,
        told: Default::default(),
        open: Some("open".to_owned()),
    }
}

pub(super) fn plan(
    set: &Set,
    identity: &Identity,
    dataset: &str,
    base_model: &str,
    judged: &Judged,
    objects: &Objects,
) -> Plan {
    let (recipe, catalogue): (&Recipe, &Catalogue) = (&set.recipe, &set.catalogue);
    let model = recipe.model(catalogue);
    let run_id = &identity.run_id;
    let data = |role: &str| judged.file(role).map(|_| objects.address(&format!("runs/{run_id}/data/{role}.jsonl")));
    let default_epochs = || model?.customization(recipe.customization)?.hyperparameter("epochCount")?.default_value();
    let epochs = recipe.hyperparameters.get("epochCount").and_then(|text| text.parse().ok()).or_else(default_epochs);
    let format = model.and_then(|model| model.customization(recipe.customization)).map(|training| &training.format);
    let distillation = recipe.distillation.clone().filter(|_| recipe.customization == Customization::Distillation);
    Plan {
        base_model: base_model.to_owned(),
        catalogue_model: model.map(|model| model.identifier.clone()).unwrap_or_default(),
        alias: model.map(|model| model.alias.clone()),
        withdrawn: model.and_then(|model| model.withdrawn_note()),
        customization: recipe.customization,
        // The run's id without the dataset makes any prefix unique.
        model_name: recipe
            .model_name
            .as_ref()
            .map_or_else(|| run_id.clone(), |name| format!("{name}{}", &run_id[dataset.len()..])),
        train: data("train"),
        validation: data("validation"),
        output: objects.address(&format!("output/{run_id}/")),
        hyperparameters: recipe.hyperparameters.clone(),
        tags: recipe.tags.clone(),
        distillation: distillation
            .map(|section| tunedrop_run::Distillation { teacher: catalogue.teacher(&section.teacher), ..section }),
        invocation_logs: recipe.invocation_logs.clone(),
        reinforcement: recipe.reinforcement.clone(),
        guard: recipe.guard.clone(),
        price_per_1k_tokens: recipe.price_per_1k_tokens.or_else(|| model?.price_per_1k_tokens),
        epochs,
        tokens: judged
            .file("train")
            .and_then(|file| file.statistics.as_ref())
            .map(|statistics| statistics.tokens)
            // What images are billed by is not published; their captions are not it.
            .filter(|_| !matches!(format, Some(Format::ImageCaption { .. }))),
    }
}
