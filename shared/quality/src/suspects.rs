//! The records of a training file that stand out, for who asks why a run went wrong. They are suspects, never causes:
//! which records a step of training had isn't known.

use std::collections::BTreeMap;

use tunedrop_validation::{Code, Findings};

use crate::profile::Profile;

/// How many suspects a file has at most.
pub const SUSPECTS_MAX: usize = 20;

/// Why a record is a suspect if it has characters of a kind that is rare in the file. The other reasons are codes.
pub const RARE_CHARACTERS: &str = "rare-characters";

/// A kind of character is rare if at most one of this many records has it.
const RARE_PARTS: u64 = 1_000;
/// In a smaller file, nothing is rare.
const RECORDS_MIN: u64 = 100;

/// The reasons, and how much each counts. A near-duplicate alone is hardly suspicious.
const REASONS: [(Code, u32); 4] =
    [(Code::DamagedText, 3), (Code::UnusualLength, 3), (Code::UnusualLanguage, 3), (Code::NearDuplicate, 1)];
const RARE_COUNTS: u32 = 3;

/// A record that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// Its 1-based line.
    pub line: u32,
    /// Why: codes of findings, or [`RARE_CHARACTERS`].
    pub reasons: Vec<&'static str>,
}

/// Returns the records with most reasons, by line.
pub(crate) fn suspects(profile: &Profile, records: u64, findings: &Findings) -> Vec<Suspect> {
    let mut found: BTreeMap<u32, (u32, Vec<&'static str>)> = BTreeMap::new();
    let mut add = |line: u32, reason: &'static str, counts: u32| {
        let (sum, reasons) = found.entry(line).or_default();
        if !reasons.contains(&reason) {
            *sum += counts;
            reasons.push(reason);
        }
    };
    for (code, counts) in REASONS {
        let lines = findings.kept.iter().filter(|finding| finding.code == code).filter_map(|finding| finding.line);
        lines.filter_map(|line| u32::try_from(line).ok()).for_each(|line| add(line, code.as_str(), counts));
    }
    if records >= RECORDS_MIN {
        // Of a file of 100 records, one record may have rare characters.
        let parts = RARE_PARTS.min(records);
        profile.rare_lines(records, parts).into_iter().for_each(|line| add(line, RARE_CHARACTERS, RARE_COUNTS));
    }
    let mut all: Vec<(u32, Suspect)> =
        found.into_iter().map(|(line, (sum, reasons))| (sum, Suspect { line, reasons })).collect();
    all.sort_by_key(|(sum, suspect)| (std::cmp::Reverse(*sum), suspect.line));
    all.truncate(SUSPECTS_MAX);
    let mut suspects: Vec<Suspect> = all.into_iter().map(|(_, suspect)| suspect).collect();
    suspects.sort_by_key(|suspect| suspect.line);
    suspects
}
