//! From what is kept of a dataset's files to findings and distributions.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use tunedrop_validation::{Code, Excerpt, Finding, Findings, Role};

use crate::answers::{add_conflicts, add_labels};
use crate::drift::Comparison;
use crate::kept::{FileSketch, Member};
use crate::lengths::LengthBucket;
use crate::near::{Near, Sets, near};
use crate::profile::Profile;
use crate::shingles::similarity;
use crate::single::{add_faults, add_languages, add_lengths};
use crate::suspects::{Suspect, suspects};
use crate::template::leave_out_templates;

/// How many groups of near-duplicates are listed.
pub const GROUPS_MAX: usize = 10;
/// How many lines of a group are listed.
pub const LINES_MAX: usize = 10;

/// Which rules are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The rules whose precision is at least 0.9 on the labeled corpus.
    Standard,
    /// All rules.
    Thorough,
}

/// The result of the second look at a dataset.
#[derive(Debug, Clone, Serialize)]
pub struct Quality {
    /// Which rules were applied.
    pub level: Level,
    /// The files, the training file first.
    pub files: Vec<FileQuality>,
    /// The largest groups of near-duplicates.
    pub groups: Vec<Group>,
    /// Whether the data has so many candidates for near-duplicates that not all were compared.
    pub is_partial: bool,
    /// The share of shingles that many records have, such as those of an instruction before each prompt.
    pub template_share: f64,
    /// The comparison with an earlier version, if there is one. The caller makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<Comparison>,
}

/// The result for a file.
#[derive(Debug, Clone, Serialize)]
pub struct FileQuality {
    /// Its name, relative to the dataset's folder.
    pub name: String,
    /// Its role.
    #[serde(skip)]
    pub role: Role,
    /// The findings, by line.
    #[serde(skip)]
    pub findings: Findings,
    /// The number of valid records with a text.
    pub records: u64,
    /// The number of records that weren't compared with others, because the file has more than 1,000,000 different ones.
    pub not_compared: u64,
    /// Characters that half of the answers stay within, rounded up by at most 4%. Absent without answers.
    pub answer_chars_p50: Option<u32>,
    /// Characters that 95% of the answers stay within, rounded up by at most 4%.
    pub answer_chars_p95: Option<u32>,
    /// How many answers have which length in characters.
    pub answer_lengths: Vec<LengthBucket>,
    /// The number of records by language, the most frequent one first. Short texts have none.
    pub languages: Vec<LanguageCount>,
    /// The labels, if the answers are a few labels, the most frequent one first.
    pub labels: Vec<LabelCount>,
    /// The records that stand out, by line.
    #[serde(skip)]
    pub suspects: Vec<Suspect>,
    /// The counts that a sketch is made of.
    #[serde(skip)]
    pub(crate) profile: Profile,
}

/// A language, and how many records are in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LanguageCount {
    /// Its code of ISO 639-3, such as `eng`.
    pub code: &'static str,
    /// Its name in English.
    pub name: &'static str,
    /// The number of records.
    pub records: u64,
}

/// A label, and how many records have it.
#[derive(Debug, Clone, Serialize)]
pub struct LabelCount {
    /// The number of records.
    pub records: u64,
    /// The label: a record's text, so it isn't serialized.
    #[serde(skip)]
    pub label: Excerpt,
}

/// The location of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file's name, relative to the dataset's folder.
    pub file: String,
    /// The 1-based line.
    pub line: u32,
}

/// A group of near-duplicates.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// The number of different records in it.
    pub records: u64,
    /// The locations of the first of them.
    pub places: Vec<Place>,
    /// The beginning of the first record.
    #[serde(skip)]
    pub excerpt: Excerpt,
}

/// Compares the files of a dataset, which may be given in any order. Doesn't depend on the number of `threads`.
pub fn assess(mut files: Vec<FileSketch>, level: Level, threads: usize) -> Quality {
    files.sort_by(|one, other| (one.role as u8, &one.name).cmp(&(other.role as u8, &other.name)));
    let mut sets = joined(&mut files);
    let template_share = leave_out_templates(&mut sets, threads);
    let train_end = files.iter().filter(|file| file.role == Role::Train).map(|file| file.sets.ends.len()).sum();
    let near = near(&sets, train_end, threads);
    let mut findings: Vec<Findings> = files.iter().map(|_| Findings::default()).collect();
    let members = members(&files);
    let conflicts: Vec<HashSet<u32>> =
        files.iter().zip(&mut findings).map(|(file, findings)| add_conflicts(file, level, findings)).collect();
    add_near(&files, &members, &conflicts, (&sets, &near), &mut findings);
    let mut result = Vec::with_capacity(files.len());
    for (file, mut findings) in files.iter().zip(findings) {
        let labels = add_labels(file, &mut findings);
        add_languages(file, &mut findings);
        add_lengths(file, &mut findings);
        add_faults(file, &mut findings);
        findings.kept.sort_by_key(|finding| finding.line);
        let near_duplicates = findings.counts.get(&Code::NearDuplicate).copied().unwrap_or_default();
        let mut profile = file.profile.clone();
        profile.near_duplicates = near_duplicates;
        let suspects = suspects(&profile, file.records, &findings);
        let name = |code: &'static str| file.names.get(code).copied().unwrap_or(code);
        let counts = file.languages.iter().map(|(code, (records, _))| (*code, *records));
        let mut languages: Vec<LanguageCount> =
            counts.map(|(code, records)| LanguageCount { code, name: name(code), records }).collect();
        languages.sort_by_key(|language| (std::cmp::Reverse(language.records), language.code));
        result.push(FileQuality {
            name: file.name.clone(),
            role: file.role,
            findings,
            records: file.records,
            not_compared: file.left,
            answer_chars_p50: file.lengths.percentile(50),
            answer_chars_p95: file.lengths.percentile(95),
            answer_lengths: file.lengths.histogram(),
            languages,
            labels,
            suspects,
            profile,
        });
    }
    let groups = groups(&files, &members, &near);
    Quality { level, files: result, groups, is_partial: near.is_partial, template_share, compared: None }
}

