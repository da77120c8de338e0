//! Everything that the protocol can see: the ledger, Bedrock, the queues, and the functions that are running.

use tunedrop_run::State;
use tunedrop_run::state::JobStatus;

use crate::functions::Function;

/// The contents A and B of one dataset, and A's second attempt; or three contents, where nothing is tried again.
pub(crate) const RUNS: usize = 3;
/// Ways that a message goes, at most.
pub(crate) const WAYS: usize = 2;
pub(crate) const NAMES: [&str; RUNS] = ["A", "B", "A-2"];

/// A lease as far as the protocol can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lease {
    None,
    Held,
    Lapsed,
}

/// A run in the ledger. Its revision is left out: a function's copy knows whether it is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Item {
    pub(crate) state: State,
    pub(crate) lease: Lease,
    /// Bedrock said that a name is taken, or that no slot is free.
    pub(crate) waiting: Option<Words>,
    /// It isn't launched yet, since files may still come.
    pub(crate) settles: Lease,
    /// An unanswered creation may have made a job; it would be shown when this has lapsed.
    pub(crate) doubt: Lease,
    /// People want it stopped.
    pub(crate) wish: bool,
    /// It failed since Bedrock denied its job.
    pub(crate) forgotten: bool,
    /// Which of the run's jobs.
    pub(crate) job: Option<u8>,
    /// When the content was dropped; a run that starts again has a new one.
    pub(crate) since: u8,
    pub(crate) redropped: u8,
    /// On each way, a bit for each [`what`] that is marked as told.
    pub(crate) told: [u16; WAYS],
    /// In the sparse index.
    pub(crate) open: bool,
}

impl Item {
    pub(crate) fn new(state: State, since: u8) -> Item {
        Item {
            state,
            lease: Lease::None,
            waiting: None,
            settles: Lease::None,
            doubt: Lease::None,
            wish: false,
            forgotten: false,
            job: None,
            since,
            redropped: 0,
            told: [0; WAYS],
            open: true,
        }
    }
}

/// Bedrock's words, as far as they matter.
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

/// A dataset's head in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Head {
    pub(crate) latest: Option<u8>,
    pub(crate) latest_at: Option<u8>,
    /// Content and time of what was judged last.
    pub(crate) judged: Option<(u8, u8)>,
}

/// A job at Bedrock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Job {
    pub(crate) status: JobStatus,
    /// Get shows it.
    pub(crate) shown: bool,
    /// Its token is remembered.
    pub(crate) token: bool,
    /// Bedrock has forgotten it altogether.
    pub(crate) gone: bool,
}

/// A message in a queue. A queue is a set here: what is in it twice is covered by a message that is delivered twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Message {
    /// To validate: something was dropped.
    Dropped,
    /// To launch: there may be something to launch.
    Wake,
    /// To launch: a command about a run.
    Approve(u8),
    Stop(u8),
    Retry(u8),
    /// To launch: the sweep found that a run is to be stopped whose job goes on.
    StopDue(u8),
    /// To record: something happened to the job of a run.
    Seen(u8),
    /// To notify: a run is in a state, or its content was dropped again.
    Tell {
        run: u8,
        what: u8,
    },
}

/// What people are told: a state, or the answer to content that was dropped again at a time.
pub(crate) fn what(state: State) -> u8 {
    state as u8
}

/// All answers from here on.
pub(crate) const AGAIN: u8 = State::ALL.len() as u8;

pub(crate) fn again(time: u8) -> u8 {
    AGAIN + time
}

/// What may still happen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Left {
    /// How often something may still go wrong, whatever it is.
    pub(crate) woes: u8,
    /// The next of the scenario's drops and commands.
    pub(crate) script: u8,
}

/// One state of everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) items: [Option<Item>; RUNS],
    pub(crate) head: Head,
    /// What lies in the dataset's folder: content and time.
    pub(crate) folder: (u8, u8),
    /// A second one is one too many, and kept to be seen.
    pub(crate) jobs: [[Option<Job>; 2]; RUNS],
    /// Somebody else's job has the slot.
    pub(crate) stranger: bool,
    pub(crate) queue: Vec<Message>,
    /// Messages of notify that were being delivered when it was cut off, and aren't visible yet.
    /// With the way that it was on, and when the run that it had claimed began.
    pub(crate) hidden: Vec<(Message, u8, u8)>,
    /// Tellings that are claimed: run, way, what, and when the run began.
    pub(crate) claims: Vec<(u8, u8, u8, u8)>,
    /// How often people were told on each way: two bits for each [`what`] of the run as it began last.
    pub(crate) heard: [[u32; RUNS]; WAYS],
    /// How often notify was cut off between publishing and marking, alike.
    pub(crate) cuts: [[u32; RUNS]; WAYS],
    pub(crate) functions: Vec<Function>,
    /// Runs that people asked to be stopped.
    pub(crate) asked: [bool; RUNS],
    pub(crate) left: Left,
}

impl World {
    pub(crate) fn empty(left: Left) -> World {
        World {
            items: [None; RUNS],
            head: Head::default(),
            folder: (0, 0),
            jobs: [[None; 2]; RUNS],
            stranger: false,
            queue: Vec::new(),
            hidden: Vec::new(),
            claims: Vec::new(),
            heard: [[0; RUNS]; WAYS],
            cuts: [[0; RUNS]; WAYS],
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

    pub(crate) fn heard(&self, way: u8, run: u8, what: u8) -> u32 {
        self.heard[way as usize][run as usize] >> (2 * what) & 3
    }

    pub(crate) fn count(counts: &mut [u32; RUNS], run: u8, what: u8) {
        let count = &mut counts[run as usize];
        if *count >> (2 * what) & 3 < 3 {
            *count += 1 << (2 * what);
        }
    }

    /// The job that Bedrock knows under the run's name.
    pub(crate) fn job(&self, run: u8) -> Option<(u8, Job)> {
        let jobs = self.jobs[run as usize];
        (0..2).rev().find_map(|at| jobs[at as usize].map(|job| (at, job))).filter(|(_, job)| !job.gone)
    }
}
