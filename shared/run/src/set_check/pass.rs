//! The pass over one file of a set.

use tunedrop_validation::{Catalogue, Customization, FileCheck, FileReport, MediaFolder, Options, RecordIndex, Role};

use super::SetRules;

/// By which rules a set's files are checked.
#[derive(Debug, Clone, Copy)]
pub(super) enum By<'c> {
    Rules(SetRules<'c>),
    /// By the format that the file's first record seems to have.
    Guess(&'c Catalogue),
}

/// The check of one file: fed its bytes from the first to the last, in pieces of any size.
#[derive(Debug)]
pub struct FilePass<'c> {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) by: By<'c>,
    pub(super) against: Option<RecordIndex>,
    pub(super) options: Options,
    pub(super) folder: Option<MediaFolder>,
    /// The beginning of the file, until its rules are guessed.
    pub(super) head: Vec<u8>,
    /// Absent before the first bytes.
    pub(super) check: Option<(FileCheck, SetRules<'c>)>,
}

/// Bytes of the first record by which its format is guessed.
const GUESSED_BY: usize = 4096;

impl<'c> FilePass<'c> {
    /// Takes the next bytes, cut anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.check.is_none() {
            if let By::Guess(_) = self.by {
                self.head.extend(bytes);
                if self.head.len() >= GUESSED_BY || self.head.contains(&b'\n') {
                    self.begin();
                }
                return;
            }
            self.begin();
        }
        if let Some((check, _)) = &mut self.check {
            check.feed(bytes);
        }
    }

    /// What came of it; `None` where no rules are known.
    pub(super) fn end(mut self) -> Option<(FileReport, SetRules<'c>)> {
        if self.check.is_none() {
            // An empty file, or one of a short line.
            self.begin();
        }
        let (check, rules) = self.check?;
        Some((check.finish(), rules))
    }

    /// Chooses the rules, and checks what was held back.
    fn begin(&mut self) {
        let head = std::mem::take(&mut self.head);
        let rules = match self.by {
            By::Rules(rules) => Some(rules),
            By::Guess(catalogue) => guess(catalogue, &head),
        };
        self.check = rules.map(|rules| {
            let check = FileCheck::new(&self.name, rules.training, self.role, self.against.take());
            let mut check = check.with(self.options).media_in(self.folder.take());
            check.feed(&head);
            (check, rules)
        });
    }
}

/// The rules of a common model that takes records such as the first one.
fn guess<'c>(catalogue: &'c Catalogue, head: &[u8]) -> Option<SetRules<'c>> {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |key: &str| {
        let key = format!("\"{key}\"");
        line.windows(key.len()).take(GUESSED_BY).any(|window| window == key.as_bytes())
    };
    let (alias, customization) = if has("prompt") {
        ("titan-text-express", Customization::FineTuning)
    } else if has("input") {
        ("titan-text-express", Customization::ContinuedPreTraining)
    } else {
        ("nova-lite", Customization::FineTuning)
    };
    SetRules::of(catalogue.find(alias)?, customization)
}
