//! Inventory: how lists and metrics are read, and how often.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tunedrop_aws::{Inventory, Invocations};
use tunedrop_run::Timestamp;

use crate::support::{self, Reply, Request};

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("arn:{n}")).collect()
}

fn now() -> Timestamp {
    "2026-12-01T10:00:00Z".parse().expect("a time")
}

fn queries(body: &Value) -> &Vec<Value> {
    body["MetricDataQueries"].as_array().expect("queries")
}

#[tokio::test]
async fn one_call_has_at_most_500_metrics() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let config = support::server(move |request: Request| {
        assert_eq!(request.header("x-amz-target"), Some("GraniteServiceVersion20100801.GetMetricData"));
        let signature = request.header("authorization").unwrap_or_default();
        assert!(signature.contains("/us-east-1/monitoring/aws4_request"), "{signature}");
        let body: Value = serde_json::from_str(&request.body).expect("JSON");
        let results: Vec<Value> = queries(&body)
            .iter()
            .map(|query| {
                let invoked = query["MetricStat"]["Metric"]["Dimensions"][0]["Value"] == "arn:500";
                let days = if invoked { vec![1_764_374_400, 1_764_288_000] } else { vec![] };
                let values: Vec<f64> = days.iter().map(|_| 3.0).collect();
                json!({ "Id": query["Id"], "Timestamps": days, "Values": values })
            })
            .collect();
        log.lock().expect("the log").push(body);
        let reply = Reply::ok(json!({ "MetricDataResults": results }).to_string());
        async move { reply }
    });
    let last = Invocations::new(&config.await).last(&ids(501), 90, now(), |_| ()).await.expect("an answer");
    assert_eq!(last.into_iter().collect::<Vec<_>>(), [("arn:500".to_owned(), "2025-11-29".to_owned())]);
    let asked = asked.lock().expect("the log");
    let sizes: Vec<usize> = asked.iter().map(|body| queries(body).len()).collect();
    assert_eq!(sizes, [500, 1]);
    // Whole days, today included.
    let (from, to) = (&asked[0]["StartTime"], &asked[0]["EndTime"]);
    assert_eq!((from.as_i64(), to.as_i64()), (Some(1_796_169_600 - 90 * 86_400), Some(1_796_169_600)));
}

#[tokio::test]
async fn reads_every_page_and_ignores_days_without_invocations() {
    let config = support::server(|request: Request| {
        let body: Value = serde_json::from_str(&request.body).expect("JSON");
        let page = if body["NextToken"].is_null() {
            json!({ "NextToken": "more", "MetricDataResults": [
                { "Id": "m0", "Timestamps": ["2026-11-30T00:00:00Z", "2026-11-28T00:00:00Z"], "Values": [0.0, 1.0] },
            ] })
        } else {
            json!({ "MetricDataResults": [{ "Id": "m0", "Timestamps": ["2026-11-20T00:00:00Z"], "Values": [9.0] }] })
        };
        let reply = Reply::ok(page.to_string());
        async move { reply }
    });
    let last = Invocations::new(&config.await).last(&ids(1), 90, now(), |_| ()).await.expect("an answer");
    assert_eq!(last.get("arn:0").map(String::as_str), Some("2026-11-28"));
}

#[tokio::test]
async fn retries_after_throttling_and_not_after_a_denial() {
    for (kind, calls) in [("com.amazonaws.cloudwatch#ThrottlingException", 3), ("AccessDeniedException", 1)] {
        let asked = Arc::new(Mutex::new(0));
        let count = Arc::clone(&asked);
        let config = support::server(move |_: Request| {
            *count.lock().expect("the count") += 1;
            let reply = Reply::new("400 Bad Request", json!({ "__type": kind, "message": "no" }).to_string());
            async move { reply }
        });
        let failure = Invocations::new(&config.await).last(&ids(1), 90, now(), |_| ()).await.expect_err("a failure");
        assert_eq!(failure.is_denied(), kind.starts_with("Access"), "{failure}");
        assert_eq!(*asked.lock().expect("the count"), calls, "{kind}");
    }
}

#[tokio::test]
async fn lists_every_page_of_models() {
    let config = support::server(|request: Request| {
        let model = |n: u32| {
            json!({
                "modelArn": format!("arn:{n}"), "modelName": format!("model-{n}"), "creationTime": "2026-11-30T10:00:00Z",
                "baseModelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k",
                "baseModelName": "Nova Lite", "modelStatus": "Active",
            })
        };
        let page = match request.query("nextToken") {
            None => json!({ "modelSummaries": [model(1), model(2)], "nextToken": "more" }),
            Some(_) => json!({ "modelSummaries": [model(3)] }),
        };
        let reply = Reply::ok(page.to_string());
        async move { reply }
    });
    let seen = Mutex::new(Vec::new());
    let models = Inventory::new(&config.await).models(|count| seen.lock().expect("the log").push(count)).await;
    let models = models.expect("models");
    let names: Vec<&str> = models.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["model-1", "model-2", "model-3"]);
    assert_eq!((models[0].created_at.as_str(), models[0].status.as_deref()), ("2026-11-30T10:00:00Z", Some("Active")));
    assert_eq!(*seen.lock().expect("the log"), [2, 3]);
}

#[tokio::test]
async fn tags_keep_the_order_and_a_deleted_resource_has_none() {
    let config = support::server(|request: Request| {
        let body: Value = serde_json::from_str(&request.body).expect("JSON");
        let arn = body["resourceARN"].as_str().unwrap_or_default().to_owned();
        let reply = if arn == "arn:3" {
            Reply::new("404 Not Found", "{}").with("x-amzn-errortype", "ResourceNotFoundException")
        } else {
            Reply::ok(json!({ "tags": [{ "key": "n", "value": arn }] }).to_string())
        };
        async move { reply }
    });
    let tags = Inventory::new(&config.await).tags(&ids(20), |_| ()).await.expect("tags");
    assert_eq!(tags.len(), 20);
    for (n, tags) in tags.into_iter().enumerate() {
        let expected = (n != 3).then(|| format!("arn:{n}"));
        assert_eq!(tags.and_then(|tags| tags.get("n").cloned()), expected, "{n}");
    }
}
