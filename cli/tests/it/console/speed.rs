//! How soon pages are there and changes are on them, and how many calls tabs cause.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::fake::{State, run};
use super::harness::Console;
use super::held;

#[test]
fn a_thousand_runs_are_listed_in_pages_within_300_ms() {
    let runs = (1..=1000).map(|number| run(number, "Succeeded")).collect();
    let console = Console::open(State { runs, ..State::default() });
    // The first page doesn't wait for the oldest runs.
    let begin = Instant::now();
    let first = console.get("/");
    let took = begin.elapsed();
    assert!(first.body.contains("bot-0000000003e8") && first.body.contains("Next page"), "{}", first.body);
    println!("the first list: {took:?}");
    assert!(took < Duration::from_millis(300), "{took:?}");
    let is_whole = |page: &str| page.contains("1 to 50 of 1,000 runs") && !page.contains("still being read");
    while !is_whole(&console.get("/").body) {
        assert!(begin.elapsed() < Duration::from_secs(10), "the ledger is read for 10 s");
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("the ledger is read {:?} after the first request", begin.elapsed());
    let begin = Instant::now();
    let page = console.get("/");
    let took = begin.elapsed();
    assert!(is_whole(&page.body) && page.body.contains("Next page"), "{}", page.body);
    assert!(page.body.len() < 100_000, "{} bytes", page.body.len());
    println!("1,000 runs: {took:?}, {} bytes", page.body.len());
    assert!(took < Duration::from_millis(300), "{took:?}");
    let last = console.get("/?page=20&sort=run");
    assert!(last.body.contains("bot-0000000003e8") && !last.body.contains("Next page"));
    assert!(console.get("/?state=Failed").body.contains("No run matches"));
}

/// How many calls `tabs` tabs cause within `seconds`.
fn calls(console: &Console, tabs: usize, seconds: u64) -> usize {
    let open: Vec<TcpStream> = (0..tabs).map(|_| console.listen()).collect();
    std::thread::sleep(Duration::from_secs(1));
    let before = console.fake.calls();
    std::thread::sleep(Duration::from_secs(seconds));
    let calls = console.fake.calls() - before;
    drop(open);
    calls
}

#[test]
fn fifty_tabs_cause_as_many_calls_as_one() {
    let console = Console::open(held());
    let (one, fifty) = (calls(&console, 1, 3), calls(&console, 50, 3));
    println!("3 seconds: {one} calls with 1 tab, {fifty} with 50");
    // Two calls every half second.
    assert!((4..=14).contains(&one) && fifty <= 14, "{one} {fifty}");
    // No tab, no call, but for the one that is being answered.
    std::thread::sleep(Duration::from_secs(2));
    assert!(calls(&console, 0, 2) <= 2);
}

/// What docs/console.md says about an account. Takes a minute.
#[test]
#[ignore = "takes a minute"]
fn calls_a_minute_in_an_account() {
    let mut console = Console::start(held(), true);
    console.exchange();
    let fifty = calls(&console, 50, 60);
    println!("a minute with 50 tabs: {fifty} calls");
    assert!(fifty <= 26, "{fifty}");
}

#[test]
fn a_change_is_announced_within_two_seconds() {
    let console = Console::open(held());
    let mut tab = BufReader::new(console.listen());
    let data = |tab: &mut BufReader<TcpStream>| loop {
        let mut line = String::new();
        tab.read_line(&mut line).expect("a line");
        if line.starts_with("data:") {
            return line;
        }
    };
    let first = data(&mut tab);
    console.get("/");
    std::thread::sleep(Duration::from_millis(700));
    let begin = Instant::now();
    {
        let mut state = console.fake.state.lock().expect("a state");
        state.runs[1]["state"] = json!("Running");
        state.runs[1]["revision"] = json!(2);
    }
    while !console.get("/").body.contains(">Running</span>") {
        assert!(begin.elapsed() < Duration::from_secs(2), "the page is {:?} late", begin.elapsed());
        std::thread::sleep(Duration::from_millis(50));
    }
    tab.get_ref().set_read_timeout(Some(Duration::from_secs(2))).expect("a time");
    assert_ne!(data(&mut tab), first);
    println!("on the page after {:?}", begin.elapsed());
}
