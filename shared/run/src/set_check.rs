//! The check of a dataset: what its recipe asks for, each of its files, and what only shows across them.
//!
//! The command line and validate both drive it, so that a laptop and the cloud find the same. No I/O: a driver
//!
//! 1. reads the recipe, or finds none: [`SetSpec`] has its findings, and says which files are wanted;
//! 2. asks [`SetCheck::file`] about each file that is there, and feeds its bytes to the [`FilePass`];
//! 3. ends the pass with [`SetCheck::end`], looks at the media that are wanted, and says what it saw;
//! 4. takes the [`SetReport`].

mod pass;
mod spec;
mod unreadable;

use std::ops::Range;
use std::sync::Arc;

use tunedrop_validation::catalogue::MediaLimits;
use tunedrop_validation::{
    Catalogue, Findings, MediaFolder, MediumMet, MediumSeen, Options, Quotas, RecordIndex, Role, SetFile, Statistics,
    check_buckets, check_left, check_medium, check_set, check_size, check_size_alone, wanted_behind,
};

use pass::By;
pub use pass::FilePass;
pub use spec::{RECIPE_READ_MAX, RecipeFile, SetRules, SetSpec};
pub use unreadable::Unreadable;

/// Where a set's media must be, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaHome {
    /// The dataset's own folder, which every medium must be in.
    pub folder: Option<MediaFolder>,
    /// The bucket of the data, where the folder isn't known, or doesn't name it.
    pub bucket: Option<String>,
}

/// What becomes of a file that is there.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and taken apart at once")]
pub enum Begun<'c> {
    /// It is to be read.
    Read(FilePass<'c>),
    /// It isn't read: it is too large, and has its finding.
    TooLarge,
    /// It isn't read: no rules are known, and the recipe's findings say why.
    NoRules,
}

/// The media of the file that was read last, to be looked at.
#[derive(Debug, Default)]
pub struct MediaWanted {
    /// The media, each address once. Empty while a file of the set is missing: the media may be on their way, too.
    pub media: Vec<MediumMet>,
    /// How many more places refer to media than are kept.
    pub left: u64,
    limits: Arc<MediaLimits>,
}

impl MediaWanted {
    /// These media, by what the model takes.
    pub fn new(media: Vec<MediumMet>, limits: MediaLimits, left: u64) -> MediaWanted {
        MediaWanted { media, left, limits: Arc::new(limits) }
    }

    /// What is to be looked at of each.
    pub fn looks(&self) -> impl Iterator<Item = MediumLook> {
        self.media.iter().map(|medium| self.look(medium))
    }

    /// What is to be looked at of this one.
    pub fn look(&self, medium: &MediumMet) -> MediumLook {
        MediumLook { medium: medium.clone(), limits: Arc::clone(&self.limits) }
    }
}

/// Which bytes of a medium are needed to judge it.
#[derive(Debug, Clone)]
pub struct MediumLook {
    medium: MediumMet,
    limits: Arc<MediaLimits>,
}

impl MediumLook {
    /// Bucket and key.
    pub fn location(&self) -> Option<(&str, &str)> {
        self.medium.location()
    }

    /// How many of the first ones.
    pub fn head_bytes(&self) -> usize {
        self.limits.head_bytes(self.medium.kind)
    }

    /// Which ones behind those, for an object of `bytes` that begins with `head`.
    pub fn behind(&self, bytes: u64, head: &[u8]) -> Option<Range<u64>> {
        wanted_behind(&self.medium, &self.limits, bytes, head)
    }
}

/// A file that was read to its end.
#[derive(Debug)]
pub struct CheckedFile<'c> {
    /// What it is for.
    pub role: Role,
    /// As the driver named it.
    pub name: String,
    /// The rules by which it was checked.
    pub rules: SetRules<'c>,
    /// What is wrong with it, and with the media that it refers to; by lines, what concerns the whole file first.
    pub findings: Findings,
    /// What it holds.
    pub statistics: Statistics,
}

/// What came of the check.
#[derive(Debug)]
pub struct SetReport<'c> {
    /// Findings on files that weren't read.
    pub unread: Findings,
    /// The files that were read.
    pub files: Vec<CheckedFile<'c>>,
    /// What only shows across files: counts, sizes, whether a validation file is taken.
    pub across: Findings,
}

/// A check in progress.
#[derive(Debug)]
pub struct SetCheck<'c> {
    by: Option<By<'c>>,
    quotas: Quotas,
    is_complete: bool,
    options: Options,
    home: MediaHome,
    train_index: Option<RecordIndex>,
    report: SetReport<'c>,
}

