//! The requests to SQS and CloudWatch Logs, and how their answers are read, against a server that records each request.

use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;

use crate::support::{self, Reply, Request};

type Asked = Arc<Mutex<Vec<String>>>;

const OK: &str = "200 OK";

async fn server(status: &'static str, answer: &'static str) -> (SdkConfig, Asked) {
    let asked = Asked::default();
    let noted = Arc::clone(&asked);
    let config = support::server(move |request: Request| {
        noted.lock().expect("no holder panics").push(request.body);
        async move { Reply::new(status, answer).with("content-type", "application/x-amz-json-1.0") }
    });
    (config.await, asked)
}

fn bodies(asked: &Asked) -> Vec<serde_json::Value> {
    let bodies = asked.lock().expect("no holder panics");
    bodies.iter().map(|body| serde_json::from_str(body).expect("JSON")).collect()
}

#[cfg(feature = "queues")]
mod queues {
    use serde_json::json;
    use tunedrop_aws::Queues;

    use super::{OK, bodies, server};

    const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/111122223333/launch";

    async fn hide(status: &'static str, answer: &'static str) -> (Result<(), String>, Vec<serde_json::Value>) {
        let (config, asked) = server(status, answer).await;
        let handles = ["one".to_owned(), "two".to_owned()];
        let hidden = Queues::new(&config).hide(QUEUE, &handles, 300).await;
        (hidden.map_err(|failure| failure.to_string()), bodies(&asked))
    }

    #[tokio::test]
    async fn each_message_is_hidden_by_its_receipt_handle() {
        let (hidden, bodies) = hide(OK, "{}").await;
        let asked = |handle| json!({"QueueUrl": QUEUE, "ReceiptHandle": handle, "VisibilityTimeout": 300});
        assert_eq!((hidden, bodies), (Ok(()), vec![asked("one"), asked("two")]));
    }

    #[tokio::test]
    async fn a_message_that_is_gone_is_no_failure_and_others_are_tried() {
        for gone in [
            r#"{"__type": "com.amazonaws.sqs#ReceiptHandleIsInvalid", "message": "gone"}"#,
            r#"{"__type": "com.amazonaws.sqs#MessageNotInflight", "message": "gone"}"#,
        ] {
            let (hidden, bodies) = hide("400 Bad Request", gone).await;
            assert_eq!((hidden, bodies.len()), (Ok(()), 2), "{gone}");
        }
        let denied = r#"{"__type": "com.amazonaws.sqs#AccessDeniedException", "message": "denied"}"#;
        let (hidden, bodies) = hide("400 Bad Request", denied).await;
        let failure = hidden.expect_err("not hidden");
        assert!(failure.starts_with("sqs:ChangeMessageVisibility: "), "{failure}");
        assert_eq!(bodies.len(), 2);
    }
}

#[cfg(feature = "logs")]
mod logs {
    use tunedrop_aws::{Line, Logs};

    use super::{OK, bodies, server};

    #[tokio::test]
    async fn only_lines_since_the_given_time_are_searched() {
        let (config, asked) = server(OK, r#"{"events": [{"timestamp": 1764000000500, "message": "{}\n"}]}"#).await;
        let lines = Logs::new(&config).lines("/tunedrop/stack/launch", "bot-0123", 1_764_000_000_000, 10).await;
        assert_eq!(lines.expect("lines"), [Line { at: 1_764_000_000_500, text: "{}".to_owned() }]);
        let bodies = bodies(&asked);
        assert_eq!(bodies[0]["startTime"], 1_764_000_000_000_i64);
        assert_eq!(bodies[0]["filterPattern"], "\"bot-0123\"");
    }
}
