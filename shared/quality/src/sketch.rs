//! A sketch of a training file: counts of at most 4 KB, from which two versions of a dataset are compared. It has nothing
//! of any text: a label is a hash with a key that the caller keeps elsewhere.

use std::collections::BTreeMap;

use twox_hash::xxhash3_64;

use crate::assess::FileQuality;
use crate::histogram::Histogram;
use crate::kept::LABELS_MAX;

/// The most bytes of a stored sketch.
pub const SKETCH_MAX: usize = 4096;

const MAGIC: &[u8; 8] = b"tdsketch";
const VERSION: u8 = 1;
const CHECKSUM: usize = 8;
/// More languages than can be recognized.
const LANGUAGES_MAX: usize = 128;

/// The hash of a label with a key.
pub type LabelHash = u32;

/// The code of a language, of ISO 639-3.
pub(crate) type LanguageCode = [u8; 3];

/// A sketch of one or more files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch {
    pub(crate) records: u64,
    pub(crate) duplicates: u64,
    pub(crate) near_duplicates: u64,
    pub(crate) answers: Histogram,
    pub(crate) prompts: Histogram,
    pub(crate) turns: Histogram,
    pub(crate) languages: BTreeMap<LanguageCode, u64>,
    /// `None` if the answers aren't a few labels.
    pub(crate) labels: Option<BTreeMap<LabelHash, u64>>,
}

/// Why bytes aren't a sketch that this version reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SketchFault {
    /// Another version of tunedrop wrote it.
    OtherVersion,
    /// It isn't a sketch, or was changed.
    Damaged,
}

/// A label without case, punctuation and repeated spaces, so that its hash depends on none of them.
pub(crate) fn label_words(label: &str) -> String {
    let kept: String = label.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { label.trim().to_owned() } else { words }
}

impl Sketch {
    /// Returns the sketch of a file. `hash` is a keyed hash of a label.
    pub fn of(file: &FileQuality, hash: &dyn Fn(&str) -> LabelHash) -> Sketch {
        let code = |code: &str| code.as_bytes().first_chunk().copied().unwrap_or_default();
        let languages = file.languages.iter().map(|language| (code(language.code), language.records)).collect();
        let mut labels: BTreeMap<LabelHash, u64> = BTreeMap::new();
        for label in &file.labels {
            *labels.entry(hash(&label_words(label.label.text()))).or_default() += label.records;
        }
        let profile = &file.profile;
        Sketch {
            records: file.records,
            duplicates: profile.duplicates,
            near_duplicates: profile.near_duplicates,
            answers: profile.answers.clone(),
            prompts: profile.prompts.clone(),
            turns: profile.turns.clone(),
            languages,
            labels: Some(labels).filter(|labels| !labels.is_empty()),
        }
    }

    /// Returns the number of records.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Adds the counts of another sketch. Records that are alike in both aren't found, so shares of duplicates are lower
    /// bounds then.
    pub fn merge(&mut self, other: &Sketch) {
        if self.records == 0 || other.records == 0 {
            if self.records == 0 {
                self.clone_from(other);
            }
            return;
        }
        self.records = self.records.saturating_add(other.records);
        self.duplicates = self.duplicates.saturating_add(other.duplicates);
        self.near_duplicates = self.near_duplicates.saturating_add(other.near_duplicates);
        self.answers.merge(&other.answers);
        self.prompts.merge(&other.prompts);
        self.turns.merge(&other.turns);
        other.languages.iter().for_each(|(code, count)| *self.languages.entry(*code).or_default() += count);
        self.labels = match (self.labels.take(), &other.labels) {
            (Some(mut labels), Some(more)) => {
                more.iter().for_each(|(hash, count)| *labels.entry(*hash).or_default() += count);
                Some(labels).filter(|labels| labels.len() <= LABELS_MAX)
            }
            _ => None,
        };
    }

