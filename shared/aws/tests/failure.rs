//! What a failed call to Bedrock looks like in a log: the service's words are not in it.

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tunedrop_aws::{Failure, Jobs};

const WORDS: &str = "Internal error at line 3: Ada Lovelace lives at 12 High Street";

/// Bedrock answers every call with this error.
async fn failed() -> Failure {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
    let serving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { return };
                head.push(byte);
            }
            let body = format!("{{\"message\": \"{WORDS}\"}}");
            let answer = format!(
                "HTTP/1.1 500 Internal Server Error\r\nx-amzn-errortype: InternalServerException\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    });
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
        .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys("id", "key", None)))
        .build();
    let failure = Jobs::new(&config).get("support-bot-0123456789ab").await.expect_err("it failed");
    serving.abort();
    failure
}

#[tokio::test]
async fn bedrocks_words_are_no_part_of_a_displayed_failure() {
    let failure = failed().await;
    let shown = failure.to_string();
    assert!(shown.contains("GetModelCustomizationJob") && shown.contains("InternalServerException"), "{shown}");
    assert!(!shown.contains("Ada") && !failure.cause.contains("Ada"), "{shown}");
    // The person whose command failed sees them, and a log gets them redacted.
    assert_eq!(failure.words.as_deref(), Some(WORDS));
    assert!(failure.whole().ends_with(WORDS));
}
