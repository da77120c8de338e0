//! notify: which message an event may cause, the mark of a message that was sent, and when there is nothing left to
//! send about an item.
//!
//! An event only names an item of the ledger and what may be true of it. The ledger decides whether that is true.

use std::collections::BTreeMap;

use crate::event::{DeploymentKind, EvaluationKind, Hint, Kind, ModelKind, RunKind};
use crate::{DatasetEntry, Deployment, EvaluationEntry, ModelNotice, Run, State};

/// A message to send: an item of the ledger, and what must be true of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The item's key.
    pub item: String,
    /// What must be true of it.
    pub key: NotificationKey,
}

/// What a message says about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotificationKey {
    /// The run is in this state.
    State(State),
    /// The run's content was uploaded again, last at this time (RFC 3339).
    Reupload(String),
    /// A quota or a permission blocks the queued run.
    Blocked,
    /// Bedrock doesn't start the next phase of the running run's job.
    Idle,
    /// The run is accepted, but not launched yet, because more files may be uploaded.
    Settling,
    /// The dataset is incomplete, and its newest file was uploaded at this time (RFC 3339).
    Incomplete(String),
    /// A file is misnamed.
    Misnamed,
    /// The deployment had this outcome at this time (RFC 3339), or ends at this time.
    Deployment(DeploymentKind, String),
    /// The run's evaluation ended so at this time (RFC 3339).
    Evaluation(EvaluationKind, String),
    /// The notice about a model had this outcome at this time (RFC 3339).
    Model(ModelKind, String),
}

/// A channel for messages. Each is claimed and marked separately, so that a crash between two of them loses neither message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The stack's topic, as text, for e-mail.
    Topic,
    /// The second topic, for chat applications.
    Chat,
    /// The bus, as `Message Sent`, for webhooks and other targets.
    Bus,
}

/// Returns the channels of a stack with or without a topic for chat applications.
pub fn channels(chat: bool) -> &'static [Channel] {
    if chat { &Channel::ALL } else { &[Channel::Topic, Channel::Bus] }
}

/// Returns the message that an event may cause. `None` if nobody is notified of it.
pub fn notification(hint: Hint) -> Option<Notification> {
    let (item, key) = match hint {
        Hint::Run(RunKind::Blocked, run_id) => (Run::key(&run_id), NotificationKey::Blocked),
        Hint::Idle(run_id) => (Run::key(&run_id), NotificationKey::Idle),
        Hint::Run(kind, run_id) => {
            (Run::key(&run_id), NotificationKey::State(kind.state().filter(|state| state.is_notified())?))
        }
        Hint::Settling { run_id, .. } => (Run::key(&run_id), NotificationKey::Settling),
        Hint::Reuploaded { run_id, uploaded_at } => (Run::key(&run_id), NotificationKey::Reupload(uploaded_at)),
        Hint::Incomplete { dataset, uploaded_at } => {
            (DatasetEntry::key(&dataset), NotificationKey::Incomplete(uploaded_at))
        }
        Hint::Misnamed { item } => (item, NotificationKey::Misnamed),
        Hint::Deployment { kind, name, at } => (Deployment::key(&name), NotificationKey::Deployment(kind, at)),
        Hint::Evaluation { kind, run_id, at } => (EvaluationEntry::key(&run_id), NotificationKey::Evaluation(kind, at)),
        Hint::Model { kind, item, at } => (item, NotificationKey::Model(kind, at)),
        Hint::JobStateObserved(_)
        | Hint::LaunchDue(_)
        | Hint::Command { .. }
        | Hint::DeploymentDue(_)
        | Hint::DeploymentCommand { .. }
        | Hint::EvaluationDue(_)
        | Hint::EvaluationCommand { .. }
        | Hint::MessageSent => return None,
    };
    Some(Notification { item, key })
}

impl Channel {
    /// Every channel, optional ones included.
    pub const ALL: [Channel; 3] = [Channel::Topic, Channel::Chat, Channel::Bus];

    fn prefix(self) -> &'static str {
        match self {
            Channel::Topic => "",
            Channel::Chat => "chat ",
            Channel::Bus => "bus ",
        }
    }
}

impl NotificationKey {
    /// Returns the name of the mark for this channel, such as `chat Succeeded`. The number of marks of an item is
    /// limited.
    pub fn mark(&self, channel: Channel) -> String {
        format!("{}{}", channel.prefix(), self.word())
    }

