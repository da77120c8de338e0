//! Names of uploaded files: below the draft's folder, and usable as keys in S3.

use tunedrop_report::is_hidden;

/// The longest name, in bytes. A key in S3 has at most 1,024, with the dataset's folder.
const LONGEST: usize = 512;
/// The longest part of a name, in bytes: what file systems accept.
const PART_LONGEST: usize = 255;
/// Folders in folders.
const DEPTH: usize = 8;

/// Why a file can't have this name, as the end of a sentence; `None` if it can.
pub(super) fn fault(name: &str) -> Option<&'static str> {
    let parts: Vec<&str> = name.split('/').collect();
    let has_drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    Some(match () {
        () if name.is_empty() => "it has no name",
        () if name.len() > LONGEST => "its name has more than 512 bytes",
        () if name.chars().any(|c| c.is_control() || is_hidden(c)) => "its name has control or invisible characters",
        () if name.contains('\\') => "its name has a backslash",
        () if name.starts_with('/') || has_drive => "its name is an absolute path",
        () if parts.iter().any(|part| *part == ".." || *part == ".") => "its name leads to another folder",
        () if parts.iter().any(|part| part.is_empty()) => "its name has an empty part",
        () if parts.iter().any(|part| part.starts_with('.')) => "hidden files are never uploaded",
        () if parts.iter().any(|part| part.len() > PART_LONGEST) => "a part of its name has more than 255 bytes",
        () if parts.len() > DEPTH => "it is more than 8 folders deep",
        () => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn refuses_names_that_lead_elsewhere() {
        for name in [
            "",
            "/etc/passwd",
            "../train.jsonl",
            "a/../../b",
            "a/./b",
            "a//b",
            "a/",
            "C:/x",
            "c:x",
            "a\\b",
            ".ssh/id",
            "a/.env",
            "a\nb",
            "a\0b",
            "a\u{202e}b",
            &"x".repeat(256),
            "a/b/c/d/e/f/g/h/i",
            &"x/".repeat(400),
        ] {
            assert!(fault(name).is_some(), "{name:?}");
        }
    }

    #[test]
    fn accepts_names_in_every_script() {
        for name in ["train.jsonl", "images/1.png", "a/b/c/d/e/f/g/h", "Grüße 1.csv", "漢字.jsonl", "a..b", "xy:z.csv"]
        {
            assert_eq!(fault(name), None, "{name:?}");
        }
    }
}
