//! The page of the inventory: what it shows, and that it is read only when asked.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fake::{State, deployment, run};
use super::harness::{Answer, Console};

const MODEL: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";
const OTHER: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-micro-v1:0:128k/mnopqrstuvwx";
const DEPLOYMENT: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/abcdefghijkl";

fn model(name: &str, arn: &str) -> Value {
    json!({
        "modelArn": arn, "modelName": name, "creationTime": "2026-11-01T00:00:00Z", "baseModelName": "Nova",
        "baseModelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k", "modelStatus": "Active",
    })
}

/// A stack with a run, its model and its deployment, and a model and provisioned throughput of somebody else.
fn stocked() -> State {
    let mut trained = run(1, "Succeeded");
    trained["model_arn"] = json!(MODEL);
    let served = json!({
        "customModelDeploymentArn": DEPLOYMENT, "customModelDeploymentName": "support-bot-0123456789ab", "modelArn": MODEL,
        "createdAt": "2026-11-02T00:00:00Z", "status": "Active",
    });
    let hourly = json!({
        "provisionedModelName": "load-test", "provisionedModelArn": "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/x",
        "modelArn": OTHER, "desiredModelArn": OTHER, "foundationModelArn": OTHER, "modelUnits": 2, "desiredModelUnits": 2,
        "status": "InService", "creationTime": "2026-11-03T00:00:00Z", "lastModifiedTime": "2026-11-03T00:00:00Z",
    });
    let life =
        |id: &str, life: Value| json!({ "modelDetails": { "modelArn": "m", "modelId": id, "modelLifecycle": life } });
    let ends =
        json!({ "status": "LEGACY", "legacyTime": "2027-01-15T00:00:00Z", "endOfLifeTime": "2027-07-15T00:00:00Z" });
    State {
        runs: vec![trained],
        others: vec![deployment("support-bot", "bot-000000000001", DEPLOYMENT)],
        bedrock: vec![
            (
                "/custom-models",
                json!({ "modelSummaries": [model("bot-1", MODEL), model("<script>alert(1)</script>", OTHER)] }),
            ),
            ("/model-customization/custom-model-deployments", json!({ "modelDeploymentSummaries": [served] })),
            ("/provisioned-model-throughputs", json!({ "provisionedModelSummaries": [hourly] })),
            ("/foundation-models/amazon.nova-lite", life("amazon.nova-lite-v1:0:300k", ends)),
            ("/foundation-models/", life("amazon.nova-micro-v1:0:128k", json!({ "status": "ACTIVE" }))),
            ("/listTagsForResource", json!({ "tags": [] })),
        ],
        ..State::default()
    }
}

