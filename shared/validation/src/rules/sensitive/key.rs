//! Keys: those of AWS, and private ones in PEM.

use super::{Found, tally};

/// What follows `AKIA` (long-term) or `ASIA` (temporary) in the id of an access key.
const BEHIND: usize = 16;

/// Ids of AWS access keys that stand as words of their own.
pub(super) fn access_keys(text: &str) -> Found {
    let bytes = text.as_bytes();
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_key = |at: &usize| {
        let end = at + 4 + BEHIND;
        let Some(key) = bytes.get(*at..end) else { return false };
        let apart = !at.checked_sub(1).is_some_and(|before| part(&bytes[before])) && !bytes.get(end).is_some_and(part);
        let named = matches!(&key[1..4], b"KIA" | b"SIA");
        apart && named && key[4..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    tally(memchr::memchr_iter(b'A', bytes).filter(is_key))
}

/// Headers of private keys, with or without a word for the kind (RFC 7468; OpenSSH and PKCS #1 have one).
pub(super) fn private_keys(text: &str) -> Found {
    const BEGIN: &str = "-----BEGIN ";
    let is_key = |at: &usize| {
        let behind = &text.as_bytes()[at + BEGIN.len()..];
        let label =
            behind.iter().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b' ');
        let (label, rest) = behind.split_at(label.take(40).count());
        let is_private = label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK");
        is_private && rest.starts_with(b"-----")
    };
    tally(memchr::memmem::find_iter(text.as_bytes(), BEGIN).filter(is_key))
}

#[cfg(test)]
mod tests {
    use super::{access_keys, private_keys};

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
