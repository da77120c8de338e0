//! Events about evaluations: what they say, and the commands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tunedrop_evaluation::{Metric, RECORDS_MAX, Requirement};

use super::hint::{Fields, malformed};
use super::{Event, Hint, HintError, Kind};
use crate::evaluation::{JudgeModel, is_data_key};
use crate::{Against, EvaluationEntry, EvaluationResult, EvaluationState, RunId};

/// The kinds that announce the end of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvaluationKind {
    /// [`Kind::RunEvaluated`].
    Evaluated,
    /// [`Kind::EvaluationFailed`].
    Failed,
}

impl EvaluationKind {
    /// Every kind.
    pub const ALL: [EvaluationKind; 2] = [EvaluationKind::Evaluated, EvaluationKind::Failed];

    /// The kind on the bus.
    pub const fn kind(self) -> Kind {
        match self {
            EvaluationKind::Evaluated => Kind::RunEvaluated,
            EvaluationKind::Failed => Kind::EvaluationFailed,
        }
    }

    /// The kind that announces a state; `None` for a state that isn't an end.
    pub fn of(state: EvaluationState) -> Option<EvaluationKind> {
        match state {
            _ if state.is_decided() => Some(EvaluationKind::Evaluated),
            _ if state.is_end() => Some(EvaluationKind::Failed),
            _ => None,
        }
    }
}

/// An evaluation in an event.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationDetail {
    /// The run.
    pub run_id: RunId,
    /// The number of the evaluation, from 1.
    pub number: u64,
    /// The state, which is an end.
    pub state: EvaluationState,
    /// RFC 3339: when it ended. Two events about a run's evaluations differ in this.
    pub at: String,
    /// The decision and its figures; absent if there is none.
    pub result: Option<EvaluationResult>,
    /// Why it has no decision; redacted.
    pub reason: Option<String>,
    /// Whether the recipe asked for it, and not a person; for messages, not a field of the event.
    pub is_of_recipe: bool,
    /// Whether it has a judge, whose cost isn't in the result; for messages, not a field of the event.
    pub has_judge: bool,
    /// The value of the recipe's tag `owner`.
    pub owner: Option<String>,
    /// Addresses from the recipe's `notify`.
    pub notify: Vec<String>,
}

/// A command about an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub enum EvaluationCommand {
    /// Evaluate a run's model.
    Evaluate {
        /// The run.
        run_id: RunId,
        /// What differs from the recipe's settings and the defaults.
        settings: EvaluationSettings,
    },
    /// Stop the evaluation of a run.
    Stop {
        /// The run.
        run_id: RunId,
    },
}

/// What a command asks for that differs from the recipe's settings, or the defaults if the recipe has none. Empty and `None`:
/// as those say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EvaluationSettings {
    /// The key of a held-out file that was uploaded for this, below `evaluations/<run-id>/data/`.
    pub data: Option<String>,
    /// What the model is compared with.
    pub against: Vec<Against>,
    /// The most records to ask.
    pub max_records: Option<u64>,
    /// Metrics.
    pub metrics: Vec<Metric>,
    /// Requirements.
    pub require: BTreeMap<Metric, Requirement>,
    /// The judge.
    pub judge: Option<JudgeSettings>,
}

/// A judge that a command asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeSettings {
    /// A judge's alias, or Bedrock's identifier.
    pub model: String,
    /// What it scores, at least one.
    pub metrics: Vec<Metric>,
}

impl JudgeSettings {
    /// Why no evaluation can have this judge, as a clause; `None` if one can.
    pub fn fault(&self) -> Option<&'static str> {
        if JudgeModel::find(&self.model).is_none() {
            Some("Bedrock doesn't have this model as a judge")
        } else if self.metrics.is_empty() || !self.metrics.iter().all(|metric| metric.is_judged()) {
            Some("a judge scores metrics such as Correctness, and no other ones")
        } else {
            None
        }
    }
}

