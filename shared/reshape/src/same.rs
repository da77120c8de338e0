//! Compares records: equal as JSON, regardless of white space, key order and escapes.

use blake3::Hasher;

use crate::json;
use crate::records::LONGEST;

/// 128 bits of a record's hash: two different records can't have the same one, not even on purpose.
pub type Key = [u8; 16];

/// The nesting depth beyond which a value is compared as it is written. No data format has such depth.
const DEEPEST: usize = 64;

/// Computes the key of a line that is read in parts.
#[derive(Debug, Default)]
pub struct LineKey {
    line: Vec<u8>,
    /// The hash of a line that is too long to be parsed.
    long: Option<Box<Hasher>>,
}

impl LineKey {
    /// Adds the next bytes of the line.
    pub fn add(&mut self, bytes: &[u8]) {
        match &mut self.long {
            Some(hasher) => {
                hasher.update(bytes);
            }
            None if self.line.len() + bytes.len() <= LONGEST => self.line.extend_from_slice(bytes),
            None => {
                let mut hasher = Hasher::new();
                hasher.update(&self.line).update(bytes);
                self.long = Some(Box::new(hasher));
                self.line = Vec::new();
            }
        }
    }

    /// Returns the key, at the end of the line. `None` for a blank line.
    pub fn end(&mut self) -> Option<Key> {
        let key = match self.long.take() {
            Some(hasher) => Some(shortened(&hasher)),
            None => key(&self.line),
        };
        self.line.clear();
        key
    }
}

/// Returns the key of a line. `None` for a blank line. A line that isn't JSON is compared as it is written.
pub(crate) fn key(line: &[u8]) -> Option<Key> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    let mut hasher = Hasher::new();
    match std::str::from_utf8(line).ok().filter(|text| json::value(text).is_ok()) {
        _ if line.is_empty() => return None,
        Some(text) => add_value(&mut hasher, text, 0),
        None => add(&mut hasher, b'x', line),
    }
    Some(shortened(&hasher))
}

fn shortened(hasher: &Hasher) -> Key {
    let mut key = Key::default();
    key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    key
}

/// Adds a part. Its length is hashed too, so ("ab", "c") and ("a", "bc") differ.
fn add(hasher: &mut Hasher, kind: u8, bytes: &[u8]) {
    hasher.update(&[kind]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
}

fn add_value(hasher: &mut Hasher, raw: &str, depth: usize) {
    let raw = raw.trim_ascii();
    match raw.as_bytes().first() {
        Some(b'{') if depth < DEEPEST => {
            let Some(mut members) = json::members(raw) else {
                return add(hasher, b'x', raw.as_bytes());
            };
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            add(hasher, b'{', &(members.len() as u64).to_le_bytes());
            for (key, value) in members {
                add(hasher, b'k', key.as_bytes());
                add_value(hasher, value.get(), depth + 1);
            }
        }
        Some(b'[') if depth < DEEPEST => {
            let elements = json::elements(raw).unwrap_or_default();
            add(hasher, b'[', &(elements.len() as u64).to_le_bytes());
            elements.into_iter().for_each(|element| add_value(hasher, element.get(), depth + 1));
        }
        Some(b'"') => match json::text(raw) {
            Some(text) => add(hasher, b'"', text.as_bytes()),
            None => add(hasher, b'x', raw.as_bytes()),
        },
        _ => add(hasher, b'x', raw.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignores_white_space_key_order_and_escapes() {
        let one = key(br#"{"prompt": "caf\u00e9 \/", "n": [1, {"a": null, "b": 2.50}]}"#);
        let other = key("\u{feff}{\"n\":[1,{\"b\":2.50,\"a\":null}],\t\"prompt\":\"café /\"}\r".as_bytes());
        assert!(one.is_some() && one == other);
    }

    #[test]
    fn distinguishes_different_values() {
        let lines: [&str; 9] = [
            "{\"a\": \"1\"}",
            "{\"a\": 1}",
            "{\"a\": 1.0}",
            "{\"a\": [1]}",
            "{\"a\": {}}",
            "{\"a\": []}",
            "{\"b\": 1}",
            "{\"a\": 1",
            "{\"a\": 12345678901234567890123}",
        ];
        let mut keys: Vec<_> = lines.iter().map(|line| key(line.as_bytes()).expect("not blank")).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), lines.len());
        assert_eq!(key(b" \t\r"), None);
    }

    #[test]
    fn handles_any_depth_and_length() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(key(deep.as_bytes()).is_some());
        let mut long = LineKey::default();
        let chunk = vec![b'x'; LONGEST];
        let mut once = || {
            long.add(&chunk);
            long.add(b"tail");
            long.end()
        };
        assert!(once().is_some() && once() == once());
        assert_eq!(long.end(), None, "something of the long line is left");
    }
}
