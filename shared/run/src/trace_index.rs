//! The index of a run's records, which tells whether a record went into the run: a keyed hash of each, and nothing of its text.
//!
//! Two records are the same if their JSON is the same but for white space between its parts. The key is the stack's, so
//! that nobody without it can try which texts an index has.

mod search;

pub use search::{RecordSearch, Wanted};

/// The first bytes of an index, with the version of its format.
const MAGIC: &[u8; 8] = b"tdindex1";
/// Bytes of a hash. Of 4 million records, another one has the hash of one of them with a chance of 1 in 4 trillion.
const HASH: usize = 8;
/// The most records of an index, so that a file of many tiny lines needs little memory. No model takes more than 500,000.
const RECORDS_MAX: usize = 4_000_000;
/// Bytes of a record that are collected before they are hashed.
const COLLECTED: usize = 64 << 10;

/// The key of a stack's indexes.
pub type TraceKey = [u8; 32];

/// The hash of a record in the indexes of a stack.
pub type RecordHash = u64;

/// Hashes the records of JSON Lines, in pieces of any size. Memory is bounded by the number of records.
#[derive(Debug)]
pub struct TraceIndexer {
    key: TraceKey,
    /// The current record without white space between its parts, as far as it isn't hashed yet.
    record: Vec<u8>,
    hasher: Option<blake3::Hasher>,
    in_string: bool,
    escaped: bool,
    hashes: Vec<RecordHash>,
    is_full: bool,
}

impl TraceIndexer {
    /// An empty one.
    pub fn new(key: TraceKey) -> TraceIndexer {
        TraceIndexer {
            key,
            record: Vec::new(),
            hasher: None,
            in_string: false,
            escaped: false,
            hashes: Vec::new(),
            is_full: false,
        }
    }

    /// Adds the next bytes of a file.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(first) = rest.first() {
            let taken = if self.escaped {
                self.escaped = false;
                self.record.push(*first);
                1
            } else if self.in_string {
                self.text(rest)
            } else {
                self.between(*first);
                1
            };
            rest = &rest[taken..];
            if self.record.len() >= COLLECTED {
                self.flush();
            }
        }
    }

    /// Takes the text of a string up to its end, an escape or a line's end. Returns the number of bytes.
    fn text(&mut self, rest: &[u8]) -> usize {
        let Some(at) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
            let taken = rest.len().min(COLLECTED);
            self.record.extend_from_slice(&rest[..taken]);
            return taken;
        };
        if at > COLLECTED {
            self.record.extend_from_slice(&rest[..COLLECTED]);
            return COLLECTED;
        }
        match rest[at] {
            b'\n' => {
                self.record.extend_from_slice(&rest[..at]);
                self.end();
            }
            byte => {
                self.record.extend_from_slice(&rest[..=at]);
                self.escaped = byte == b'\\';
                self.in_string = byte == b'\\';
            }
        }
        at + 1
    }

    /// Takes a byte outside of strings.
    fn between(&mut self, byte: u8) {
        match byte {
            b'\n' => self.end(),
            _ if byte.is_ascii_whitespace() => {}
            _ => {
                self.in_string = byte == b'"';
                self.record.push(byte);
            }
        }
    }

    fn flush(&mut self) {
        let hasher = self.hasher.get_or_insert_with(|| blake3::Hasher::new_keyed(&self.key));
        hasher.update(&self.record);
        self.record.clear();
    }

    /// Ends a record. Empty lines are none.
    fn end(&mut self) {
        let Some(hash) = self.take_record() else { return };
        if self.hashes.len() >= RECORDS_MAX {
            self.is_full = true;
            return;
        }
        self.hashes.push(hash);
    }

    /// Ends a record, and returns its hash without keeping it. `None` if it was empty.
    fn take_record(&mut self) -> Option<RecordHash> {
        (self.in_string, self.escaped) = (false, false);
        let hash = match self.hasher.take() {
            Some(mut hasher) => hasher.update(&self.record).finalize(),
            None if self.record.is_empty() => return None,
            None => blake3::keyed_hash(&self.key, &self.record),
        };
        self.record.clear();
        Some(short(&hash))
    }

    /// Ends a file. The next bytes begin another one.
    pub fn end_file(&mut self) {
        self.end();
    }

    /// The hashes so far, sorted and each once.
    pub fn hashes(mut self) -> Vec<RecordHash> {
        self.end();
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.hashes
    }

    /// The index as it is stored. `None` if there are too many records.
    pub fn index(self) -> Option<Vec<u8>> {
        if self.is_full {
            return None;
        }
        let hashes = self.hashes();
        let mut index = Vec::with_capacity(MAGIC.len() + hashes.len() * HASH);
        index.extend_from_slice(MAGIC);
        hashes.iter().for_each(|hash| index.extend_from_slice(&hash.to_le_bytes()));
        Some(index)
    }
}

