//! The page of a new dataset: files, names, findings, previews, the recipe both ways, and drafts.

use std::time::{Duration, Instant};

use super::fake::State;
use super::harness::{Answer, Console};

pub(super) const ID: &str = "/dataset/0123456789abcdef";

/// `n` valid records for Amazon Nova.
pub(super) fn nova(n: usize) -> String {
    (0..n)
        .map(|i| {
            format!(
                "{{\"schemaVersion\":\"bedrock-conversation-2024\",\"messages\":[{{\"role\":\"user\",\"content\":[{{\"text\":\"What is {i} plus one?\"}}]}},{{\"role\":\"assistant\",\"content\":[{{\"text\":\"It is {}.\"}}]}}]}}\n",
                i + 1
            )
        })
        .collect()
}

/// Escapes a value of a form or a query.
pub(super) fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub(super) fn put(console: &Console, name: &str, body: &str) -> Answer {
    let (host, origin) = (console.host(), format!("http://{}", console.host()));
    let lines = [("host", host.as_str()), ("cookie", &console.cookie), ("origin", &origin)];
    console.send("PUT", &format!("{ID}/file?name={}", escaped(name)), &lines, body)
}

pub(super) fn post(console: &Console, action: &str, fields: &[(&str, &str)]) {
    let body: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    let answer = console.post(&format!("{ID}/{action}"), &body.join("&"));
    assert_eq!((answer.status, answer.header("location")), (303, Some(ID)), "{action}: {}", answer.body);
}

