//! What a stack allows in recipes, as far as that is known.

use crate::OwnLookup;

/// What a recipe is checked against. The default knows nothing of a stack, so only the form is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecipeScope {
    /// The base model of a recipe without one.
    pub default_model: Option<String>,
    /// The stack's Region, which a custom model must be in.
    pub region: Option<String>,
    /// The stack's account, which a custom model must belong to.
    pub account: Option<String>,
    /// Where invocation logs may be.
    pub logs: LogScope,
    /// Keys that tags may have. Empty: any.
    pub tag_keys: Vec<String>,
    /// The most model units that a deployment may have: the stack's `MaxModelUnits`. `None`: not known.
    pub max_model_units: Option<u32>,
    /// What the recipe's [`OwnBase`](crate::OwnBase) is, if it names one: see [`own_base`](super::own_base).
    pub own_base: OwnLookup,
}

/// Where a recipe's invocation logs may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LogScope {
    /// Not known.
    #[default]
    Unknown,
    /// Nowhere, because the stack has no `InvocationLogBucket`.
    Nowhere,
    /// Below this address, which ends in a slash.
    Below(String),
}

impl LogScope {
    /// Reads the stack's parameters: the bucket, and a prefix that ends in a slash. A bucket without a prefix allows
    /// nothing.
    pub fn of(bucket: Option<String>, prefix: Option<String>) -> LogScope {
        match (bucket, prefix) {
            (Some(bucket), Some(prefix)) if prefix.ends_with('/') => LogScope::Below(format!("s3://{bucket}/{prefix}")),
            _ => LogScope::Nowhere,
        }
    }

    /// Returns what is wrong with the address of logs, and how to fix it.
    pub(super) fn fault(&self, address: &str) -> Option<(String, String)> {
        let inside = |below: &str| {
            address.strip_prefix(below).is_some_and(|rest| !rest.split('/').any(|part| matches!(part, "." | "..")))
        };
        match self {
            LogScope::Unknown => None,
            LogScope::Nowhere => Some((
                "this stack doesn't allow invocation logs".to_owned(),
                "use a training file, or ask the stack's operator to set InvocationLogBucket and InvocationLogPrefix"
                    .to_owned(),
            )),
            LogScope::Below(below) => (!inside(below)).then(|| {
                (
                    "these logs are outside the stack's InvocationLogPrefix".to_owned(),
                    format!("write an address that begins with {below}"),
                )
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LogScope;

    #[test]
    fn allows_logs_below_the_prefix_only() {
        let scope = LogScope::of(Some("logs".to_owned()), Some("team-a/".to_owned()));
        for inside in ["s3://logs/team-a/", "s3://logs/team-a/2026/", "s3://logs/team-a/..."] {
            assert_eq!(scope.fault(inside), None, "{inside}");
        }
        for outside in [
            "s3://logs/",
            "s3://logs",
            "s3://logs/team-a",
            "s3://logs/team-ab/",
            "s3://logs2/team-a/",
            "s3://logs/team-a/../team-b/",
        ] {
            assert!(scope.fault(outside).is_some(), "{outside}");
        }
        let some = |text: &str| Some(text.to_owned());
        for (bucket, prefix) in [(None, None), (some("logs"), None), (None, some("a/")), (some("logs"), some("a"))] {
            assert_eq!(LogScope::of(bucket, prefix), LogScope::Nowhere);
        }
        assert_eq!(LogScope::Unknown.fault("s3://anywhere/"), None);
    }
}
