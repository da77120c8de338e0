//! The settings of a search: how Bedrock behaves, what happens, and which safeguard is removed.

use crate::world::World;

/// What isn't known of Bedrock. AWS documents none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bedrock {
    pub(crate) token: Token,
    pub(crate) life: Life,
    pub(crate) names: Names,
    pub(crate) lag: Lag,
    pub(crate) in_use: InUse,
    /// Whether slots are counted before a repeated token is recognized.
    pub(crate) slots_first: bool,
}

/// The answer to a repeated token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    SameJob,
    Conflict,
}

/// How long a token is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    ForEver,
    /// Until Get shows the job, and for the life of a function after that.
    UntilShown,
    /// It may be forgotten at once.
    Any,
}

/// Whether a job's name can be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Once,
    OnceEnded,
    AtWill,
}

/// The answer for a name that is in use, and for a repeated token if that is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InUse {
    /// A ConflictException, or a ValidationException in known words. launch handles both the same way.
    Known,
    /// A ValidationException in words that launch doesn't know.
    OtherWords,
}

/// How far Get lags behind Create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lag {
    None,
    /// Less than the shortest lease.
    Short,
    /// Longer than a lease.
    Long,
}

impl Bedrock {
    /// The most likely behavior, according to AWS's documentation.
    pub(crate) const LIKELY: Bedrock = Bedrock {
        token: Token::SameJob,
        life: Life::ForEver,
        names: Names::Once,
        lag: Lag::Short,
        in_use: InUse::Known,
        slots_first: false,
    };
    /// A token that is forgotten when the job is shown, names that can be used again, and unknown words for one in use.
    pub(crate) const FORGETFUL: Bedrock =
        Bedrock { life: Life::UntilShown, names: Names::AtWill, in_use: InUse::OtherWords, ..Bedrock::LIKELY };

    /// Whether the protocol can't hold: nothing shows an existing job, and nothing prevents a second one.
    pub(crate) fn is_blind(&self) -> bool {
        self.lag == Lag::Long && self.life == Life::Any && self.names != Names::Once
    }

    /// Every combination.
    pub(crate) fn all() -> Vec<Bedrock> {
        let mut all = Vec::new();
        for token in [Token::SameJob, Token::Conflict] {
            for life in [Life::ForEver, Life::UntilShown, Life::Any] {
                for names in [Names::Once, Names::OnceEnded, Names::AtWill] {
                    for lag in [Lag::None, Lag::Short, Lag::Long] {
                        for slots_first in [false, true] {
                            for in_use in [InUse::Known, InUse::OtherWords] {
                                all.push(Bedrock { token, life, names, lag, in_use, slots_first });
                            }
                        }
                    }
                }
            }
        }
        all
    }
}

/// A protection that is removed, to check that the search finds the problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Jobs are created without a token.
    NoToken,
    /// Writes don't check the revision that they were computed from.
    NoCondition,
    /// A claimed run is free for the next launch at once.
    NoLease,
    /// A validation is recorded although another version of the dataset was validated in the meantime.
    AnyEntry,
    /// An update is launched at once.
    NoSettling,
    /// A run that waited for files is superseded only by accepted versions.
    OnlyLatest,
    /// A notification is marked before it is published.
    MarkFirst,
    /// A claim doesn't check that the run is in the event's state.
    AnyState,
    /// A mark doesn't check the claim, which ends when the run begins again.
    NoBeginning,
    /// A run that has ended isn't opened again for the sweep when its content is uploaded again.
    ClosedAnswer,
    /// A run ends although the creation of its job wasn't answered.
    NoDoubt,
    /// A request to stop a run isn't recorded in the run.
    NoWish,
    /// The sweep doesn't make sure that a job is stopped.
    NoFollowUp,
    /// A job that Bedrock didn't find isn't looked up again.
    NoSecondLook,
    /// The sweep doesn't repeat a notification that nobody received.
    NoSecondSaying,
    /// The job of a refused run isn't looked up.
    NoLookAfterRefusal,
}

/// A kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woe {
    /// A function crashes.
    Crash,
    /// A message is delivered twice.
    Repeat,
    /// One of Bedrock's events is lost.
    Loss,
    /// A call to create a job fails, before or after it took effect.
    Fault,
    /// A guard or the model's lifecycle forbids the launch.
    Refusal,
    /// Launches are paused for one check.
    Pause,
    /// Another job takes the last slot.
    Stranger,
    /// A job is stopped in the console, or Bedrock forgets it.
    Console,
    /// Somebody forges one of tunedrop's events, of any kind.
    Forge,
}

/// An action of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Content is uploaded at a time.
    Drop(u8, u8),
    Approve(u8),
    Stop(u8),
    Retry(u8),
}

/// What is explored, step by step.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) start: fn() -> World,
    /// How many of these failures happen.
    pub(crate) woes: u8,
    pub(crate) kinds: &'static [Woe],
    /// The actions of people, in this order, at any time.
    pub(crate) script: &'static [Doing],
    /// How many functions of each kind run at once.
    pub(crate) validates: usize,
    pub(crate) launches: usize,
    pub(crate) records: usize,
    pub(crate) sweeps: usize,
    pub(crate) notifies: usize,
    /// `launch: manual`.
    pub(crate) held: bool,
    /// Updates wait for files, and their recipe isn't the newest file.
    pub(crate) settles: bool,
    /// Content of old and new files, which is followed by a newer one while it waits: it must never have a job.
    pub(crate) mixture: Option<u8>,
    /// Job slots of the account.
    pub(crate) slots: usize,
    /// The number of channels.
    pub(crate) channels: u8,
}

/// All of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) scenario: &'static Scenario,
    pub(crate) bedrock: Bedrock,
    pub(crate) flaw: Option<Flaw>,
    /// None of Bedrock's events arrives.
    pub(crate) silent: bool,
    /// Jobs train until they are stopped.
    pub(crate) endless: bool,
}

impl Setting {
    /// Whether this failure can still happen.
    pub(crate) fn may(&self, woe: Woe, world: &World) -> bool {
        world.left.woes > 0 && self.scenario.kinds.contains(&woe)
    }

    pub(crate) fn lacks(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }
}
