//! Describes a run, for people.

use std::fmt::Write;

use tunedrop_run::budget::in_usd;
use tunedrop_run::deployment::on_demand_regions;
use tunedrop_run::erasure::certificate_key;
use tunedrop_run::{Deployment, EvaluationEntry, Reserved, Run, State};
use tunedrop_validation::money::usd;

use super::lineage::Shown;
use super::table::{seconds, style, time};
use crate::evaluations;
use crate::format::{counted, grouped, visible};

/// `ahead`: the number of runs in the queue before it. `named`: the options that name the stack in the next commands.
/// `deployments`: those that serve its model, or could return to it.
pub(super) fn of(
    run: &Run,
    ahead: Option<usize>,
    evaluation: Option<&EvaluationEntry>,
    deployments: &[&Deployment],
    lineage: &Shown,
    named: &str,
) -> String {
    let mut out = String::new();
    let state = style(run.state);
    let _ = writeln!(out, "{} is {state}{}{state:#}{}", visible(&run.run_id), run.state.as_str(), wait(run, ahead));
    let row = |out: &mut String, (name, value): (&str, String)| writeln!(out, "  {name:<16}{value}");
    let evaluated = evaluation.map(evaluations::facts).unwrap_or_default();
    for fact in facts(run).into_iter().chain(evaluated) {
        let _ = row(&mut out, fact);
    }
    if let Some(reason) = run.reason.as_deref().or(run.blocked_reason.as_deref()).filter(|reason| !reason.is_empty()) {
        let _ = writeln!(out, "\n{}", visible(reason));
    }
    let lineage = lineage.rows(run, evaluation, deployments);
    if !lineage.is_empty() {
        out.push_str("\nLineage:\n");
    }
    for link in lineage {
        let _ = row(&mut out, link);
    }
    let next = next(run, evaluation, deployments, named);
    if !next.is_empty() {
        let _ = writeln!(out, "\nNext:");
        for (what, command) in next {
            let _ = writeln!(out, "  {what:<32}{command}");
        }
    }
    out
}

fn wait(run: &Run, ahead: Option<usize>) -> String {
    match (run.state, ahead) {
        _ if run.settles_until().is_some() => starts(run),
        (_, Some(0)) => ", next in the queue".to_owned(),
        (_, Some(ahead)) => format!(", with {} before it in the queue", counted(ahead as u64, "run")),
        (State::Held, _) => ", waiting for your approval".to_owned(),
        _ => String::new(),
    }
}

/// When a run that waits for more files starts.
pub(crate) fn starts(run: &Run) -> String {
    let after = run.settles_until().map(visible).unwrap_or_default();
    format!(" and starts after {}, unless newer files arrive first", seconds(&after))
}

/// What is known of a run, as names and values.
pub(crate) fn facts(run: &Run) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Dataset", visible(&run.dataset))];
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    let text = |value: &Option<String>| value.as_deref().map(visible);
    if let Some(plan) = &run.plan {
        add("Base model", Some(visible(&plan.base_model)));
        add("Customization", Some(plan.customization.as_str().to_owned()));
        let set: Vec<String> = plan.hyperparameters.iter().map(|(name, value)| format!("{name} {value}")).collect();
        add("Hyperparameters", Some(set.join(", ")).filter(|set| !set.is_empty()).map(|set| visible(&set)));
        add("Training file", text(&plan.train));
        add("Validation file", text(&plan.validation));
        add("Output", Some(visible(&plan.output)));
        add(
            "Price",
            plan.price_per_1k_tokens.map(|usd| {
                let source = plan.price_source.as_ref().map(|source| format!(" ({})", visible(&source.to_string())));
                format!("{usd} USD per 1,000 tokens{}", source.unwrap_or_default())
            }),
        );
    }
    add("Attempt", Some(run.attempt).filter(|attempt| *attempt > 1).map(|attempt| attempt.to_string()));
    add("Records", run.records.map(grouped));
    add("Findings", Some(format!("{}, {}", counted(run.errors, "error"), counted(run.warnings, "warning"))));
    add("Uploaded", Some(time(&run.uploaded_at)));
    add("Uploaded by", text(&run.uploader));
    add("State since", Some(time(&run.changed_at)));
    add("Reserved", Some(reserved(run)).filter(|text| !text.is_empty()));
    add("Approved by", text(&run.approved_by));
    add("Stopped by", text(&run.stopped_by));
    add("Job", text(&run.job_arn));
    add("Training loss", run.training_loss.map(|loss| format!("{loss:.4}")));
    add("Validation loss", run.validation_loss.map(|loss| format!("{loss:.4}")));
    add("Report", text(&run.report));
    add("Erased", run.erased_at.as_deref().map(|at| format!("{} UTC: data and texts are gone", time(at))));
    add("Certificate", run.erasure.as_deref().map(|erasure| visible(&certificate_key(erasure))));
    facts
}

