//! The functions in progress: what each does next, what it has read, and the effect of its writes.

use tunedrop_run::State;
use tunedrop_run::decide::launch::{doubt, is_due};
use tunedrop_run::decide::{Write, unpublished};
use tunedrop_run::event::Kind;

use crate::moves::Breach;
use crate::setting::{Flaw, Setting};
use crate::world::{Entry, Item, Job, Lease, Message, RUNS, Words, World, what};

/// The time now, in seconds. A lease that is held ends later.
pub(crate) const NOW: i64 = 1_000;

/// Distinguishes two functions of a kind in the output. For the search they are the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Id(pub(crate) u8);

impl PartialEq for Id {
    fn eq(&self, _: &Id) -> bool {
        true
    }
}

impl Eq for Id {}

impl std::hash::Hash for Id {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// A function that has received a message, or the sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Function {
    /// `None`: the sweep, which a schedule invokes.
    pub(crate) message: Option<Message>,
    pub(crate) id: Id,
    pub(crate) at: At,
    /// The run that it handles now.
    pub(crate) run: u8,
    /// Its copy of that run.
    pub(crate) seen: Option<Item>,
    /// Whether another function has written that run since.
    pub(crate) stale: bool,
    /// For launch: a call failed, so the message returns to its queue. For the sweep: a run waits for a launch. For
    /// notify: its message is true.
    pub(crate) flag: bool,
    /// launch: the run may have had a job before this launch claimed it.
    pub(crate) before: bool,
    /// For validate: what it read of the entry and the folder, and wrote of its own run.
    pub(crate) set: Option<(Entry, (u8, u8), Option<Item>)>,
}

/// Its next action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum At {
    // launch
    Command,
    CommandWrite(State),
    Note(Option<u8>),
    Stop(u8),
    FollowUp,
    RetryEntry,
    Next,
    Look,
    Superseded,
    Claim,
    Create,
    Find(Reply),
    Answered(Reply, Option<u8>),
    Found(u8),
    /// Whether Bedrock refused it.
    Refuse(bool),
    // record
    Read,
    Ask,
    Apply(Option<(u8, Job)>, i64),
    // sweep
    Sweep,
    Put,
    Due,
    Republish,
    Wake,
    // notify
    ClaimNotification {
        channel: u8,
        then: Then,
    },
    Publish {
        channel: u8,
        then: Then,
    },
    Mark {
        channel: u8,
        then: Then,
    },
    Close,
    // validate
    Entry,
    Folder,
    Copy,
    Begin,
    Replace(State),
    Reupload,
    LaunchDecision,
    Older,
    Supersede(State),
    Point,
    // any
    Announce,
}

/// What notify does after the last channel. It depends on the item after its last mark, if it made one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Then {
    Look,
    End,
    Close,
}

/// Bedrock's answer to a launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Reply {
    Job(u8),
    NoSlot,
    Taken,
    Refused,
    Unsure,
}

impl Function {
    pub(crate) fn new(message: Option<Message>, at: At, id: u8) -> Function {
        // notify handles no run until it closes one, so the writes of others don't affect it.
        let run = if matches!(message, Some(Message::Notify { .. })) { RUNS as u8 } else { 0 };
        Function { message, id: Id(id), at, run, seen: None, stale: false, flag: false, before: false, set: None }
    }
}

impl Item {
    pub(crate) fn lease_until(&self) -> Option<i64> {
        until(self.lease)
    }

    /// The end of the time in which no launch changes it.
    pub(crate) fn rests_until(&self) -> Option<i64> {
        if self.state == State::Queued { until(self.settles) } else { self.lease_until() }
    }

    /// What remains of a doubt, for a launch that asked Bedrock after it read the run.
    pub(crate) fn doubt(&self, setting: &Setting) -> Option<i64> {
        doubt(until(self.doubt), NOW).filter(|_| !setting.lacks(Flaw::NoDoubt))
    }

    pub(crate) fn is_unconfirmed(&self, setting: &Setting) -> bool {
        self.doubt != Lease::None && !setting.lacks(Flaw::NoDoubt)
    }