/// Puts the sets of all files after each other, with samples of one size.
pub(crate) fn joined(files: &mut [FileSketch]) -> Sets {
    let most = files.iter().map(|file| file.sets.most).min().unwrap_or(1);
    let mut joined = Sets { most, ..Sets::default() };
    for file in files {
        for set in 0..file.sets.len() {
            joined.push(file.sets.get(set));
        }
        // The hashes aren't needed twice; the ends tell how many sets the file has.
        file.sets.hashes = Vec::new();
    }
    joined
}

/// A record, with its file and its set among those of all files.
struct Placed<'f> {
    file: usize,
    member: &'f Member,
    set: usize,
}

fn members(files: &[FileSketch]) -> Vec<Placed<'_>> {
    let mut before = 0;
    let mut placed = Vec::new();
    for (file, sketch) in files.iter().enumerate() {
        let of_file = sketch.members.iter();
        placed.extend(of_file.map(|member| Placed { file, member, set: before + member.set as usize }));
        before += sketch.sets.ends.len();
    }
    placed
}

/// Reports near-duplicates, but for those whose answers conflict: these are reported already, and keeping either isn't
/// enough.
fn add_near(
    files: &[FileSketch],
    members: &[Placed],
    conflicts: &[HashSet<u32>],
    (sets, near): (&Sets, &Near),
    findings: &mut [Findings],
) {
    let train = members.iter().filter(|placed| files[placed.file].role == Role::Train);
    let trained: HashSet<u64> = train.map(|placed| placed.member.identity).collect();
    let mut first: HashMap<(usize, u32), &Placed> = HashMap::new();
    let mut first_of_set: HashMap<u32, u32> = HashMap::new();
    for placed in members {
        let (file, line) = (&files[placed.file], placed.member.line);
        first_of_set.entry(placed.set as u32).or_insert(line);
        let is_held_out = file.role != Role::Train;
        if is_held_out
            && let Some(source) = near.leaked[placed.set]
            && !trained.contains(&placed.member.identity)
        {
            let alike = percent(similarity(sets.get(placed.set), sets.get(source as usize), sets.most));
            let source = first_of_set.get(&source).copied().unwrap_or_default();
            let message = format!("the record is {alike} like the training record on line {source}");
            let help = "remove it from one of the two files";
            let finding = finding(Code::NearLeakage, file, line, message, help, Some(file.head(placed.member)));
            findings[placed.file].push(finding);
        }
        let group = near.group[placed.set];
        match first.get(&(placed.file, group)) {
            None => {
                first.insert((placed.file, group), placed);
            }
            Some(_) if conflicts[placed.file].contains(&line) => {}
            Some(earlier) => {
                let alike = percent(similarity(sets.get(placed.set), sets.get(earlier.set), sets.most));
                let message = format!("the record is {alike} like the one on line {}", earlier.member.line);
                let help = "keep one of them";
                let finding = finding(Code::NearDuplicate, file, line, message, help, Some(file.head(placed.member)));
                findings[placed.file].push(finding);
            }
        }
    }
}

fn percent(similarity: f64) -> String {
    format!("{}%", (similarity * 100.0).floor())
}

fn groups(files: &[FileSketch], members: &[Placed], near: &Near) -> Vec<Group> {
    let mut sizes: HashMap<u32, u64> = HashMap::new();
    members.iter().for_each(|placed| *sizes.entry(near.group[placed.set]).or_default() += 1);
    let mut largest: Vec<(u64, u32)> =
        sizes.into_iter().filter(|(_, size)| *size > 1).map(|(group, size)| (size, group)).collect();
    largest.sort_by_key(|(size, group)| (std::cmp::Reverse(*size), *group));
    largest.truncate(GROUPS_MAX);
    let listed = |(records, group): (u64, u32)| {
        let mut of_group = members.iter().filter(|placed| near.group[placed.set] == group);
        let first = of_group.next()?;
        let place = |placed: &Placed| Place { file: files[placed.file].name.clone(), line: placed.member.line };
        let places = [place(first)].into_iter().chain(of_group.take(LINES_MAX - 1).map(place)).collect();
        Some(Group { records, places, excerpt: files[first.file].head(first.member) })
    };
    largest.into_iter().filter_map(listed).collect()
}

/// A finding on a record.
pub(crate) fn finding(
    code: Code,
    file: &FileSketch,
    line: u32,
    message: String,
    help: &str,
    excerpt: Option<Excerpt>,
) -> Finding {
    Finding { line: Some(u64::from(line)), excerpt, ..Finding::of_file(code, &file.name, message, help.to_owned()) }
}
