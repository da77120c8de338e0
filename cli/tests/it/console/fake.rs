//! A server that answers as the services of a stack, with the items of a ledger, and counts the calls.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// The stack's state, and what was called.
#[derive(Default)]
pub(super) struct State {
    /// Runs as the ledger's JSON has them.
    pub(super) runs: Vec<Value>,
    /// Other items of the ledger, with `pk` and `kind`.
    pub(super) others: Vec<Value>,
    /// The beginnings of paths of Bedrock's control plane, and the answers.
    pub(super) bedrock: Vec<(&'static str, Value)>,
    /// Objects of the bucket by key.
    pub(super) objects: Vec<(String, String)>,
    /// The names of calls, such as `Query open`.
    pub(super) calls: Vec<String>,
    /// What was put on the bus.
    pub(super) events: Vec<Value>,
}

/// The services.
pub(super) struct Fake {
    pub(super) endpoint: String,
    pub(super) state: Arc<Mutex<State>>,
}

impl Fake {
    pub(super) fn start(state: State) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                std::thread::spawn(move || answer(stream, &state));
            }
        });
        Fake { endpoint, state }
    }

    pub(super) fn calls(&self) -> usize {
        self.state.lock().expect("a state").calls.len()
    }

    pub(super) fn events(&self) -> Vec<Value> {
        self.state.lock().expect("a state").events.clone()
    }
}

/// A run whose job succeeded, or in another state.
pub(super) fn run(number: usize, state: &str) -> Value {
    json!({
        "schema": 1, "run_id": format!("bot-{number:012x}"), "revision": 1, "dataset": "bot", "state": state,
        "identity": "0", "attempt": 1, "uploaded_at": format!("2026-11-30T{:02}:{:02}:00.000Z", number / 60 % 24, number % 60),
        "changed_at": "2026-11-30T23:59:00.000Z", "errors": 0, "warnings": 1, "records": 120, "training_loss": 1.25,
        "plan": {
            "base_model": "amazon.nova-lite-v1:0:300k", "catalogue_model": "amazon.nova-lite-v1:0:300k",
            "alias": "nova-lite", "customization": "fine-tuning", "model_name": "m", "train": "s3://bucket/t",
            "output": "s3://bucket/o/", "hyperparameters": { "epochCount": "2" }, "tags": {}, "guard": {}, "epochs": 2,
            "tokens": { "low": 1000, "high": 2000 }, "price_per_1k_tokens": 0.001, "token_ceiling": 3000,
        },
    })
}