    pub(crate) fn words(&self) -> Option<&'static str> {
        self.blocked_reason.map(Words::text)
    }

    /// Whether the event that follows triggers launch, and notify.
    fn sends(&self, setting: &Setting) -> (bool, bool) {
        let Some(kind) = unpublished(self.state, self.is_notified(what(self.state), 0)) else {
            return (false, false);
        };
        let wakes = [Kind::DatasetAccepted, Kind::RunSucceeded, Kind::RunFailed, Kind::RunStopped, Kind::RunRefused];
        (wakes.contains(&kind), kind != Kind::DatasetAccepted && setting.scenario.notifies > 0)
    }

    /// Whether there is anything to announce.
    pub(crate) fn announces(&self, setting: &Setting) -> bool {
        self.sends(setting) != (false, false)
    }

    /// Writes everything that a decision contains.
    pub(crate) fn apply(&mut self, write: &Write, setting: &Setting) {
        self.state = write.state;
        self.lease = match write.lease_until {
            None => Lease::None,
            Some(until) if until > NOW && !setting.lacks(Flaw::NoLease) => Lease::Held,
            Some(_) => Lease::Lapsed,
        };
        self.doubt = match write.unconfirmed_until {
            None => Lease::None,
            Some(until) if until > NOW => Lease::Held,
            Some(_) => Lease::Lapsed,
        };
        self.blocked_reason = write.blocked_reason.as_deref().map(Words::of);
        self.settles = Lease::None;
        if let Some(arn) = &write.job_arn {
            self.job = Some(u8::from(arn.as_str() == arn_of(1)));
        }
    }
}

/// The end of a lease or a doubt.
fn until(lease: Lease) -> Option<i64> {
    match lease {
        Lease::None => None,
        Lease::Held => Some(NOW + 1),
        Lease::Lapsed => Some(NOW),
    }
}

/// A job's ARN.
pub(crate) fn arn_of(job: u8) -> &'static str {
    if job == 0 { "first" } else { "second" }
}

impl World {
    /// A write by function `at` on the condition that no function wrote the run since it was read.
    pub(crate) fn write(&mut self, setting: &Setting, at: usize, write: &Write) -> Result<bool, Breach> {
        self.change(setting, at, |item| item.apply(write, setting))
    }

    /// Like `write`, for any other change.
    pub(crate) fn change(
        &mut self,
        setting: &Setting,
        at: usize,
        change: impl FnOnce(&mut Item),
    ) -> Result<bool, Breach> {
        let function = self.functions[at];
        let run = function.run as usize;
        let Some(item) = self.items[run].as_mut().filter(|_| !function.stale || setting.lacks(Flaw::NoCondition))
        else {
            return Ok(false);
        };
        let (was, looks_up_job) = (item.state, item.looks_up_job);
        change(item);
        let is = *item;
        for (i, other) in self.functions.iter_mut().enumerate() {
            other.stale |= i != at && other.run == function.run;
        }
        self.functions[at].seen = Some(is);
        self.functions[at].stale = false;
        let begins_again = matches!(was, State::Rejected | State::Superseded);
        if was.is_end() && is.state != was && !begins_again && !looks_up_job {
            return Err("an ended run doesn't change");
        }
        Ok(true)
    }

    /// Reads the run that function `at` handles.
    pub(crate) fn read(&mut self, at: usize, run: u8) -> Option<Item> {
        let item = self.items[run as usize];
        let function = &mut self.functions[at];
        (function.run, function.seen, function.stale) = (run, item, false);
        item
    }

    /// Puts the event that follows from the run as it was read, and sends it to the targets of the template's rules.
    pub(crate) fn print_results(&mut self, setting: &Setting, run: u8, item: &Item) {
        let (wakes, notifies) = item.sends(setting);
        if wakes {
            self.send(Message::Wake);
        }
        if notifies {
            self.send(Message::Notify { run, what: what(item.state) });
        }
    }

    /// The function is done, and its message is deleted.
    pub(crate) fn finish(&mut self, at: usize) {
        let function = self.functions.remove(at);
        if let (true, Some(message)) = (function.flag, function.message) {
            self.send(message);
        }
    }

    /// Continues with the next run, if there is one, of those that existed when the function started.
    pub(crate) fn after(&mut self, at: usize, next: At) {
        let function = &mut self.functions[at];
        (function.run, function.at, function.seen, function.stale) = (function.run + 1, next, None, false);
        function.before = false;
        let (from, sweeps) = (function.run, function.message.is_none());
        let ahead = |run: u8| {
            let item = self.items[run as usize];
            item.is_some_and(|i| if sweeps { i.open } else { is_looked_at(i.state, i.rests_until(), NOW) })
        };
        if (from..RUNS as u8).any(ahead) {
            return;
        }
        if sweeps && self.functions[at].flag {
            (self.functions[at].at, self.functions[at].run) = (At::Wake, 0);
        } else {
            self.finish(at);
        }
    }
}

/// Whether a launch checks the run: it is due; or it is held, and may have been superseded unnoticed. In the cloud,
/// only a launch that the sweep triggers for a held run checks it. Here every launch does.
pub(crate) fn is_looked_at(state: State, rests_until: Option<i64>, now: i64) -> bool {
    state == State::Held || is_due(state, rests_until, now)
}
