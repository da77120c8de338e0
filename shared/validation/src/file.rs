//! One pass over a file: bytes in, findings and statistics out.

mod absorb;
mod cause;
mod causes;
mod check;
mod continued;
mod encoding;
mod head;
mod line_set;
mod modalities;
mod piece;

pub use crate::index::RecordIndex;

use absorb::Pass;
use head::Head;
use piece::Rules;

use crate::catalogue::Training;
use crate::layout::Ending;
use crate::lines::{Lines, Piece};
use crate::{Findings, MediaFolder, MediumMet, Options, Statistics};

/// The role of a data file in its dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The training file.
    Train,
    /// The validation file.
    Validation,
    /// The held-out file that the custom model is evaluated with.
    Evaluation,
}

impl Role {
    /// Returns its name in recipes and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Train => "train",
            Role::Validation => "validation",
            Role::Evaluation => "evaluation",
        }
    }
}

/// The result of validating a file.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// The findings, by line.
    pub findings: Findings,
    /// Counts and estimates of the file's content.
    pub statistics: Statistics,
    /// The media that its records refer to, each address once. Their objects haven't been checked yet.
    pub media: Vec<MediumMet>,
    /// The number of references to media beyond the first 50,000 addresses, which aren't in `media`.
    pub media_left: u64,
    /// The index of its valid records, with which the other files are compared.
    pub index: RecordIndex,
    /// The index that its records were compared with.
    pub against: Option<RecordIndex>,
    /// The line of a held-out file's first record that is also in the training file.
    pub first_leaked: Option<u64>,
}

/// Validates a file in one pass. Keeps at most one line in memory, and an index of the file's records.
#[derive(Debug)]
pub struct FileCheck {
    lines: Lines,
    head: Head,
    /// Detects whether a binary file is truncated.
    ending: Ending,
    rules: Rules,
    pass: Pass,
}

impl FileCheck {
    /// Starts the validation of a file. `file_name` is relative to the dataset's folder.
    ///
    /// `against` is the index of the training file, when this is another file. A validation file gets a finding for each
    /// record that is in it. Those of a held-out file are only counted.
    pub fn new(file_name: &str, training: &Training, role: Role, against: Option<RecordIndex>) -> FileCheck {
        let rules = Rules::new(file_name, training, Options::default(), None);
        // A training file has nothing to leak into.
        let against = against.filter(|_| role != Role::Train);
        let (lines, head, ending) = (Lines::default(), Head::default(), Ending::default());
        FileCheck { lines, head, ending, rules, pass: Pass::new(against, role == Role::Evaluation) }
    }

    /// Sets options. Must be called before the first call of [`feed`](FileCheck::feed).
    pub fn with(mut self, options: Options) -> FileCheck {
        self.rules = Rules::new(&self.rules.file, &self.rules.training, options, self.rules.media_folder.clone());
        self
    }

    /// Also requires that the media are in the dataset's own folder. Must be called before the first call of
    /// [`feed`](FileCheck::feed).
    pub fn media_in(mut self, folder: Option<MediaFolder>) -> FileCheck {
        self.rules = Rules::new(&self.rules.file, &self.rules.training, self.rules.options, folder);
        self
    }

    /// Validates the file's next bytes, which may begin and end anywhere in a line.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.pass.gathered.statistics.bytes += bytes.len() as u64;
        let FileCheck { lines, head, ending, rules, pass } = self;
        if !ending.is_known() {
            ending.feed(bytes);
        }
        if *head != Head::OtherType {
            lines.feed(bytes, |piece| check_and_absorb(piece, head, rules, pass));
        }
    }

    /// Validates the rest of the last line, and returns the result.
    pub fn finish(mut self) -> FileReport {
        let FileCheck { lines, head, rules, pass, .. } = &mut self;
        if let Some(piece) = lines.last() {
            check_and_absorb(piece, head, rules, pass);
        }
        head.end(rules, pass);
        if let Some(cut) = self.ending.fault()
            && self.head == Head::OtherType
        {
            self.pass.name(cut);
        }
        self.pass.finish(&self.rules, self.head == Head::OtherType)
    }

    /// Returns the findings of the lines so far, with the number of records. What needs the whole file isn't among them.
    pub fn so_far(&self) -> (&Findings, u64) {
        (&self.pass.findings, self.pass.gathered.statistics.records)
    }

    /// Returns the number of records that took the slow path. It doesn't depend on how the bytes were divided into
    /// calls of `feed`.
    #[doc(hidden)]
    pub fn records_on_slow_path(&self) -> u64 {
        self.pass.slow
    }
}

fn check_and_absorb(piece: Piece, head: &mut Head, rules: &Rules, pass: &mut Pass) {
    if head.reads(piece, rules, pass) {
        let outcome = rules.check_piece(piece, pass.earlier());
        pass.absorb(rules, piece, outcome);
    }
}
