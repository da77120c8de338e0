//! What Bedrock's pattern for S3 addresses refuses.
//!
//! The pattern (API reference, shape `S3Uri`, 1 to 1,024 characters):
//! `s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?`.
//! Matched by hand, because the pattern alone can't say what is wrong.

const SCHEME: &str = "s3://";

/// Says what in `uri` Bedrock refuses, as the end of a sentence; `None` where it accepts it.
///
/// Names at most one character and its place, counted in characters from 1, never the address itself.
pub fn s3_uri_fault(uri: &str) -> Option<String> {
    if uri.is_empty() {
        return Some("it is empty".to_owned());
    }
    let length = uri.chars().count();
    if length > 1024 {
        return Some(format!("it has {length} characters, and 1,024 are the most"));
    }
    let Some(rest) = uri.strip_prefix(SCHEME) else {
        return Some("it doesn't begin with `s3://`".to_owned());
    };
    let bucket = rest.split('/').next().unwrap_or_default();
    bucket_fault(bucket).or_else(|| key_fault(&rest[bucket.len()..], SCHEME.len() + bucket.len()))
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

/// `key` begins with its slash, or is empty; `before` characters stand ahead of it.
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
        odd => format!("U+{:04X}", odd as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::s3_uri_fault;

    #[track_caller]
    fn refused(uri: &str, because: &str) {
        let fault = s3_uri_fault(uri).unwrap_or_default();
        assert!(fault.contains(because), "{uri}: {fault:?}");
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
        refused("s3://abc/é", "U+00E9 at character 10");
        refused("s3://abc/a\nb", "U+000A");
        refused("s3://abc//k", "two slashes in a row at character 9");
        refused("s3://abc/k//", "two slashes");
        refused("s3://abc/a:b@c,d&e", "`:`");
        refused(&format!("s3://abc/{}", "k".repeat(1024 - 8)), "1,024");
    }
}