fn short(hash: &blake3::Hash) -> RecordHash {
    let mut short = [0; HASH];
    short.copy_from_slice(&hash.as_bytes()[..HASH]);
    u64::from_le_bytes(short)
}

/// Which of these hashes an index has. `None` if it isn't an index of this version.
pub fn found_in(index: &[u8], wanted: &[RecordHash]) -> Option<Vec<RecordHash>> {
    let (hashes, rest) = index.strip_prefix(MAGIC)?.as_chunks::<HASH>();
    if !rest.is_empty() {
        return None;
    }
    let has = |hash: &&RecordHash| hashes.binary_search_by_key(*hash, |bytes| u64::from_le_bytes(*bytes)).is_ok();
    Some(wanted.iter().filter(has).copied().collect())
}

/// The key of the index of a run, whose data the later attempts share.
pub fn index_key(run_id: &crate::RunId) -> String {
    format!("runs/{}/index.bin", run_id.first())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: TraceKey = [7; 32];

    fn hashes(key: TraceKey, pieces: &[&[u8]]) -> Vec<RecordHash> {
        let mut indexer = TraceIndexer::new(key);
        pieces.iter().for_each(|piece| indexer.feed(piece));
        indexer.hashes()
    }

    #[test]
    fn white_space_between_the_parts_of_a_record_does_not_matter() {
        let one = hashes(KEY, &[br#"{"a":"b c","d":[1,2]}"#]);
        assert_eq!(one.len(), 1);
        for same in ["{ \"a\" : \"b c\",\t\"d\": [1, 2] }\n", "\n\n {\"a\":\"b c\",\"d\":[1,2]}\r\n\n"] {
            assert_eq!(hashes(KEY, &[same.as_bytes()]), one, "{same:?}");
        }
        for other in [r#"{"a":"b  c","d":[1,2]}"#, r#"{"a":"b c","d":[1,3]}"#, r#"{"a":"b\" c","d":[1,2]}"#] {
            assert_ne!(hashes(KEY, &[other.as_bytes()]), one, "{other}");
        }
        assert_ne!(hashes([8; 32], &[br#"{"a":"b c","d":[1,2]}"#]), one, "another stack has other hashes");
    }

    #[test]
    fn quotation_marks_and_backslashes_in_strings_end_nothing() {
        let tricky = br#"{"a":"x\\","b":"y \" z"}"#;
        assert_eq!(hashes(KEY, &[tricky]), hashes(KEY, &[br#"{ "a": "x\\", "b": "y \" z" }"#]));
        assert_ne!(hashes(KEY, &[tricky]), hashes(KEY, &[br#"{"a":"x\\","b":"y \"z"}"#]));
    }

    #[test]
    fn index_has_at_most_16_bytes_a_record() {
        let mut indexer = TraceIndexer::new(KEY);
        for n in 0..10_000 {
            indexer.feed(format!("{{\"n\":{n}}}\n").as_bytes());
        }
        let index = indexer.index().expect("an index");
        assert_eq!(index.len(), 8 + 8 * 10_000);
        let wanted = hashes(KEY, &[b"{\"n\":17}\n{\"n\": 9999}\n{\"n\":10000}\n"]);
        assert_eq!(found_in(&index, &wanted).map(|found| found.len()), Some(2));
        for broken in [&index[1..], &index[..index.len() - 1], b"".as_slice()] {
            assert_eq!(found_in(broken, &wanted), None);
        }
    }

    #[test]
    fn long_record_is_hashed_in_parts() {
        let long = format!("{{\"a\":\"{}\"}}\n", "x".repeat(5 * COLLECTED));
        let spaced = format!("{{ \"a\": \"{}\" }}", "x".repeat(5 * COLLECTED));
        assert_eq!(hashes(KEY, &[long.as_bytes()]), hashes(KEY, &[spaced.as_bytes()]));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in "[\\PC\"\\\\\n {}\\[\\],:]{0,200}", at in 0_usize..200) {
            let bytes = text.as_bytes();
            let at = at.min(bytes.len());
            prop_assert_eq!(hashes(KEY, &[&bytes[..at], &bytes[at..]]), hashes(KEY, &[bytes]));
        }
    }
}
