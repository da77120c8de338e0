//! The messages that people receive: one for each outcome of a dataset, a run, a deployment or an evaluation.
//!
//! Here are what a message is about, its subject and its attributes. `body.rs` has the text, `deployment.rs` what is
//! special about deployments, and `evaluation.rs` what is special about evaluations.

mod attributes;
mod body;
mod chat;
mod deployment;
mod evaluation;
mod links;
mod model;
mod next_steps;
mod sent;

use std::borrow::Cow;
use std::collections::BTreeMap;

use tunedrop_run::event::{
    DeploymentDetail, DeploymentKind, EvaluationDetail, Event, IncompleteDetail, MisnamedDetail, ModelDetail,
    ModelKind, RunDetail, RunKind, Severity,
};
use tunedrop_run::{DatasetEntry, Deployment, State};

use crate::wording::{counted, visible};

use attributes::attributes;
pub use chat::chat;
pub use sent::sent;

/// SNS accepts subjects of fewer than 100 characters (API reference, Publish).
const SUBJECT_MAX: usize = 99;
/// In bytes. SNS accepts 262,144 for body and attributes together (API reference, Publish); the attributes come from an
/// event, which has at most 64 KB.
const BODY_MAX: usize = 192 * 1024;
/// In characters. An object key has at most 1,024 bytes, so no dataset or folder name is longer.
const ATTRIBUTE_MAX: usize = 1024;

/// A message in the form that SNS accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Fewer than 100 printable ASCII characters (SNS rejects longer subjects, and email needs ASCII): what happened, then
    /// the dataset or the deployment, for instance `Training failed: support-bot`.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// For subscription filters: `dataset`, `state`, `kind`, `severity` and `stack`; `owner` and `uploader` if they are
    /// known; `notify` if the recipe names addresses. `notify` is a JSON array (`String.Array`). No value is empty,
    /// because SNS rejects empty values.
    pub attributes: BTreeMap<String, String>,
}

/// Returns the message about an event of this stack, or `None` if nobody is notified of the event. `region` is the
/// bucket's, for the link to the report.
pub fn message(event: &Event, stack: &str, region: &str) -> Option<Message> {
    let topic = Topic::of(event)?;
    let subject = subject(topic.name(), &topic.subject());
    let mut body = body::body(topic, stack, region);
    if body.len() > BODY_MAX {
        body.truncate(body.floor_char_boundary(BODY_MAX));
        body.push('\n');
    }
    Some(Message { subject, body, attributes: attributes(event, topic, stack) })
}

