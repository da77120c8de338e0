//! What people and recipes ask of an evaluation: evaluate a run, stop it.

use std::collections::BTreeMap;

use tunedrop_evaluation::{Metric, RECORDS_DEFAULT};

use super::{ended, revised};
use crate::evaluation::{EvaluationEntry, EvaluationInput, EvaluationState, JudgeModel, next};
use crate::event::EvaluationSettings;
use crate::plan::{Against, EvaluationPlan, Judge};
use crate::{Run, SCHEMA, State};

/// The most models that a run's model can be compared with. Each needs a deployment, of which an account has few.
pub const AGAINST_MAX: usize = 4;

/// A request to evaluate a run's model.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationRequest<'r> {
    /// The run, which has succeeded.
    pub run: &'r Run,
    /// What differs from the recipe's settings.
    pub settings: &'r EvaluationSettings,
    /// Who asks; `None`: the recipe.
    pub by: Option<&'r str>,
    /// The stack's bucket.
    pub bucket: &'r str,
}

/// The evaluation that a request asks for, to write as a new revision; or why the request is ignored.
///
/// `was`: the ledger's item of this run. `now` is RFC 3339.
pub fn request(
    was: Option<&EvaluationEntry>,
    request: &EvaluationRequest<'_>,
    now: &str,
) -> Result<EvaluationEntry, String> {
    let run = request.run;
    if run.state != State::Succeeded {
        return Err(format!("run {} is {}, so it has no model to evaluate", run.run_id, run.state.as_str()));
    }
    if run.model_arn.is_none() {
        return Err(format!("run {} has no custom model", run.run_id));
    }
    let plan = plan(request)?;
    let state = match was {
        None => EvaluationState::Waiting,
        Some(was) => next(was.state, EvaluationInput::Requested)?,
    };
    Ok(EvaluationEntry {
        schema: SCHEMA,
        run_id: run.run_id.clone(),
        dataset: run.dataset.clone(),
        number: was.map_or(0, |was| was.number) + 1,
        revision: was.map_or(0, |was| was.revision) + 1,
        state,
        plan,
        sides: Vec::new(),
        requested_at: now.to_owned(),
        changed_at: now.to_owned(),
        requested_by: request.by.map(str::to_owned),
        records: None,
        token_ceiling: None,
        chunks: None,
        answered: 0,
        failures: 0,
        lease_until: None,
        judge_jobs: BTreeMap::new(),
        judge_stops: was.map(|was| was.judge_stops.clone()).unwrap_or_default(),
        result: was.and_then(|was| was.result.clone()),
        reason: None,
        recipe_waits: was.is_some_and(|was| was.recipe_waits) && request.by.is_some(),
        kept_for_recipe: was.is_some_and(|was| was.kept_for_recipe),
        outcome_at: None,
        commands: was.map(|was| was.commands.clone()).unwrap_or_default(),
        owner: run.owner.clone(),
        notify: run.notify.clone(),
        notified: was.map(|was| was.notified.clone()).unwrap_or_default(),
        open: Some("open".to_owned()),
    })
}

/// The recipe's plan, or the defaults, with what the request changes.
fn plan(request: &EvaluationRequest<'_>) -> Result<EvaluationPlan, String> {
    let EvaluationRequest { run, settings, .. } = request;
    let of_run = run.plan.as_ref();
    let of_recipe = of_run.and_then(|plan| plan.evaluate.clone());
    let uploaded = settings.data.as_ref().map(|key| format!("s3://{}/{key}", request.bucket));
    let held_out = of_recipe.as_ref().map(|plan| plan.data.clone());
    let data = uploaded.or(held_out).or_else(|| of_run?.validation.clone());
    let Some(data) = data else {
        return Err(format!("run {} has neither a held-out file nor a validation file", run.run_id));
    };
    let mut plan = of_recipe.unwrap_or_else(|| EvaluationPlan {
        max_records: RECORDS_DEFAULT as u64,
        against: vec![Against::Base],
        ..EvaluationPlan::default()
    });
    if plan.data != data || settings.max_records.is_some() || !settings.against.is_empty() {
        plan.token_ceiling = None;
        plan.answer_token_ceiling = None;
        if let Some(judge) = &mut plan.judge {
            judge.tokens = None;
        }
    }
    plan.data = data;
    if !settings.against.is_empty() {
        plan.against.clone_from(&settings.against);
    }
    let mut seen = Vec::new();
    plan.against.retain(|against| {
        !seen.contains(against) && {
            seen.push(against.clone());
            true
        }
    });
    if plan.against.contains(&Against::Run(run.run_id.clone())) {
        return Err(format!("run {} can't be compared with itself", run.run_id));
    }
    if plan.against.len() > AGAINST_MAX {
        return Err(format!("a model is compared with {AGAINST_MAX} others at most"));
    }
    plan.max_records = settings.max_records.unwrap_or(plan.max_records);
    if !settings.metrics.is_empty() {
        plan.metrics.clone_from(&settings.metrics);
    }
    if let Some(asked) = &settings.judge {
        let model = JudgeModel::find(&asked.model).map_or(asked.model.as_str(), |judge| judge.id).to_owned();
        // The recipe's price is that of its judge.
        let price = plan.judge.take().filter(|judge| judge.model == model).and_then(|judge| judge.price);
        plan.judge = Some(Judge { model, metrics: asked.metrics.clone(), price, ..Judge::default() });
    }
    if !settings.require.is_empty() {
        plan.require.clone_from(&settings.require);
    }
    let judged = |metric: &&Metric| {
        metric.is_judged() && !plan.judge.as_ref().is_some_and(|judge| judge.metrics.contains(metric))
    };
    if let Some(metric) = plan.metrics.iter().chain(plan.require.keys()).find(judged) {
        return Err(format!("{metric} needs a judge that scores it"));
    }
    if plan.require.values().any(|required| required.over_base.is_some()) && !plan.against.contains(&Against::Base) {
        return Err("`over_base` compares with the base model; add `base` to `against`".to_owned());
    }
    Ok(plan)
}

/// The stopped evaluation, or why the command is ignored.
pub fn stop(was: Option<&EvaluationEntry>, by: &str, now: &str) -> Result<EvaluationEntry, &'static str> {
    let was = was.ok_or("the run was never evaluated")?;
    let state = next(was.state, EvaluationInput::StopAsked)?;
    Ok(ended(revised(was), state, Some(format!("{by} stopped it")), now))
}