/// An item of DynamoDB.
fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(is) => json!({ "BOOL": is }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(all) => json!({ "L": all.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(all) => {
            json!({ "M": all.iter().map(|(key, value)| (key.clone(), attribute(value))).collect::<serde_json::Map<_, _>>() })
        }
    }
}

/// A deployment's item, which serves a run until a day.
pub(super) fn deployment(name: &str, run_id: &str, arn: &str) -> Value {
    json!({
        "pk": format!("deployment#{name}"), "kind": "deployment", "schema": 1, "name": name, "revision": 1, "dataset": "bot",
        "state": "Active", "run_id": run_id, "serving": run_id, "arn": arn, "bedrock_name": format!("{name}-0123456789ab"),
        "type": "on-demand", "model_arn": "m", "request": 1, "changed_at": "2026-11-30T08:00:00.000Z",
        "ends_at": "2026-12-24T00:00:00.000Z",
    })
}

fn item(run: &Value) -> Value {
    let mut item = run.clone();
    if item["pk"].is_null() {
        item["pk"] = json!(format!("run#{}", run["run_id"].as_str().unwrap_or_default()));
        item["kind"] = json!("run");
    }
    attribute(&item)["M"].clone()
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let head: Vec<String> =
            reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        let path = head.first()?.split(' ').nth(1)?.to_owned();
        let named = |name: &str| head.iter().find_map(|line| line.to_lowercase().strip_prefix(name).map(str::to_owned));
        let mut body = vec![0; named("content-length: ").and_then(|length| length.parse().ok()).unwrap_or_default()];
        reader.read_exact(&mut body).ok()?;
        let target = named("x-amz-target: ").unwrap_or_default();
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut state = state.lock().ok()?;
        let (status, page) = match target.split('.').next_back().unwrap_or_default() {
            "query" => query(&mut state, &asked),
            "getitem" => {
                let pk = asked["Key"]["pk"]["S"].as_str().unwrap_or_default().to_owned();
                let is_it = |run: &&Value| {
                    run["pk"] == *pk || pk == format!("run#{}", run["run_id"].as_str().unwrap_or_default())
                };
                let found = state.runs.iter().chain(&state.others).find(is_it);
                let page = found.map_or(json!({}), |run| json!({ "Item": item(run) }));
                state.calls.push(format!("GetItem {pk}"));
                (200, page.to_string())
            }
            _ if state.bedrock.iter().any(|(from, _)| path.starts_with(from)) => {
                state.calls.push(format!("Bedrock {path}"));
                let found = state.bedrock.iter().find(|(from, _)| path.starts_with(from));
                match found.map(|(_, body)| body).filter(|body| !body.is_null()) {
                    Some(body) => (200, body.to_string()),
                    None => (400, json!({ "__type": "ValidationException", "message": "no" }).to_string()),
                }
            }
            "getmetricdata" => {
                state.calls.push("GetMetricData".to_owned());
                (400, json!({ "__type": "AccessDeniedException" }).to_string())
            }
            "putevents" => {
                let entries = asked["Entries"].as_array().cloned().unwrap_or_default();
                let ids: Vec<Value> = entries.iter().map(|_| json!({ "EventId": "e" })).collect();
                state.events.extend(entries);
                (200, json!({ "FailedEntryCount": 0, "Entries": ids }).to_string())
            }
            _ if path.starts_with("/bucket/") => {
                let key = path.trim_start_matches("/bucket/").split('?').next().unwrap_or_default().to_owned();
                state.calls.push(format!("GetObject {key}"));
                match state.objects.iter().find(|(name, _)| *name == key) {
                    Some((_, text)) => (200, text.clone()),
                    None => (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned()),
                }
            }
            _ => (200, stack()),
        };
        drop(state);
        let length = page.len();
        write!(stream, "HTTP/1.1 {status} OK\r\netag: \"e\"\r\ncontent-length: {length}\r\n\r\n{page}").ok()?;
    }
}

/// A page of 100 items of the index by time, or the open items.
fn query(state: &mut State, asked: &Value) -> (u16, String) {
    let index = asked["IndexName"].as_str().unwrap_or_default().to_owned();
    let kind = asked["ExpressionAttributeValues"].as_object().into_iter().flatten();
    let is_runs = kind.clone().any(|(_, value)| value["S"] == "run");
    state.calls.push(format!("Query {index}"));
    let mut found: Vec<&Value> = match index.as_str() {
        "open" => state.runs.iter().filter(|run| run["state"] == "Running" || run["state"] == "Held").collect(),
        _ if is_runs => state.runs.iter().collect(),
        _ => state.others.iter().filter(|one| kind.clone().any(|(_, value)| value["S"] == one["kind"])).collect(),
    };
    found.sort_by_key(|run| std::cmp::Reverse(run["uploaded_at"].as_str().unwrap_or_default().to_owned()));
    let from = asked["ExclusiveStartKey"]["pk"]["S"].as_str().and_then(|at| at.parse().ok()).unwrap_or(0_usize);
    let items: Vec<Value> = found.iter().skip(from).take(100).map(|run| item(run)).collect();
    let mut page = json!({ "Count": items.len(), "Items": items });
    if from + 100 < found.len() {
        page["LastEvaluatedKey"] = json!({ "pk": { "S": (from + 100).to_string() } });
    }
    (200, page.to_string())
}

fn stack() -> String {
    let outputs: String = [
        ("BucketName", "bucket"),
        ("TableName", "table"),
        ("TopicArn", "topic"),
        ("SweepFunctionName", "sweep"),
        ("EventBusName", "bus"),
    ]
    .iter()
    .map(|(name, value)| format!("<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>"))
    .collect();
    format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>tunedrop</StackName><StackId>arn:aws:cloudformation:us-east-1:111122223333:stack/tunedrop/1</StackId><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    )
}