/// What a message is about.
#[derive(Debug, Clone, Copy)]
enum Topic<'e> {
    /// A file is ignored because of its name or its folder's name: there is no dataset and no run.
    Misnamed(&'e MisnamedDetail),
    /// Files are missing.
    Incomplete(&'e IncompleteDetail),
    /// A quota or a permission blocks the launch, or the job makes no progress.
    Waiting(&'e RunDetail),
    /// An update is accepted. It isn't launched yet, because more files may follow.
    Settling(&'e RunDetail),
    /// The run entered this state.
    Is(State, &'e RunDetail),
    /// The same content was uploaded again, and its run is in this state.
    Again(State, &'e RunDetail),
    /// This became of a deployment.
    Deployment(DeploymentKind, &'e DeploymentDetail),
    /// An evaluation ended.
    Evaluation(&'e EvaluationDetail),
    /// What happens to a model.
    Model(ModelKind, &'e ModelDetail),
}

impl<'e> Topic<'e> {
    /// Returns `None` for an event that nobody is notified of.
    fn of(event: &'e Event) -> Option<Topic<'e>> {
        Some(match event {
            Event::Misnamed(file) => Topic::Misnamed(file),
            Event::Incomplete(set) => Topic::Incomplete(set),
            Event::Reuploaded(run) => Topic::Again(run.state, run),
            Event::Run(RunKind::Blocked, run) => Topic::Waiting(run),
            Event::Run(RunKind::Accepted, run) if run.launch_after.is_some() => Topic::Settling(run),
            Event::Run(kind, run) => Topic::Is(kind.state().filter(|state| state.is_notified())?, run),
            Event::Deployment(kind, deployment) => Topic::Deployment(*kind, deployment),
            Event::Evaluation(_, evaluation) => Topic::Evaluation(evaluation),
            Event::Model(kind, model) => Topic::Model(*kind, model),
            Event::JobStateObserved(_)
            | Event::LaunchDue(_)
            | Event::Command { .. }
            | Event::DeploymentDue(_)
            | Event::DeploymentCommand { .. }
            | Event::EvaluationDue(_)
            | Event::EvaluationCommand { .. }
            | Event::MessageSent(_) => return None,
        })
    }

    /// The run, if there is one.
    fn run(self) -> Option<&'e RunDetail> {
        match self {
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => Some(run),
            _ => None,
        }
    }

    fn dataset(self) -> &'e str {
        match self {
            Topic::Misnamed(file) => &file.dataset,
            Topic::Incomplete(set) => &set.dataset,
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                run.run_id.dataset()
            }
            Topic::Deployment(_, deployment) => deployment.run_id.dataset(),
            Topic::Evaluation(evaluation) => evaluation.run_id.dataset(),
            Topic::Model(_, model) => model::dataset(model),
        }
    }

    /// What the subject ends with.
    fn name(self) -> &'e str {
        match self {
            Topic::Deployment(_, deployment) => &deployment.name,
            Topic::Model(_, model) => model::name(model),
            _ => self.dataset(),
        }
    }

    fn report(self) -> Option<&'e str> {
        match self {
            Topic::Misnamed(file) => file.report.as_deref(),
            Topic::Incomplete(set) => set.report.as_deref(),
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                run.report.as_deref()
            }
            Topic::Deployment(..) | Topic::Model(..) => None,
            Topic::Evaluation(evaluation) => Some(&evaluation.result.as_ref()?.report),
        }
    }

    fn uploader(self) -> Option<&'e str> {
        match self {
            Topic::Misnamed(file) => file.uploader.as_deref(),
            Topic::Incomplete(set) => set.uploader.as_deref(),
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                run.uploader.as_deref()
            }
            Topic::Deployment(..) | Topic::Evaluation(_) | Topic::Model(..) => None,
        }
    }

    /// The addresses in the recipe's `notify`, and the value of its tag `owner`.
    fn people(self) -> (&'e [String], Option<&'e str>) {
        match self {
            Topic::Misnamed(_) => (&[], None),
            Topic::Incomplete(set) => (&set.notify, set.owner.as_deref()),
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                (&run.notify, run.owner.as_deref())
            }
            Topic::Deployment(_, deployment) => (&deployment.notify, deployment.owner.as_deref()),
            Topic::Evaluation(evaluation) => (&evaluation.notify, evaluation.owner.as_deref()),
            Topic::Model(_, model) => (&model.notify, model.owner.as_deref()),
        }
    }

    /// The ARNs of what it is about.
    fn arns(self) -> [Option<&'e str>; 2] {
        match self {
            Topic::Deployment(_, deployment) => [deployment.arn.as_deref(), Some(&deployment.model_arn)],
            Topic::Model(_, model) => [model.model_arn.as_deref(), None],
            _ => self.run().map_or([None; 2], |run| [run.job_arn.as_deref(), run.model_arn.as_deref()]),
        }
    }

    /// The thread in a chat: the same for all messages about one run and its evaluations, one dataset, file or deployment.
    fn thread(self) -> Cow<'e, str> {
        match self {
            Topic::Misnamed(file) => Cow::Borrowed(&file.item),
            Topic::Incomplete(set) => Cow::Owned(DatasetEntry::key(&set.dataset)),
            Topic::Waiting(run) | Topic::Settling(run) | Topic::Is(_, run) | Topic::Again(_, run) => {
                Cow::Borrowed(&run.run_id)
            }
            Topic::Deployment(_, deployment) => Cow::Owned(Deployment::key(&deployment.name)),
            Topic::Evaluation(evaluation) => Cow::Borrowed(&evaluation.run_id),
            Topic::Model(_, model) => Cow::Borrowed(&model.item),
        }
    }

    /// What the subject says before the name.
    fn subject(self) -> String {
        match self {
            Topic::Misnamed(_) => "File ignored because of its name".to_owned(),
            Topic::Incomplete(set) => {
                format!("Incomplete ({} missing)", counted(set.missing_files.len() as u64, "file"))
            }
            Topic::Waiting(run) if is_idle(run) => "Job makes no progress".to_owned(),
            Topic::Waiting(_) => "Blocked by a quota or a permission".to_owned(),
            Topic::Settling(_) => "Accepted, training starts in a few minutes".to_owned(),
            Topic::Is(State::Rejected, run) if run.errors > 0 => format!("Rejected ({})", counted(run.errors, "error")),
            Topic::Is(State::Rejected, run) => format!("Rejected ({})", counted(run.warnings, "warning")),
            Topic::Is(state, _) => state_words(state).to_owned(),
            Topic::Again(State::Rejected, _) => "Still rejected (same content uploaded again)".to_owned(),
            Topic::Again(state, _) => format!("{} (same content uploaded again)", state_words(state)),
            Topic::Deployment(kind, _) => deployment::subject(kind).to_owned(),
            Topic::Evaluation(detail) => evaluation::subject(detail.state).to_owned(),
            Topic::Model(kind, _) => model::subject(kind).to_owned(),
        }
    }

    /// The severity, for filters.
    fn severity(self) -> Severity {
        match self {
            Topic::Misnamed(_) | Topic::Is(State::Failed | State::Refused | State::Rejected, _) => Severity::Error,
            Topic::Again(State::Rejected, _) => Severity::Error,
            Topic::Incomplete(_) | Topic::Waiting(_) => Severity::Warning,
            Topic::Is(State::Stopped | State::Superseded, _) => Severity::Warning,
            Topic::Again(State::Failed | State::Refused | State::Stopped | State::Superseded, _) => Severity::Warning,
            Topic::Settling(_) | Topic::Is(..) | Topic::Again(..) => Severity::Info,
            Topic::Deployment(kind, _) => deployment::severity(kind),
            Topic::Evaluation(detail) => evaluation::severity(detail.state),
            Topic::Model(kind, _) => model::severity(kind),
        }
    }
}

/// Whether a waiting run already has a job, which makes no progress.
fn is_idle(run: &RunDetail) -> bool {
    run.state == State::Running
}

/// A state in the words of a subject.
fn state_words(state: State) -> &'static str {
    match state {
        State::Rejected => "Rejected",
        State::Held => "Waiting for approval",
        State::Queued => "Queued",
        State::Launching => "Launching",
        State::Running => "Training started",
        State::Succeeded => "Custom model ready",
        State::Failed => "Training failed",
        State::Stopped => "Stopped",
        State::Superseded => "Superseded by newer files",
        State::Refused => "Launch refused",
    }
}

/// What happened, then the dataset or the deployment, in printable ASCII. A long name is shortened; only the folder of a misnamed file can
/// have one.
fn subject(name: &str, what: &str) -> String {
    let name: String = visible(name).chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect();
    let name = name.trim();
    let room = SUBJECT_MAX - what.len() - ": ".len();
    let name = if name.len() > room { format!("{}...", &name[..room - 3]) } else { name.to_owned() };
    // An empty name would leave a subject that ends with the colon.
    if name.is_empty() { what.to_owned() } else { format!("{what}: {name}") }
}

#[cfg(test)]
mod drift_tests;
#[cfg(test)]
mod tests;
