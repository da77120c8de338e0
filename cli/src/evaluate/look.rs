//! Looks at what `tunedrop evaluate` asks for, and decides as the stack will.

use anyhow::{Context, Result, bail};
use tunedrop_run::decide::evaluate::{self, Compared, EvaluationRequest, deployment_name};
use tunedrop_run::evaluation::{JudgeModel, judges_in};
use tunedrop_run::event::{EvaluationSettings, JudgeSettings};
use tunedrop_run::{Against, EvaluationEntry, EvaluationSide, Run, StackGuards, Timestamp};
use tunedrop_validation::Catalogue;

use super::args::EvaluateArgs;
use super::held_out::{Local, in_stack};
use super::outlook::Outlook;
use super::require::requirements;
use crate::deploy::not_on_demand;
use crate::stack::{Stack, explain};

/// What is sent, and what it will do.
pub(super) struct Ready {
    pub(super) stack: Stack,
    pub(super) run: Run,
    pub(super) settings: EvaluationSettings,
    pub(super) local: Option<Local>,
    pub(super) outlook: Outlook,
    /// The number of the run's last evaluation.
    pub(super) after: u64,
}

/// The result of looking at what is asked for.
pub(super) enum Looked {
    Ready(Box<Ready>),
    /// Nothing is to be sent.
    Pointless(String),
}

/// Looks at the run, its evaluation and the held-out file.
pub(super) async fn look(args: &EvaluateArgs) -> Result<Looked> {
    if let Err(fault) = requirements(&args.require) {
        bail!("invalid --require: {fault}");
    }
    look_in(args.stack.find_to_change().await?, args).await
}

/// The same in a stack that was found.
pub(super) async fn look_in(stack: Stack, args: &EvaluateArgs) -> Result<Looked> {
    let require = match requirements(&args.require) {
        Ok(require) => require,
        Err(fault) => bail!("invalid --require: {fault}"),
    };
    let ledger = stack.ledger()?;
    let run = stack.run(&args.run).await?;
    let was = ledger.evaluation(&run.run_id).await.map_err(explain)?;
    if let Some(why) = pointless(&stack, &run, was.as_ref()) {
        return Ok(Looked::Pointless(why));
    }
    let plan = run.plan.as_ref().with_context(|| format!("the ledger has no plan of run {}", run.run_id))?;
    let local = match &args.data {
        Some(path) => Some((path, Local::read(path, plan)?)),
        None => None,
    };
    let settings = EvaluationSettings {
        data: local.as_ref().map(|(_, local)| local.key(&run.run_id)),
        against: against(&stack, &args.against).await?,
        max_records: args.max_records,
        metrics: args.metrics.clone(),
        require,
        judge: judge(args),
    };
    let region = stack.configs.all.region().map(ToString::to_string);
    if let Some(fault) = settings.judge.as_ref().and_then(|judge| judge_fault(judge, region.as_deref())) {
        bail!("invalid --judge: {fault}");
    }
    let bucket = stack.output("BucketName")?;
    let request = EvaluationRequest { run: &run, settings: &settings, by: Some(""), bucket };
    let entry = match evaluate::request(was.as_ref(), &request, &now()) {
        Ok(entry) => entry,
        Err(why) => return Ok(Looked::Pointless(why)),
    };
    let model = Catalogue::embedded().find(&plan.catalogue_model);
    let list = stack.ledger()?.prices(region.as_deref()).await.map_err(explain)?;
    let entry = evaluate::with_price(entry, model, Catalogue::embedded(), list.as_ref());
    let sides = match sides(&stack, &run, &entry).await? {
        Ok(sides) => sides,
        Err(why) => return Ok(Looked::Pointless(why)),
    };
    let asked = match &local {
        Some((path, local)) => Some(local.asked(path, plan, &entry.plan)?),
        None => in_stack(&stack, plan, &entry.plan).await,
    };
    let file = args.data.as_ref().map_or(entry.plan.data.clone(), |path| path.display().to_string());
    let outlook = Outlook { run_id: run.run_id.clone(), file, sides, asked, plan: entry.plan.clone() };
    // The stack's own guards aren't known here.
    let refused = |billing| evaluate::refusal(&entry, &run, billing, &StackGuards::default());
    if let Some(why) = outlook.billing().and_then(refused) {
        return Ok(Looked::Pointless(why));
    }
    let (after, local) = (was.map_or(0, |was| was.number), local.map(|(_, local)| local));
    Ok(Looked::Ready(Box::new(Ready { stack, run, settings, local, outlook, after })))
}

