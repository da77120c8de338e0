//! Compares the pages with the repository: files, links, the eight functions, the sizes, the layers, the events.

mod deployments;
mod events;
mod layers;
mod schema;
mod shown;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 300;
const MAIN_LINES_MAX: usize = 25;

/// Prefixes of keys in the bucket. A path with such a prefix isn't a file of the repository.
const BUCKET_PREFIXES: [&str; 4] = ["datasets/", "output/", "reports/", "runs/"];

pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests are in a folder of the repository").to_owned()
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{} can't be read: {error}", path.display()))
}

/// Every file of the repository, without build products and hidden folders.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry of a folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || ["target", "__pycache__"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

pub(crate) fn files_ending(ends: &[&str]) -> Vec<PathBuf> {
    let of_kind = |path: &PathBuf| ends.iter().any(|end| path.to_string_lossy().ends_with(end));
    files(&root()).into_iter().filter(of_kind).collect()
}

/// Returns the text without fenced blocks, which show output and examples.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut kept = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Returns what is in backticks and looks like a path or a file's name.
fn named_paths(text: &str) -> BTreeSet<String> {
    let text = prose(text);
    let spans = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let is_file =
        |span: &str| [".rs", ".md", ".toml", ".yaml", ".json", ".jsonl", ".py"].iter().any(|end| span.ends_with(end));
    let is_plain = |span: &str| span.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    let is_key = |span: &str| BUCKET_PREFIXES.iter().any(|prefix| span.starts_with(prefix));
    let named = |span: &&str| (span.contains('/') || is_file(span)) && is_plain(span) && !is_key(span);
    spans.filter(named).map(str::to_owned).collect()
}

/// Returns the named paths that don't exist. A bare name counts if any file has it.
fn missing_paths(text: &str, root: &Path) -> Vec<String> {
    let names: BTreeSet<_> =
        files(root).iter().filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
    let exists = |path: &String| if path.contains('/') { root.join(path).exists() } else { names.contains(path) };
    named_paths(text).into_iter().filter(|path| !exists(path)).collect()
}

/// Returns the anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn has_anchor(text: &str, wanted: &str) -> bool {
    let text = prose(text);
    let mut headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#'));
    headings.any(|heading| anchor(heading) == wanted)
}

/// Returns the broken links in `text`, the page at `page`: no such file, or no such heading in it.
fn dead_links(text: &str, page: &Path) -> Vec<String> {
    // Code in a line may look like a link.
    let code_free: String = prose(text).split('`').step_by(2).collect();
    let targets = code_free.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let relative = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    let leads = |target: &str| match target.split_once('#') {
        None => page.with_file_name(target).exists(),
        Some(("", wanted)) => has_anchor(text, wanted),
        Some((file, wanted)) => {
            fs::read_to_string(page.with_file_name(file)).is_ok_and(|other| has_anchor(&other, wanted))
        }
    };
    relative.filter(|target| !leads(target)).map(str::to_owned).collect()
}

/// Returns the functions that the template builds.
fn functions_in_template(template: &str) -> BTreeSet<String> {
    let binaries = template.split("Binary: ").skip(1).filter_map(|rest| rest.split(['}', ',', '\n', ' ']).next());
    binaries.map(|name| name.strip_prefix("tunedrop-").unwrap_or(name).to_owned()).collect()
}

pub(crate) fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').any(|other| other == word)
}

fn too_long(path: &Path, max: usize) -> Option<String> {
    let lines = read(path).lines().count();
    (lines > max).then(|| format!("{} has {lines} lines, and {max} are the most", path.display()))
}

#[test]
fn files_named_in_the_architecture_exist() {
    let text = read(&root().join("ARCHITECTURE.md"));
    assert!(named_paths(&text).len() > 20, "hardly any path was found, so nothing was checked");
    assert_eq!(missing_paths(&text, &root()), Vec::<String>::new());
}

