//! Checks a dataset: its recipe, each of its files, and what depends on several files.
//!
//! The command line and validate both use it, so that they report the same findings. It does no I/O. The caller
//!
//! 1. reads the recipe, if there is one: [`DatasetSpec`] has its findings, and names the files that are needed;
//! 2. calls [`DatasetCheck::file`] for each file that exists, and feeds its bytes to the [`FilePass`];
//! 3. ends the pass with [`DatasetCheck::end`], probes the media that are needed, and reports what it found;
//! 4. takes the [`SetReport`].

mod expect;
mod held_out;
mod media;
mod pass;
mod quality;
mod spec;
mod unreadable;

use tunedrop_quality::{Expectations, Quality};
use tunedrop_validation::{
    Catalogue, Findings, MediumMet, MediumSeen, Options, Quotas, RecordIndex, Role, SetFile, Statistics, check_buckets,
    check_left, check_medium, check_set, check_size, check_size_alone,
};

pub use expect::{SchemaFile, expectations};
pub use held_out::HeldOutSample;
use held_out::{HeldOutFile, HeldOutLines, HeldOutRules};
pub use media::{MediaHome, MediaWanted, MediumLook};
pub use pass::FilePass;
use pass::{By, Ended};
use quality::SecondLook;
pub use quality::{QualityLimits, QualityMode};
pub use spec::{DatasetSpec, RECIPE_READ_MAX, RecipeFile, SetRules};
pub use unreadable::Unreadable;

/// What to do with a file that exists.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and taken apart at once")]
pub enum Begun<'c> {
    /// Read it.
    Read(FilePass<'c>),
    /// Don't read it: it is too large, and has a finding.
    TooLarge,
    /// Don't read it: no rules are known, and the recipe's findings say why.
    NoRules,
}

/// A file that was read to the end.
#[derive(Debug)]
pub struct CheckedFile<'c> {
    /// Its role.
    pub role: Role,
    /// Its name, as the caller gave it.
    pub name: String,
    /// The rules that it was checked with.
    pub rules: SetRules<'c>,
    /// Findings about the file and the media that it refers to: those about the whole file first, then by line.
    pub findings: Findings,
    /// Statistics about its records.
    pub statistics: Statistics,
}

/// The result of a check.
#[derive(Debug)]
pub struct SetReport<'c> {
    /// Findings on files that weren't read.
    pub unread: Findings,
    /// The files that were read.
    pub files: Vec<CheckedFile<'c>>,
    /// Findings that depend on several files: counts, sizes, and whether a validation file is accepted.
    pub across: Findings,
    /// What the evaluation will ask, if there is one and its held-out file is valid.
    pub held_out: Option<HeldOutSample>,
    /// The result of the second look at the data, if there was one. Its findings are among those of the files.
    pub quality: Option<Quality>,
}

/// A check in progress.
#[derive(Debug)]
pub struct DatasetCheck<'c> {
    by: Option<By<'c>>,
    quotas: Quotas,
    is_complete: bool,
    options: Options,
    home: MediaHome,
    train_index: Option<RecordIndex>,
    held_out: Option<HeldOutRules>,
    quality: Option<SecondLook>,
    report: SetReport<'c>,
}

impl<'c> DatasetCheck<'c> {
    /// Starts the check of a dataset. `is_complete`: every file that it needs exists.
    pub fn new(spec: &DatasetSpec, is_complete: bool, catalogue: &'c Catalogue) -> DatasetCheck<'c> {
        let known = || spec.rules(catalogue).map(By::Rules);
        let by = if spec.recipe_is_missing { Some(By::Guess(catalogue)) } else { known() };
        let section = spec.recipe.held_out().zip(spec.recipe.evaluate.clone());
        let held_out = section.map(|(role, section)| HeldOutRules { role, section, recipe: spec.recipe_name.clone() });
        let check = DatasetCheck::by(by, Quotas { records: spec.recipe.quota_records }, is_complete);
        let options = Options { sensitive: spec.recipe.sensitive, ..Options::default() };
        DatasetCheck { held_out, options, ..check }
    }

    /// Starts the check of files without a recipe.
    pub fn of_files(rules: SetRules<'c>) -> DatasetCheck<'c> {
        DatasetCheck::by(Some(By::Rules(rules)), Quotas::default(), true)
    }

    fn by(by: Option<By<'c>>, quotas: Quotas, is_complete: bool) -> DatasetCheck<'c> {
        DatasetCheck {
            by,
            quotas,
            is_complete,
            options: Options::default(),
            home: MediaHome::default(),
            train_index: None,
            held_out: None,
            quality: None,
            report: SetReport {
                unread: Findings::default(),
                files: Vec::new(),
                across: Findings::default(),
                held_out: None,
                quality: None,
            },
        }
    }

    /// Replaces the options of the check. Without a call, they are those of the recipe.
    pub fn with(self, options: Options) -> DatasetCheck<'c> {
        DatasetCheck { options, ..self }
    }

    /// Sets the folder or bucket that the media must be in.
    pub fn media_at(self, home: MediaHome) -> DatasetCheck<'c> {
        DatasetCheck { home, ..self }
    }

    /// Looks at the data a second time, too. Without it, or with [`QualityMode::Off`] and no expectations, nothing more is
    /// done.
    pub fn with_quality(
        self,
        mode: QualityMode,
        expectations: Expectations,
        limits: QualityLimits,
    ) -> DatasetCheck<'c> {
        DatasetCheck { quality: SecondLook::new(mode, expectations, limits), ..self }
    }

