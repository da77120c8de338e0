//! The phrases that docs/glossary.md rejects don't occur in pages, in comments, strings and test names of Rust files, or
//! in the template.

mod source;

use std::path::Path;

use crate::docs::{files_ending, read, root};

/// Pages that are checked, besides everything in docs/ and every README.
const PAGES: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

/// Pages that aren't checked, or only up to a heading, and why.
const EXCEPT: [(&str, &str, &str); 3] = [
    ("docs/glossary.md", "## Terms", "it lists the phrases"),
    ("docs/style.md", "## Examples", "it shows sentences as they were before"),
    ("docs/session.md", "", "a test writes it from the output of the commands"),
];

/// Folders and files whose comments and strings aren't in this style yet. Take one off the list when it is rewritten.
const NOT_YET: [&str; 0] = [];

/// The files of this check, which aren't checked: their examples contain the phrases.
const OWN: &str = "tests/repo/words";

/// Places where a rejected phrase is right: file, phrase, a part of the line, and why.
const ALLOWED: [(&str, &str, &str, &str); 4] = [
    ("shared/evaluation/src/refusal.rs", "cannot", "cannot", "phrases that models write"),
    ("shared/quality/src/tokens.rs", "cannot", "cant can cannot", "contractions in data"),
    ("shared/report/examples/pages/records.rs", "on its way", "It is on its way.", "sample data: an order ships"),
    ("tests/samples/make.rs", "says of", "author says of it", "the system prompt of the sample data"),
];

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

/// A rejected phrase: the line's number, the phrase, and the line.
type Hit = (usize, String, String);

/// Each rejected phrase in a page, without what is in fences.
fn found(text: &str, phrases: &[String]) -> Vec<Hit> {
    let mut fenced = false;
    let lines = text.lines().enumerate().filter(|(_, line)| {
        fenced ^= line.trim_start().starts_with("```");
        !fenced
    });
    found_in(lines.map(|(number, line)| (number + 1, line)), phrases)
}

/// Each rejected phrase in these lines.
fn found_in<'l>(lines: impl Iterator<Item = (usize, &'l str)>, phrases: &[String]) -> Vec<Hit> {
    let mut found = Vec::new();
    for (number, line) in lines {
        let plain = without_code(line);
        for phrase in phrases.iter().filter(|phrase| has_phrase(&plain, phrase)) {
            found.push((number, phrase.clone(), line.to_owned()));
        }
    }
    found
}

/// Each rejected phrase in a file of the repository.
fn found_in_file(name: &str, text: &str, phrases: &[String]) -> Vec<Hit> {
    if name.ends_with(".rs") {
        let mut prose = source::prose(text);
        prose.extend(source::test_names(text));
        return found_in(prose.iter().map(|(number, line)| (*number, line.as_str())), phrases);
    }
    if name.ends_with(".yaml") {
        return found_in(text.lines().enumerate().map(|(number, line)| (number + 1, line)), phrases);
    }
    found(text, phrases)
}

fn is_rewritten(name: &str) -> bool {
    !NOT_YET.iter().any(|not_yet| name.starts_with(not_yet))
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("a file of the repository").to_string_lossy().into_owned()
}

fn pages() -> Vec<(String, String)> {
    let all = files_ending(&[".md"]).into_iter().map(|path| (name(&path), read(&path)));
    let ours = all.filter(|(name, _)| {
        name.starts_with("docs/") || name.ends_with("/README.md") || PAGES.contains(&name.as_str())
    });
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

/// The Rust files and the template, with their text.
fn sources() -> Vec<(String, String)> {
    let mut all = files_ending(&[".rs"]);
    all.push(root().join("template.yaml"));
    let all = all.into_iter().map(|path| (name(&path), path));
    let all = all.filter(|(name, _)| is_rewritten(name) && !name.starts_with(OWN));
    all.map(|(name, path)| (name, read(&path))).collect()
}

/// Fails with every rejected phrase that isn't allowed where it is.
#[track_caller]
fn has_no_rejected_phrase(files: &[(String, String)]) {
    let phrases = rejected(&read(&root().join("docs/glossary.md")));
    assert!(phrases.len() > 60, "the table of phrases isn't read: {phrases:?}");
    let mut wrong = Vec::new();
    for (file, text) in files {
        for (number, phrase, line) in found_in_file(file, text, &phrases) {
            let is_here =
                |(on, what, part, _): &(&str, &str, &str, &str)| on == file && *what == phrase && line.contains(part);
            if !ALLOWED.iter().any(is_here) {
                wrong.push(format!("{file}:{number}: \"{phrase}\", see docs/glossary.md"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_have_no_rejected_phrase() {
    let pages = pages();
    assert!(pages.len() > 12, "hardly any page is read");
    has_no_rejected_phrase(&pages);
}

#[test]
fn comments_strings_and_test_names_have_no_rejected_phrase() {
    let sources = sources();
    assert!(sources.len() > 60, "hardly any file is read: {}", sources.len());
    has_no_rejected_phrase(&sources);
}

#[test]
fn folders_that_are_not_rewritten_exist() {
    for name in NOT_YET {
        assert!(root().join(name).exists(), "{name} is excepted, and doesn't exist");
    }
}

#[test]
fn allowed_places_exist() {
    for (file, phrase, part, _) in ALLOWED {
        let text = read(&root().join(file));
        let is_there = text.lines().any(|line| line.contains(part) && has_phrase(&without_code(line), phrase));
        assert!(is_there, "{file} has no line with {phrase:?} and {part:?}");
    }
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

#[test]
fn a_rejected_phrase_is_found_in_a_comment_a_string_and_a_description() {
    let phrases = ["mend".to_owned(), "lies in".to_owned()];
    let lines = |name: &str, text: &str| -> Vec<usize> {
        found_in_file(name, text, &phrases).into_iter().map(|(line, _, _)| line).collect()
    };
    let code = "/// Mend it.\nfn mend() {\n    let mend = 1;\n    say(\"It lies in S3\\n\"); // `mend`\n}\n";
    assert_eq!(lines("cli/src/a.rs", code), [1, 4]);
    assert_eq!(lines("template.yaml", "Parameters:\n  Email:\n    Description: Mend it\n"), [3]);
}

/// Each phrase of the glossary fails the check if it is added to a page, a comment, a string, a test name, or the template.
#[test]
fn every_rejected_phrase_is_found_where_it_is_added() {
    let phrases = rejected(&read(&root().join("docs/glossary.md")));
    for phrase in &phrases {
        let name = format!("it_{}_x", phrase.replace(' ', "_"));
        for (file, text) in [
            ("README.md", format!("# Page\n\nIt {phrase} x.\n")),
            ("cli/src/a.rs", format!("/// It {phrase} x.\nfn a() {{}}\n")),
            ("cli/src/a.rs", format!("fn a() {{ print(\"It {phrase} x\"); }}\n")),
            ("cli/src/a.rs", format!("#[test]\nfn {name}() {{}}\n")),
            ("template.yaml", format!("Description: It {phrase} x\n")),
        ] {
            if text.contains("#[test]") && phrase.contains(['-', '\'']) {
                continue; // not possible in a name
            }
            let found = found_in_file(file, &text, &phrases);
            assert!(found.iter().any(|(_, hit, _)| hit == phrase), "{phrase:?} isn't found in {file}: {text}");
        }
    }
}
