//! Finds records in files, by their hash or by a text in them.

use std::collections::BTreeSet;

use super::{RecordHash, TraceIndexer, TraceKey, short};

/// What is searched.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// Records, by their hashes in this stack's indexes.
    Records(BTreeSet<RecordHash>),
    /// Records that contain a text, as it is or with JSON's escapes.
    Text(String),
}

impl Wanted {
    /// The records of JSON Lines.
    pub fn records(key: TraceKey, lines: &[u8]) -> Wanted {
        let mut indexer = TraceIndexer::new(key);
        indexer.feed(lines);
        Wanted::Records(indexer.hashes().into_iter().collect())
    }

    /// A name of what is searched that is the same each time, and that nobody without the key can compute: 16 hex digits.
    pub fn fingerprint(&self, key: TraceKey) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&key);
        match self {
            Wanted::Records(hashes) => {
                hasher.update(b"records\0");
                for hash in hashes {
                    hasher.update(&hash.to_le_bytes());
                }
            }
            Wanted::Text(text) => {
                hasher.update(b"text\0").update(text.as_bytes());
            }
        }
        format!("{:016x}", short(&hasher.finalize()))
    }

    /// The bytes that a record may have for the text.
    fn needles(&self) -> Vec<Vec<u8>> {
        let Wanted::Text(text) = self else { return Vec::new() };
        let quoted = serde_json::to_string(text).unwrap_or_default();
        let escaped = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        let ascii = |digits: fn(u16) -> String| -> String {
            let mut out = String::with_capacity(escaped.len());
            for one in escaped.chars() {
                match one.is_ascii() {
                    true => out.push(one),
                    false => one.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&digits(*unit))),
                }
            }
            out
        };
        // Python's json.dumps escapes all that isn't ASCII, with lower-case digits. Other programs write upper-case ones.
        let lower = ascii(|unit| format!("\\u{unit:04x}"));
        let upper = ascii(|unit| format!("\\u{unit:04X}"));
        let mut all = vec![text.as_bytes().to_vec()];
        for one in [escaped.as_bytes(), lower.as_bytes(), upper.as_bytes()] {
            if !all.iter().any(|known| known == one) {
                all.push(one.to_vec());
            }
        }
        all.retain(|one| !one.is_empty());
        all
    }
}

/// Searches one file, in pieces of any size. Memory is bounded by what is found.
#[derive(Debug)]
pub struct RecordSearch {
    indexer: TraceIndexer,
    hashes: BTreeSet<RecordHash>,
    needles: Vec<Vec<u8>>,
    /// The end of the line so far, in which a text may have begun.
    window: Vec<u8>,
    is_match: bool,
    found: BTreeSet<RecordHash>,
}

impl RecordSearch {
    /// Create one per file.
    pub fn new(key: TraceKey, wanted: &Wanted) -> RecordSearch {
        let hashes = match wanted {
            Wanted::Records(hashes) => hashes.clone(),
            Wanted::Text(_) => BTreeSet::new(),
        };
        RecordSearch {
            indexer: TraceIndexer::new(key),
            hashes,
            needles: wanted.needles(),
            window: Vec::new(),
            is_match: false,
            found: BTreeSet::new(),
        }
    }

    /// Adds the next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            self.part(&rest[..at]);
            self.end();
            rest = &rest[at + 1..];
        }
        self.part(rest);
    }

    /// Takes a part of a line.
    fn part(&mut self, bytes: &[u8]) {
        self.indexer.feed(bytes);
        let Some(longest) = self.needles.iter().map(Vec::len).max().filter(|_| !self.is_match) else { return };
        self.window.extend_from_slice(bytes);
        self.is_match = self.needles.iter().any(|needle| memchr::memmem::find(&self.window, needle).is_some());
        let kept = self.window.len().min(longest - 1);
        self.window.drain(..self.window.len() - kept);
    }

    fn end(&mut self) {
        self.window.clear();
        let is_match = std::mem::take(&mut self.is_match);
        if let Some(hash) = self.indexer.take_record()
            && (is_match || self.hashes.contains(&hash))
        {
            self.found.insert(hash);
        }
    }

    /// The hashes of the records that were found.
    pub fn finish(mut self) -> BTreeSet<RecordHash> {
        self.end();
        self.found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: TraceKey = [7; 32];
    const FILE: &str =
        "{\"a\": \"José says \\\"hi\\\"\"}\n{\"a\":\"x\"}\r\n\n{\"a\":\"Jos\\u00e9\"}\n{\"a\":\"JOS\\u00C9\"}";

    fn found(wanted: &Wanted, pieces: &[&[u8]]) -> usize {
        let mut search = RecordSearch::new(KEY, wanted);
        pieces.iter().for_each(|piece| search.feed(piece));
        search.finish().len()
    }

    #[test]
    fn text_is_found_with_and_without_escapes() {
        for (text, records) in [("José", 2), ("JOSÉ", 1), ("x", 1), ("says \"hi\"", 1), ("\"x\"", 1), ("nobody", 0)] {
            assert_eq!(found(&Wanted::Text(text.to_owned()), &[FILE.as_bytes()]), records, "{text}");
        }
    }

    #[test]
    fn records_are_found_by_their_hashes() {
        for (lines, records) in [("{ \"a\" : \"x\" }", 1), ("{\"a\":\"y\"}", 0), ("", 0), (FILE, 4)] {
            assert_eq!(found(&Wanted::records(KEY, lines.as_bytes()), &[FILE.as_bytes()]), records, "{lines}");
        }
    }

    #[test]
    fn fingerprint_is_stable_and_needs_the_key() {
        let wanted = Wanted::Text("ada".to_owned());
        assert_eq!(wanted.fingerprint(KEY), wanted.fingerprint(KEY));
        assert_eq!(wanted.fingerprint(KEY).len(), 16);
        assert_ne!(wanted.fingerprint(KEY), wanted.fingerprint([8; 32]));
        let records = |lines: &str| Wanted::records(KEY, lines.as_bytes()).fingerprint(KEY);
        assert_eq!(records("{\"a\":1}\n{\"b\":2}"), records("{\"b\": 2}\n{\"a\": 1}\n"));
        assert_ne!(records("{\"a\":1}"), records("{\"a\":2}"));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(at in 0..FILE.len(), then in 0..FILE.len()) {
            let (first, second) = (at.min(then), at.max(then));
            let bytes = FILE.as_bytes();
            let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
            for wanted in [Wanted::Text("José".to_owned()), Wanted::records(KEY, b"{\"a\":\"x\"}")] {
                prop_assert_eq!(found(&wanted, &pieces), found(&wanted, &[bytes]));
            }
        }
    }
}