/// The page when nothing is in progress.
pub(super) fn settled(console: &Console) -> String {
    let begin = Instant::now();
    loop {
        let page = console.get(ID);
        assert_eq!(page.status, 200, "{}", page.body);
        if page.body.contains("data-busy=\"false\"") {
            return page.body;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "it is busy for a minute");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What the text area of the recipe has.
fn recipe(page: &str) -> String {
    let from = page.find("<textarea id=\"recipe\"").expect("a recipe");
    let text = &page[from..];
    let (_, text) = text.split_once(">\n").expect("its text");
    text.split_once("</textarea>").expect("its end").0.replace("&#34;", "\"").replace("&#60;", "<")
}

#[test]
fn an_upload_is_checked_and_the_draft_survives_a_reload() {
    let console = Console::open(State::default());
    assert!(console.get("/dataset").body.contains("Try it with a sample"));
    assert_eq!(console.get(ID).status, 404, "an unknown draft");
    assert_eq!(put(&console, "train.jsonl", &nova(120)).status, 204);
    let page = settled(&console);
    assert!(page.contains("Valid: 120 records") && page.contains("No problems found."), "{page}");
    assert!(recipe(&page).contains("base_model: nova-lite"), "{page}");
    assert!(page.contains("<dt>billed</dt>") && page.contains("<dt>cost</dt>"), "{page}");
    // Reload, another page, and back.
    assert_eq!(settled(&console), page);
    assert!(console.get("/dataset").body.contains(ID));
    // Findings have title, line, excerpt and help.
    let broken = nova(120).replacen("\"assistant\"", "\"robot\"", 1);
    assert_eq!(put(&console, "train.jsonl", &broken).status, 204);
    let page = settled(&console);
    assert!(page.contains("train.jsonl:1:") && page.contains("<mark>") && page.contains("class=\"fix\""), "{page}");
    assert!(page.contains("fix 1 error") && !page.contains(">Upload…<"), "{page}");
    assert!(!page.contains("/.local/state/"), "no path of this machine");
}

#[test]
fn a_conversion_is_shown_before_it_is_done() {
    let console = Console::open(State::default());
    let rows: String = (0..120).map(|i| format!("What is {i}?,It is <b>{i}</b>.\n")).collect();
    put(&console, "questions.csv", &format!("question,answer\n{rows}"));
    let page = settled(&console);
    assert!(page.contains("Convert questions.csv to train.jsonl…"), "{page}");
    post(&console, "offer", &[("offer", "convert/questions.csv")]);
    let page = settled(&console);
    assert!(page.contains("120 records for") && page.contains(">Before<") && page.contains(">After<"), "{page}");
    assert!(page.contains("&#60;b&#62;0&#60;/b&#62;") && !page.contains("<b>0"), "{page}");
    assert!(!page.contains("Remove train.jsonl"), "nothing changed yet: {page}");
    post(&console, "forget", &[]);
    assert!(!settled(&console).contains(">Before<"));
    post(&console, "offer", &[("offer", "convert/questions.csv")]);
    settled(&console);
    post(&console, "apply", &[]);
    let page = settled(&console);
    assert!(page.contains("Valid: 120 records") && page.contains("Remove train.jsonl"), "{page}");
}

#[test]
fn fixing_and_splitting_change_the_draft_only_when_confirmed() {
    let console = Console::open(State::default());
    put(&console, "train.jsonl", &format!("\u{feff}{}\n\n{}", nova(200), nova(1)));
    let page = settled(&console);
    assert!(page.contains("Fix train.jsonl…"), "{page}");
    // The draft changes while the preview is open.
    post(&console, "offer", &[("offer", "fix/train.jsonl")]);
    settled(&console);
    post(&console, "settings", &[("base_model", "nova-lite"), ("h.epochCount", "3")]);
    settled(&console);
    post(&console, "apply", &[]);
    assert!(settled(&console).contains("nothing to confirm") || settled(&console).contains("Fix train.jsonl…"));
    post(&console, "offer", &[("offer", "fix/train.jsonl")]);
    let page = settled(&console);
    assert!(page.contains("200 records written") && page.contains("(removed)"), "{page}");
    post(&console, "apply", &[]);
    let page = settled(&console);
    assert!(page.contains("Valid: 200 records") && !page.contains("Fix train.jsonl"), "{page}");
    post(&console, "offer", &[("offer", "split/train.jsonl")]);
    assert!(settled(&console).contains("190 records stay in train.jsonl, and 10 go to validation.jsonl"));
    post(&console, "apply", &[]);
    let page = settled(&console);
    assert!(recipe(&page).contains("\nvalidation: validation.jsonl\n"), "{page}");
    assert!(page.contains("Valid: 200 records") && recipe(&page).contains("\n  epochCount: 3"), "{page}");
}

#[test]
fn the_recipe_changes_both_ways() {
    let console = Console::open(State::default());
    put(&console, "train.jsonl", &nova(120));
    let page = settled(&console);
    assert!(page.contains("id=\"h-epochCount\" name=\"h.epochCount\" value=\"\" placeholder=\"2\""), "{page}");
    post(
        &console,
        "settings",
        &[("base_model", "nova-lite"), ("h.epochCount", "4"), ("has_goals", "1"), ("deploy", "1")],
    );
    let text = recipe(&settled(&console));
    assert!(text.contains("\n  epochCount: 4") && text.contains("\ndeploy:\n  when: succeeded\n"), "{text}");
    // The text, and a comment that the form keeps.
    let changed =
        text.replace("epochCount: 4", "epochCount: 99").replace("train: train.jsonl", "# mine\ntrain: train.jsonl");
    post(&console, "recipe", &[("text", &changed.replace('\n', "\r\n"))]);
    let page = settled(&console);
    assert!(page.contains("name=\"h.epochCount\" value=\"99\"") && page.contains("Fix the recipe first."), "{page}");
    post(&console, "settings", &[("base_model", "nova-lite"), ("h.epochCount", "")]);
    let text = recipe(&settled(&console));
    assert!(text.contains("# mine\n") && text.contains("#   epochCount: 2") && text.contains("\ndeploy:"), "{text}");
    // A recipe that can't be read keeps its text.
    post(&console, "recipe", &[("text", "base_model: [\n")]);
    let page = settled(&console);
    assert_eq!(recipe(&page), "base_model: [\n");
    assert!(page.contains("job.yaml:"), "{page}");
}

#[test]
fn another_model_is_chosen_in_the_form() {
    let console = Console::open(State::default());
    put(&console, "train.jsonl", &nova(120));
    settled(&console);
    post(&console, "settings", &[("base_model", "nova-micro"), ("customization", "fine-tuning")]);
    let text = recipe(&settled(&console));
    assert!(text.contains("base_model: nova-micro\n") && !text.contains("nova-lite"), "{text}");
}

#[test]
fn a_name_is_checked_as_the_command_line_does() {
    let console = Console::open(State::default());
    put(&console, "train.jsonl", &nova(120));
    assert!(settled(&console).contains("Give the dataset a name first."));
    post(&console, "ask", &[]);
    assert!(settled(&console).contains("Give the dataset a name first"));
    for name in ["a/b", "..", "Größe", &"x".repeat(200)] {
        post(&console, "name", &[("name", name)]);
        assert!(settled(&console).contains("class=\"fault\""), "{name}");
    }
    post(&console, "name", &[("name", "support-bot")]);
    let page = settled(&console);
    assert!(page.contains(">Upload…<"), "{page}");
    post(&console, "ask", &[]);
    let page = settled(&console);
    assert!(page.contains("as dataset support-bot to stack tunedrop, and start a run?"), "{page}");
    // A change takes the question back.
    post(&console, "settings", &[("base_model", "nova-lite"), ("h.epochCount", "3")]);
    assert!(!settled(&console).contains("and start a run?"));
    post(&console, "submit", &[]);
    assert!(settled(&console).contains("look at the question again"));
}
