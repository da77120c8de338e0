//! What a search is over: how Bedrock behaves, what happens, and which guard is left out.

use crate::world::World;

/// What isn't known of Bedrock. AWS documents none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bedrock {
    pub(crate) token: Token,
    pub(crate) life: Life,
    pub(crate) names: Names,
    pub(crate) lag: Lag,
    pub(crate) in_use: InUse,
    /// Slots are counted before a repeated token is noticed.
    pub(crate) slots_first: bool,
}

/// What a repeated token is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    SameJob,
    Conflict,
}

/// How long a token is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    ForEver,
    /// Until Get shows the job, and for a function's life after.
    UntilShown,
    /// It may be forgotten at once.
    Any,
}

/// Whether a job's name may be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Once,
    OnceEnded,
    AtWill,
}

/// How a name that is in use is answered, and a repeated token where that is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InUse {
    /// As a ConflictException or as a ValidationException in known words: to launch they are one.
    Known,
    /// As a ValidationException in words that launch doesn't know.
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
    /// The likeliest: what AWS's own words suggest.
    pub(crate) const LIKELY: Bedrock = Bedrock {
        token: Token::SameJob,
        life: Life::ForEver,
        names: Names::Once,
        lag: Lag::Short,
        in_use: InUse::Known,
        slots_first: false,
    };
    /// A token that is forgotten when the job is shown, names that may be used again, and other words for one in use.
    pub(crate) const FORGETFUL: Bedrock =
        Bedrock { life: Life::UntilShown, names: Names::AtWill, in_use: InUse::OtherWords, ..Bedrock::LIKELY };

    /// Whether the protocol can't hold: nothing tells of a job that there is, and nothing keeps a second one off.
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

/// A guard that is left out, to see that the search misses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Jobs are created without a token.
    NoToken,
    /// Writes don't ask for the revision that they were computed from.
    NoCondition,
    /// A claimed run is free for the next launch at once.
    NoLease,
    /// What was judged is noted though another set was judged since.
    AnyHead,
    /// An update is launched at once.
    NoSettling,
    /// A run that waited for files gives way to sets that were accepted only.
    OnlyLatest,
    /// A telling is marked before it is published.
    MarkFirst,
    /// A claim doesn't ask whether the run is in the state that the event says.
    AnyState,
    /// A mark doesn't ask for the claim, which ends when the run begins again.
    NoBeginning,
    /// A run that is over stays out of the sweep's view when its content is dropped again.
    ClosedAnswer,
    /// A run is ended whose creation wasn't answered.
    NoDoubt,
    /// That a run is to be stopped isn't noted in it.
    NoWish,
    /// The sweep doesn't see to it that a job is stopped.
    NoFollowUp,
    /// A job that Bedrock denied is not looked for again.
    NoSecondLook,
    /// What nobody heard of is not said again by the sweep.
    NoSecondSaying,
    /// The job of a refused run is not looked for.
    NoLookAfterRefusal,
}

/// What may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woe {
    /// A function is cut off.
    Crash,
    /// A message is delivered twice.
    Repeat,
    /// One of Bedrock's events is lost.
    Loss,
    /// A call to create a job fails, before or after it took effect.
    Fault,
    /// A guard or the model's end forbids the launch.
    Refusal,
    /// Launches are paused, for one look.
    Pause,
    /// A job of somebody else takes the last slot.
    Stranger,
    /// A job is stopped in the console, or forgotten by Bedrock.
    Console,
    /// Somebody puts an event of ours, of whatever kind.
    Forge,
}

/// Something that people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    /// A content is dropped, at a time.
    Drop(u8, u8),
    Approve(u8),
    Stop(u8),
    Retry(u8),
}

/// What is explored step by step.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) start: fn() -> World,
    /// How often something goes wrong, of what is named here.
    pub(crate) woes: u8,
    pub(crate) kinds: &'static [Woe],
    /// What people do, in this order, at any time.
    pub(crate) script: &'static [Doing],
    /// How many of each function run at once.
    pub(crate) validates: usize,
    pub(crate) launches: usize,
    pub(crate) records: usize,
    pub(crate) sweeps: usize,
    pub(crate) notifies: usize,
    /// `launch: manual`.
    pub(crate) held: bool,
    /// Updates wait for files, and their recipe is an old one.
    pub(crate) settles: bool,
    /// A content of old and new files, whose newer one comes while it waits: it must never have a job.
    pub(crate) mixture: Option<u8>,
    /// Job slots of the account.
    pub(crate) slots: usize,
    /// Ways that a message goes.
    pub(crate) ways: u8,
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
    /// Whether this may go wrong now.
    pub(crate) fn may(&self, woe: Woe, world: &World) -> bool {
        world.left.woes > 0 && self.scenario.kinds.contains(&woe)
    }

    pub(crate) fn lacks(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }
}