    /// Returns the time of something that may happen more than once. The mark's value is the newest such time that
    /// people were notified of. `None` for what happens once: then the mark's value is the time of the message.
    pub fn time(&self) -> Option<&str> {
        match self {
            NotificationKey::Reupload(time)
            | NotificationKey::Incomplete(time)
            | NotificationKey::Deployment(_, time)
            | NotificationKey::Evaluation(_, time)
            | NotificationKey::Model(_, time) => Some(time),
            NotificationKey::State(_)
            | NotificationKey::Blocked
            | NotificationKey::Idle
            | NotificationKey::Settling
            | NotificationKey::Misnamed => None,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            NotificationKey::State(state) => state.as_str(),
            NotificationKey::Reupload(_) => "Reuploaded",
            NotificationKey::Blocked => "Blocked",
            NotificationKey::Idle => "Idle",
            NotificationKey::Settling => "Settling",
            NotificationKey::Incomplete(_) => "Incomplete",
            NotificationKey::Misnamed => Kind::DatasetRejected.as_str(),
            NotificationKey::Deployment(kind, _) => kind.kind().as_str(),
            NotificationKey::Evaluation(kind, _) => kind.kind().as_str(),
            NotificationKey::Model(kind, _) => kind.kind().as_str(),
        }
    }

    /// Whether an item's marks say that people were notified on this channel.
    pub fn is_notified(&self, notified: &BTreeMap<String, String>, channel: Channel) -> bool {
        let mark = notified.get(&self.mark(channel));
        mark.is_some_and(|value| self.time().is_none_or(|time| value.as_str() >= time))
    }

    /// Whether people were notified on all of these channels.
    pub fn is_notified_on(&self, notified: &BTreeMap<String, String>, channels: &[Channel]) -> bool {
        channels.iter().all(|channel| self.is_notified(notified, *channel))
    }
}

impl Run {
    /// Returns the answer to content that was uploaded again. `None` if it wasn't.
    pub fn answer(&self) -> Option<NotificationKey> {
        self.reuploaded_at.clone().map(NotificationKey::Reupload)
    }
}

impl Deployment {
    /// Returns the key of its last outcome; `None` if there is none yet.
    pub fn outcome_key(&self) -> Option<NotificationKey> {
        Some(NotificationKey::Deployment(DeploymentKind::of(self.outcome?), self.outcome_at.clone()?))
    }

    /// Returns the key of its coming end; `None` if it has none.
    pub fn expiring_key(&self) -> Option<NotificationKey> {
        Some(NotificationKey::Deployment(DeploymentKind::Expiring, self.ends_at.clone()?))
    }
}

impl EvaluationEntry {
    /// Returns the key of its end; `None` if it is in progress.
    pub fn outcome_key(&self) -> Option<NotificationKey> {
        Some(NotificationKey::Evaluation(EvaluationKind::of(self.state)?, self.outcome_at.clone()?))
    }
}

impl ModelNotice {
    /// Returns the key of its outcome; `None` if nobody is notified of it.
    pub fn outcome_key(&self) -> Option<NotificationKey> {
        Some(NotificationKey::Model(ModelKind::of(self.state)?, self.outcome_at.clone()))
    }
}

/// Whether people were notified of a notice's outcome on every channel, or aren't notified of it.
pub fn notice_is_over(notice: &ModelNotice, channels: &[Channel]) -> bool {
    notice.outcome_key().is_none_or(|key| key.is_notified_on(&notice.notified, channels))
}

/// Whether nothing more has to be done for an evaluation: it has ended, people were notified of that on every channel, and
/// the recipe's evaluation doesn't wait for that.
pub fn evaluation_is_over(evaluation: &EvaluationEntry, channels: &[Channel]) -> bool {
    !evaluation.recipe_waits
        && evaluation.judge_stops.is_empty()
        && evaluation.outcome_key().is_some_and(|key| key.is_notified_on(&evaluation.notified, channels))
}

/// Whether nothing more has to be done for a deployment: there is none at Bedrock, and people were notified of that on
/// every channel.
pub fn deployment_is_over(deployment: &Deployment, channels: &[Channel]) -> bool {
    let notified = deployment.outcome_key().is_some_and(|key| key.is_notified_on(&deployment.notified, channels));
    deployment.state.is_end() && deployment.arn.is_none() && notified
}

/// Whether nothing more has to be done for a run: it has ended, and people were notified on every channel of its end
/// (`end_notified`) and that its content was uploaded again (`reupload_answered`). A run whose job is still looked up
/// (`looks_up_job`) isn't over.
pub fn is_over(state: State, looks_up_job: bool, end_notified: bool, reupload_answered: bool) -> bool {
    state.is_end() && !looks_up_job && end_notified && reupload_answered
}

/// [`is_over`] of a run in the ledger.
pub fn run_is_over(run: &Run, channels: &[Channel]) -> bool {
    let answered = run.answer().is_none_or(|answer| answer.is_notified_on(&run.notified, channels));
    is_over(
        run.state,
        run.job_lookup_since.is_some(),
        NotificationKey::State(run.state).is_notified_on(&run.notified, channels),
        answered,
    )
}

#[cfg(test)]
mod tests;
