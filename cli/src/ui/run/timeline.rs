//! What happened to a run, in order.

use tunedrop_aws::JobView;
use tunedrop_run::{Deployment, EvaluationEntry, Run, State};

use crate::evaluations::progress;
use crate::format::visible;
use crate::losses::Losses;
use crate::ui::page::moment;
use crate::ui::runs::{tone, tone_of_evaluation};

/// An entry of the timeline.
pub(super) struct Moment {
    pub(super) at: (String, String),
    pub(super) what: String,
    pub(super) detail: String,
    /// A class of the style sheet: `good`, `bad`, `wait`, `busy` or nothing.
    pub(super) tone: &'static str,
}

/// The states and phases, the oldest first. What the ledger doesn't keep isn't there.
pub(super) fn timeline(
    run: &Run,
    losses: &Losses,
    job: Option<&JobView>,
    evaluation: Option<&EvaluationEntry>,
    deployments: &[&Deployment],
) -> Vec<Moment> {
    let mut all: Vec<(String, String, String, &'static str)> = Vec::new();
    let mut add = |at: &str, what: String, detail: String, tone| all.push((at.to_owned(), what, detail, tone));
    let by = |who: &Option<String>| who.as_deref().map(|who| format!("by {}", visible(who))).unwrap_or_default();
    add(&run.uploaded_at, "Uploaded".to_owned(), by(&run.uploader), "");
    if let Some(at) = &run.queued_at {
        let detail = by(if run.approved_by.is_some() { &run.approved_by } else { &run.retried_by });
        let what = if run.approved_by.is_some() { "Approved" } else { "Accepted" };
        add(at, what.to_owned(), detail, "");
    }
    let phases = job.map(|job| job.phases.as_slice()).unwrap_or_default();
    let shown = phases
        .iter()
        .map(|(name, status, start, _)| [name.as_str(), status.as_str(), start.as_deref().unwrap_or_default()]);
    let ended = losses.phases.iter().map(|[name, status, start, _]| [name.as_str(), status.as_str(), start.as_str()]);
    for [name, status, start] in shown.chain(ended).filter(|[.., start]| !start.is_empty()) {
        let tone = if status == "InProgress" { "busy" } else { "" };
        add(start, format!("{} phase", visible(name)), visible(status), tone);
    }
    let detail = match run.state {
        State::Stopped => by(&run.stopped_by),
        _ => String::new(),
    };
    add(&run.changed_at, run.state.as_str().to_owned(), detail, tone(run.state));
    if let Some(one) = evaluation {
        let asked = one.requested_by.is_some().then(|| by(&one.requested_by));
        add(&one.requested_at, "Evaluation requested".to_owned(), asked.unwrap_or("by the recipe".to_owned()), "");
        let detail = progress(one).unwrap_or_default();
        add(&one.changed_at, format!("Evaluation {}", one.state.as_str()), detail, tone_of_evaluation(one.state));
    }
    for one in deployments.iter().filter(|one| one.evaluation.is_none()) {
        if let Some(at) = one.deployed_at.as_ref().filter(|_| one.serving.as_ref() == Some(&run.run_id)) {
            add(at, format!("Deployed as {}", visible(&one.name)), String::new(), "good");
        }
    }
    // The order of what happened at the same time stays.
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.into_iter().map(|(at, what, detail, tone)| Moment { at: moment(&at), what, detail, tone }).collect()
}