impl<'c> SetCheck<'c> {
    /// Begins the check of a dataset. `is_complete`: every file that it needs is there.
    pub fn new(spec: &SetSpec, is_complete: bool, catalogue: &'c Catalogue) -> SetCheck<'c> {
        let known = || spec.rules(catalogue).map(By::Rules);
        let by = if spec.waits_for_recipe { Some(By::Guess(catalogue)) } else { known() };
        SetCheck::by(by, Quotas { records: spec.recipe.quota_records }, is_complete)
    }

    /// Begins the check of files that no recipe names.
    pub fn of_files(rules: SetRules<'c>) -> SetCheck<'c> {
        SetCheck::by(Some(By::Rules(rules)), Quotas::default(), true)
    }

    fn by(by: Option<By<'c>>, quotas: Quotas, is_complete: bool) -> SetCheck<'c> {
        SetCheck {
            by,
            quotas,
            is_complete,
            options: Options::default(),
            home: MediaHome::default(),
            train_index: None,
            report: SetReport { unread: Findings::default(), files: Vec::new(), across: Findings::default() },
        }
    }

    /// The same check, made otherwise.
    pub fn with(self, options: Options) -> SetCheck<'c> {
        SetCheck { options, ..self }
    }

    /// The same check, with its media at home there.
    pub fn media_at(self, home: MediaHome) -> SetCheck<'c> {
        SetCheck { home, ..self }
    }

    /// Begins with a file that is there, the training file before the validation file. `bytes` is its size, where that is
    /// known beforehand.
    pub fn file(&mut self, role: Role, name: &str, bytes: Option<u64>) -> Begun<'c> {
        let Some(by) = self.by else {
            return Begun::NoRules;
        };
        let too_large = bytes.and_then(|bytes| match by {
            By::Rules(rules) => check_size(rules.model, rules.training, role, name, bytes),
            By::Guess(_) => check_size_alone(role, name, bytes),
        });
        if let Some(finding) = too_large {
            self.report.unread.push(finding);
            return Begun::TooLarge;
        }
        let against = match role {
            Role::Train => None,
            Role::Validation => self.train_index.take(),
        };
        let (options, folder) = (self.options, self.home.folder.clone());
        Begun::Read(FilePass {
            name: name.to_owned(),
            role,
            by,
            against,
            options,
            folder,
            head: Vec::new(),
            check: None,
        })
    }

    /// A file that is there can't be read.
    pub fn unreadable(&mut self, name: &str, why: Unreadable) {
        self.report.unread.push(unreadable::finding(name, why));
    }

    /// Ends the pass over a file of which every byte was fed. What it answers with is to be looked at, if it can be.
    pub fn end(&mut self, pass: FilePass<'c>) -> MediaWanted {
        let (role, name) = (pass.role, pass.name.clone());
        let Some((report, rules)) = pass.end() else {
            return MediaWanted::default();
        };
        let (mut findings, mut media, limits) = (report.findings, report.media, &rules.training.media);
        if let (true, Some(bucket)) = (limits.same_bucket, self.bucket(&media)) {
            findings.extend(check_buckets(&name, &media, &bucket));
            media.retain(|medium| medium.location().is_some_and(|(its, _)| its == bucket));
        }
        self.train_index = Some(report.index);
        self.report.files.push(CheckedFile { role, name, rules, findings, statistics: report.statistics });
        if !self.is_complete {
            return MediaWanted::default();
        }
        MediaWanted::new(media, limits.clone(), report.media_left)
    }

    /// The bucket that all media must be in: that of the data. On a laptop nobody knows which it will be, only that it will
    /// be one.
    fn bucket(&self, media: &[MediumMet]) -> Option<String> {
        let folder = self.home.folder.as_ref().and_then(|folder| folder.bucket.clone());
        let first = || Some(media.first()?.location()?.0.to_owned());
        folder.or_else(|| self.home.bucket.clone()).or_else(first)
    }

    /// Judges one of the media of the file that was read last.
    pub fn seen(&mut self, medium: &MediumMet, seen: MediumSeen) {
        if let Some(file) = self.report.files.last_mut() {
            let found = check_medium(&file.name, medium, &file.rules.training.media, seen);
            found.into_iter().for_each(|finding| file.findings.push(finding));
        }
    }

    /// All of `wanted` were looked at: says how many were not among them.
    pub fn looked_at(&mut self, wanted: &MediaWanted) {
        if let Some(file) = self.report.files.last_mut() {
            check_left(&file.name, wanted.left).into_iter().for_each(|finding| file.findings.push(finding));
        }
    }

    /// Ends the check, with what only shows across the files.
    pub fn finish(mut self) -> SetReport<'c> {
        for file in &mut self.report.files {
            file.findings.kept.sort_by_key(|finding| (finding.line, finding.column));
        }
        if let Some(By::Rules(rules)) = self.by {
            let of = |role: Role| {
                let file = self.report.file(role)?;
                Some(SetFile { name: &file.name, statistics: &file.statistics })
            };
            let (train, validation) = (of(Role::Train), of(Role::Validation));
            self.report.across = check_set(rules.model, rules.customization, train, validation, &self.quotas);
        }
        self.report
    }
}

impl<'c> SetReport<'c> {
    /// The file in this role, if it was read.
    pub fn file(&self, role: Role) -> Option<&CheckedFile<'c>> {
        self.files.iter().find(|file| file.role == role)
    }
}

#[cfg(test)]
mod tests;
