//! The console: who can use it, and what it shows. The services of the stack are a server on this machine.

mod charts;
mod dataset;
mod drafts;
mod fake;
mod harness;
mod inventory;
mod opener;
mod playground;
mod speed;

use serde_json::json;

use fake::{State, run};
use harness::Console;

fn held() -> State {
    State { runs: vec![run(1, "Succeeded"), run(2, "Held")], ..State::default() }
}

#[test]
fn token_works_once_and_only_its_cookie_opens_pages() {
    let mut console = Console::start(held(), false);
    let token = console.token.clone();
    for path in ["/", "/compare", "/runs/bot-000000000001", "/live", "/start", "/start?token=", "/start?token=0123"] {
        assert_eq!(console.get(path).status, 403, "{path}");
    }
    // Neither a wrong token nor a look ahead uses it up.
    let (host, address) = (console.host(), format!("/start?token={token}"));
    assert_eq!(console.send("HEAD", &address, &[("host", &host)], "").status, 403);
    assert_eq!(console.send("GET", &address, &[("host", &host), ("sec-purpose", "prefetch")], "").status, 403);
    let answer = console.get(&address);
    let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
    assert!(answer.status == 200 && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    let again = console.get(&address);
    assert_eq!((again.status, again.header("set-cookie")), (403, None));
    let pair = cookie.split(';').next().expect("a pair").to_owned();
    let (name, value) = pair.split_once('=').expect("a name");
    assert!(value.len() == 64 && value != token, "{value}");
    for wrong in
        [format!("{name}={token}"), format!("{name}="), format!("other={value}"), format!("{name}={}", &value[1..])]
    {
        console.cookie = wrong;
        assert_eq!(console.get("/").status, 403, "{}", console.cookie);
    }
    console.cookie = format!("theme=dark; {pair}");
    assert_eq!(console.get("/").status, 200);
    assert_eq!(console.get("/nowhere").status, 404);
}

#[test]
fn foreign_hosts_are_refused() {
    let console = Console::open(held());
    let (port, cookie) = (console.port, console.cookie.clone());
    for host in [
        format!("evil.example:{port}"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.1:{}", port.wrapping_add(1)),
        format!("127.0.0.1.evil.example:{port}"),
        format!("[::1]:{port}"),
        format!("127.0.0.1:{port}@evil.example"),
    ] {
        for path in ["/", "/style.css", &format!("/start?token={}", console.token)] {
            let answer = console.send("GET", path, &[("host", &host), ("cookie", &cookie)], "");
            assert!([400, 403].contains(&answer.status), "{host} {path}: {}", answer.status);
        }
    }
    let (host, evil) = (console.host(), format!("evil.example:{port}"));
    let two = [("host", host.as_str()), ("host", evil.as_str()), ("cookie", cookie.as_str())];
    assert!([400, 403].contains(&console.send("GET", "/", &two, "").status));
    let localhost = format!("localhost:{port}");
    assert_eq!(console.send("GET", "/", &[("host", &localhost), ("cookie", &cookie)], "").status, 200);
}

#[test]
fn forms_of_other_pages_change_nothing() {
    let console = Console::open(held());
    let (host, own) = (console.host(), format!("http://{}", console.host()));
    let other_port = format!("http://127.0.0.1:{}", console.port.wrapping_add(1));
    let base = [
        ("host", host.as_str()),
        ("cookie", console.cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let attacks: [&[(&str, &str)]; 7] = [
        &[],
        &[("origin", "null")],
        &[("origin", "http://evil.example")],
        &[("origin", &other_port)],
        &[("origin", &own), ("origin", "http://evil.example")],
        &[("origin", &own), ("sec-fetch-site", "cross-site")],
        &[("origin", &own), ("sec-fetch-site", "same-site")],
    ];
    for lines in attacks {
        let answer = console.send("POST", "/runs/bot-000000000002/approve", &[&base[..], lines].concat(), "seen=1.0");
        assert_eq!(answer.status, 403, "{lines:?}");
    }
    assert!(console.fake.events().is_empty());
}

#[test]
fn a_confirmed_action_sends_one_command() {
    let console = Console::open(held());
    let address = "/runs/bot-000000000002/approve";
    let page = console.get(address);
    assert!(page.status == 200 && page.body.contains("Starts training nova-lite."), "{}", page.body);
    assert!(page.body.contains("Estimated cost: less than 0.01 USD") && page.body.contains("value=\"1.0\""));
    assert!(console.fake.events().is_empty(), "a page that asks sends nothing");
    // Somebody else changed the run in the meantime.
    let stale = console.post(address, "seen=0.0");
    assert!(stale.status == 200 && stale.body.contains("It changed since you opened this page"), "{}", stale.body);
    assert!(console.fake.events().is_empty());
    let sent = console.post(address, "seen=1.0");
    assert_eq!((sent.status, sent.header("location")), (303, Some("/runs/bot-000000000002")));
    let events = console.fake.events();
    assert_eq!(events.len(), 1);
    assert!(events[0].to_string().contains("bot-000000000002"), "{}", events[0]);
    assert!(console.get("/runs/bot-000000000002").body.contains("“Start” was sent from here"));
    // What the state doesn't allow isn't offered, and isn't sent.
    assert!(!console.get("/runs/bot-000000000001").body.contains("/runs/bot-000000000001/approve"));
    let refused = console.post("/runs/bot-000000000001/stop", "seen=1.0");
    assert!(refused.body.contains("Not possible now"), "{}", refused.body);
    assert_eq!(console.fake.events().len(), 1);
}

#[test]
fn every_page_has_the_headers_and_a_report_is_in_a_sandbox() {
    let report = "<!doctype html><script>parent.postMessage('x')</script><p>the data</p>".to_owned();
    let key = "reports/bot/bot-000000000001/report.html".to_owned();
    let console = Console::open(State { objects: vec![(key, report.clone())], ..held() });
    for path in [
        "/",
        "/compare",
        "/dataset",
        "/playground",
        "/inventory",
        "/runs/bot-000000000001",
        "/runs/bot-000000000002/stop",
        "/style.css",
        "/nowhere",
    ] {
        let answer = console.get(path);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains(concat!("un", "safe")), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("referrer-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        // Nothing inline, which the policy would forbid.
        assert!(!answer.body.contains("style=\"") && !answer.body.contains("<script>"), "{path}");
    }
    let answer = console.get("/runs/bot-000000000001/report/data");
    let policy = answer.header("content-security-policy").unwrap_or_default();
    assert!(policy.starts_with("sandbox; default-src 'none'") && !policy.contains("allow-"), "{policy}");
    assert!(answer.body.ends_with("the data</p>"));
}

#[test]
fn hostile_text_is_shown_as_text() {
    let evil = "<script>alert(1)</script>\" onmouseover=\"x\u{202e}";
    let mut failed = run(3, "Failed");
    for name in ["reason", "uploader", "job_arn", "stopped_by"] {
        failed[name] = json!(evil);
    }
    failed["findings"] = json!([evil]);
    failed["counts"] = json!({ evil: 1 });
    failed["plan"]["base_model"] = json!(evil);
    failed["plan"]["alias"] = json!(evil);
    failed["plan"]["hyperparameters"] = json!({ evil: evil });
    let console = Console::open(State { runs: vec![failed], ..State::default() });
    let query = "/?dataset=%3Cscript%3Ealert(1)%3C/script%3E&sort=%22%3E%3Cb%3E";
    for path in ["/", query, "/runs/bot-000000000003", "/runs/bot-000000000003/retry", "/compare?run=bot-000000000003"]
    {
        let page = console.get(path).body;
        assert!(
            !page.contains("<script>") && !page.contains("\" onmouseover") && !page.contains('\u{202e}'),
            "{path}: {page}"
        );
        assert!(path == query || page.contains("&#60;script&#62;alert(1)"), "{path}: {page}");
    }
}

#[test]
fn an_address_leads_to_nothing_but_runs() {
    let console = Console::open(held());
    for path in [
        "/runs/..%2f..%2f..%2fetc%2fpasswd",
        "/runs/..%2fbot-000000000001/report",
        "/runs/../../etc/passwd",
        "/runs/bot-000000000001%00/report",
        "/runs/bot-000000000001/report/..%2f..%2fx",
        "/runs/bot-000000000009",
        "/deployments/..%2f..%2fx/undeploy",
        "//evil.example/",
    ] {
        let answer = console.get(path);
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
    let state = console.fake.state.lock().expect("a state");
    assert!(!state.calls.iter().any(|call| call.starts_with("GetObject")), "{:?}", state.calls);
}
