//! One pass over a file: bytes in, findings and statistics out.

mod foreign;
mod judge;

pub use crate::index::RecordIndex;

use foreign::Foreign;

use crate::catalogue::Training;
use crate::layout::sniff;
use crate::lines::{Line, Lines};
use crate::reserved::Reserved;
use crate::set::whole;
use crate::{Code, Findings, MediumMet, Options, Statistics, shape};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The training file.
    Train,
    /// The validation file.
    Validation,
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
    /// Its valid records; what the pass over the validation file compares with.
    pub index: RecordIndex,
}

/// A pass over a file. Holds one line at most, and the index of its records.
#[derive(Debug)]
pub struct FileCheck {
    lines: Lines,
    /// The first line that is not blank, kept until the next one shows whether this is JSON Lines.
    first: Option<(u64, FirstLine)>,
    stage: Stage,
    pass: Pass,
}

#[derive(Debug)]
struct FirstLine {
    bytes: Vec<u8>,
    too_long: bool,
}

impl FirstLine {
    fn line(&self) -> Line<'_> {
        if self.too_long { Line::TooLong(&self.bytes) } else { Line::Whole(&self.bytes) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The first line is awaited, or the one that follows it.
    Head,
    /// Each line is judged.
    Lines,
    /// The file is no JSON Lines; there is nothing more to say.
    Refused,
}

/// What a pass has gathered.
#[derive(Debug)]
struct Pass {
    file: String,
    training: Training,
    reserved: Reserved,
    options: Options,
    media: Vec<MediumMet>,
    against: Option<RecordIndex>,
    line: u64,
    findings: Findings,
    statistics: Statistics,
    index: RecordIndex,
    foreign: Foreign,
}

impl FileCheck {
    /// Begins a pass over a file of this name, relative to the dataset's folder.
    ///
    /// `against` is the index of the training file, when this is the validation file.
    pub fn new(file_name: &str, training: &Training, role: Role, against: Option<RecordIndex>) -> FileCheck {
        let pass = Pass {
            file: file_name.to_owned(),
            training: training.clone(),
            reserved: Reserved::new(&training.reserved),
            options: Options::default(),
            media: Vec::new(),
            // A training file has nothing to leak into.
            against: against.filter(|_| role == Role::Validation),
            line: 0,
            findings: Findings::default(),
            statistics: Statistics::default(),
            index: RecordIndex::default(),
            foreign: Foreign::default(),
        };
        FileCheck { lines: Lines::default(), first: None, stage: Stage::Head, pass }
    }

    /// The same pass, made otherwise; before the first byte is fed.
    pub fn with(mut self, options: Options) -> FileCheck {
        self.pass.options = options;
        self
    }

    /// Takes the next bytes, cut anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.pass.statistics.bytes += bytes.len() as u64;
        let FileCheck { lines, first, stage, pass } = self;
        if *stage != Stage::Refused {
            lines.feed(bytes, |line| take(line, first, stage, pass));
        }
    }

    /// Ends the pass.
    pub fn finish(mut self) -> FileReport {
        let FileCheck { lines, first, stage, pass } = &mut self;
        if let Some(line) = lines.last() {
            take(line, first, stage, pass);
        }
        if *stage == Stage::Head {
            begin(None, first, stage, pass);
        }
        let mut pass = self.pass;
        if self.stage != Stage::Refused && pass.statistics.records == 0 {
            let help = "upload it again; an upload that was cut off often leaves an empty file".to_owned();
            pass.findings.push(whole(Code::EmptyFile, &pass.file, "the file holds no record".to_owned(), help));
        }
        let wanted = shape::wanted(&pass.training.format);
        pass.foreign.tell(&pass.file, pass.statistics.records, wanted, &mut pass.findings);
        pass.findings.kept.sort_by_key(|finding| (finding.line, finding.column));
        FileReport { findings: pass.findings, statistics: pass.statistics, media: pass.media, index: pass.index }
    }
}

/// Takes the next line.
fn take(line: Line, first: &mut Option<(u64, FirstLine)>, stage: &mut Stage, pass: &mut Pass) {
    if *stage == Stage::Refused {
        return;
    }
    pass.line += 1;
    let is_blank = matches!(line, Line::Whole(bytes) if bytes.trim_ascii().is_empty());
    if *stage == Stage::Lines || is_blank {
        pass.judge(line, pass.line);
    } else if first.is_none() {
        let kept = FirstLine { bytes: line.head().to_vec(), too_long: matches!(line, Line::TooLong(_)) };
        *first = Some((pass.line, kept));
    } else {
        begin(Some(line), first, stage, pass);
        if *stage == Stage::Lines {
            pass.judge(line, pass.line);
        }
    }
}

/// Decides on the file's layout, and judges the first line.
fn begin(second: Option<Line>, first: &mut Option<(u64, FirstLine)>, stage: &mut Stage, pass: &mut Pass) {
    *stage = Stage::Lines;
    let Some((number, kept)) = first.take() else {
        return;
    };
    match sniff(kept.line(), second) {
        None => pass.judge(kept.line(), number),
        Some(layout) => {
            *stage = Stage::Refused;
            let message = format!("the file is {}, not JSON Lines; it was not read further", layout.is);
            pass.findings.push(whole(Code::WrongLayout, &pass.file, message, layout.mend.to_owned()));
        }
    }
}
