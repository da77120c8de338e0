use proptest::prelude::*;
use tunedrop_run::event::{Event, SentMessage};
use tunedrop_run::{Capacity, DeployPlan, DeployWhen, DeploymentState, RunId, State};

use super::super::tests::{REGION, STACK, assert_fits, in_chat, message_on, shown, shown_of};
use super::super::{RunDetail, chat, message, sent};
use super::*;
use crate::redact::redact;
use crate::samples::{HOSTILE, MODEL, detail_in};

const ARN: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/yzabcdefghij";

/// A deployment that expires, and that answered with another run's model before.
fn deployment(state: DeploymentState) -> DeploymentDetail {
    let answers = state.answers();
    let run = |id: &str| answers.then(|| id.parse::<RunId>().unwrap());
    DeploymentDetail {
        name: "support-bot".to_owned(),
        state,
        capacity: Capacity::OnDemand,
        run_id: "support-bot-0123456789ab".parse().unwrap(),
        previous: run("support-bot-fedc09876543"),
        serving: run("support-bot-0123456789ab"),
        arn: answers.then(|| ARN.to_owned()),
        model_arn: MODEL.to_owned(),
        at: "2026-12-01T10:00:00.000Z".to_owned(),
        ends_at: answers.then(|| "2026-12-04T10:00:00.000Z".to_owned()),
        reason: None,
        owner: Some("support".to_owned()),
        notify: vec!["ada@example.com".to_owned()],
    }
}

fn event(kind: DeploymentKind, detail: DeploymentDetail) -> Event {
    Event::Deployment(kind, Box::new(detail))
}

fn active() -> DeploymentDetail {
    deployment(DeploymentState::Active)
}

fn expiring() -> DeploymentDetail {
    DeploymentDetail { at: "2026-12-04T10:00:00.000Z".to_owned(), ..active() }
}

fn failed(state: DeploymentState, reason: &str) -> DeploymentDetail {
    DeploymentDetail { reason: Some(redact(reason)), ends_at: None, ..deployment(state) }
}

