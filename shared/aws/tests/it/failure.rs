//! A failed call to Bedrock in a log: the service's message isn't in it.

use tunedrop_aws::{Failure, Jobs};

use crate::support::{self, Reply};

const WORDS: &str = "Internal error at line 3: Ada Lovelace lives at 12 High Street";

/// Bedrock answers every call with this error.
async fn failed() -> Failure {
    let config = support::server(|_| async {
        Reply::new("500 Internal Server Error", format!("{{\"message\": \"{WORDS}\"}}"))
            .with("x-amzn-errortype", "InternalServerException")
            .with("content-type", "application/json")
    });
    Jobs::new(&config.await).get("support-bot-0123456789ab").await.expect_err("it failed")
}

#[tokio::test]
async fn bedrocks_words_are_no_part_of_a_displayed_failure() {
    let failure = failed().await;
    let shown = failure.to_string();
    assert!(shown.contains("GetModelCustomizationJob") && shown.contains("InternalServerException"), "{shown}");
    assert!(!shown.contains("Ada") && !failure.cause.contains("Ada"), "{shown}");
    // The person whose command failed sees the message, and a log gets it redacted.
    assert_eq!(failure.words.as_deref(), Some(WORDS));
    assert!(failure.whole().ends_with(WORDS));
}