impl EvaluationCommand {
    /// The kind on the bus.
    pub fn kind(&self) -> Kind {
        match self {
            EvaluationCommand::Evaluate { .. } => Kind::EvaluateRun,
            EvaluationCommand::Stop { .. } => Kind::StopEvaluation,
        }
    }

    /// The run that it names.
    pub fn run_id(&self) -> &RunId {
        match self {
            EvaluationCommand::Evaluate { run_id, .. } | EvaluationCommand::Stop { run_id } => run_id,
        }
    }

    /// What differs from the recipe's settings; `None` if it starts no evaluation.
    pub(super) fn settings(&self) -> Option<&EvaluationSettings> {
        match self {
            EvaluationCommand::Evaluate { settings, .. } => Some(settings),
            EvaluationCommand::Stop { .. } => None,
        }
    }
}

impl Event {
    /// Returns the event about the evaluation's end; `None` if it is in progress.
    pub fn evaluation(evaluation: &EvaluationEntry, redact: impl Fn(&str) -> String) -> Option<Event> {
        let kind = EvaluationKind::of(evaluation.state)?;
        let decided = |result: &&EvaluationResult| evaluation.state.is_decided() && result.number == evaluation.number;
        let detail = EvaluationDetail {
            run_id: evaluation.run_id.clone(),
            number: evaluation.number,
            state: evaluation.state,
            at: evaluation.outcome_at.clone()?,
            result: evaluation.result.as_ref().filter(decided).cloned(),
            reason: evaluation.reason.as_deref().map(redact),
            is_of_recipe: evaluation.is_of_recipe(),
            has_judge: evaluation.plan.judge.is_some(),
            owner: evaluation.owner.clone(),
            notify: evaluation.notify.clone(),
        };
        Some(Event::Evaluation(kind, Box::new(detail)))
    }
}

impl Fields<'_> {
    /// Reads the end of an evaluation.
    pub(super) fn evaluation(self, kind: EvaluationKind) -> Result<Hint, HintError> {
        Ok(Hint::Evaluation { kind, run_id: self.run_id()?, at: self.time("at")? })
    }

    /// The command to evaluate a run.
    pub(super) fn evaluate(self) -> Result<EvaluationCommand, HintError> {
        let run_id = self.run_id()?;
        let data = self.text_if_any("data")?.map(str::to_owned);
        if data.as_deref().is_some_and(|key| !is_data_key(&run_id, key)) {
            return Err(malformed("data", "expected a key below evaluations/<run-id>/data/"));
        }
        let max_records = match self.0.get("max_records") {
            None | Some(Value::Null) => None,
            Some(value) => {
                let most = value.as_u64().filter(|most| (1..=RECORDS_MAX as u64).contains(most));
                Some(most.ok_or_else(|| malformed("max_records", "expected a number from 1 to 1,000"))?)
            }
        };
        let require: BTreeMap<Metric, Requirement> = self.parsed("require")?;
        if let Some(fault) = require.iter().find_map(|(metric, requirement)| requirement.fault(*metric)) {
            return Err(malformed("require", &fault));
        }
        let (against, metrics) = (self.parsed("against")?, self.parsed("metrics")?);
        let judge: Option<JudgeSettings> = self.parsed("judge")?;
        if let Some(fault) = judge.as_ref().and_then(JudgeSettings::fault) {
            return Err(malformed("judge", fault));
        }
        let settings = EvaluationSettings { data, against, max_records, metrics, require, judge };
        Ok(EvaluationCommand::Evaluate { run_id, settings })
    }

    /// A list or a map, which is empty if the field is absent.
    fn parsed<T: serde::de::DeserializeOwned + Default>(self, field: &'static str) -> Result<T, HintError> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(T::default()),
            Some(value) => T::deserialize(value).map_err(|_| malformed(field, "it has another form than documented")),
        }
    }
}