/// One event of each kind, and of each form that a message distinguishes.
fn events() -> [(&'static str, Event); 8] {
    let once = DeploymentDetail { previous: None, ends_at: None, ..active() };
    let deleted =
        |reason: &str| DeploymentDetail { reason: Some(redact(reason)), ..deployment(DeploymentState::Deleted) };
    [
        ("deployed", event(DeploymentKind::Deployed, active())),
        ("deployed_first", event(DeploymentKind::Deployed, once)),
        ("expiring", event(DeploymentKind::Expiring, expiring())),
        ("expired", event(DeploymentKind::Deleted, deleted("it expired"))),
        ("deleted", event(DeploymentKind::Deleted, deleted("ada@example.com asked for it"))),
        ("deleted_elsewhere", event(DeploymentKind::Deleted, deleted("it was deleted outside tunedrop"))),
        (
            "creation_failed",
            event(DeploymentKind::Failed, failed(DeploymentState::Failed, "Encountered an internal error")),
        ),
        ("update_failed", event(DeploymentKind::Failed, failed(DeploymentState::Active, "Bedrock gave no reason"))),
    ]
}

#[test]
fn every_kind() {
    let events = events();
    for kind in DeploymentKind::ALL {
        assert!(events.iter().any(|(_, event)| event.kind() == kind.kind()), "{kind:?}");
    }
    for (name, event) in events {
        insta::assert_snapshot!(name, shown(&event));
    }
}

#[test]
fn page_has_every_subject() {
    let page = include_str!("../../../../../docs/messages.md");
    for kind in DeploymentKind::ALL {
        assert!(page.contains(&format!("| `{}: support-bot` |", subject(kind))), "{kind:?}");
    }
}

#[test]
fn another_stack_and_another_name_are_in_the_commands() {
    let detail = DeploymentDetail { name: "bot".to_owned(), ..active() };
    let text = shown_of(&event(DeploymentKind::Deployed, detail), "prod");
    for command in [
        "tunedrop rollback bot --stack prod\n",
        "tunedrop undeploy bot --stack prod\n",
        "tunedrop deploy support-bot-0123456789ab --stack prod --name bot --expires 72h\n",
    ] {
        assert!(text.contains(command), "{command}\n{text}");
    }
    assert!(text.starts_with("Subject: Deployed: bot\n") && text.contains("dataset=support-bot "), "{text}");
}

#[test]
fn a_chat_gets_the_same_message() {
    for (name, event) in events().into_iter().filter(|(name, _)| ["deployed", "update_failed"].contains(name)) {
        insta::assert_snapshot!(format!("chat_{name}"), in_chat(&event));
    }
}

#[test]
fn a_sent_message_has_the_severity_and_no_addresses() {
    let expected = [
        (DeploymentKind::Deployed, Severity::Info),
        (DeploymentKind::Expiring, Severity::Warning),
        (DeploymentKind::Deleted, Severity::Warning),
        (DeploymentKind::Failed, Severity::Error),
    ];
    assert_eq!(expected.len(), DeploymentKind::ALL.len());
    for (kind, severity) in expected {
        let event = event(kind, active());
        let message = message_on(&event);
        assert_eq!(message.attributes["severity"], severity.as_str());
        let Some(Event::MessageSent(sent)) = sent(&event, &message) else { panic!("{kind:?} is sent") };
        let SentMessage { severity: sent_severity, subject, .. } = &sent;
        assert_eq!((*sent_severity, subject), (severity, &message.subject));
        let json = serde_json::to_value(Event::MessageSent(sent).detail(STACK)).unwrap();
        assert_eq!((&json["kind"], &json["deployment"]), (&kind.kind().as_str().into(), &"support-bot".into()));
        assert!(json.get("notify").is_none() && json.get("by").is_none(), "{json}");
    }
}

/// An event about a coming end may still have the reason of an earlier failure.
#[test]
fn only_failures_and_deletions_have_a_reason() {
    for kind in DeploymentKind::ALL {
        let detail = DeploymentDetail { reason: Some("it expired".to_owned()), ..active() };
        let has_reason = message_on(&event(kind, detail)).body.contains("\nReason:\n  it expired\n");
        assert_eq!(has_reason, matches!(kind, DeploymentKind::Failed | DeploymentKind::Deleted), "{kind:?}");
    }
    let detail = DeploymentDetail { reason: None, ..deployment(DeploymentState::Failed) };
    assert!(!message_on(&event(DeploymentKind::Failed, detail)).body.contains("Reason"));
}

#[test]
fn withheld_reason_names_where_it_is_shown() {
    let reason = "a wording of Bedrock that nobody knows: my name is Ada";
    let body = message_on(&event(DeploymentKind::Failed, failed(DeploymentState::Failed, reason))).body;
    assert!(
        body.contains(redact::WITHHELD_OF_DEPLOYMENT) && !body.contains("Ada") && !body.contains("report"),
        "{body}"
    );
    let reason = "Input size exceeded in file train.jsonl for record starting with my name is Ada";
    let body = message_on(&event(DeploymentKind::Failed, failed(DeploymentState::Failed, reason))).body;
    assert!(body.contains("(shortened; `tunedrop deployments` shows all of it)") && !body.contains("Ada"), "{body}");
}

/// Who asked is the sender's own claim.
#[test]
fn name_of_who_asked_passes_only_if_it_is_one() {
    for (reason, shown) in [
        ("ada asked for it", "ada asked for it"),
        ("my name is Ada. Click https://evil.example asked for it", "[…] asked for it"),
    ] {
        assert_eq!(redact(reason), shown);
    }
}

#[test]
fn nobody_is_notified_of_commands_and_looks() {
    use tunedrop_run::event::DeploymentCommand;
    let name = || "support-bot".to_owned();
    let command = DeploymentCommand::RollBack { name: name() };
    for event in [Event::DeploymentDue(name()), Event::DeploymentCommand { command, by: None }] {
        assert_eq!((message(&event, STACK, REGION), chat(&event, STACK, REGION)), (None, None), "{event:?}");
    }
}

#[test]
fn provisioned_throughput_says_how_it_is_billed() {
    let provisioned = DeploymentDetail {
        capacity: Capacity::Provisioned { model_units: 2 },
        arn: Some("arn:aws:bedrock:us-east-1:111122223333:provisioned-model/yzabcdefghij".to_owned()),
        ..active()
    };
    insta::assert_snapshot!("provisioned", shown(&event(DeploymentKind::Deployed, provisioned.clone())));
    let gone = DeploymentDetail { arn: None, ..provisioned };
    assert!(facts(&gone).iter().all(|(name, _)| *name != "Billed"), "nothing is billed any more");
}

#[test]
fn custom_model_ready_says_what_the_recipe_deploys() {
    let plan = |when| DeployPlan {
        name: Some("bot".to_owned()),
        when,
        expires_after_s: Some(86_400),
        capacity: Capacity::OnDemand,
    };
    for (name, when) in [("ready_at_once", DeployWhen::Succeeded), ("ready_to_approve", DeployWhen::Approved)] {
        let run = RunDetail { deploy: Some(plan(when)), ..detail_in(State::Succeeded) };
        let text = shown_of(&Event::Run(tunedrop_run::event::RunKind::Succeeded, Box::new(run)), "prod");
        assert!(!text.contains("create-custom-model-deployment"), "{text}");
        let (_, steps) = text.split_once("What to do next:\n").unwrap();
        insta::assert_snapshot!(name, steps.split_once("\n\n").unwrap().0);
    }
}

#[test]
fn provider_is_that_of_the_base_model() {
    let custom = |base: &str| format!("arn:aws:bedrock:us-west-2:111122223333:custom-model/{base}/mnopqrstuvwx");
    assert_eq!(provider(&custom("amazon.nova-lite-v1:0:300k")).as_deref(), Some("amazon"));
    assert_eq!(provider(&custom("meta.llama3-3-70b-instruct-v1:0:128k")).as_deref(), Some("meta"));
    assert_eq!([provider(""), provider("arn:aws:bedrock:us-west-2:1:custom-model/x/y")], [None, None]);
}

#[test]
fn hostile_text_adds_no_lines() {
    let hostile = || Some(HOSTILE.to_owned());
    for kind in DeploymentKind::ALL {
        let detail = DeploymentDetail {
            name: HOSTILE.to_owned(),
            arn: hostile(),
            model_arn: HOSTILE.to_owned(),
            at: HOSTILE.to_owned(),
            ends_at: hostile(),
            owner: hostile(),
            ..active()
        };
        let shown = shown_of(&event(kind, detail), HOSTILE);
        assert!(!shown.lines().any(|line| line.starts_with("Bcc:")), "{shown}");
    }
}

proptest! {
    #[test]
    fn fits_any_detail(name in any::<String>(), words in any::<Option<String>>(), time in any::<String>(), notify in prop::collection::vec(any::<String>(), 0..3)) {
        for kind in DeploymentKind::ALL {
            for state in [DeploymentState::Active, DeploymentState::Failed] {
                let detail = DeploymentDetail {
                    name: name.clone(),
                    arn: words.clone(),
                    reason: words.clone(),
                    ends_at: words.clone(),
                    at: time.clone(),
                    notify: notify.clone(),
                    ..deployment(state)
                };
                assert_fits(&message_on(&event(kind, detail)));
            }
        }
    }
}
