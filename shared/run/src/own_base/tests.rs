use serde_json::json;

use super::*;

const ARN: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";

fn id(text: &str) -> RunId {
    text.parse().expect("a run's id")
}

fn run(state: State, model: Option<&str>) -> Run {
    serde_json::from_value(json!({
        "schema": 1, "run_id": "bot-0123456789ab", "revision": 1, "dataset": "bot", "state": state, "identity": "",
        "attempt": 1, "uploaded_at": "t", "changed_at": "t", "model_arn": model,
    }))
    .expect("a run")
}

fn deployment(state: DeploymentState, serving: Option<&str>) -> Deployment {
    let arn = serving.map(|_| ARN);
    serde_json::from_value(json!({
        "schema": 1, "name": "bot", "bedrock_name": "bot-0", "revision": 1, "dataset": "bot", "state": state,
        "run_id": "bot-00000000000b", "model_arn": "another", "request": 1, "changed_at": "t", "serving": serving,
        "serving_model_arn": arn,
    }))
    .expect("a deployment")
}

#[test]
fn reads_runs_and_deployments_only() {
    for name in ["nova-lite", "amazon.nova-lite-v1:0:300k", ARN, "run", "deployed", "support:bot", ""] {
        assert_eq!(OwnBase::parse(name), None, "{name}");
    }
    for (written, expected) in [
        ("run:bot-0123456789ab", OwnBase::Run(id("bot-0123456789ab"))),
        ("run:bot-0123456789ab-2", OwnBase::Run(id("bot-0123456789ab-2"))),
        ("deployed:support-bot", OwnBase::Deployed("support-bot".to_owned())),
    ] {
        assert_eq!(OwnBase::parse(written), Some(Ok(expected.clone())), "{written}");
        assert_eq!(expected.to_string(), written);
    }
}

#[test]
fn says_how_to_write_what_is_malformed() {
    for (written, message, help) in [
        ("run:", "expected a run's id after `run:`", "write it as run:support-bot-0123456789ab; `tunedrop runs`"),
        ("run:bot", "expected a run's id after `run:`", "`tunedrop show bot` shows the newest run"),
        ("run: bot-0123456789ab", "expected a run's id after `run:`", "write it as run:support-bot-0123456789ab"),
        ("run:bot-0123456789AB", "expected a run's id after `run:`", "write it as run:support-bot-0123456789ab"),
        ("run:bot-0123456789ab-1", "expected a run's id after `run:`", "write it as run:support-bot-0123456789ab"),
        ("deployed:", "`deployed:`: expected a deployment name of at most 40", "write it as deployed:support-bot"),
        ("deployed:a_b", "`deployed:`: expected a deployment name of at most 40", "`tunedrop deployments` lists"),
        ("deployment:bot", "expected `run:<run-id>` or `deployed:<name>`", "write it as deployed:bot"),
        ("deploy:a b", "expected `run:<run-id>` or `deployed:<name>`", "write it as deployed:<name>"),
        ("Run:bot-0123456789ab", "expected `run:<run-id>` or `deployed:<name>`", "write it as run:bot-0123456789ab"),
    ] {
        let fault = OwnBase::parse(written).expect("a form of ours").expect_err("a fault");
        assert!(fault.message.starts_with(message), "{written}: {}", fault.message);
        assert!(fault.help.contains(help), "{written}: {}", fault.help);
    }
}

#[test]
fn only_a_run_that_succeeded_has_a_model() {
    let run_id = id("bot-0123456789ab");
    for state in State::ALL {
        // An item that was written in another order must not give a model either.
        let found = of_run(&run_id, Some(&run(state, Some(ARN))), None);
        if state == State::Succeeded {
            assert_eq!(found, Ok(OwnModel { run_id: run_id.clone(), model_arn: ARN.to_owned() }));
            let unnamed = of_run(&run_id, Some(&run(state, None)), None).expect_err("no model");
            assert!(unnamed.message.contains("hasn't named its custom model"), "{unnamed:?}");
            continue;
        }
        let fault = found.expect_err("no model");
        assert!(fault.message.contains(&format!("bot-0123456789ab is {}", state.as_str())), "{fault:?}");
        let waits = matches!(state, State::Held | State::Queued | State::Launching | State::Running);
        assert_eq!(fault.help.starts_with("upload the recipe again"), waits, "{fault:?}");
    }
}

#[test]
fn an_unknown_run_has_the_newest_of_its_dataset_as_suggestion() {
    let run_id = id("bot-0123456789ab");
    let fault = of_run(&run_id, None, Some(&id("bot-987654321ab0"))).expect_err("unknown");
    assert_eq!(fault.message, "this stack has no run bot-0123456789ab");
    assert!(fault.help.contains("did you mean `run:bot-987654321ab0`"), "{fault:?}");
    let fault = of_run(&run_id, None, None).expect_err("unknown");
    assert!(fault.help.contains("`tunedrop runs` lists"), "{fault:?}");
}

#[test]
fn a_deployment_has_a_model_while_it_answers() {
    for state in DeploymentState::ALL {
        let found = of_deployment("bot", Some(&deployment(state, Some("bot-00000000000a"))));
        if matches!(state, DeploymentState::Active | DeploymentState::Updating) {
            let served = OwnModel { run_id: id("bot-00000000000a"), model_arn: ARN.to_owned() };
            assert_eq!(found, Ok(served), "what answers, not what is requested");
        } else {
            let fault = found.expect_err("it doesn't answer");
            assert!(fault.message.contains(&format!("`bot` is {}: it serves no model", state.as_str())), "{fault:?}");
            assert!(fault.help.contains("`run:bot-00000000000b`"), "{fault:?}");
        }
        assert!(of_deployment("bot", Some(&deployment(state, None))).is_err(), "{state:?} and nothing is served");
    }
    let fault = of_deployment("bot", None).expect_err("unknown");
    assert_eq!(fault.message, "this stack has no deployment `bot`");
}
