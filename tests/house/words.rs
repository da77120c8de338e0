//! The phrases that docs/glossary.md rejects don't occur in the pages that people read.

use std::path::Path;

use crate::docs::{files_ending, read, root};

/// Pages that are checked, besides everything in docs/.
const PAGES: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];

/// Pages that aren't checked, or only up to a heading, and why.
const EXCEPT: [(&str, &str, &str); 11] = [
    ("docs/glossary.md", "## Terms", "it lists the phrases"),
    ("docs/style.md", "## Examples", "it shows sentences as they were before"),
    ("docs/session.md", "", "a test writes it from the output of the commands"),
    // Not yet in this style. Take a page off the list when it is rewritten.
    ("docs/account.md", "", "not rewritten yet"),
    ("docs/cli.md", "", "not rewritten yet"),
    ("docs/codes.md", "", "a test writes it from the codes, which aren't rewritten yet"),
    ("docs/fuzzing.md", "", "not rewritten yet"),
    ("docs/messages.md", "", "not rewritten yet"),
    ("docs/reliability.md", "", "not rewritten yet"),
    ("docs/rules.md", "", "not rewritten yet"),
    ("docs/speed.md", "", "not rewritten yet"),
];

/// Places where a rejected phrase is right: page, phrase, a part of the line.
const ALLOWED: [(&str, &str, &str); 0] = [];

/// The phrases in backticks in the first column of the table.
fn rejected(glossary: &str) -> Vec<String> {
    let (_, section) = glossary.split_once("\n## Rejected phrases\n").expect("the glossary has this section");
    let cells = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// Whether `line`, in lower case, has `phrase` between ends of words.
fn has_phrase(line: &str, phrase: &str) -> bool {
    line.match_indices(phrase).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + phrase.len()..]);
        !before.ends_with(is_of_word) && !after.starts_with(is_of_word)
    })
}

/// A line without what is in backticks, and without the targets of links.
fn without_code(line: &str) -> String {
    let text: Vec<&str> = line.split('`').step_by(2).collect();
    let mut parts = text.join("`").to_lowercase();
    while let Some((start, end)) = parts.find("](").and_then(|start| Some((start, start + parts[start..].find(')')?))) {
        parts.replace_range(start..=end, "]");
    }
    parts
}

/// Each rejected phrase in `text`, with its line.
fn found(text: &str, phrases: &[String]) -> Vec<(usize, String, String)> {
    let (mut fenced, mut found) = (false, Vec::new());
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let plain = without_code(line);
        for phrase in phrases.iter().filter(|phrase| !fenced && has_phrase(&plain, phrase)) {
            found.push((number + 1, phrase.clone(), line.to_owned()));
        }
    }
    found
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("a file of the repository").to_string_lossy().into_owned()
}

fn pages() -> Vec<(String, String)> {
    let all = files_ending(&[".md"]).into_iter().map(|path| (name(&path), read(&path)));
    let ours = all.filter(|(name, _)| name.starts_with("docs/") || PAGES.contains(&name.as_str()));
    ours.filter_map(|(name, text)| match EXCEPT.iter().find(|(page, _, _)| *page == name) {
        None => Some((name, text)),
        Some((_, "", _)) => None,
        Some((_, heading, _)) => {
            let (before, _) = text.split_once(&format!("\n{heading}\n")).expect("the page has this heading");
            Some((name, before.to_owned()))
        }
    })
    .collect()
}

#[test]
fn prose_has_no_rejected_phrase() {
    let phrases = rejected(&read(&root().join("docs/glossary.md")));
    assert!(phrases.len() > 60, "the table of phrases isn't read: {phrases:?}");
    let pages = pages();
    assert!(pages.len() > 12, "hardly any page is read");
    let mut wrong = Vec::new();
    for (page, text) in &pages {
        for (number, phrase, line) in found(text, &phrases) {
            let allowed = ALLOWED.iter().any(|(on, what, part)| on == page && *what == phrase && line.contains(part));
            if !allowed {
                wrong.push(format!("{page}:{number}: \"{phrase}\", see docs/glossary.md"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn excepted_pages_exist() {
    for (page, _, _) in EXCEPT {
        assert!(root().join(page).exists(), "{page} is excepted, and there is no such page");
    }
}

#[test]
fn a_rejected_phrase_is_found() {
    let phrases =
        rejected("# Glossary\n\n## Rejected phrases\n\n| Phrase | Write |\n|---|---|\n| `lies in`, `mend` | x |\n");
    assert_eq!(phrases, ["lies in", "mend"]);
    let text =
        "Mend it.\nIt `lies in` a [folder](lies in) and amended.\n```\nmend\n```\nA self-mend.\nIt lies in S3.\n";
    let lines: Vec<usize> = found(text, &phrases).into_iter().map(|(line, _, _)| line).collect();
    assert_eq!(lines, [1, 7]);
}
