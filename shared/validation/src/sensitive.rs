//! Secrets and personal data in a text: what is found, and where. One pass, whose time is linear in the text's length.
//!
//! Check digits distinguish such numbers from others. Forms that numbers of orders or parcels have, too, are found only
//! shortly behind a word that announces them.

mod card;
mod checksums;
mod email;
mod iban;
mod key;
mod kind;
mod national;
mod phone;
mod shape;
#[cfg(test)]
mod tests;
mod token;

pub use kind::{SensitiveCounts, SensitiveKind};

/// Something that is secret or personal, in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SensitiveSpan {
    /// What it looks like.
    pub kind: SensitiveKind,
    /// The offset of its first byte.
    pub start: usize,
    /// The offset behind its last byte.
    pub end: usize,
}

/// Finds secrets and personal data, in the order of the text. No two overlap: of those that would, the earlier one counts.
pub fn sensitive_spans(text: &str) -> Vec<SensitiveSpan> {
    let mut scan = Scan { bytes: text.as_bytes(), spans: Vec::new(), digits_end: 0 };
    scan.run();
    let mut spans = scan.spans;
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut end = 0;
    spans.retain(|span| {
        let is_free = span.start >= end;
        end = end.max(span.end * usize::from(is_free));
        is_free
    });
    spans
}

/// What a byte may be a part of.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'0'..=b'9' => WORD | DIGIT,
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => WORD,
            b'@' | b'+' | b'-' => SIGN,
            _ => 0,
        };
        byte += 1;
    }
    classes
};
const WORD: u8 = 1;
const DIGIT: u8 = 2;
const SIGN: u8 = 4;

struct Scan<'t> {
    bytes: &'t [u8],
    spans: Vec<SensitiveSpan>,
    /// The end of the last run of digits that may be a card's number: a run is read once.
    digits_end: usize,
}

impl Scan<'_> {
    fn run(&mut self) {
        let class = |byte: &u8| CLASSES[usize::from(*byte)];
        let mut at = 0;
        loop {
            at += self.bytes[at..].iter().take_while(|byte| class(byte) == 0).count();
            let Some(first) = self.bytes.get(at) else { return };
            if class(first) == SIGN {
                at = self.sign(at, *first).map_or(at + 1, |end| end.max(at + 1));
                continue;
            }
            let mut classes = 0;
            let is_part = |byte: &&u8| {
                classes |= class(byte);
                class(byte) & WORD != 0
            };
            let length = self.bytes[at..].iter().take_while(is_part).count();
            at = self.word(at, length, classes & DIGIT != 0).unwrap_or(at + length);
        }
    }

    /// Looks at what a sign may be a part of. Returns the end of what was found.
    fn sign(&mut self, at: usize, sign: u8) -> Option<usize> {
        let (kind, start, end) = match sign {
            b'@' => {
                let (start, end) = email::address(self.bytes, at)?;
                (SensitiveKind::EmailAddress, start, end)
            }
            b'+' => (SensitiveKind::PhoneNumber, at, phone::phone(self.bytes, at)?),
            _ => (SensitiveKind::PrivateKey, at, key::private_key(self.bytes, at)?),
        };
        self.found(kind, start, end)
    }

    /// Looks at what may begin with the word at `at`.
    fn word(&mut self, at: usize, length: usize, has_digit: bool) -> Option<usize> {
        let bytes = self.bytes;
        let first = bytes[at];
        if first == b'e'
            && let Some(end) = token::web_token(bytes, at)
        {
            return self.found(SensitiveKind::JsonWebToken, at, end);
        }
        if token::may_begin(first)
            && let Some((kind, start, end)) = token::vendor_key(bytes, at)
        {
            return self.found(kind, start, end);
        }
        if first == b'A'
            && let Some(end) = key::access_key(bytes, at)
        {
            return self.found(SensitiveKind::AwsAccessKey, at, end);
        }
        // The letter of a Spanish number may be followed by a dash. Everything else has a digit in its first word.
        let is_spanish = length == 1 && matches!(first, b'X'..=b'Z' | b'x'..=b'z');
        if !has_digit && !is_spanish {
            return None;
        }
        if let Some(end) = iban::iban(bytes, at) {
            return self.found(SensitiveKind::Iban, at, end);
        }
        if let Some((kind, end)) = national::national_id(bytes, at) {
            return self.found(kind, at, end);
        }
        if !first.is_ascii_digit() || at < self.digits_end {
            return None;
        }
        let (end, is_card) = card::run(bytes, at);
        self.digits_end = end;
        if is_card { self.found(SensitiveKind::CardNumber, at, end) } else { None }
    }

    fn found(&mut self, kind: SensitiveKind, start: usize, end: usize) -> Option<usize> {
        self.spans.push(SensitiveSpan { kind, start, end });
        Some(end)
    }
}
