//! Charts: the part of a loss chart in the address, the lengths of records, and how long earlier runs took.

use serde_json::{Value, json};

use super::dataset::{nova, put, settled};
use super::fake::{State, run};
use super::harness::Console;

fn outcome(steps: u64) -> String {
    let points: Vec<Value> = (0..steps)
        .map(|step| json!({ "step": step, "epoch": 0, "loss": 3.0 - step as f64 / steps as f64, "perplexity": 1.0 }))
        .collect();
    let phase = |name: &str, from: &str, to: &str| {
        let at = |time: &str| format!("2026-11-30T{time}Z");
        json!({ "name": name, "status": "Completed", "started_at": at(from), "changed_at": at(to) })
    };
    json!({
        "training_losses": points,
        "phases": [phase("DataProcessing", "07:00:00", "07:05:00"), phase("Training", "07:05:00", "08:10:00")],
    })
    .to_string()
}

/// Runs that succeeded, with their outcomes.
fn trained(count: usize) -> State {
    let runs: Vec<Value> = (1..=count).map(|number| run(number, "Succeeded")).collect();
    let object =
        |run: &Value| (format!("runs/{}/outcome.json", run["run_id"].as_str().unwrap_or_default()), outcome(100));
    State { objects: runs.iter().map(object).collect(), runs, ..State::default() }
}

#[test]
fn the_address_has_the_steps_of_a_chart() {
    let console = Console::open(trained(1));
    let home = "/runs/bot-000000000001";
    let all = console.get(home).body;
    assert!(all.contains("data-steps=\"0 99\"") && all.contains("Steps 0 to 99<"), "{all}");
    assert!(
        all.contains("href=\"/runs/bot-000000000001?from=25&#38;to=74#losses\"") && !all.contains("id=\"zoom-all\"")
    );
    let part = console.get(&format!("{home}?from=25&to=74")).body;
    assert!(part.contains("data-steps=\"25 74\"") && part.contains("Steps 25 to 74 of 0 to 99"), "{part}");
    for id in ["zoom-in", "zoom-out", "zoom-earlier", "zoom-later", "zoom-all"] {
        assert!(part.contains(&format!("id=\"{id}\"")), "{id}: {part}");
    }
    // An address that somebody wrote by hand.
    for query in [
        "from=x&to=y",
        "from=9&to=2",
        "from=%3Cscript%3E&to=1",
        "from=500&to=900",
        "to=5",
        "from=-1&to=99999999999999999999",
    ] {
        let page = console.get(&format!("{home}?{query}"));
        assert!(page.status == 200 && page.body.contains("data-steps=\"0 99\""), "{query}: {}", page.body);
        assert!(!page.body.contains("<script>"), "{query}");
    }
}

#[test]
fn six_runs_are_compared_in_the_same_steps() {
    let console = Console::open(trained(7));
    let runs: Vec<String> = (1..=7).map(|number| format!("run=bot-{number:012x}")).collect();
    let page = console.get(&format!("/compare?{}&from=10&to=19", runs.join("&"))).body;
    assert!(page.contains("Only the first 6 runs are compared."), "{page}");
    assert!(page.contains("data-steps=\"10 19\"") && page.contains("Steps 10 to 19 of 0 to 99"), "{page}");
    let chart = page.split("<figure").nth(1).expect("a chart");
    for color in ["#1F6FD6", "#C2410C", "#0F766E", "#9D174D", "#6D28D9", "#52525B"] {
        assert!(chart.contains(color), "{color}");
    }
    // The links keep the runs.
    let kept = runs[..6].join("&#38;");
    assert!(page.contains(&format!("href=\"/compare?{kept}#losses\"")), "{page}");
    let alone = console.get("/compare?from=1&to=2");
    assert!(alone.status == 200 && alone.body.contains("Choose two or more runs"));
}

#[test]
fn lengths_of_records_are_read_from_the_report_once() {
    let mut state = trained(1);
    state.runs[0]["report"] = json!("s3://bucket/reports/bot/bot-000000000001/report.html");
    let statistics = json!({
        "valid_records": 110, "longest_tokens": { "low": 60, "high": 127 },
        "token_histogram": [{ "up_to": 63, "records": 100 }, { "up_to": 127, "records": 10 }],
    });
    let report = json!({ "record_tokens": 32000, "files": [
        { "name": "job.yaml", "role": "recipe", "statistics": null },
        { "name": "<b>train</b>.jsonl", "role": "train", "statistics": statistics },
    ] });
    state.objects.push(("reports/bot/bot-000000000001/report.json".to_owned(), report.to_string()));
    let console = Console::open(state);
    let page = console.get("/runs/bot-000000000001").body;
    assert!(page.contains("<h2>Record lengths</h2>") && page.contains("half of 110 valid records"), "{page}");
    assert!(page.contains("the model's limit of 32,000 tokens") && page.contains("Histogram of tokens per record"));
    assert!(!page.contains("<b>train") && page.contains("&#60;b&#62;train"), "{page}");
    console.get("/runs/bot-000000000001");
    let state = console.fake.state.lock().expect("a state");
    let reads = state.calls.iter().filter(|call| call.ends_with("report.json")).count();
    assert_eq!(reads, 1, "{:?}", state.calls);
}

#[test]
fn an_estimate_has_the_time_of_earlier_runs_and_no_options_of_the_command_line() {
    let console = Console::open(trained(1));
    put(&console, "train.jsonl", &nova(120));
    let page = settled(&console);
    let estimate = page.split("id=\"h-estimate\"").nth(1).expect("an estimate");
    let estimate = estimate.split("</section>").next().expect("its end");
    let time = "<dt>time</dt><dd>the last run of this base model took 1 h 10 min, for up to 4,000 billed tokens</dd>";
    assert!(estimate.contains(time), "{estimate}");
    assert!(!estimate.contains("--") && !estimate.contains("`tunedrop"), "{estimate}");
}

#[test]
fn an_unknown_price_and_time_say_what_to_do_on_the_page() {
    let console = Console::open(State::default());
    let record = "{\"prompt\":\"Hello\",\"completion\":\"Hi\"}\n";
    put(&console, "train.jsonl", &record.repeat(60));
    put(&console, "job.yaml", "base_model: titan-text-express\ncustomization: fine-tuning\ntrain: train.jsonl\n");
    let page = settled(&console);
    let estimate = page.split("id=\"h-estimate\"").nth(1).expect("an estimate");
    let estimate = estimate.split("</section>").next().expect("its end");
    let cost = "unknown price: add AWS&#39;s price to the recipe as price_per_1k_tokens";
    assert!(estimate.contains(cost) && !estimate.contains("--"), "{estimate}");
    assert!(estimate.contains("<dt>time</dt><dd>unknown: AWS documents none"), "{estimate}");
}
