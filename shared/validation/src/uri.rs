//! Checks S3 addresses against Bedrock's pattern.
//!
//! The pattern (API reference, shape `S3Uri`, 1 to 1,024 characters):
//! `s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?`.
//! Matched by hand, because the pattern alone can't say what is wrong.

use crate::json::characters::named;

const SCHEME: &str = "s3://";

/// Returns why Bedrock rejects `uri`, as the end of a sentence, or `None` if it accepts it.
///
/// Names at most one character and its place, counted in characters from 1, never the address itself.
pub fn s3_uri_fault(uri: &str) -> Option<String> {
    if uri.is_empty() {
        return Some("it is empty".to_owned());
    }
    let length = uri.chars().count();
    if length > 1024 {
        return Some(format!("it has {length} characters, and the maximum is 1,024"));
    }
    let Some(rest) = uri.strip_prefix(SCHEME) else {
        let first = uri.chars().next().filter(|_| uri.trim_start().starts_with(SCHEME));
        return Some(match first {
            Some(space) => format!("it begins with {}", shown(space)),
            None => "it doesn't begin with `s3://`".to_owned(),
        });
    };
    let bucket = rest.split('/').next().unwrap_or_default();
    bucket_fault(bucket).or_else(|| key_fault(&rest[bucket.len()..], SCHEME.len() + bucket.len()))
}

/// What to do about a medium's address that Bedrock rejects.
pub(crate) fn help(uri: &str) -> &'static str {
    if uri.trim() != uri && uri.trim().starts_with(SCHEME) {
        return "remove the white space around the address";
    }
    let Some(rest) = uri.strip_prefix(SCHEME) else {
        let lower = uri.to_ascii_lowercase();
        let is_web = lower.starts_with("https://") || lower.starts_with("http://");
        return match lower.split_once("://") {
            _ if is_web && lower.contains(".amazonaws.com") => "write the address as s3://BUCKET/KEY",
            _ if is_web => "upload the file to S3, and write its address as s3://BUCKET/KEY",
            Some(("s3" | "s3a" | "s3n", _)) => "begin the address with `s3://`, in lower case",
            _ => "upload the file to S3, and write its address as s3://BUCKET/KEY",
        };
    };
    let bucket = rest.split('/').next().unwrap_or_default();
    if bucket_fault(bucket).is_some() {
        return "write the bucket's real name: 3 to 63 lowercase letters, digits, dots and hyphens";
    }
    match &rest[bucket.len()..] {
        "" | "/" => "write the address of a file, s3://BUCKET/KEY",
        key if key.ends_with('/') && key_fault(key, 0).is_none() => "write the address of a file, not of a folder",
        _ if uri.len() > 1024 => "copy the file to a shorter key, and write the new address",
        _ => "copy the file to a key of letters, digits and `_ - / .`, and write the new address",
    }
}

fn bucket_fault(bucket: &str) -> Option<String> {
    let edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if let Some((at, odd)) =
        odd_one(bucket, |odd| odd.is_ascii_lowercase() || odd.is_ascii_digit() || "-.".contains(odd))
    {
        return Some(format!("its bucket name has {} at character {}", shown(odd), SCHEME.len() + at));
    }
    if !(3..=63).contains(&bucket.len()) {
        return Some(format!("its bucket name has {} characters, and must have 3 to 63", bucket.len()));
    }
    let bytes = bucket.as_bytes();
    if !bytes.first().is_some_and(edge) || !bytes.last().is_some_and(edge) {
        return Some("its bucket name doesn't begin and end with a letter or digit".to_owned());
    }
    None
}

/// `key` begins with its slash, or is empty; `before` characters precede it.
fn key_fault(key: &str, before: usize) -> Option<String> {
    let allowed = |odd: char| odd.is_ascii_alphanumeric() || "-!_*'()./".contains(odd);
    if let Some((at, odd)) = odd_one(key, allowed) {
        return Some(format!("its key has {} at character {}", shown(odd), before + at));
    }
    key.find("//").map(|at| format!("its key has two slashes in a row at character {}", before + at + 1))
}