    /// Starts with a file that exists, the training file before the others. `bytes` is its size, if that is known in
    /// advance.
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
            Role::Validation | Role::Evaluation => self.train_index.take(),
        };
        let held_out = self.held_out.as_ref().filter(|rules| rules.role == role);
        let held_out = held_out.map(|rules| HeldOutLines::new(rules.section.max_records));
        let (options, folder) = (self.options, self.home.folder.clone());
        let quality = self.quality.as_mut().and_then(|look| look.begin(name, bytes, &mut self.report.across));
        Begun::Read(FilePass {
            name: name.to_owned(),
            role,
            by,
            against,
            options,
            folder,
            head: Vec::new(),
            check: None,
            held_out,
            quality,
        })
    }

    /// Reports a file that exists but can't be read.
    pub fn unreadable(&mut self, name: &str, why: Unreadable) {
        self.report.unread.push(unreadable::finding(name, why));
    }

    /// Ends the pass over a file after all of its bytes were fed. Returns the media that the caller must probe.
    pub fn end(&mut self, pass: FilePass<'c>) -> MediaWanted {
        let (role, name) = (pass.role, pass.name.clone());
        let Some(Ended { report, rules, sample, quality }) = pass.end() else {
            return MediaWanted::default();
        };
        let (mut findings, mut media, limits) = (report.findings, report.media, &rules.training.media);
        if let (Some(look), Some(looker)) = (&mut self.quality, quality) {
            findings.extend(look.end(looker));
        }
        if let (true, Some(bucket)) = (limits.same_bucket, self.bucket(&media)) {
            findings.extend(check_buckets(&name, &media, &bucket));
            media.retain(|medium| medium.location().is_some_and(|(its, _)| its == bucket));
        }
        self.train_index = if role == Role::Train { Some(report.index) } else { report.against };
        if let (Some(rules), Some(sample)) = (&self.held_out, sample) {
            let file =
                HeldOutFile { name: &name, statistics: &report.statistics, first_leaked: report.first_leaked, sample };
            let (found, held_out) = rules.check(&file, &findings);
            self.report.held_out = held_out;
            self.report.across.extend(found);
        }
        self.report.files.push(CheckedFile { role, name, rules, findings, statistics: report.statistics });
        if !self.is_complete {
            return MediaWanted::default();
        }
        MediaWanted::new(media, limits.clone(), report.media_left)
    }

    /// The bucket that all media must be in: that of the data. The command line doesn't know which bucket that will be,
    /// only that it is a single one.
    fn bucket(&self, media: &[MediumMet]) -> Option<String> {
        let folder = self.home.folder.as_ref().and_then(|folder| folder.bucket.clone());
        let first = || Some(media.first()?.location()?.0.to_owned());
        folder.or_else(|| self.home.bucket.clone()).or_else(first)
    }

    /// Checks one of the media of the file that was read last.
    pub fn seen(&mut self, medium: &MediumMet, seen: MediumSeen) {
        if let Some(file) = self.report.files.last_mut() {
            let found = check_medium(&file.name, medium, &file.rules.training.media, seen);
            found.into_iter().for_each(|finding| file.findings.push(finding));
        }
    }

    /// Reports how many media were not in `wanted`, after all of `wanted` were probed.
    pub fn looked_at(&mut self, wanted: &MediaWanted) {
        if let Some(file) = self.report.files.last_mut() {
            check_left(&file.name, wanted.left).into_iter().for_each(|finding| file.findings.push(finding));
        }
    }

    /// Ends the check with the findings that depend on several files.
    pub fn finish(mut self) -> SetReport<'c> {
        self.report.quality = self.quality.take().and_then(SecondLook::finish);
        for seen in self.report.quality.iter_mut().flat_map(|quality| &mut quality.files) {
            let file = self.report.files.iter_mut().find(|file| file.role == seen.role && file.name == seen.name);
            file.into_iter().for_each(|file| file.findings.extend(std::mem::take(&mut seen.findings)));
        }
        for file in &mut self.report.files {
            file.findings.kept.sort_by_key(|finding| (finding.line, finding.column));
        }
        if let Some(By::Rules(rules)) = self.by {
            let of = |role: Role| {
                let file = self.report.file(role)?;
                Some(SetFile { name: &file.name, statistics: &file.statistics })
            };
            let (train, validation) = (of(Role::Train), of(Role::Validation));
            let set = check_set(rules.model, rules.customization, train, validation, &self.quotas);
            let of_held_out = std::mem::replace(&mut self.report.across, set);
            self.report.across.extend(of_held_out);
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
