//! What a failed call means to a person.

use std::fmt::{self, Display, Formatter};

use anyhow::{Error, anyhow};
use tunedrop_aws::Failure;

/// The network is gone, or the service has too much to do: what waits may ask again.
#[derive(Debug)]
struct Passing(String);

impl Display for Passing {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl std::error::Error for Passing {}

/// Whether the same call may succeed in a moment.
pub(crate) fn is_passing(error: &Error) -> bool {
    error.is::<Passing>()
}

/// What a failed call most often means, and what mends it.
pub(crate) fn explain(failure: Failure) -> Error {
    let cause = failure.cause.to_lowercase();
    let failure = failure.whole();
    let has = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    if has(&["expired"]) {
        return anyhow!("the credentials have expired; sign in again, for instance with: aws sso login ({failure})");
    }
    if has(&["credentialsnotloaded", "no credentials", "credential provider", "credentials provider"]) {
        // The SDK's words are a list of all that it has tried.
        return anyhow!(
            "no AWS credentials were found; set them up as for the AWS CLI (aws configure, or --profile NAME), or use --local"
        );
    }
    if has(&["accessdenied", "access denied", "not authorized", "forbidden", "unauthorized"]) {
        return anyhow!(
            "your credentials may not do this; docs/permissions.md lists what the commands need ({failure})"
        );
    }
    if has(&["dispatch failure", "timeout", "timed out", "connect", "dns"]) {
        let hint = "the service could not be reached; is there a network, and is the Region right?";
        return Error::new(Passing(format!("{hint} ({failure})")));
    }
    if has(&["throttl", "slowdown", "toomanyrequests", "serviceunavailable", "internalservererror", "internalerror"]) {
        return Error::new(Passing(format!("the service has too much to do; try again in a minute ({failure})")));
    }
    anyhow!("{failure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_stays() {
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
