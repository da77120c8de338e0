//! Builds the report, the run and the plan of a validated dataset.

use tunedrop_aws::{Failure, Objects};
use tunedrop_report::{Billing, DatasetReport, FixedFindings, ReportFile, settings};
use tunedrop_run::evaluation::held_out_copy;
use tunedrop_run::{
    DatasetEntry, EvaluationPlan, FileVersion, Identity, Plan, PriceSource, Priced, QualityMode, Recipe, Run, RunId,
    SCHEMA, State, Timestamp, ceiling, training_price,
};
use tunedrop_validation::{Catalogue, Customization, Findings, Format, Role, TokenBracket};

use super::Validate;
use super::check_files::CheckedFiles;
use super::dataset_files::DatasetFiles;
use super::report::finding_lines;
use crate::publish::rfc3339;

pub(super) fn report(
    step: &Validate,
    dataset: &str,
    set: &DatasetFiles,
    checked: &CheckedFiles,
    state: &str,
) -> DatasetReport {
    let catalogue: &Catalogue = &set.catalogue;
    let model = set.spec.recipe.model(catalogue);
    let training = model.and_then(|model| model.customization(set.spec.recipe.customization));
    let price = price(set);
    let billing = tokens(set, checked).map(|tokens| Billing {
        tokens,
        epochs: epochs(set),
        price_per_1k_tokens: price.as_ref().map(|price| price.usd),
        price_source: price.map(|price| price.source),
    });
    DatasetReport {
        version: 1,
        stack: step.stack.clone(),
        dataset: dataset.to_owned(),
        run_id: None,
        state: state.to_owned(),
        uploaded_at: set.uploaded_at.clone(),
        launch_after: None,
        base_model: set.spec.recipe.base_model_identifier(catalogue),
        catalogue_model: model.map(|model| model.alias.clone()),
        customization: Some(set.spec.recipe.customization.as_str().to_owned()),
        hyperparameters: settings(training, &set.spec.recipe.hyperparameters),
        record_tokens: training.and_then(|training| training.record_tokens),
        billing,
        files: checked.files.clone(),
        missing_files: Vec::new(),
        findings: checked.findings.clone(),
        quality: checked.quality.clone(),
        fixed: None,
        show_excerpts: step.show_excerpts,
        note: model.and_then(|model| model.withdrawn_note()),
    }
}

impl Validate {
    /// Returns what was fixed since the dataset's last rejection. `None` if a version was accepted since, or `run_id`
    /// is the rejected run.
    pub(super) async fn fixed(
        &self,
        entry: &DatasetEntry,
        run_id: Option<&str>,
        findings: &Findings,
    ) -> Result<Option<FixedFindings>, Failure> {
        let Some(rejected) = entry.rejected_run.as_deref().filter(|rejected| Some(*rejected) != run_id) else {
            return Ok(None);
        };
        let Some(run) = self.ledger.run(rejected).await?.filter(|run| run.state == State::Rejected) else {
            return Ok(None);
        };
        let accepted_since = entry.latest_uploaded_at.as_deref().is_some_and(|at| at > run.uploaded_at.as_str());
        // A run of an older version kept no counts.
        let known = !accepted_since && !run.counts.is_empty();
        Ok(known.then(|| FixedFindings::since(&run.run_id, &run.uploaded_at, &run.counts, findings)))
    }
}

/// Returns the tokens of the training file. `None` if Bedrock bills by something else.
fn tokens(set: &DatasetFiles, checked: &CheckedFiles) -> Option<TokenBracket> {
    let training = set.spec.recipe.model(&set.catalogue)?.customization(set.spec.recipe.customization)?;
    let statistics = checked.file("train")?.statistics.as_ref()?;
    // AWS doesn't publish how images are billed. The tokens of their captions would be misleading.
    Some(statistics.tokens).filter(|_| !matches!(training.format, Format::ImageCaption { .. }))
}

/// Returns the epochs that are billed: the recipe's, or the model's default. `None` if that isn't a number.
fn epochs(set: &DatasetFiles) -> Option<u64> {
    if let Some(text) = set.spec.recipe.hyperparameters.get("epochCount") {
        return text.parse().ok();
    }
    let training = set.spec.recipe.model(&set.catalogue)?.customization(set.spec.recipe.customization)?;
    training.hyperparameter("epochCount")?.default_value()
}

/// Returns USD per 1,000 tokens: the recipe's, or the known price.
fn price(set: &DatasetFiles) -> Option<Priced<f64>> {
    let own = set.spec.recipe.price_per_1k_tokens.map(|usd| Priced { usd, source: PriceSource::Recipe });
    own.or_else(|| known(set))
}

/// Returns it whatever the recipe says.
fn known(set: &DatasetFiles) -> Option<Priced<f64>> {
    let recipe = &set.spec.recipe;
    training_price(recipe.model(&set.catalogue)?, recipe.customization, set.prices.as_ref())
}

