//! The patterns of the API model, each written out as a small matcher.

/// `[a-zA-Z0-9](-*[a-zA-Z0-9\+\-\.])*`, 1–63: no underscore.
pub(super) fn job_name(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// `([0-9a-zA-Z][_-]?){1,63}`, 1–63: no dot, no doubled separator.
pub(super) fn model_name(text: &str) -> bool {
    let separator = |b: &u8| b"_-".contains(b);
    (1..=63).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || separator(&b))
        && text.as_bytes().windows(2).all(|pair| !(separator(&pair[0]) && separator(&pair[1])))
}

/// `[a-zA-Z0-9]([-a-zA-Z0-9]{0,254}[a-zA-Z0-9])?`, 1–256.
pub(super) fn token(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// `arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+`, at most 2048.
pub(super) fn role_arn(text: &str) -> bool {
    let Some(rest) = partition(text) else { return false };
    let Some((account, name)) = rest.strip_prefix("iam::").and_then(|rest| rest.split_once(":role/")) else {
        return false;
    };
    text.len() <= 2048 && (account.is_empty() || is_account(account)) && !name.is_empty()
}

/// `s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?`, 1–1024.
pub(super) fn s3_uri(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("s3://") else { return false };
    let (bucket, key) = rest.split_once('/').map_or((rest, None), |(bucket, key)| (bucket, Some(key)));
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = |b: Option<&u8>| b.is_some_and(|b| alphanumeric(*b));
    let bucket = bucket.as_bytes();
    let bucket_fits = (3..=63).contains(&bucket.len())
        && ends(bucket.first())
        && ends(bucket.last())
        && bucket.iter().all(|b| alphanumeric(*b) || b"-.".contains(b));
    let part =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-!_*'().".contains(&b));
    let key_fits = key.is_none_or(|key| {
        let key = key.strip_suffix('/').unwrap_or(key);
        key.is_empty() && !text.ends_with("//") || key.split('/').all(part)
    });
    text.len() <= 1024 && bucket_fits && key_fits
}

/// A key ARN, an alias ARN, a key id or an alias, 1–2048.
pub(super) fn kms_key(text: &str) -> bool {
    let alias = |text: &str| {
        text.strip_prefix("alias/").is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/".contains(&b))
        })
    };
    let in_arn = || {
        let mut parts = partition(text)?.strip_prefix("kms:")?.splitn(3, ':');
        let (region, account, key) = (parts.next()?, parts.next()?, parts.next()?);
        let region = region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        Some(region && is_account(account) && (key.strip_prefix("key/").is_some_and(uuid) || alias(key)))
    };
    text.len() <= 2048 && (uuid(text) || alias(text) || in_arn().unwrap_or(false))
}

/// The ARN of a Lambda function, 1–512.
pub(super) fn lambda_arn(text: &str) -> bool {
    let in_arn = || {
        let mut parts = partition(text)?.strip_prefix("lambda:")?.splitn(3, ':');
        let (region, account, function) = (parts.next()?, parts.next()?, parts.next()?);
        Some(
            !region.is_empty()
                && is_account(account)
                && function.strip_prefix("function:").is_some_and(|name| !name.is_empty()),
        )
    };
    text.len() <= 512 && in_arn().unwrap_or(false)
}

/// A tag's key (1–128) or value (0–256): `[a-zA-Z0-9\s._:/=+@-]*`.
pub(super) fn tag(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"._:/=+@-".contains(&b))
}

/// A subnet's or security group's id: `[-0-9a-zA-Z]+`, at most 32.
pub(super) fn network_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// What follows `arn:<partition>:`.
fn partition(arn: &str) -> Option<&str> {
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(':')?;
    (partition == "aws" || partition.strip_prefix("aws-").is_some_and(|name| !name.is_empty())).then_some(rest)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

fn uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_addresses_are_matched_like_the_pattern_of_the_api() {
        for good in ["s3://abc", "s3://abc/", "s3://a.b-c/k", "s3://abc/a/b(1).jsonl", "s3://abc/a/b/"] {
            assert!(s3_uri(good), "{good}");
        }
        for bad in [
            "s3://ab",
            "s3://-bc/k",
            "S3://abc/k",
            "s3://abc//",
            "s3://abc/a//b",
            "s3://abc/a b",
            "s3://abc/d=1/x",
            "s3://abc/ä",
        ] {
            assert!(!s3_uri(bad), "{bad}");
        }
    }

    #[test]
    fn names_differ_in_what_they_allow() {
        assert!(job_name("a-b.c+d") && !job_name("a_b") && !job_name("-a") && !job_name(&"a".repeat(64)));
        assert!(model_name("a_b-c") && model_name("a-") && !model_name("a.b") && !model_name("a--b"));
        assert!(token("a-b") && !token("a-") && !token("a_b") && !token(""));
    }

    #[test]
    fn arns_are_told_from_look_alikes() {
        assert!(
            role_arn("arn:aws:iam::123456789012:role/a/b") && !role_arn("arn:aws:iam::1:role/a") && !role_arn("zzz")
        );
        assert!(
            kms_key("alias/models") && kms_key("arn:aws:kms:us-east-1:123456789012:alias/models") && !kms_key("models")
        );
        assert!(lambda_arn("arn:aws:lambda:us-east-1:123456789012:function:grade") && !lambda_arn("grade"));
    }
}
