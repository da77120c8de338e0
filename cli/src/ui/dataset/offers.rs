//! What the command line would propose for a draft's files: to convert, to fix, to rename, or to split one.

use std::path::{Path, PathBuf};

use tunedrop_run::Recipe;
use tunedrop_validation::{Catalogue, Code, Finding, Findings, Role, Severity};

use crate::catalogue::Rules;
use crate::check_result::CheckResult;
use crate::location::Location;
use crate::near_miss::{NearMiss, Remedy, Target, near_misses};

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Convert,
    Fix,
    /// Fix, and remove the records that remain invalid.
    Drop,
    Split,
    Rename,
}

impl Kind {
    const ALL: [(Kind, &'static str); 5] = [
        (Kind::Convert, "convert"),
        (Kind::Fix, "fix"),
        (Kind::Drop, "drop"),
        (Kind::Split, "split"),
        (Kind::Rename, "rename"),
    ];

    pub(super) fn word(self) -> &'static str {
        Kind::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) kind: Kind,
    pub(super) input: String,
    /// The file that it makes, which may be the input.
    pub(super) output: String,
}

impl Offer {
    /// The button's text.
    pub(super) fn title(&self) -> String {
        let Offer { input, output, .. } = self;
        match self.kind {
            Kind::Convert if input == output => format!("Convert {input}"),
            Kind::Convert => format!("Convert {input} to {output}"),
            Kind::Fix => format!("Fix {input}"),
            Kind::Drop => format!("Fix {input}, and remove invalid records"),
            Kind::Split => format!("Split a validation file from {input}"),
            Kind::Rename => format!("Rename {input} to {output}"),
        }
    }

    /// What the button is for.
    pub(super) fn reason(&self) -> &'static str {
        match self.kind {
            Kind::Convert => "The records are in another format than the model's.",
            Kind::Fix => "Fixes byte order marks, blank lines, trailing commas, duplicates and similar.",
            Kind::Drop => "Fixes what is mechanical, and removes the records that are still invalid.",
            Kind::Split => "Moves 5% of the records, chosen by their content, to validation.jsonl.",
            Kind::Rename => "Only the name is wrong.",
        }
    }

    /// The value that a form sends.
    pub(super) fn value(&self) -> String {
        format!("{}/{}", self.kind.word(), self.input)
    }
}

/// The result of an offer, before a person confirms it.
pub(super) struct Preview {
    pub(super) offer: Offer,
    /// Stops the work when the draft changed meanwhile.
    pub(super) revision: u64,
    pub(super) outcome: Option<Result<Made, String>>,
}

/// What would change.
pub(super) struct Made {
    /// The summary, and notes on single records.
    pub(super) notes: Vec<String>,
    /// Records before and after.
    pub(super) samples: Vec<(String, String)>,
    /// The new files: where they are, and their names in the draft.
    pub(super) files: Vec<(PathBuf, String)>,
}

/// The offers for a draft.
pub(super) fn offers(data: &Path, rules: Option<Rules>, recipe: &Recipe, result: &CheckResult) -> Vec<Offer> {
    let mut offers = Vec::new();
    let Some(rules) = rules else { return offers };
    let folder = Location::Local(data.to_owned());
    let target = Target { catalogue: Catalogue::embedded(), rules: Some(rules), is_chosen: true };
    let mut of_near = |near: &NearMiss, name: &str| {
        if let (_, Remedy::Run(command)) = near.remedy(&folder, name, target) {
            let kind = match () {
                () if command.starts_with("tunedrop convert ") => Kind::Convert,
                () if command.starts_with("mv ") => Kind::Rename,
                () => return,
            };
            offers.push(Offer { kind, input: near.name.clone(), output: name.to_owned() });
        }
    };
    let near = near_misses(&folder, false).unwrap_or_default();
    let near: Vec<&NearMiss> = near.iter().filter(|near| !near.is_recipe()).collect();
    for (role, name) in recipe.files() {
        if data.join(name).exists() {
            continue;
        }
        let is_for = |near: &&&NearMiss| near.meant == name || near.role == Some(role);
        match near.iter().find(is_for) {
            Some(near) => of_near(near, name),
            None if role == Role::Train => {
                let any = near_misses(&folder, true).unwrap_or_default();
                let is_data = |near: &&NearMiss| !near.is_recipe() && near.role != Some(Role::Validation);
                any.iter().filter(is_data).take(1).for_each(|near| of_near(near, name));
            }
            None => {}
        }
    }
    // A validation file that the recipe doesn't name yet.
    if recipe.validation.is_none() && rules.training.validation {
        let aside = near.iter().find(|near| near.role == Some(Role::Validation) && near.meant.ends_with(".jsonl"));
        aside.into_iter().for_each(|near| of_near(near, &near.meant));
    }
    for file in &result.files {
        let name = Path::new(&file.path).strip_prefix(data).unwrap_or(Path::new(&file.path));
        let name = name.to_string_lossy().into_owned();
        let of = |kind| Offer { kind, input: name.clone(), output: name.clone() };
        offers.extend(kinds_for(&file.findings).into_iter().map(of));
        let has_train = file.role == Role::Train && file.findings.errors == 0 && file.statistics.valid_records > 1;
        let has_validation = recipe.validation.is_some() || data.join("validation.jsonl").exists();
        if has_train && rules.training.validation && !has_validation {
            offers.push(of(Kind::Split));
        }
    }
    offers
}

/// What helps with these findings, as the report's commands say.
fn kinds_for(findings: &Findings) -> Vec<Kind> {
    let helps = |words: &str| findings.kept.iter().any(|finding| finding.help.contains(words));
    let has = |code: Code| findings.counts.contains_key(&code);
    // Fixing removes these without removing a record.
    let harmless = [Code::ByteOrderMark, Code::BlankLine];
    let is_of_a_record = |finding: &&Finding| finding.line.is_some() && finding.severity == Severity::Error;
    let mut bad = findings.kept.iter().filter(is_of_a_record);
    let is_bad = bad.any(|finding| !harmless.contains(&finding.code));
    let mechanical = [Code::DuplicateRecord, Code::InvalidJson, Code::UnknownRole];
    match () {
        () if has(Code::WrongLayout) && helps("`tunedrop convert ") => vec![Kind::Convert],
        () if has(Code::WrongLayout) && helps("`tunedrop fix ") => vec![Kind::Fix],
        () if has(Code::WrongLayout) => Vec::new(),
        () => {
            let is_fixed = harmless.into_iter().chain(mechanical).any(has);
            let kinds = [(Kind::Fix, is_fixed), (Kind::Drop, is_bad)];
            kinds.into_iter().filter(|(_, is_offered)| *is_offered).map(|(kind, _)| kind).collect()
        }
    }
}
