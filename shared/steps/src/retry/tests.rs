use tunedrop_aws::Failure;

use super::*;

fn retries() -> Retries {
    Retries::of_test()
}

fn message(received: &str) -> SqsMessage {
    let mut message = SqsMessage::default();
    message.receipt_handle = Some("handle".to_owned());
    message.attributes.insert("ApproximateReceiveCount".to_owned(), received.to_owned());
    message
}

fn failed() -> StepError {
    StepError::Service(Failure { call: "sns:Publish".to_owned(), cause: "InternalError".to_owned(), words: None })
}

fn in_ms(ms: i64) -> u64 {
    u64::try_from(now_ms() + ms).expect("after 1970")
}

#[tokio::test]
async fn a_step_that_panics_fails_alone() {
    let retries = retries();
    let batch = Batch::new(&retries, &[], in_ms(60_000));
    let panics: Pin<Box<dyn Future<Output = _>>> = Box::pin(async { panic!("a bug") });
    assert!(matches!(batch.run::<()>(panics).await, Err(StepError::Ended(_))));
    assert!(batch.run(Box::pin(async { Ok(()) })).await.is_ok(), "the next message of the batch is served");
}

#[tokio::test]
async fn a_step_that_hangs_is_ended_before_lambda_ends_the_function() {
    let retries = retries();
    let mut batch = Batch::new(&retries, &[], in_ms(60_000));
    assert!(batch.cut_at <= Instant::now() + Duration::from_secs(58));
    batch.cut_at = Instant::now() + Duration::from_millis(20);
    let ended = batch.run::<()>(Box::pin(std::future::pending())).await;
    assert!(matches!(ended, Err(StepError::Ended(_))), "{ended:?}");
}

#[tokio::test]
async fn a_message_is_not_begun_without_time_for_it_and_comes_back_within_seconds() {
    let retries = retries();
    let batch = Batch::new(&retries, &[], in_ms(6_000));
    let fault = batch.run::<()>(Box::pin(async { unreachable!("it must not begin") })).await.expect_err("no time");
    assert_eq!(batch.put_off(&message("1"), &fault).await, 2);
}

#[tokio::test]
async fn a_failed_message_waits_by_how_often_it_was_received() {
    let retries = retries();
    let batch = Batch::new(&retries, &[message("1")], in_ms(60_000));
    assert_eq!(*batch.in_work.borrow(), ["handle"]);
    for (received, seconds) in [("1", 10), ("4", 80), ("50", 300), ("unreadable", 10)] {
        assert_eq!(batch.put_off(&message(received), &failed()).await, seconds, "{received}");
    }
    assert!(batch.in_work.borrow().is_empty(), "its delay must not be overwritten");
}

/// notify's claim ends with its function. A message that was delivered before that would find the claim, and count as
/// sent.
#[tokio::test]
async fn a_message_does_not_come_back_while_its_own_claim_stands() {
    let retries = retries();
    let batch = Batch::new(&retries, &[], in_ms(60_000));
    let until = now_s() + 60;
    let claimed = StepError::Claimed { fault: Box::new(failed()), until };
    let seconds = batch.put_off(&message("1"), &claimed).await;
    assert!((60..=61).contains(&seconds), "{seconds}");
    let ended = batch.put_off(&message("1"), &StepError::Ended("it panicked")).await;
    assert!((60..=62).contains(&ended), "{ended}");
}
