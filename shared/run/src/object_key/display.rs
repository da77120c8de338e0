//! Names of files and folders in messages: no name becomes a link or an attacker's sentence.

use tunedrop_validation::{Code, Finding};

use crate::identity::dataset_fault;

/// The maximum number of characters of an invalid name that a message shows.
const SHOWN_MAX: usize = 40;
/// The maximum length of a file's name that is shown in full.
const FILE_MAX: usize = 60;
/// Endings that keep their dot. With another dot, a name might become a domain's.
const ENDINGS: [&str; 8] = ["jsonl", "json", "yaml", "yml", "csv", "tsv", "txt", "gz"];

/// Returns a dataset's name, or what is shown instead of an invalid one: at most 40 letters, digits, spaces, `-` and
/// `_`, and a file's ending.
pub fn display_name(name: &str) -> String {
    if dataset_fault(name).is_none() {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.contains(&ending) => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let tame = |c: char| if c.is_alphanumeric() || "-_ ".contains(c) { c } else { '_' };
    let mut shown: String = stem.chars().take(SHOWN_MAX - ending.len()).map(tame).collect();
    shown.push_str(&ending);
    shown
}

/// Returns what a message says about a misnamed file. If its name, or the name that was probably meant, could contain
/// anything, only the report shows it.
pub fn display_line(finding: &Finding) -> String {
    let path = finding.file.as_str();
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let plain = file.len() <= FILE_MAX && file.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let plain =
        plain && (folder.is_empty() || dataset_fault(folder).is_none()) && finding.code != Code::InvalidDatasetName;
    let name = if plain { path.to_owned() } else { display_name(file) };
    // A suggested folder name consists of letters, digits and hyphens.
    let help = match plain || finding.code == Code::InvalidDatasetName {
        true => finding.help.as_str(),
        false => "See the report for the whole name and the suggested one",
    };
    format!("{name}: {} ({}). {help}", finding.message, finding.code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_key::{ObjectKind, classify};

    #[test]
    fn names_that_are_not_valid_are_short_and_no_links() {
        for (name, as_shown) in [
            ("support-bot", "support-bot"),
            ("my_data", "my_data"),
            ("near-outside.jsonl", "near-outside.jsonl"),
            ("Verify at https:", "Verify at https_"),
            ("www.evil.example", "www_evil_example"),
            ("a:b/c.zip", "a_b_c_zip"),
        ] {
            assert_eq!(display_name(name), as_shown);
        }
        assert_eq!(display_name(&"x ".repeat(1000)).chars().count(), 40);
        assert_eq!(display_name(&format!("{}.jsonl", "é".repeat(1000))).chars().count(), 40);
    }

    #[test]
    fn lines_of_misnamed_files_hold_no_links() {
        let line = |key: &str| match classify(key) {
            ObjectKind::NearMiss { finding, .. } => display_line(&finding),
            other => panic!("{key} is {other:?}"),
        };
        assert!(line("datasets/bot/Train.JSONL").contains("upload it as datasets/bot/train.jsonl"));
        assert!(line("datasets/my_data/train.jsonl").contains("rename the folder, for example to datasets/my-data/"));
        assert!(line("datasets/loose.jsonl").contains("datasets/my-dataset/loose.jsonl"));
        for key in [
            "datasets/Your AWS account is suspended. Verify at https://evil.example/train.jsonl",
            "datasets/https://evil.example/login/train.jsonl",
            "datasets/bot/https://evil.example/Train.JSONL",
            "datasets/bot/evil.example/Train.JSONL",
            "datasets/bot/see https:evil.example.json",
            "datasets/see https:evil.example.jsonl",
        ] {
            let line = line(key);
            assert!(!line.contains("evil.example") && !line.contains("https:") && !line.contains("//"), "{line}");
        }
    }
}
