//! The whole state of a search: the ledger, Bedrock, the queues, and the functions in progress.

use tunedrop_run::State;
use tunedrop_run::state::JobStatus;

use crate::functions::Function;

/// The contents A and B of one dataset, and A's second attempt; or three contents without retries.
pub(crate) const RUNS: usize = 3;
/// The maximum number of channels.
pub(crate) const WAYS: usize = 2;
pub(crate) const NAMES: [&str; RUNS] = ["A", "B", "A-2"];

/// The end of a lease, as far as the protocol distinguishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lease {
    None,
    Held,
    Lapsed,
}

/// A run in the ledger. It has no revision: a function's copy knows whether it is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Item {
    pub(crate) state: State,
    pub(crate) lease: Lease,
    /// Bedrock answered that a name is in use, or that no slot is free.
    pub(crate) blocked_reason: Option<Words>,
    /// It isn't launched yet, because more files may be uploaded.
    pub(crate) settles: Lease,
    /// An unanswered creation may have created a job. Bedrock would show it when this has expired.
    pub(crate) doubt: Lease,
    /// People asked to stop it.
    pub(crate) stop_requested: bool,
    /// It failed because Bedrock didn't find its job.
    pub(crate) looks_up_job: bool,
    /// Which of the run's jobs.
    pub(crate) job: Option<u8>,
    /// When the content was uploaded. A run that starts again has a new time.
    pub(crate) uploaded_at: u8,
    pub(crate) reuploaded: u8,
    /// On each channel, a bit for each [`what`] that is marked as sent.
    pub(crate) notified: [u16; WAYS],
    /// Whether it is in the sparse index.
    pub(crate) open: bool,
}

impl Item {
    pub(crate) fn new(state: State, uploaded_at: u8) -> Item {
        Item {
            state,
            lease: Lease::None,
            blocked_reason: None,
            settles: Lease::None,
            doubt: Lease::None,
            stop_requested: false,
            looks_up_job: false,
            job: None,
            uploaded_at,
            reuploaded: 0,
            notified: [0; WAYS],
            open: true,
        }
    }
}

/// Bedrock's message, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Words {
    NoSlot,
    Taken,
}

impl Words {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Words::NoSlot => "no free job slot",
            Words::Taken => "The provided job name is currently in use.",
        }
    }

    pub(crate) fn of(text: &str) -> Words {
        if text == Words::Taken.text() { Words::Taken } else { Words::NoSlot }
    }
}

/// A dataset's entry in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Entry {
    pub(crate) latest_run: Option<u8>,
    pub(crate) latest_uploaded_at: Option<u8>,
    /// Content and time of what was validated last.
    pub(crate) validated_fingerprint: Option<(u8, u8)>,
}

/// A job at Bedrock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Job {
    pub(crate) status: JobStatus,
    /// Whether Get shows it.
    pub(crate) shown: bool,
    /// Whether its token is remembered.
    pub(crate) token: bool,
    /// Whether Bedrock has forgotten it completely.
    pub(crate) gone: bool,
}

/// A message in a queue. A queue is a set here. Duplicates are modeled as messages that are delivered twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Message {
    /// To validate: an object was uploaded.
    ObjectKind,
    /// To launch: there may be something to launch.
    Wake,
    /// To launch: a command about a run.
    Approve(u8),
    Stop(u8),
    Retry(u8),
    /// To launch: the sweep found that the job of a run that should be stopped is still in progress.
    StopDue(u8),
    /// To record: something happened to the job of a run.
    Seen(u8),
    /// To notify: a run is in a state, or its content was uploaded again.
    Notify {
        run: u8,
        what: u8,
    },
}

/// What people are notified of: a state, or the answer to content that was uploaded again at a time.
pub(crate) fn what(state: State) -> u8 {
    state as u8
}

/// All answers from now on.
pub(crate) const AGAIN: u8 = State::ALL.len() as u8;

pub(crate) fn again(time: u8) -> u8 {
    AGAIN + time
}

/// What may still happen outside of the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Left {
    /// How many failures may still happen.
    pub(crate) woes: u8,
    /// The next of the scenario's uploads and commands.
    pub(crate) script: u8,
}

/// One state of the search.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) items: [Option<Item>; RUNS],
    pub(crate) entry: Entry,
    /// The dataset's folder: content and time.
    pub(crate) folder: (u8, u8),
    /// A second job violates an invariant. It is kept so that the check can see it.
    pub(crate) jobs: [[Option<Job>; 2]; RUNS],
    /// Whether another job holds the slot.
    pub(crate) stranger: bool,
    pub(crate) queue: Vec<Message>,
    /// Messages that notify was processing when it crashed, and that aren't visible yet. Each has the channel that
    /// notify was using, and when the claimed run began.
    pub(crate) hidden: Vec<(Message, u8, u8)>,
    /// Claimed notifications: run, channel, what, and when the run began.
    pub(crate) claims: Vec<(u8, u8, u8, u8)>,
    /// How often people were notified on each channel: two bits for each [`what`] since the run last began.
    pub(crate) sent: [[u32; RUNS]; WAYS],
    /// How often notify crashed between publishing and marking, in the same format.
    pub(crate) crashes: [[u32; RUNS]; WAYS],
    pub(crate) functions: Vec<Function>,
    /// Runs that people asked to be stopped.
    pub(crate) asked: [bool; RUNS],
    pub(crate) left: Left,
}

impl World {
    pub(crate) fn empty(left: Left) -> World {
        World {
            items: [None; RUNS],
            entry: Entry::default(),
            folder: (0, 0),
            jobs: [[None; 2]; RUNS],
            stranger: false,
            queue: Vec::new(),
            hidden: Vec::new(),
            claims: Vec::new(),
            sent: [[0; RUNS]; WAYS],
            crashes: [[0; RUNS]; WAYS],
            functions: Vec::new(),
            asked: [false; RUNS],
            left,
        }
    }

    /// Puts a message into its queue.
    pub(crate) fn send(&mut self, message: Message) {
        if let Err(place) = self.queue.binary_search(&message) {
            self.queue.insert(place, message);
        }
    }

    pub(crate) fn sent(&self, channel: u8, run: u8, what: u8) -> u32 {
        self.sent[channel as usize][run as usize] >> (2 * what) & 3
    }

    pub(crate) fn count(counts: &mut [u32; RUNS], run: u8, what: u8) {
        let count = &mut counts[run as usize];
        if *count >> (2 * what) & 3 < 3 {
            *count += 1 << (2 * what);
        }
    }

    /// The job that Bedrock finds under the run's name.
    pub(crate) fn job(&self, run: u8) -> Option<(u8, Job)> {
        let jobs = self.jobs[run as usize];
        (0..2).rev().find_map(|at| jobs[at as usize].map(|job| (at, job))).filter(|(_, job)| !job.gone)
    }
}
