//! The dashboard is JSON, and shows every metric of tunedrop, every queue, every function and every alarm.

use serde_json::Value;
use tunedrop_run::metric::{Metric, NAMESPACE, STACK};

use super::super::{named, properties, resource, template};
use super::{dead_letters, unknown_metric, working};

/// Returns the dashboard's body, with `${Name.Attribute}` unchanged.
pub(super) fn body(template: &Value) -> Value {
    let text = properties(template, "Dashboard")["DashboardBody"].as_str().expect("a text");
    serde_json::from_str(text).unwrap_or_else(|fault| panic!("the dashboard's body is no JSON: {fault}"))
}

fn widgets(body: &Value) -> &Vec<Value> {
    body["widgets"].as_array().expect("widgets")
}

/// Returns the metrics in the dashboard's graphs: namespace, name, and the names of the dimensions.
fn graphed(body: &Value) -> Vec<(String, String, Vec<String>)> {
    let entries = widgets(body).iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    let mut found = Vec::new();
    for entry in entries.filter_map(Value::as_array) {
        if let Some(expression) = entry[0]["expression"].as_str() {
            found.push(searched(expression));
            continue;
        }
        let words: Vec<&str> = entry.iter().filter_map(Value::as_str).collect();
        let dimensions = words[2..].iter().step_by(2).map(|name| (*name).to_owned()).collect();
        found.push((words[0].to_owned(), words[1].to_owned(), dimensions));
    }
    found
}

/// Returns what `SEARCH('{namespace,dimension,…} MetricName="name" …', 'statistic')` searches for.
fn searched(expression: &str) -> (String, String, Vec<String>) {
    let between = |from: &str, to: &str| {
        let rest = expression.split_once(from)?.1;
        Some(rest.split_once(to)?.0.to_owned())
    };
    let schema = between("SEARCH('{", "}").expect("a schema");
    let mut names = schema.split(',').map(str::to_owned);
    let namespace = names.next().expect("a namespace");
    (namespace, between("MetricName=\"", "\"").expect("a metric's name"), names.collect())
}

/// Returns what the dashboard lacks, and what it shows that doesn't exist.
pub(super) fn not_shown(template: &Value, body: &Value) -> Vec<String> {
    let graphed = graphed(body);
    let ours = || graphed.iter().filter(|(namespace, ..)| namespace == NAMESPACE);
    let mut faults: Vec<String> = ours()
        .filter_map(|(_, name, dimensions)| {
            unknown_metric(name, &dimensions.iter().map(String::as_str).collect::<Vec<_>>())
        })
        .collect();
    let metrics = Metric::ALL.iter().map(|metric| metric.name());
    let missing = metrics.filter(|name| !ours().any(|(_, graphed, _)| graphed == name));
    faults.extend(missing.map(|name| format!("{name} is not shown")));
    let text = body.to_string();
    let mut names: Vec<(String, usize)> =
        working(template).into_iter().map(|queue| (format!("${{{queue}.QueueName}}"), 2)).collect();
    names.extend(dead_letters(template).into_iter().map(|queue| (format!("${{{queue}.QueueName}}"), 1)));
    let functions = named(template, "AWS::Serverless::Function");
    names.extend(functions.into_iter().map(|function| (format!("${{{function}}}"), 2)));
    let mut alarms = named(template, "AWS::CloudWatch::Alarm");
    // A dashboard is one text, so it can't contain resources that exist only with an option.
    alarms.retain(|alarm| resource(template, alarm)["Condition"].is_null());
    names.extend(alarms.into_iter().map(|alarm| (format!("${{{alarm}.Arn}}"), 1)));
    let seldom = names.into_iter().filter(|(name, times)| text.matches(name.as_str()).count() != *times);
    faults.extend(seldom.map(|(name, times)| format!("{name} is not shown {times} times")));
    faults
}

#[test]
fn the_dashboard_shows_every_metric_queue_function_and_alarm() {
    let template = template();
    assert_eq!(not_shown(&template, &body(&template)), Vec::<String>::new());
}

#[test]
fn the_dashboard_filters_on_its_own_stack() {
    let body = body(&template());
    for widget in widgets(&body).iter().filter(|widget| widget["type"] == "metric") {
        let shown = &widget["properties"]["metrics"];
        for entry in shown.as_array().expect("metrics").iter().filter(|entry| entry.to_string().contains(NAMESPACE)) {
            let words = entry.to_string();
            assert!(words.contains("${AWS::StackName}") && words.contains(STACK), "{words}");
        }
        assert_eq!(widget["properties"]["region"], "${AWS::Region}");
    }
}

#[test]
fn widgets_do_not_overlap_or_leave_the_grid() {
    let body = body(&template());
    let place = |widget: &Value| ["x", "y", "width", "height"].map(|side| widget[side].as_u64().expect("a number"));
    let places: Vec<[u64; 4]> = widgets(&body).iter().map(place).collect();
    assert!(places.len() > 10, "hardly any widget was found, so nothing was checked");
    for (i, [x, y, width, height]) in places.iter().enumerate() {
        assert!(x + width <= 24, "widget {i} is wider than the grid");
        for [left, top, wide, high] in &places[..i] {
            let beside = x + width <= *left || left + wide <= *x;
            assert!(beside || y + height <= *top || top + high <= *y, "widget {i} lies on another");
        }
    }
}
