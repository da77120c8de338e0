//! The lines of the inventory, for people.

use tunedrop_run::inventory::{BaseLife, Billing, BillingUnit, FoundDeployment, FoundModel, KnownBy, Line, Maker};

use crate::deploy::expiry;
use crate::format::{counted, visible};
use crate::inventory::{Found, lifecycle, sentences};
use crate::ui::action::{Action, of_deployment};
use crate::ui::activity::address;
use crate::ui::mirror::Mirror;
use crate::ui::page::moment;

/// Who may have made something: the value in an address, and the text.
pub(super) const MAKERS: [(&str, &str); 4] =
    [("stack", "this stack"), ("tunedrop", "another stack"), ("others", "not tunedrop"), ("unknown", "unknown")];

/// The value of [`MAKERS`].
pub(super) fn made(maker: &Maker, stack: &str) -> &'static str {
    match maker.known_by {
        KnownBy::Ledger | KnownBy::Tags if maker.stack.as_deref() == Some(stack) => "stack",
        KnownBy::Ledger | KnownBy::Tags => "tunedrop",
        KnownBy::NotByTunedrop => "others",
        KnownBy::Unknown => "unknown",
    }
}

/// What is above and below the tables.
pub(super) struct Page {
    pub(super) summary: String,
    /// Sentences about costs.
    pub(super) costs: Vec<String>,
    /// Since when invocations are known; `None` if they aren't.
    pub(super) since: Option<String>,
    pub(super) missing_permissions: Vec<String>,
    /// Whether Bedrock has nothing of this kind.
    pub(super) is_empty: bool,
}

impl Page {
    pub(super) fn of(found: &Found) -> Page {
        let provisioned = found.deployments.iter().filter(|one| one.found.model_units.is_some()).count() as u64;
        let on_demand = found.deployments.len() as u64 - provisioned;
        let models = counted(found.models.len() as u64, "model");
        Page {
            summary: format!(
                "{}, {} on demand, {} on provisioned throughput",
                models.replacen("no ", "No ", 1),
                counted(on_demand, "deployment"),
                counted(provisioned, "deployment"),
            ),
            costs: sentences(found),
            since: found.invocations_since.clone(),
            missing_permissions: found.missing_permissions.iter().map(|one| visible(one)).collect(),
            is_empty: found.models.is_empty() && found.deployments.is_empty(),
        }
    }
}

/// How a line is billed.
fn cost(billing: &Billing) -> String {
    match (billing.unit, billing.usd) {
        (BillingUnit::ModelMonth, Some(usd)) => format!("{usd:.2} USD a month"),
        (BillingUnit::ModelMonth, None) => "by the month, unknown price".to_owned(),
        (BillingUnit::UnitHour, Some(usd)) => format!("{usd:.2} USD an hour"),
        (BillingUnit::UnitHour, None) => "by the hour, unknown price".to_owned(),
        (BillingUnit::Tokens, _) => match (billing.usd_per_1k_input_tokens, billing.usd_per_1k_output_tokens) {
            (Some(input), Some(output)) => format!("tokens: {input} USD per 1,000 in, {output} out"),
            _ => "by tokens".to_owned(),
        },
    }
}

/// The class of Bedrock's status in the style sheet.
fn tone(status: &str) -> &'static str {
    match status {
        "Active" | "InService" => "good",
        "Failed" => "bad",
        "Creating" | "Updating" => "busy",
        _ => "wait",
    }
}

fn used(found: &Found, last: Option<&String>) -> String {
    match (&found.invocations_since, last) {
        (None, _) => "unknown".to_owned(),
        (_, Some(day)) => visible(day),
        (Some(_), None) => "never".to_owned(),
    }
}

/// The maker, for people, and the run's page.
fn maker(maker: &Maker) -> (String, Option<String>) {
    let words = match maker.known_by {
        KnownBy::NotByTunedrop => "not by tunedrop".to_owned(),
        KnownBy::Unknown => "unknown".to_owned(),
        KnownBy::Ledger | KnownBy::Tags => match (&maker.run_id, &maker.dataset, &maker.stack) {
            (Some(run_id), ..) => run_id.to_string(),
            (_, Some(dataset), Some(stack)) => format!("{dataset}, stack {stack}"),
            (.., stack) => stack.as_ref().map_or_else(String::new, |stack| format!("stack {stack}")),
        },
    };
    (visible(&words), maker.run_id.as_ref().map(|run_id| address(run_id)))
}