#[test]
fn detects_a_missing_file() {
    let text = "`shared/steps/src/gone.rs` and `gone.rs`, not `datasets/x/job.yaml`, `runs/<run-id>/`, `template.yaml`\n```\n`also/gone.rs`\n```\n";
    assert_eq!(missing_paths(text, &root()), ["gone.rs", "shared/steps/src/gone.rs"]);
}

#[test]
fn relative_links_resolve() {
    let pages = files_ending(&[".md"]);
    assert!(pages.len() >= 6, "hardly any page was found, so nothing was checked");
    let dead = |page: &PathBuf| {
        let links = dead_links(&read(page), page).into_iter();
        links.map(|link| format!("{}: {link}", page.display())).collect::<Vec<_>>()
    };
    assert_eq!(pages.iter().flat_map(dead).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn detects_a_dead_link() {
    let text = "# Its `part`: one\n[a](README.md), [b](gone.md#part), [c](https://example.com/gone.md), [d](#its-part-one), \
        [e](#gone), [f](README.md#install), [g](README.md#gone), `[h](gone)`, [i](gone.md)";
    let dead = dead_links(text, &root().join("page.md"));
    assert_eq!(dead, ["gone.md#part", "#gone", "README.md#gone", "gone.md"]);
}

/// `--help`, comments and the template link to pages too.
#[test]
fn pages_that_sources_name_exist() {
    let (mut named, mut missing) = (0, Vec::new());
    for path in files_ending(&[".rs", ".toml", ".yaml", ".snap"]) {
        let text = read(&path);
        for page in text.split("docs/").skip(1).filter_map(|rest| rest.split_once(".md").map(|(name, _)| name)) {
            if page.bytes().all(|b| b.is_ascii_lowercase()) {
                named += 1;
                if !root().join(format!("docs/{page}.md")).exists() {
                    missing.push(format!("{}: docs/{page}.md", path.display()));
                }
            }
        }
    }
    assert!(named >= 10, "hardly any page is named, so nothing was checked");
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn eight_functions_have_the_same_names_everywhere() {
    let folders: BTreeSet<String> = fs::read_dir(root().join("functions"))
        .expect("the functions' folder")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    assert_eq!(folders.len(), 8, "{folders:?}");
    assert_eq!(folders, functions_in_template(&read(&root().join("template.yaml"))), "folders and template");
    for name in &folders {
        let manifest = read(&root().join(format!("functions/{name}/Cargo.toml")));
        assert!(manifest.contains(&format!("name = \"tunedrop-{name}\"")), "functions/{name} holds another package");
        assert!(root().join(format!("shared/steps/src/{name}.rs")).exists(), "{name} has no step");
        for page in ["README.md", "ARCHITECTURE.md", "SECURITY.md"] {
            assert!(has_word(&read(&root().join(page)), name), "{page} doesn't mention {name}");
        }
    }
}

#[test]
fn finds_the_functions_in_the_template() {
    let template = "BuildProperties: {Binary: tunedrop-validate}\n  Binary: tunedrop-launch\n";
    assert_eq!(functions_in_template(template), BTreeSet::from(["launch".to_owned(), "validate".to_owned()]));
    assert!(has_word("the step `launch` drains", "launch") && !has_word("launched, relaunch", "launch"));
}

#[test]
fn no_source_file_is_too_long() {
    let sources = files_ending(&[".rs", ".py", ".sh"]);
    assert!(sources.len() > 50, "hardly any source was found, so nothing was checked");
    assert_eq!(sources.iter().filter_map(|path| too_long(path, LINES_MAX)).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn function_mains_have_no_logic() {
    let mains = files_ending(&["src/main.rs"]).into_iter().filter(|path| path.starts_with(root().join("functions")));
    let long: Vec<String> = mains.filter_map(|path| too_long(&path, MAIN_LINES_MAX)).collect();
    assert_eq!(long, Vec::<String>::new());
    assert!(too_long(&root().join("functions/launch/src/main.rs"), 3).is_some(), "a long file isn't seen");
}
