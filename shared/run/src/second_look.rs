//! What is kept with a run of the second look at its training file: the sketch, and the suspects. Neither has a record's
//! text.

use serde::{Deserialize, Serialize};
use tunedrop_quality::{
    Comparison, LabelHash, Quality, RARE_CHARACTERS, SKETCH_MAX, SUSPECTS_MAX, Sketch, SketchFault, compare,
};
use tunedrop_validation::Role;

use crate::RunId;
use crate::trace_index::TraceKey;

/// What the key of labels is derived for. Another one than that of records, so that neither list helps with the other.
const LABELS: &str = "tunedrop 2026 labels of sketches";

/// Bytes of a sketch that are read at most.
pub const SKETCH_READ_MAX: usize = SKETCH_MAX;
/// Bytes of the list of suspects that are read at most.
pub const SUSPECTS_READ_MAX: usize = 64 << 10;

/// The key of the sketch of a run, whose data the later attempts share.
pub fn sketch_key(run_id: &RunId) -> String {
    format!("runs/{}/sketch.bin", run_id.first())
}

/// The key of the suspects of a run, likewise.
pub fn suspects_key(run_id: &RunId) -> String {
    format!("runs/{}/suspects.json", run_id.first())
}

/// Returns the keyed hash of a label in the sketches of a stack.
pub fn label_hash(key: &TraceKey) -> impl Fn(&str) -> LabelHash + use<> {
    let key = blake3::derive_key(LABELS, key);
    move |label: &str| {
        let hash = blake3::keyed_hash(&key, label.as_bytes());
        hash.as_bytes().first_chunk().copied().map_or(0, LabelHash::from_le_bytes)
    }
}

/// Returns the sketch of the training file as it is stored. `None` if that wasn't looked at.
pub fn sketch_of(quality: &Quality, key: &TraceKey) -> Option<Vec<u8>> {
    let train = quality.files.iter().find(|file| file.role == Role::Train)?;
    Some(Sketch::of(train, &label_hash(key)).encode())
}

/// The earlier version that a training file is compared with.
#[derive(Debug, Clone, Copy)]
pub enum Earlier<'b> {
    /// Its stored sketch.
    Sketch(&'b [u8]),
    /// There is none.
    Missing,
    /// Its data was erased.
    Erased,
}

/// Compares the training file with the last accepted version, of this run. Whatever is wrong with that version's sketch is
/// said in the result. `None` if the training file wasn't looked at.
pub fn compare_with(quality: &Quality, run_id: &RunId, earlier: Earlier<'_>, key: &TraceKey) -> Option<Comparison> {
    let train = quality.files.iter().find(|file| file.role == Role::Train)?;
    let drift = match earlier {
        Earlier::Missing => {
            Err("it has no sketch, because its recipe had no `quality`, or the sketch expired".to_owned())
        }
        Earlier::Erased => Err("its data was erased".to_owned()),
        Earlier::Sketch(bytes) => match Sketch::decode(bytes) {
            Ok(before) => compare(&before, train, &label_hash(key)),
            Err(SketchFault::OtherVersion) => Err("another version of tunedrop wrote its sketch".to_owned()),
            Err(SketchFault::Damaged) => Err("its sketch is damaged".to_owned()),
        },
    };
    let (drift, not_compared) = match drift {
        Ok(drift) => (Some(drift), None),
        Err(why) => (None, Some(why)),
    };
    Some(Comparison { with: run_id.to_string(), is_accepted: true, drift, not_compared })
}

/// The records of a run's training file that stand out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspects {
    /// The version of this list: 1.
    pub version: u32,
    /// The name of the training file.
    pub file: String,
    /// The number of records that were looked at.
    pub records: u64,
    /// At most 20, by line.
    pub suspects: Vec<SuspectRecord>,
}

/// A record that stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspectRecord {
    /// Its 1-based line.
    pub line: u32,
    /// Why: codes of findings, or `rare-characters`.
    pub reasons: Vec<String>,
}

impl Suspects {
    /// Returns the suspects of the training file. `None` if that wasn't looked at.
    pub fn of(quality: &Quality) -> Option<Suspects> {
        let train = quality.files.iter().find(|file| file.role == Role::Train)?;
        let record = |suspect: &tunedrop_quality::Suspect| SuspectRecord {
            line: suspect.line,
            reasons: suspect.reasons.iter().map(|reason| (*reason).to_owned()).collect(),
        };
        let suspects = train.suspects.iter().map(record).collect();
        Some(Suspects { version: 1, file: train.name.clone(), records: train.records, suspects })
    }

    /// Returns the list as it is stored.
    pub fn encode(&self) -> Vec<u8> {
        // Strings and numbers under string keys: nothing here can fail to serialize.
        serde_json::to_vec(self).expect("suspects serialize")
    }

    /// Reads a stored list. `None` if it is damaged, or of another version.
    pub fn decode(bytes: &[u8]) -> Option<Suspects> {
        let read: Suspects = serde_json::from_slice(bytes).ok()?;
        (read.version == 1 && read.suspects.len() <= SUSPECTS_MAX).then_some(read)
    }
}

/// Returns a reason in words.
pub fn reason_words(reason: &str) -> &str {
    match reason {
        "damaged-text" => "damaged text",
        "unusual-length" => "unusual length",
        "unusual-language" => "unusual language",
        "near-duplicate" => "near-duplicate of an earlier record",
        RARE_CHARACTERS => "characters that hardly any other record has",
        other => other,
    }
}

#[cfg(test)]
mod tests;
