//! Explains failed calls.

use std::fmt::{self, Display, Formatter};

use anyhow::{Error, anyhow};
use tunedrop_aws::Failure;

/// A temporary failure: the network is down, or the service throttles. The call can be repeated.
#[derive(Debug)]
struct Temporary(String);

impl Display for Temporary {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl std::error::Error for Temporary {}

/// Whether the same call may succeed in a moment.
pub(crate) fn is_passing(error: &Error) -> bool {
    error.is::<Temporary>()
}

/// Explains a failed call: the likely cause, and what to do.
pub(crate) fn explain(failure: Failure) -> Error {
    let cause = failure.cause.to_lowercase();
    let failure = failure.whole();
    let has = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    if has(&["expired"]) {
        return anyhow!("the credentials have expired; sign in again, for example with `aws sso login` ({failure})");
    }
    if has(&["credentialsnotloaded", "no credentials", "credential provider", "credentials provider"]) {
        // The SDK's message lists everything that it tried.
        return anyhow!(
            "no AWS credentials found; set them up as for the AWS CLI (`aws configure`, or --profile NAME), or use --local"
        );
    }
    if has(&["accessdenied", "access denied", "not authorized", "forbidden", "unauthorized"]) {
        return anyhow!(
            "your credentials don't allow this; docs/permissions.md lists the permissions that commands need ({failure})"
        );
    }
    if has(&["dispatch failure", "timeout", "timed out", "connect", "dns"]) {
        let hint = "can't reach the service; check the network and the Region";
        return Error::new(Temporary(format!("{hint} ({failure})")));
    }
    if has(&["throttl", "slowdown", "toomanyrequests", "serviceunavailable", "internalservererror", "internalerror"]) {
        return Error::new(Temporary(format!("the service is overloaded; try again in a minute ({failure})")));
    }
    anyhow!("{failure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_temporary_from_permanent_failures() {
        let explained = |cause: &str| {
            explain(Failure { call: "dynamodb:GetItem".to_owned(), cause: cause.to_owned(), words: None })
        };
        for passing in ["dispatch failure: io error", "request has timed out", "unhandled error (ThrottlingException)"]
        {
            assert!(is_passing(&explained(passing)), "{passing}");
        }
        for stays in
            ["AccessDeniedException", "ExpiredTokenException", "ValidationException: no", "CredentialsNotLoaded"]
        {
            assert!(!is_passing(&explained(stays)), "{stays}");
        }
    }
}
