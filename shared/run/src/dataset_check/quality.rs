//! The second look at a dataset's files: what makes a model worse although every record is valid.

use tunedrop_quality::{ExpectPass, Expectations, FileSketch, Level, Quality, QualityPass, assess};
use tunedrop_validation::{Code, Finding, Findings, Role, Training, grouped};

/// How thoroughly the data is looked at a second time, as a recipe's `quality` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum QualityMode {
    /// Not at all. The second look takes far longer than the check of the records, so nobody should pay for it
    /// without asking.
    #[default]
    Off,
    /// With the rules whose precision is at least 0.9.
    Standard,
    /// With all rules.
    Thorough,
}

impl QualityMode {
    /// The values of `quality` in a recipe.
    pub const NAMES: [(&'static str, QualityMode); 3] =
        [("off", QualityMode::Off), ("standard", QualityMode::Standard), ("thorough", QualityMode::Thorough)];

    fn level(self) -> Option<Level> {
        match self {
            QualityMode::Off => None,
            QualityMode::Standard => Some(Level::Standard),
            QualityMode::Thorough => Some(Level::Thorough),
        }
    }
}

/// What the second look may take.
#[derive(Debug, Clone, Copy)]
pub struct QualityLimits {
    /// Threads that read and compare records.
    pub threads: usize,
    /// Bytes of a dataset's files. A file beyond has a finding that says so.
    pub bytes: Option<u64>,
}

/// The second look in progress.
#[derive(Debug)]
pub(super) struct SecondLook {
    /// `None` if only expectations are checked.
    level: Option<Level>,
    expectations: Expectations,
    threads: usize,
    most: Option<u64>,
    left: Option<u64>,
    sketches: Vec<FileSketch>,
}

impl SecondLook {
    pub(super) fn new(mode: QualityMode, expectations: Expectations, limits: QualityLimits) -> Option<SecondLook> {
        let (level, QualityLimits { threads, bytes }) = (mode.level(), limits);
        let is_asked = level.is_some() || !expectations.is_empty();
        let look = SecondLook { level, expectations, threads, most: bytes, left: bytes, sketches: Vec::new() };
        is_asked.then_some(look)
    }

    /// Starts with a file of this size. `None` if it isn't looked at, which `findings` then says.
    pub(super) fn begin(&mut self, name: &str, bytes: Option<u64>, findings: &mut Findings) -> Option<Looker> {
        if let (Some(most), Some(left), Some(bytes)) = (self.most, self.left, bytes) {
            if bytes > left {
                let unchecked = (!self.expectations.is_empty()).then(|| unchecked(name, bytes, most));
                let incomplete = self.level.map(|_| too_large(name, bytes, most));
                unchecked.into_iter().chain(incomplete).for_each(|finding| findings.push(finding));
                return None;
            }
            self.left = Some(left - bytes);
        }
        let (level, expectations) = (self.level, self.expectations.clone());
        Some(Looker { level, expectations, threads: self.threads, pass: None, expect: None })
    }

    /// Ends the look at a file. Returns what isn't as expected.
    pub(super) fn end(&mut self, looker: Looker) -> Findings {
        self.sketches.extend(looker.pass.map(QualityPass::finish));
        looker.expect.map(ExpectPass::finish).unwrap_or_default()
    }

    /// Compares the files that were looked at.
    pub(super) fn finish(self) -> Option<Quality> {
        let mut quality = assess(self.sketches, self.level?, self.threads);
        let partial = quality.is_partial;
        for file in &mut quality.files {
            let fault = match file.not_compared {
                0 if partial => "too many records resemble each other to compare all of them".to_owned(),
                0 => continue,
                left => format!("{} records were not compared with the others", grouped(left)),
            };
            let help = "remove duplicates, and check again";
            file.findings.push(Finding::of_file(Code::QualityIncomplete, &file.name, fault, help.to_owned()));
        }
        Some(quality)
    }
}

fn unchecked(name: &str, bytes: u64, most: u64) -> Finding {
    let message = format!(
        "the recipe's expectations were not checked: the file has {} bytes, and at most {} of a dataset are checked here",
        grouped(bytes),
        grouped(most)
    );
    let help = "check the folder with `tunedrop check`, and then remove `expect` from the recipe".to_owned();
    Finding::of_file(Code::UncheckedExpectations, name, message, help)
}

fn too_large(name: &str, bytes: u64, most: u64) -> Finding {
    let message = format!(
        "the data quality of the file was not checked: it has {} bytes, and at most {} of a dataset are checked here",
        grouped(bytes),
        grouped(most)
    );
    let help = "run `tunedrop check --quality standard` on the file, or remove `quality` from the recipe".to_owned();
    Finding::of_file(Code::QualityIncomplete, name, message, help)
}

/// The second look at one file.
#[derive(Debug)]
pub(super) struct Looker {
    level: Option<Level>,
    expectations: Expectations,
    threads: usize,
    /// Both are `None` until the file's rules are known.
    pass: Option<QualityPass>,
    expect: Option<ExpectPass>,
}

impl Looker {
    pub(super) fn start(&mut self, name: &str, role: Role, training: &Training) {
        self.pass = self.level.map(|_| QualityPass::new(name, role, training, self.threads));
        let expectations = Some(&self.expectations).filter(|expectations| !expectations.is_empty());
        self.expect = expectations.map(|all| ExpectPass::new(name, role, training, all, self.threads));
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if let Some(pass) = &mut self.pass {
            pass.feed(bytes);
        }
        if let Some(expect) = &mut self.expect {
            expect.feed(bytes);
        }
    }
}