/// The judge of `--judge` and `--judge-metrics`.
fn judge(args: &EvaluateArgs) -> Option<JudgeSettings> {
    Some(JudgeSettings { model: args.judge.clone()?, metrics: args.judge_metrics.clone() })
}

/// Why the stack can't ask this judge, as a clause; `None` if it can.
fn judge_fault(judge: &JudgeSettings, region: Option<&str>) -> Option<String> {
    let available = || format!("use one of {}", judges_in(region).join(", "));
    match judge.fault() {
        Some(fault) if JudgeModel::find(&judge.model).is_none() => Some(format!("{fault}; {}", available())),
        Some(fault) => Some(fault.to_owned()),
        None if JudgeModel::find(&judge.model)?.id_in(region).is_none() => {
            Some(format!("{} isn't available in {}; {}", judge.model, region.unwrap_or_default(), available()))
        }
        None => None,
    }
}

/// The sides of `--against`: `base`, `deployed`, or a run by any of its names.
async fn against(stack: &Stack, texts: &[String]) -> Result<Vec<Against>> {
    let mut sides = Vec::new();
    for text in texts {
        sides.push(match text.parse() {
            Ok(word @ (Against::Base | Against::Deployed)) => word,
            _ => Against::Run(stack.run(text).await?.run_id),
        });
    }
    Ok(sides)
}

/// Why an evaluation of this run can't begin now; `None` if it can.
fn pointless(stack: &Stack, run: &Run, was: Option<&EvaluationEntry>) -> Option<String> {
    let id = &run.run_id;
    if let Some(was) = was.filter(|was| !was.state.is_end()) {
        return Some(format!(
            "the evaluation of {id} is {}. Follow it with `tunedrop watch {id}{named}`, or stop it with `tunedrop evaluate {id} --stop{named}`",
            was.state.as_str(),
            named = stack.named
        ));
    }
    let region = stack.configs.all.region().map(ToString::to_string).unwrap_or_default();
    run.plan.as_ref().and_then(|plan| not_on_demand(&plan.base_model, &region))
}

/// The models that the stack will ask, the run's first; or why there is one that can't be asked.
async fn sides(stack: &Stack, run: &Run, entry: &EvaluationEntry) -> Result<Result<Vec<EvaluationSide>, String>> {
    let ledger = stack.ledger()?;
    let deployment = async |run: &Run| ledger.deployment(deployment_name(run)).await.map_err(explain);
    let own = deployment(run).await?;
    let served = own.as_ref().filter(|one| !one.state.is_end()).and_then(|one| one.serving.as_ref());
    let deployed = match served {
        Some(run_id) => ledger.run(run_id).await.map_err(explain)?,
        None => None,
    };
    let mut others = Vec::new();
    for against in &entry.plan.against {
        let Against::Run(run_id) = against else { continue };
        let Some(other) = ledger.run(run_id).await.map_err(explain)? else {
            return Ok(Err(format!("stack {} has no run {run_id}", stack.name)));
        };
        let serves = deployment(&other).await?;
        others.push((other, serves));
    }
    let own = own.as_ref();
    let runs: Vec<Compared<'_>> =
        others.iter().map(|(run, serves)| Compared { run, deployment: serves.as_ref() }).collect();
    let deployed = deployed.as_ref().map(|run| Compared { run, deployment: own });
    Ok(evaluate::sides(entry, Compared { run, deployment: own }, deployed, &runs))
}

fn now() -> String {
    format!("{:.3}", Timestamp::now())
}