/// A custom model.
pub(super) struct ModelRow {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) status: String,
    pub(super) tone: &'static str,
    pub(super) maker: (String, Option<String>),
    pub(super) base: String,
    pub(super) ends: Option<String>,
    /// The names of deployments that serve it.
    pub(super) served: String,
    pub(super) used: String,
    pub(super) cost: String,
    pub(super) created: (String, String),
}

impl ModelRow {
    pub(super) fn of(one: &Line<FoundModel>, found: &Found) -> ModelRow {
        let serving = found.deployments.iter().filter(|serving| serving.found.model_arn == one.found.arn);
        let served: Vec<String> = serving.map(|serving| visible(&serving.found.name)).collect();
        let life = found.base_models.iter().find(|life| Some(&life.model) == one.base_model.as_ref());
        let status = one.found.status.as_deref().unwrap_or("–");
        ModelRow {
            name: visible(&one.found.name),
            arn: visible(&one.found.arn),
            status: visible(status),
            tone: tone(status),
            maker: maker(&one.made_by),
            base: one.base_model.as_deref().map_or_else(|| "–".to_owned(), visible),
            ends: life
                .and_then(|life| life.end_of_life_at.as_deref())
                .map(|at| moment(at).1[..].chars().take(10).collect()),
            served: if served.is_empty() { "–".to_owned() } else { served.join(", ") },
            used: used(found, one.last_invoked.as_ref()),
            cost: cost(&one.billing),
            created: moment(&one.found.created_at),
        }
    }
}

/// A deployment or provisioned throughput.
pub(super) struct DeploymentRow {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) status: String,
    pub(super) tone: &'static str,
    pub(super) maker: (String, Option<String>),
    pub(super) model: String,
    pub(super) capacity: String,
    pub(super) used: String,
    pub(super) cost: String,
    pub(super) expires: String,
    /// Address, text and class of the buttons.
    pub(super) buttons: Vec<(String, &'static str, &'static str)>,
}

impl DeploymentRow {
    pub(super) fn of(one: &Line<FoundDeployment>, found: &Found, stack: &str, mirror: &Mirror) -> DeploymentRow {
        let is_ours = one.made_by.known_by == KnownBy::Ledger && one.made_by.stack.as_deref() == Some(stack);
        let named = one.made_by.deployment.as_ref().filter(|_| is_ours);
        let ours = named.and_then(|name| mirror.deployments.get(name));
        let model = found.models.iter().find(|model| model.found.arn == one.found.model_arn);
        let end = ours.and_then(|ours| expiry(ours));
        let committed = one.found.committed_until.as_deref().map(|at| format!("commitment until {} UTC", moment(at).1));
        let buttons = ours.map(|ours| of_deployment(ours, mirror)).unwrap_or_default();
        let button = |action: &Action| {
            ours.map(|ours| {
                let class = if action.is_danger() { "danger" } else { "" };
                (format!("/deployments/{}/{}", ours.name, action.word()), action.label(), class)
            })
        };
        DeploymentRow {
            name: visible(&one.found.name),
            arn: visible(&one.found.arn),
            status: visible(&one.found.status),
            tone: tone(&one.found.status),
            maker: maker(&one.made_by),
            model: visible(model.map_or(&one.found.model_arn, |model| &model.found.name)),
            capacity: match one.found.model_units {
                Some(units) => counted(units.into(), "model unit"),
                None => "on demand".to_owned(),
            },
            used: used(found, one.last_invoked.as_ref()),
            cost: cost(&one.billing),
            expires: end.or(committed).map_or_else(|| "never".to_owned(), |end| visible(&end)),
            buttons: buttons.iter().filter_map(button).collect(),
        }
    }
}

/// The lifecycle of a base model.
pub(super) struct Life {
    pub(super) model: String,
    pub(super) models: usize,
    pub(super) words: String,
    pub(super) note: Option<String>,
}

impl Life {
    pub(super) fn of(one: &BaseLife) -> Life {
        Life {
            model: visible(&one.model),
            models: one.models,
            words: lifecycle(one),
            note: one.note.as_deref().map(visible),
        }
    }
}
