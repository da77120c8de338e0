//! From a judged set to the verdict that is shown, the run that is kept, and the plan that is launched.

use tunedrop_aws::{Failure, Objects};
use tunedrop_report::{Billing, Mended, Verdict, settings};
use tunedrop_run::{DatasetHead, Identity, Plan, Recipe, Run, SCHEMA, State, Timestamp, ceiling};
use tunedrop_validation::{Catalogue, Customization, Findings, Format, TokenBracket};

use super::Validate;
use super::judge::Judged;
use super::report::finding_lines;
use super::set::Set;
use crate::announce::rfc3339;

pub(super) fn verdict(step: &Validate, dataset: &str, set: &Set, judged: &Judged, state: &str) -> Verdict {
    let catalogue: &Catalogue = &set.catalogue;
    let model = set.spec.recipe.model(catalogue);
    let training = model.and_then(|model| model.customization(set.spec.recipe.customization));
    let billing =
        tokens(set, judged).map(|tokens| Billing { tokens, epochs: epochs(set), price_per_1k_tokens: price(set) });
    Verdict {
        version: 1,
        stack: step.stack.clone(),
        dataset: dataset.to_owned(),
        run_id: None,
        state: state.to_owned(),
        dropped_at: set.dropped_at.clone(),
        launch_after: None,
        base_model: set.spec.recipe.base_model_identifier(catalogue),
        catalogue_model: model.map(|model| model.alias.clone()),
        customization: Some(set.spec.recipe.customization.as_str().to_owned()),
        hyperparameters: settings(training, &set.spec.recipe.hyperparameters),
        record_tokens: training.and_then(|training| training.record_tokens),
        billing,
        files: judged.files.clone(),
        waits_for: Vec::new(),
        findings: judged.findings.clone(),
        mended: None,
        show_excerpts: step.show_excerpts,
        note: model.and_then(|model| model.withdrawn_note()),
    }
}

impl Validate {
    /// What is mended since the dataset's last rejection; `None` where a set was accepted since, or `run_id` is that very run.
    pub(super) async fn mended(
        &self,
        head: &DatasetHead,
        run_id: Option<&str>,
        findings: &Findings,
    ) -> Result<Option<Mended>, Failure> {
        let Some(rejected) = head.rejected.as_deref().filter(|rejected| Some(*rejected) != run_id) else {
            return Ok(None);
        };
        let Some(run) = self.ledger.run(rejected).await?.filter(|run| run.state == State::Rejected) else {
            return Ok(None);
        };
        let accepted_since = head.latest_at.as_deref().is_some_and(|at| at > run.since.as_str());
        // A run of an older version kept no counts.
        let known = !accepted_since && !run.counts.is_empty();
        Ok(known.then(|| Mended::since(&run.run_id, &run.since, &run.counts, findings)))
    }
}

/// Tokens of the training file; `None` where Bedrock bills by something else.
fn tokens(set: &Set, judged: &Judged) -> Option<TokenBracket> {
    let training = set.spec.recipe.model(&set.catalogue)?.customization(set.spec.recipe.customization)?;
    let statistics = judged.file("train")?.statistics.as_ref()?;
    // What images are billed by is not published; their captions are not it.
    Some(statistics.tokens).filter(|_| !matches!(training.format, Format::ImageCaption { .. }))
}

/// Epochs that are billed: the recipe's, or the model's default; `None` where that is no number.
fn epochs(set: &Set) -> Option<u64> {
    if let Some(text) = set.spec.recipe.hyperparameters.get("epochCount") {
        return text.parse().ok();
    }
    let training = set.spec.recipe.model(&set.catalogue)?.customization(set.spec.recipe.customization)?;
    training.hyperparameter("epochCount")?.default_value()
}

/// USD per 1,000 tokens: the recipe's, or the catalogue's.
fn price(set: &Set) -> Option<f64> {
    set.spec.recipe.price_per_1k_tokens.or_else(|| set.spec.recipe.model(&set.catalogue)?.price_per_1k_tokens)
}

pub(super) fn entry(dataset: &str, identity: &Identity, state: State, set: &Set, judged: &Judged) -> Run {
    Run {
        schema: SCHEMA,
        run_id: identity.run_id.clone(),
        revision: 1,
        dataset: dataset.to_owned(),
        state,
        identity: identity.hash.clone(),
        attempt: set.spec.recipe.attempt,
        since: set.dropped_at.clone(),
        redropped_at: None,
        changed_at: rfc3339(Timestamp::now()),
        queued_at: None,
        launch_after: None,
        plan: None,
        records: judged.file("train").and_then(|file| file.statistics.as_ref()).map(|statistics| statistics.records),
        errors: judged.findings.errors,
        warnings: judged.findings.warnings,
        findings: finding_lines(&judged.findings),
        counts: judged.findings.counts.iter().map(|(code, count)| (code.as_str().to_owned(), *count)).collect(),
        previous: None,
        report: None,
        notify: set.spec.recipe.notify.clone(),
        lease_until: None,
        unsure_until: None,
        forgotten_at: None,
        held_by: None,
        waiting: None,
        job_arn: None,
        model_arn: None,
        reason: None,
        training_loss: None,
        validation_loss: None,
        owner: set.spec.recipe.owner(),
        mended: None,
        dropped_by: None,
        approved_by: None,
        stopped_by: None,
        retried_by: None,
        told: Default::default(),
        open: Some("open".to_owned()),
    }
}

pub(super) fn plan(set: &Set, identity: &Identity, base_model: &str, judged: &Judged, objects: &Objects) -> Plan {
    let (recipe, catalogue): (&Recipe, &Catalogue) = (&set.spec.recipe, &set.catalogue);
    let model = recipe.model(catalogue);
    let run_id = &identity.run_id;
    let data = |role: &str| judged.file(role).map(|_| objects.address(&format!("runs/{run_id}/data/{role}.jsonl")));
    let train = judged.file("train").and_then(|file| file.statistics.as_ref());
    let bound = ceiling(recipe, model.and_then(|model| model.customization(recipe.customization)), train);
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
            .map_or_else(|| run_id.to_string(), |name| format!("{name}{}", run_id.suffix())),
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
        price_per_1k_tokens: price(set),
        catalogue_price_per_1k_tokens: model.and_then(|model| model.price_per_1k_tokens),
        epochs: epochs(set),
        tokens: tokens(set, judged),
        token_ceiling: bound.as_ref().ok().copied(),
        unbounded: bound.err(),
    }
}