/// The first character that is not allowed, with its 1-based place.
fn odd_one(text: &str, allowed: impl Fn(char) -> bool) -> Option<(usize, char)> {
    text.chars().enumerate().find(|(_, odd)| !allowed(*odd)).map(|(at, odd)| (at + 1, odd))
}

fn shown(odd: char) -> String {
    match odd {
        ' ' => "a space".to_owned(),
        '`' => "a backtick".to_owned(),
        odd if odd.is_ascii_graphic() => format!("`{odd}`"),
        odd if odd.is_alphanumeric() => format!("`{odd}` (U+{:04X})", u32::from(odd)),
        odd => named(odd),
    }
}

#[cfg(test)]
mod tests {
    use super::{help, s3_uri_fault};

    #[track_caller]
    fn refused(uri: &str, because: &str) {
        let fault = s3_uri_fault(uri).unwrap_or_default();
        assert!(fault.contains(because), "{uri}: {fault:?}");
    }

    #[test]
    fn help_fits_the_kind_of_address() {
        for (uri, says) in [
            ("images/1.png", "upload the file to S3"),
            ("/data/1.png", "upload the file to S3"),
            ("C:\\1.png", "upload the file to S3"),
            ("https://example.com/1.png", "upload the file to S3"),
            ("https://abc.s3.us-east-1.amazonaws.com/1.png", "write the address as s3://BUCKET/KEY"),
            ("S3://abc/1.png", "begin the address with `s3://`"),
            ("s3a://abc/1.png", "begin the address with `s3://`"),
            ("s3://My_Bucket/1.png", "write the bucket's real name"),
            ("s3://abc", "write the address of a file"),
            ("s3://abc/images/", "not of a folder"),
            (" s3://abc/1.png", "remove the white space"),
            ("s3://abc/1.png\n", "remove the white space"),
            ("s3://abc/a b.png", "copy the file to a key of letters"),
        ] {
            assert!(help(uri).starts_with(says) || help(uri).ends_with(says), "{uri}: {}", help(uri));
        }
    }

    #[test]
    fn what_the_pattern_takes() {
        let long_bucket = format!("s3://{}", "a".repeat(63));
        let long = format!("s3://abc/{}", "k".repeat(1024 - 9));
        for uri in [
            "s3://abc",
            "s3://abc/",
            "s3://a.b-c/k",
            "s3://abc/k/",
            "s3://abc/train.jsonl",
            "s3://abc/a/b/c.jsonl",
            "s3://abc/-!_*'()./..",
            "s3://0a0/UPPER",
            "s3://a--b",
            &long_bucket,
            &long,
        ] {
            assert_eq!(s3_uri_fault(uri), None, "{uri}");
        }
    }

    #[test]
    fn what_it_refuses() {
        refused("", "empty");
        refused("S3://abc/k", "s3://");
        refused("https://abc.s3.amazonaws.com/k", "s3://");
        refused("s3://", "3 to 63");
        refused("s3:///key", "3 to 63");
        refused("s3://ab/k", "3 to 63");
        refused(&format!("s3://{}", "a".repeat(64)), "3 to 63");
        refused("s3://-ab/k", "begin and end");
        refused("s3://ab./k", "begin and end");
        refused("s3://aBc/k", "`B` at character 7");
        refused("s3://a_c/k", "`_` at character 7");
        refused("s3://abc/a b", "a space at character 11");
        refused("s3://abc/date=2026/k", "`=` at character 14");
        refused("s3://abc/a+b", "`+`");
        refused("s3://abc/a%20b", "`%`");
        refused("s3://abc/é", "`é` (U+00E9) at character 10");
        refused("s3://abc/a\nb", "U+000A line feed");
        refused(" s3://abc/k", "begins with a space");
        refused("\u{a0}s3://abc/k", "begins with U+00A0 no-break space");
        refused("s3://abc//k", "two slashes in a row at character 9");
        refused("s3://abc/k//", "two slashes");
        refused("s3://abc/a:b@c,d&e", "`:`");
        refused(&format!("s3://abc/{}", "k".repeat(1024 - 8)), "1,024");
    }
}