/// The page when it is read.
fn read(console: &Console, address: &str) -> String {
    let begin = Instant::now();
    loop {
        let page = console.get(address);
        assert_eq!(page.status, 200, "{}", page.body);
        if !page.body.contains("Reading what Bedrock has") {
            return page.body;
        }
        // Without script, the browser asks again.
        assert!(page.body.contains("<noscript><meta http-equiv=\"refresh\""), "{}", page.body);
        assert!(begin.elapsed() < Duration::from_secs(60), "it is read for a minute");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How often Bedrock was asked for its models.
fn reads(console: &Console) -> usize {
    let state = console.fake.state.lock().expect("a state");
    state.calls.iter().filter(|call| call.starts_with("Bedrock /custom-models")).count()
}

fn again(console: &Console, body: &str) -> Answer {
    console.post("/inventory", body)
}

#[test]
fn every_model_and_deployment_is_listed_with_run_cost_use_and_ends() {
    let console = Console::open(stocked());
    let page = read(&console, "/inventory");
    assert!(
        page.contains("2 models, 1 deployment on demand, 1 deployment on provisioned throughput, read at"),
        "{page}"
    );
    assert!(page.contains("<a href=\"/runs/bot-000000000001\"><bdi>bot-000000000001</bdi></a>"), "{page}");
    assert!(page.contains("ends 2027-07-15") && page.contains("legacy 2027-01-15, ends 2027-07-15"), "{page}");
    assert!(
        page.contains(">2026-12-24 00:00:00 UTC<") || page.contains(">2026-12-24 00:00 UTC<"),
        "its expiry: {page}"
    );
    assert!(
        page.contains("2 model units")
            && page.contains(
                "Storage: 1.95 USD a month, and 1 model at an unknown price. Provisioned throughput: 1 deployment"
            )
            && page.contains("Price: built-in price of ")
            && page.contains("not by tunedrop"),
        "{page}"
    );
    assert!(page.contains("/deployments/support-bot/undeploy"), "what its state allows: {page}");
    // Nothing is made up that can't be read.
    assert!(page.contains("<code>cloudwatch:GetMetricData</code>") && page.contains(">unknown</td>"), "{page}");
    assert!(page.contains("&#60;script&#62;alert(1)") && !page.contains("<script>"), "{page}");
    assert!(page.contains("href=\"/inventory\" aria-current=\"page\""), "{page}");
}

#[test]
fn it_is_read_on_the_first_visit_and_again_only_when_asked() {
    let console = Console::open(stocked());
    console.get("/");
    assert_eq!(reads(&console), 0, "nobody looked");
    read(&console, "/inventory");
    for _ in 0..5 {
        console.get("/inventory");
    }
    assert_eq!(reads(&console), 1);
    let answer = again(&console, "made=stack&used=&model=");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/inventory?made=stack")));
    read(&console, "/inventory");
    assert_eq!(reads(&console), 2);
    // Another page can't make the console read it.
    let (host, evil) = (console.host(), "http://evil.example".to_owned());
    let lines = [("host", host.as_str()), ("cookie", &console.cookie), ("origin", &evil)];
    assert_eq!(console.send("POST", "/inventory", &lines, "made=").status, 403);
    assert_eq!(reads(&console), 2);
}

#[test]
fn the_address_has_the_filter() {
    let console = Console::open(stocked());
    read(&console, "/inventory");
    let ours = console.get("/inventory?made=stack").body;
    assert!(ours.contains(">bot-1<") && !ours.contains("load-test") && ours.contains(">this stack</option>"), "{ours}");
    assert!(ours.contains("<option value=\"stack\" selected>"), "{ours}");
    let others = console.get("/inventory?made=others&model=amazon.nova-micro-v1%3A0%3A128k").body;
    assert!(!others.contains(">bot-1<") && others.contains("load-test"), "{others}");
    // Whether they were used isn't known.
    let unused = console.get("/inventory?used=no").body;
    assert!(unused.contains("No model matches.") && unused.contains("No deployment matches."), "{unused}");
    let hostile = console.get("/inventory?made=%22%3E%3Cscript%3E&model=%3Cb%3E");
    assert!(hostile.status == 200 && !hostile.body.contains("<script>") && !hostile.body.contains("<b>"));
}

#[test]
fn a_failure_is_shown_and_not_repeated_by_itself() {
    let mut state = stocked();
    state.bedrock[0].1 = Value::Null;
    let console = Console::open(state);
    let page = read(&console, "/inventory");
    assert!(page.contains("The inventory couldn't be read.") && page.contains("ListCustomModels"), "{page}");
    let asked = reads(&console);
    console.get("/inventory");
    assert_eq!(reads(&console), asked);
    console.fake.state.lock().expect("a state").bedrock[0].1 = json!({ "modelSummaries": [] });
    again(&console, "");
    let page = read(&console, "/inventory");
    assert!(!page.contains("couldn't be read") && page.contains("No models, "), "{page}");
}

#[test]
fn an_empty_account_explains_the_first_steps() {
    let empty = vec![
        ("/custom-models", json!({})),
        ("/model-customization/custom-model-deployments", json!({})),
        ("/provisioned-model-throughputs", json!({})),
    ];
    let console = Console::open(State { bedrock: empty, ..State::default() });
    let page = read(&console, "/inventory");
    assert!(page.contains("Bedrock has no custom model here yet") && page.contains("href=\"/dataset\""), "{page}");
}
