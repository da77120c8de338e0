//! What is kept of a file, in bounded memory.

use std::collections::{BTreeMap, HashMap, HashSet};

use tunedrop_validation::{Excerpt, KEPT_PER_CODE, Role};

use crate::cut::Ending;
use crate::facts::{Facts, FaultKind, SHINGLES_MAX};
use crate::language::Language;
use crate::lengths::Lengths;
use crate::near::Sets;
use crate::profile::Profile;

/// How many different records of a file are compared: twice the largest maximum of any model. Later ones aren't.
pub const RECORDS_MAX: usize = 1_000_000;

/// How many hashes of shingles a file keeps. Beyond, each record keeps half as many of its own.
const HASHES_MAX: usize = 32_000_000;
const SHINGLES_MIN: usize = 32;

/// How many different short answers are counted. A file with more has no labels.
pub(crate) const LABELS_MAX: usize = 200;

/// A record of a file, as it is compared with others.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) line: u32,
    pub(crate) set: u32,
    pub(crate) identity: u64,
    head: (u32, u8),
}

/// A record that wasn't compared has no set.
pub(crate) const NO_SET: u32 = u32::MAX;

/// A line of a record, for who asks which records belong together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeptLine {
    pub(crate) line: u32,
    pub(crate) set: u32,
    pub(crate) label: Option<u64>,
}

/// A prompt with its answer, and the line.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) prompt: u64,
    pub(crate) answer: u64,
    pub(crate) skeleton: u64,
    pub(crate) line: u32,
    pub(crate) answer_words: u32,
}

/// Faults of one kind: all of them counted, the first ones with line and excerpt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    pub(crate) count: u64,
    pub(crate) first: Vec<(u32, FaultKindShown, Excerpt)>,
}

/// What a message has about a fault besides its code.
pub(crate) type FaultKindShown = Option<crate::cut::Cut>;

/// A count of records, and the first lines with the beginning of the record.
pub(crate) type CountAndFirst = (u64, Vec<(u32, Excerpt)>);

/// What is kept of a file.
#[derive(Debug)]
pub struct FileSketch {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) records: u64,
    pub(crate) sets: Sets,
    pub(crate) members: Vec<Member>,
    /// Records that weren't compared: there were too many.
    pub(crate) left: u64,
    pub(crate) asked: Vec<Asked>,
    pub(crate) lengths: Lengths,
    pub(crate) profile: Profile,
    /// The records of each language.
    pub(crate) languages: BTreeMap<&'static str, CountAndFirst>,
    pub(crate) names: BTreeMap<&'static str, &'static str>,
    pub(crate) boilerplate: Faults,
    pub(crate) damage: Faults,
    pub(crate) cut: Faults,
    pub(crate) open: Faults,
    /// Answers that end like a sentence.
    pub(crate) complete: u64,
    /// Counts of short answers, with the answer; none if there are too many different ones.
    pub(crate) labels: Option<HashMap<u64, (u64, Box<str>)>>,
    pub(crate) labeled: u64,
    /// All records, if they are asked for.
    pub(crate) lines: Option<Vec<KeptLine>>,
    identities: HashSet<u64>,
    by_words: HashMap<u64, u32>,
    heads: Vec<u8>,
}

impl FileSketch {
    pub(crate) fn new(name: &str, role: Role) -> FileSketch {
        FileSketch {
            name: name.to_owned(),
            role,
            records: 0,
            sets: Sets { most: SHINGLES_MAX, ..Sets::default() },
            members: Vec::new(),
            left: 0,
            asked: Vec::new(),
            lengths: Lengths::default(),
            profile: Profile::default(),
            languages: BTreeMap::new(),
            names: BTreeMap::new(),
            boilerplate: Faults::default(),
            damage: Faults::default(),
            cut: Faults::default(),
            open: Faults::default(),
            complete: 0,
            labels: Some(HashMap::new()),
            labeled: 0,
            lines: None,
            identities: HashSet::new(),
            by_words: HashMap::new(),
            heads: Vec::new(),
        }
    }

