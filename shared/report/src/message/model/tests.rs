use tunedrop_run::event::{Event, ModelDetail, ModelKind};

use crate::message::message;

fn detail() -> ModelDetail {
    ModelDetail {
        item: "clean-up#support-bot-0123456789ab".to_owned(),
        run_id: "support-bot-0123456789ab".parse().ok(),
        model_arn: Some(
            "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl".to_owned(),
        ),
        base_model: None,
        keep: Some(3),
        delete_after: Some("2026-12-15T00:00:00Z".to_owned()),
        days: Vec::new(),
        datasets: Vec::new(),
        at: "2026-12-01T00:00:00Z".to_owned(),
        reason: None,
        owner: Some("ada".to_owned()),
        notify: Vec::new(),
    }
}

fn text(kind: ModelKind, detail: ModelDetail) -> String {
    let message = message(&Event::Model(kind, Box::new(detail)), "prod", "us-east-1").expect("a message");
    let attributes: Vec<String> = message.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}\n{}\n{}", message.subject, attributes.join(" "), message.body)
}

#[test]
fn proposal_names_the_time_and_the_ways_to_keep_the_model() {
    insta::assert_snapshot!("proposal", text(ModelKind::Expiring, detail()));
}

#[test]
fn proposal_of_a_stack_that_deletes_nothing_says_so() {
    let text = text(ModelKind::Expiring, ModelDetail { delete_after: None, ..detail() });
    assert!(
        text.contains("can be deleted: support-bot keeps 3 models, and has newer ones. The stack doesn't delete it."),
        "{text}"
    );
    assert!(!text.contains("Deleted after"), "{text}");
}

#[test]
fn deletion_says_what_stays() {
    insta::assert_snapshot!("deleted", text(ModelKind::Deleted, ModelDetail { delete_after: None, ..detail() }));
}

#[test]
fn base_model_names_its_days_and_the_datasets() {
    let base = ModelDetail {
        item: "lifecycle#amazon.nova-lite-v1:0:300k".to_owned(),
        run_id: None,
        model_arn: None,
        base_model: Some("amazon.nova-lite-v1:0:300k".to_owned()),
        keep: None,
        delete_after: None,
        days: vec!["legacy=2027-01-15".to_owned(), "end-of-life=2027-07-15".to_owned()],
        datasets: vec!["faq".to_owned(), "support-bot".to_owned()],
        owner: None,
        ..detail()
    };
    insta::assert_snapshot!("base_model", text(ModelKind::BaseEnding, base));
}