pub(super) fn new_run(
    dataset: &str,
    identity: &Identity,
    state: State,
    set: &DatasetFiles,
    checked: &CheckedFiles,
) -> Run {
    Run {
        schema: SCHEMA,
        run_id: identity.run_id.clone(),
        revision: 1,
        dataset: dataset.to_owned(),
        state,
        identity: identity.hash.clone(),
        attempt: set.spec.recipe.attempt,
        uploaded_at: set.uploaded_at.clone(),
        reuploaded_at: None,
        changed_at: rfc3339(Timestamp::now()),
        queued_at: None,
        launch_after: None,
        plan: None,
        records: checked.file("train").and_then(|file| file.statistics.as_ref()).map(|statistics| statistics.records),
        errors: checked.findings.errors,
        warnings: checked.findings.warnings,
        findings: finding_lines(&checked.findings),
        counts: checked.findings.counts.iter().map(|(code, count)| (code.as_str().to_owned(), *count)).collect(),
        previous: None,
        base_run: set.spec.recipe.own_model.as_ref().map(|own| own.run_id.clone()),
        base_named: set.spec.recipe.own_base().and_then(Result::ok).map(|base| base.to_string()),
        files: checked.files.iter().map(version).collect(),
        report: None,
        notify: set.spec.recipe.notify.clone(),
        lease_until: None,
        unconfirmed_until: None,
        reserved: Vec::new(),
        job_lookup_since: None,
        blocked_by: None,
        blocked_reason: None,
        lifecycle_warning: None,
        job_arn: None,
        model_arn: None,
        reason: None,
        training_loss: None,
        validation_loss: None,
        owner: set.spec.recipe.owner(),
        fixed: None,
        drift: None,
        uploader: None,
        approved_by: None,
        stopped_by: None,
        retried_by: None,
        erased_at: None,
        erasure: None,
        notified: Default::default(),
        open: Some("open".to_owned()),
    }
}

fn version(file: &ReportFile) -> FileVersion {
    FileVersion { role: file.role.clone(), name: file.name.clone(), blake3: file.blake3.clone() }
}

pub(super) fn plan(
    set: &DatasetFiles,
    identity: &Identity,
    base_model: &str,
    checked: &CheckedFiles,
    objects: &Objects,
) -> Plan {
    let (recipe, catalogue): (&Recipe, &Catalogue) = (&set.spec.recipe, &set.catalogue);
    let model = recipe.model(catalogue);
    let run_id = &identity.run_id;
    let data = |role: Role| copy_key(run_id, role, checked).map(|key| objects.address(&key));
    let train = checked.file("train").and_then(|file| file.statistics.as_ref());
    let bound = ceiling(recipe, model.and_then(|model| model.customization(recipe.customization)), train);
    let (price, known) = (price(set), known(set));
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
        train: data(Role::Train),
        validation: data(Role::Validation),
        output: objects.address(&format!("output/{run_id}/")),
        hyperparameters: recipe.hyperparameters.clone(),
        tags: recipe.tags.clone(),
        distillation: distillation
            .map(|section| tunedrop_run::Distillation { teacher: catalogue.teacher(&section.teacher), ..section }),
        invocation_logs: recipe.invocation_logs.clone(),
        reinforcement: recipe.reinforcement.clone(),
        guard: recipe.guard.clone(),
        budget: recipe.budget,
        price_per_1k_tokens: price.as_ref().map(|price| price.usd),
        price_source: price.map(|price| price.source),
        catalogue_price_per_1k_tokens: known.as_ref().map(|price| price.usd),
        catalogue_price_source: known.map(|price| price.source),
        epochs: epochs(set),
        tokens: tokens(set, checked),
        token_ceiling: bound.as_ref().ok().copied(),
        unbounded: bound.err(),
        deploy: set.spec.recipe.deploy.clone(),
        evaluate: evaluate(set, checked, run_id, objects),
    }
}

/// Returns role and hash of each file that the run's identity depends on, or the version of a file that isn't read.
///
/// A held-out file doesn't count, and neither does the section `evaluate`: with another one, the same training would be paid
/// for again. A rejected dataset is identified by both, because the run that is trained on the same files, if there is one,
/// isn't rejected.
pub(super) fn hashes<'c>(set: &DatasetFiles, checked: &'c CheckedFiles, rejected: bool) -> Vec<(&'c str, &'c str)> {
    let recipe = &set.spec.recipe;
    let is_decided_by_recipe = recipe.evaluate.is_some()
        || recipe.quality != QualityMode::Off
        || recipe.sensitive
        || !recipe.expect.is_empty();
    let counts = |role: &str| match role {
        "recipe" | "evaluation" | "schema" => rejected && is_decided_by_recipe,
        _ => true,
    };
    let read = checked.files.iter().map(|file| (file.role.as_str(), file.blake3.as_str()));
    let unread = checked.unread.iter().map(|(role, version)| (role.as_str(), version.as_str()));
    read.chain(unread).filter(|(role, _)| counts(role)).collect()
}

/// Returns how the model is evaluated: with the run's copy of the held-out file, which is in its data already if it is the
/// validation file.
fn evaluate(set: &DatasetFiles, checked: &CheckedFiles, run_id: &RunId, objects: &Objects) -> Option<EvaluationPlan> {
    let (section, sample) = (set.spec.recipe.evaluate.as_ref()?, checked.held_out.as_ref()?);
    let key = copy_key(run_id, sample.role, checked)?;
    Some(section.plan(
        objects.address(&key),
        sample,
        set.spec.recipe.model(&set.catalogue),
        &set.catalogue,
        set.prices.as_ref(),
    ))
}

/// Returns the key of the run's copy of the file in this role; `None` if it wasn't read.
pub(super) fn copy_key(run_id: &RunId, role: Role, checked: &CheckedFiles) -> Option<String> {
    let file = checked.file(role.as_str())?;
    Some(match role {
        Role::Train | Role::Validation => format!("runs/{run_id}/data/{}.jsonl", role.as_str()),
        Role::Evaluation => held_out_copy(run_id, &file.blake3),
    })
}