    /// Adds a record on the 1-based `line`.
    pub(crate) fn add(&mut self, line: u64, facts: Facts) {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        self.records += 1;
        self.add_faults(line, &facts);
        self.lengths.add(facts.chars, line, &facts.head);
        self.profile.add(line, &facts);
        if let Some(language) = facts.language {
            self.add_language(language, line, &facts.head);
        }
        if let Some(pair) = &facts.pair {
            self.add_label(pair.answer, pair.label.as_deref());
        }
        if self.identities.contains(&facts.identity) {
            // The validator reports duplicates.
            self.profile.duplicates += 1;
            self.keep_line(line, self.by_words.get(&facts.normalized).copied(), &facts);
            return;
        }
        if self.members.len() == RECORDS_MAX {
            self.left += 1;
            self.keep_line(line, None, &facts);
            return;
        }
        self.identities.insert(facts.identity);
        let next = self.sets.len() as u32;
        let set = *self.by_words.entry(facts.normalized).or_insert(next);
        if set == next {
            self.sets.push(&facts.shingles);
            self.halve_samples();
        }
        self.keep_line(line, Some(set), &facts);
        let start = self.heads.len() as u32;
        self.heads.extend_from_slice(facts.head.as_bytes());
        self.members.push(Member { line, set, identity: facts.identity, head: (start, facts.head.len() as u8) });
        if let Some(pair) = facts.pair {
            let (prompt, answer, skeleton) = (pair.prompt, pair.answer, pair.skeleton);
            self.asked.push(Asked { prompt, answer, skeleton, line, answer_words: pair.answer_words });
        }
    }

    /// Returns the beginning of a record.
    pub(crate) fn head(&self, member: &Member) -> Excerpt {
        let (start, length) = (member.head.0 as usize, usize::from(member.head.1));
        Excerpt::around(self.heads.get(start..start + length).unwrap_or_default(), 0)
    }

    fn keep_line(&mut self, line: u32, set: Option<u32>, facts: &Facts) {
        if let Some(lines) = &mut self.lines {
            let label = facts.pair.as_ref().filter(|pair| pair.label.is_some()).map(|pair| pair.answer);
            lines.push(KeptLine { line, set: set.unwrap_or(NO_SET), label });
        }
    }

    fn halve_samples(&mut self) {
        while self.sets.hashes.len() > HASHES_MAX && self.sets.most > SHINGLES_MIN {
            self.sets.most /= 2;
            let most = self.sets.most;
            self.sets.retain(|_, at, _| at < most);
        }
    }

    fn add_faults(&mut self, line: u32, facts: &Facts) {
        self.complete += u64::from(facts.ending == Ending::Complete);
        for fault in &facts.faults {
            let (faults, cut) = match fault.kind {
                FaultKind::Boilerplate => (&mut self.boilerplate, None),
                FaultKind::Damage => (&mut self.damage, None),
                FaultKind::Cut(cut) => (&mut self.cut, Some(cut)),
                FaultKind::Open => (&mut self.open, None),
            };
            faults.count += 1;
            if faults.first.len() < KEPT_PER_CODE {
                faults.first.push((line, cut, fault.excerpt.clone()));
            }
        }
    }

    fn add_language(&mut self, language: Language, line: u32, head: &str) {
        self.names.insert(language.code(), language.name());
        let (count, first) = self.languages.entry(language.code()).or_default();
        *count += 1;
        if first.len() < KEPT_PER_CODE {
            first.push((line, Excerpt::around(head.as_bytes(), 0)));
        }
    }

    fn add_label(&mut self, answer: u64, label: Option<&str>) {
        let Some(labels) = &mut self.labels else { return };
        let Some(label) = label else { return };
        self.labeled += 1;
        labels.entry(answer).or_insert_with(|| (0, label.into())).0 += 1;
        if labels.len() > LABELS_MAX {
            self.labels = None;
        }
    }
}
