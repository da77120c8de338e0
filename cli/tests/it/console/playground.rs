//! The page that asks models, in a stack without a deployment.

use super::fake::{State, run};
use super::harness::Console;

#[test]
fn a_run_without_a_deployment_is_listed_with_the_reason() {
    let console = Console::open(State { runs: vec![run(1, "Succeeded"), run(2, "Failed")], ..State::default() });
    let page = console.get("/playground");
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("No custom model answers yet"), "{}", page.body);
    assert!(page.body.contains("<bdi>run bot-000000000001</bdi>: no deployment serves it"), "{}", page.body);
    assert!(page.body.contains("href=\"/runs/bot-000000000001\"") && !page.body.contains("run bot-000000000002"));
}

#[test]
fn only_models_on_the_page_are_asked() {
    let console = Console::open(State::default());
    for (body, why) in [
        ("model=d:x&prompt=Hi", "this model doesn't answer any longer"),
        ("model=amazon.nova-pro-v1:0&prompt=Hi", "this model doesn't answer any longer"),
        ("model=d:x&prompt=%20", "write a prompt first"),
        ("model=d:x&prompt=Hi&max_tokens=0", "must be a whole number of at least 1"),
        ("model=d:x&prompt=Hi&temperature=2", "must be a number from 0 to 1"),
    ] {
        let answer = console.post("/playground/ask", body);
        assert!(answer.status == 422 && answer.body.contains(why), "{body}: {} {}", answer.status, answer.body);
    }
    let page = console.post("/playground", "prompt=%3Cscript%3Ealert(1)%3C/script%3E&temperature=9");
    assert!(page.status == 200 && !page.body.contains("<script>alert"), "{}", page.body);
}
