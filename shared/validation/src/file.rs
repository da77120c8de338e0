//! One pass over a file: bytes in, findings and statistics out.

mod absorb;
mod continued;
mod foreign;
mod head;
mod judge;
mod piece;
mod shown;

pub use crate::index::RecordIndex;

use absorb::Pass;
use head::Head;
use piece::Rules;

use crate::catalogue::Training;
use crate::lines::{Lines, Piece};
use crate::{Findings, MediaFolder, MediumMet, Options, Statistics};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The training file.
    Train,
    /// The validation file.
    Validation,
}

impl Role {
    /// As recipes and reports have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Train => "train",
            Role::Validation => "validation",
        }
    }
}

/// What came of a pass.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// What is wrong, in the order of lines.
    pub findings: Findings,
    /// What the file holds.
    pub statistics: Statistics,
    /// The media that its records refer to, each address once. Nobody has looked at them yet.
    pub media: Vec<MediumMet>,
    /// How many more mentions of media there are than are kept: of a file, the first 50,000 addresses are.
    pub media_left: u64,
    /// Its valid records; what the pass over the validation file compares with.
    pub index: RecordIndex,
}

/// A pass over a file. Holds one line at most, and the index of its records.
#[derive(Debug)]
pub struct FileCheck {
    lines: Lines,
    head: Head,
    rules: Rules,
    pass: Pass,
}

impl FileCheck {
    /// Begins a pass over a file of this name, relative to the dataset's folder.
    ///
    /// `against` is the index of the training file, when this is the validation file.
    pub fn new(file_name: &str, training: &Training, role: Role, against: Option<RecordIndex>) -> FileCheck {
        let rules = Rules::new(file_name, training, Options::default(), None);
        // A training file has nothing to leak into.
        let against = against.filter(|_| role == Role::Validation);
        FileCheck { lines: Lines::default(), head: Head::default(), rules, pass: Pass::new(against) }
    }

    /// The same pass, made otherwise; before the first byte is fed.
    pub fn with(mut self, options: Options) -> FileCheck {
        self.rules = Rules::new(&self.rules.file, &self.rules.training, options, self.rules.media_folder.clone());
        self
    }

    /// The same pass, which also holds the media that records refer to against the dataset's own folder; before the
    /// first byte is fed.
    pub fn media_in(mut self, folder: Option<MediaFolder>) -> FileCheck {
        self.rules = Rules::new(&self.rules.file, &self.rules.training, self.rules.options, folder);
        self
    }

    /// Takes the next bytes, cut anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.pass.gathered.statistics.bytes += bytes.len() as u64;
        let FileCheck { lines, head, rules, pass } = self;
        if *head != Head::Refused {
            lines.feed(bytes, |piece| judge_and_absorb(piece, head, rules, pass));
        }
    }

    /// Ends the pass.
    pub fn finish(mut self) -> FileReport {
        let FileCheck { lines, head, rules, pass } = &mut self;
        if let Some(piece) = lines.last() {
            judge_and_absorb(piece, head, rules, pass);
        }
        head.end(rules, pass);
        self.pass.finish(&self.rules, self.head == Head::Refused)
    }

    /// How many records were judged the long way. Depends on nothing but the records.
    #[doc(hidden)]
    pub fn judged_the_long_way(&self) -> u64 {
        self.pass.slow
    }
}

fn judge_and_absorb(piece: Piece, head: &mut Head, rules: &Rules, pass: &mut Pass) {
    if head.goes_on(piece, rules, pass) {
        let outcome = rules.judge_piece(piece, &pass.findings);
        pass.absorb(rules, piece, outcome);
    }
}
