//! What a message says about a custom model that is or was deleted, or about a base model whose lifecycle ends.
//! `next_steps.rs` and `body.rs` put it in its place.

use tunedrop_run::LEGAL_HOLD;
use tunedrop_run::event::{ModelDetail, ModelKind, Severity};

use super::body::indented;
use crate::wording::{command, counted, listed, moment, shell, visible};

/// What happened, for the subject.
pub(super) fn subject(kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::Expiring => "Custom model is no longer kept",
        ModelKind::Deleted => "Custom model deleted",
        ModelKind::BaseEnding => "Base model ends",
    }
}

pub(super) fn severity(kind: ModelKind) -> Severity {
    match kind {
        ModelKind::Expiring | ModelKind::BaseEnding => Severity::Warning,
        ModelKind::Deleted => Severity::Info,
    }
}

/// The state of the model, for filters.
pub(super) fn state(kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::Expiring => "Proposed",
        ModelKind::Deleted => "Deleted",
        ModelKind::BaseEnding => "Announced",
    }
}

/// The dataset of a custom model; of a base model, the first one that it concerns.
pub(super) fn dataset(detail: &ModelDetail) -> &str {
    match &detail.run_id {
        Some(run_id) => run_id.dataset(),
        None => detail.datasets.first().map_or("", String::as_str),
    }
}

/// What the subject ends with.
pub(super) fn name(detail: &ModelDetail) -> &str {
    detail.base_model.as_deref().unwrap_or_else(|| dataset(detail))
}

/// What happened, in one line.
pub(super) fn headline(kind: ModelKind, detail: &ModelDetail) -> String {
    let run = detail.run_id.as_deref().map(visible).unwrap_or_default();
    let kept = counted(u64::from(detail.keep.unwrap_or_default()), "model");
    match (kind, &detail.delete_after) {
        (ModelKind::Expiring, Some(after)) => format!(
            "The custom model of run {run} will be deleted after {}: {} keeps {kept}, and has newer ones.",
            moment(after),
            visible(dataset(detail))
        ),
        (ModelKind::Expiring, None) => format!(
            "The custom model of run {run} can be deleted: {} keeps {kept}, and has newer ones. The stack doesn't delete it.",
            visible(dataset(detail))
        ),
        (ModelKind::Deleted, _) => format!("The custom model of run {run} was deleted. The run and its reports stay."),
        (ModelKind::BaseEnding, _) => {
            let model = visible(detail.base_model.as_deref().unwrap_or_default());
            let said: Vec<String> = detail.days.iter().map(|day| said(day)).collect();
            format!("The base model {model} {}.", said.join(", and "))
        }
    }
}

/// The clause about a day such as `legacy=2027-01-15`.
fn said(day: &str) -> String {
    match day.split_once('=') {
        Some(("legacy", day)) => format!("becomes legacy on {}: no new job can be started on it", visible(day)),
        Some(("extended-access", day)) => {
            format!("enters extended access on {}: inference may cost more", visible(day))
        }
        Some((_, day)) => format!("is shut down on {}: its custom models stop answering", visible(day)),
        None => visible(day),
    }
}

/// Why, if there is a reason.
pub(super) fn why(detail: &ModelDetail) -> String {
    let reason = detail.reason.as_deref().filter(|reason| !reason.trim().is_empty());
    reason.map_or(String::new(), |reason| format!("\nReason:\n{}\n", indented(reason)))
}

/// Instructions, one on each line. A command is on a line of its own, indented by two spaces.
pub(super) fn next_steps(kind: ModelKind, detail: &ModelDetail, stack: &str) -> String {
    let dataset = dataset(detail);
    match (kind, &detail.run_id, &detail.model_arn) {
        (ModelKind::Expiring, Some(run_id), Some(arn)) => format!(
            "To keep it, set the legal hold tag, or deploy it:\n  aws bedrock tag-resource --resource-arn {} --tags key={LEGAL_HOLD},value=true\n  {}\nTo keep more models of the dataset, set `keep` in its recipe.\nTo delete it now (its storage is billed by the month):\n  {}",
            shell(arn),
            command("deploy", run_id, stack),
            command("rm", run_id, stack)
        ),
        (ModelKind::Deleted, Some(run_id), _) => {
            format!("No action is needed. To train the same content again:\n  {}", command("retry", run_id, stack))
        }
        (ModelKind::BaseEnding, ..) => format!(
            "Choose another base model in the recipes of these datasets, and train and deploy again before that day: {}.\nTo list the models that were trained from it:\n  tunedrop inventory --stack {}",
            listed(&detail.datasets),
            shell(stack)
        ),
        _ => format!("To list the dataset's runs:\n  {}", command("runs --dataset", dataset, stack)),
    }
}

/// The facts, one on each line.
pub(super) fn facts(detail: &ModelDetail) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    add("Run", detail.run_id.as_deref().map(visible));
    add("Custom model", detail.model_arn.as_deref().map(visible));
    add("Base model", detail.base_model.as_deref().map(visible));
    add("Models kept", detail.keep.map(|keep| keep.to_string()));
    add("Deleted after", detail.delete_after.as_deref().map(moment));
    facts
}

#[cfg(test)]
mod tests;