/// What is reserved in budgets for a run that has a job, or is about to get one.
fn reserved(run: &Run) -> String {
    if !matches!(run.state, State::Launching | State::Running | State::Succeeded | State::Stopped) {
        return String::new();
    }
    let one = |one: &Reserved| match one.item.split_once('#') {
        Some(("tokens", day)) => format!("{} tokens on {}", grouped(one.amount), visible(day)),
        Some((_, month)) => format!("{} in {}", usd(in_usd(one.amount)), visible(&month.replace('#', " "))),
        None => String::new(),
    };
    run.reserved.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Whether Bedrock serves custom models of the base model on demand, in any Region.
fn plan_can_be_deployed(run: &Run) -> bool {
    run.plan.as_ref().is_some_and(|plan| !on_demand_regions(&plan.base_model).is_empty())
}

/// What to do about the run's evaluation; `None` if its model can't be evaluated.
fn evaluate(run: &Run, evaluation: Option<&EvaluationEntry>, named: &str) -> Option<(&'static str, String)> {
    let id = &run.run_id;
    let data = match run.plan.as_ref().is_some_and(|plan| plan.evaluate.is_some() || plan.validation.is_some()) {
        true => "",
        false => " --data FILE",
    };
    match evaluation {
        Some(one) if !one.state.is_end() => Some(("follow its evaluation", format!("tunedrop watch {id}{named}"))),
        Some(one) if one.state.is_decided() => {
            Some(("open its evaluation", format!("tunedrop report {id} --evaluation{named}")))
        }
        _ if plan_can_be_deployed(run) => Some(("evaluate the model", format!("tunedrop evaluate {id}{data}{named}"))),
        _ => None,
    }
}

/// The possible next steps, with their commands.
fn next(
    run: &Run,
    evaluation: Option<&EvaluationEntry>,
    deployments: &[&Deployment],
    named: &str,
) -> Vec<(&'static str, String)> {
    let id = &run.run_id;
    let command = |verb: &str| format!("tunedrop {verb} {id}{named}");
    if run.erased_at.is_some() && run.state.is_end() {
        // No report, no model, and no retry.
        return Vec::new();
    }
    match run.state {
        State::Held => vec![("launch it", command("approve")), ("cancel it", command("stop"))],
        State::Queued if run.settles_until().is_some() => {
            vec![("start it now", command("approve")), ("follow it", command("watch")), ("stop it", command("stop"))]
        }
        State::Queued | State::Launching | State::Running => {
            vec![("follow it", command("watch")), ("stop it", command("stop"))]
        }
        State::Succeeded => {
            let mut next = vec![("open its report", command("report"))];
            let Some(arn) = &run.model_arn else { return next };
            next.extend(evaluate(run, evaluation, named));
            let mut lasting = deployments.iter().filter(|one| one.evaluation.is_none());
            if lasting.clone().any(|one| one.serving.as_ref() == Some(id)) {
                next.push(("ask the model", format!("tunedrop try {id} \"Hello\"{named}")));
            } else if plan_can_be_deployed(run) {
                next.push(("deploy the model", command("deploy")));
            }
            match lasting.next() {
                Some(one) => {
                    next.push(("delete the deployment", format!("tunedrop undeploy {}{named}", visible(&one.name))))
                }
                None => next.push(("delete the model", format!("tunedrop rm {arn}{named}"))),
            }
            next
        }
        State::Rejected => vec![("see what to fix", command("report"))],
        State::Failed | State::Stopped | State::Superseded | State::Refused => {
            vec![("see why", command("report")), ("try again", command("retry"))]
        }
    }
}