    /// Returns the sketch as it is stored: at most [`SKETCH_MAX`] bytes.
    pub fn encode(&self) -> Vec<u8> {
        let bytes = self.encode_with(self.labels.as_ref());
        // Labels are left out of a sketch that would be too large. A test shows that none is.
        if bytes.len() <= SKETCH_MAX { bytes } else { self.encode_with(None) }
    }

    fn encode_with(&self, labels: Option<&BTreeMap<LabelHash, u64>>) -> Vec<u8> {
        let mut out = Vec::from(MAGIC);
        out.push(VERSION);
        [self.records, self.duplicates, self.near_duplicates].into_iter().for_each(|count| put(&mut out, count));
        for histogram in [&self.answers, &self.prompts, &self.turns] {
            put_pairs(&mut out, &histogram.filled());
        }
        put(&mut out, self.languages.len() as u64);
        for (code, count) in &self.languages {
            out.extend_from_slice(code);
            put(&mut out, *count);
        }
        out.push(u8::from(labels.is_some()));
        let labels: Vec<(u64, u64)> =
            labels.into_iter().flatten().map(|(hash, count)| (u64::from(*hash), *count)).collect();
        put_pairs(&mut out, &labels);
        let checksum = xxhash3_64::Hasher::oneshot(&out);
        out.extend_from_slice(&checksum.to_le_bytes());
        out
    }

    /// Reads a stored sketch.
    pub fn decode(bytes: &[u8]) -> Result<Sketch, SketchFault> {
        match bytes.strip_prefix(MAGIC) {
            Some([VERSION, ..]) => read(bytes).ok_or(SketchFault::Damaged),
            Some([_, ..]) => Err(SketchFault::OtherVersion),
            _ => Err(SketchFault::Damaged),
        }
    }
}

fn read(bytes: &[u8]) -> Option<Sketch> {
    let (body, checksum) = bytes.split_last_chunk::<CHECKSUM>()?;
    if bytes.len() > SKETCH_MAX || xxhash3_64::Hasher::oneshot(body) != u64::from_le_bytes(*checksum) {
        return None;
    }
    let rest = &mut body.get(MAGIC.len() + 1..)?;
    let (records, duplicates, near_duplicates) = (take(rest)?, take(rest)?, take(rest)?);
    let mut histogram = || Histogram::of_filled(&take_pairs(rest)?);
    let (answers, prompts, turns) = (histogram()?, histogram()?, histogram()?);
    let mut languages = BTreeMap::new();
    for _ in 0..usize::try_from(take(rest)?).ok().filter(|count| *count <= LANGUAGES_MAX)? {
        let (code, after) = rest.split_first_chunk::<3>()?;
        *rest = after;
        languages.insert(*code, take(rest)?);
    }
    let (has_labels, after) = rest.split_first()?;
    *rest = after;
    let label = |(hash, count): (u64, u64)| Some((LabelHash::try_from(hash).ok()?, count));
    let labels: BTreeMap<LabelHash, u64> = take_pairs(rest)?.into_iter().map(label).collect::<Option<_>>()?;
    let labels = (*has_labels == 1).then_some(labels);
    let sketch = Sketch { records, duplicates, near_duplicates, answers, prompts, turns, languages, labels };
    rest.is_empty().then_some(sketch)
}

/// Writes seven bits in each byte, the lowest first.
fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Writes ascending keys as their differences, each with its value.
fn put_pairs(out: &mut Vec<u8>, pairs: &[(u64, u64)]) {
    put(out, pairs.len() as u64);
    let mut before = 0;
    for (key, value) in pairs {
        put(out, key - before);
        put(out, *value);
        before = *key;
    }
}

fn take_pairs(rest: &mut &[u8]) -> Option<Vec<(u64, u64)>> {
    let (count, mut key) = (take(rest)?, 0_u64);
    if count > SKETCH_MAX as u64 {
        return None;
    }
    let pair = |_| {
        key = key.checked_add(take(rest)?)?;
        Some((key, take(rest)?))
    };
    (0..count).map(pair).collect()
}

#[cfg(test)]
mod tests;
