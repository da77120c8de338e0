//! Keys: those of AWS, and private ones in PEM.

use super::shape::is_word;

/// What follows `AKIA` (long-term) or `ASIA` (temporary) in the id of an access key.
const BEHIND: usize = 16;

/// The end of the id of an AWS access key that begins at `start`, the beginning of a word.
pub(super) fn access_key(bytes: &[u8], start: usize) -> Option<usize> {
    let end = start + 4 + BEHIND;
    let key = bytes.get(start..end)?;
    let named = matches!(&key[..4], b"AKIA" | b"ASIA");
    let apart = !bytes.get(end).copied().is_some_and(is_word);
    (named && apart && key[4..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())).then_some(end)
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";

/// The end of the private key whose header is at `start`, with or without a word for the kind (RFC 7468; OpenSSH and
/// PKCS #1 have one). Without a footer, the key ends where its encoding does.
pub(super) fn private_key(bytes: &[u8], start: usize) -> Option<usize> {
    let behind = bytes.get(start..)?.strip_prefix(BEGIN)?;
    let (label, rest) = behind.split_at(label(behind));
    let is_private = label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK");
    if !is_private || !rest.starts_with(b"-----") {
        return None;
    }
    let body = start + BEGIN.len() + label.len() + 5;
    // Base64, white space, and headers such as `Proc-Type: 4,ENCRYPTED` of RFC 1421; a text in JSON may have `\\n` between.
    let encoded =
        |byte: &&u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=:,.()\\".contains(*byte);
    let mut end = body;
    loop {
        end += bytes[end..].iter().take_while(encoded).count();
        let left = &bytes[end..];
        if let Some(footer) = left.strip_prefix(END) {
            let label = self::label(footer);
            let dashes = footer[label..].iter().take(5).take_while(|byte| **byte == b'-').count();
            return Some(end + END.len() + label + dashes);
        }
        match left.first() {
            Some(b'-') if !left.starts_with(BEGIN) => end += 1,
            _ => break,
        }
    }
    // What follows may be prose: only the lines of base64 belong to the key.
    Some(body + base64_lines(&bytes[body..end]))
}

/// The length of a header's label.
fn label(bytes: &[u8]) -> usize {
    let is_label = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b' ';
    bytes.iter().take(40).take_while(is_label).count()
}

/// The length of the words of base64 at the beginning: the last one may be short, the others aren't.
fn base64_lines(bytes: &[u8]) -> usize {
    let mut end = 0;
    loop {
        let gap = bytes[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let word = &bytes[end + gap..];
        let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=".contains(*byte);
        let length = word.iter().take_while(is_base64).count();
        if length < 16 {
            return end;
        }
        end += gap + length;
    }
}

#[cfg(test)]
mod tests {
    use crate::sensitive::tests::found;
    use crate::sensitive::{SensitiveKind, sensitive_spans};

    fn access_keys(text: &str) -> (Option<usize>, u64) {
        found(text, SensitiveKind::AwsAccessKey)
    }

    fn private_keys(text: &str) -> (Option<usize>, u64) {
        found(text, SensitiveKind::PrivateKey)
    }

    #[test]
    fn a_private_key_ends_with_its_footer_or_its_encoding() {
        let lines = "MIIEvQIBADANBgkqhkiG9w0BAQEF\nAASCBKcwggSjAgEAAoIBAQC7VJTU";
        let header = "-----BEGIN PRIVATE KEY-----";
        for (text, left) in [
            (format!("a {header}\n{lines}\n-----END PRIVATE KEY----- b"), "a  b"),
            (format!("{header}\nProc-Type: 4,ENCRYPTED\n\n{lines}==\n-----END PRIVATE KEY-----"), ""),
            (format!("{header}\n{lines}\n\nIs it safe?"), "\n\nIs it safe?"),
            (format!("{header}, a header"), ", a header"),
            (format!("{header}\n{lines}\n{header}\n{lines}\n-----END PRIVATE KEY-----."), "\n."),
        ] {
            let mut rest = text.clone();
            sensitive_spans(&text).iter().rev().for_each(|span| rest.replace_range(span.start..span.end, ""));
            assert_eq!(rest, left, "{text}");
        }
    }

    #[test]
    fn access_keys_are_words_of_twenty_capitals_and_digits() {
        let key = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        let temporary = key.replace("AKIA", "ASIA");
        assert_eq!(access_keys(&key), (Some(0), 1));
        assert_eq!(access_keys(&format!("é: {temporary}, ({key})")), (Some(4), 2));
        for none in [&key[1..], &key[..19], &format!("{key}A"), &format!("x{key}"), &key.to_lowercase(), "AKIA"] {
            assert_eq!(access_keys(none), (None, 0), "{none}");
        }
    }

    #[test]
    fn private_keys_begin_with_their_header() {
        for kind in ["", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH "] {
            assert_eq!(private_keys(&format!("a\n-----BEGIN {kind}PRIVATE KEY-----\nMII")), (Some(2), 1));
        }
        assert_eq!(private_keys("-----BEGIN PGP PRIVATE KEY BLOCK-----"), (Some(0), 1));
        for none in
            ["-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----", "PRIVATE KEY", "-----BEGIN PRIVATE KEY"]
        {
            assert_eq!(private_keys(none), (None, 0), "{none}");
        }
    }
}
