//! Keys and roles that look like a known one, and aren't: a space, a hidden character, a letter of another script, another case.

use crate::json::characters::{is_invisible, is_space, named, similar_letter};

/// Longer keys are not compared: none of the known ones comes near.
const LONGEST: usize = 128;

/// How a key differs from the known key that it looks like.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Byte offset in the key of the first character that differs; none where only case or separators do.
    pub(crate) at: Option<usize>,
    /// What is wrong, in a sentence.
    pub(crate) message: String,
}

/// Whether `key` looks like `known` without being it.
pub(crate) fn looks_like(key: &str, known: &str) -> bool {
    key != known && key.len() <= LONGEST && skeleton(key).eq(skeleton(known))
}

/// How `key` differs from the one of `known` that it looks like; `what` it is, a key or a role.
pub(crate) fn difference<'k>(
    what: &str,
    key: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<(&'k str, Difference)> {
    let known = known.into_iter().find(|known| looks_like(key, known))?;
    let odd = key.char_indices().find(|(_, c)| !c.is_ascii_graphic());
    let shown = escaped(key);
    let message = match odd {
        Some((_, ' ')) => format!("the {what} `{shown}` has a space in it"),
        Some((_, c)) => format!("the {what} `{shown}` looks like `{known}`, but has {} in it", named(c)),
        None => format!("the {what} `{shown}` must be spelled `{known}`"),
    };
    Some((known, Difference { at: odd.map(|(at, _)| at), message }))
}

/// The key's letters and digits as a reader takes them: hidden characters, spaces, and separators left out, letters of
/// other scripts by their looks, all in lower case.
fn skeleton(key: &str) -> impl Iterator<Item = char> {
    let seen = key.chars().filter(|c| !is_invisible(*c) && !is_space(*c));
    seen.map(|c| similar_letter(c).unwrap_or(c).to_ascii_lowercase()).filter(|c| !matches!(c, '-' | '_'))
}

/// The key with everything but printable ASCII as an escape.
fn escaped(key: &str) -> String {
    let mut shown = String::with_capacity(key.len());
    for c in key.chars() {
        if c.is_ascii_graphic() || c == ' ' {
            shown.push(c);
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, known: &str, at: Option<usize>, message: &str) {
        let found =
            difference("key", key, ["completion", known]).map(|(known, difference)| (known.to_owned(), difference));
        assert_eq!(found, Some((known.to_owned(), Difference { at, message: message.to_owned() })));
    }

    #[test]
    fn names_the_difference() {
        let looks = |shown: &str, what: &str| format!("the key `{shown}` looks like `prompt`, but has {what} in it");
        check("prompt\u{a0}", "prompt", Some(6), &looks("prompt\\u{a0}", "U+00A0 no-break space"));
        check("\u{200b}prompt", "prompt", Some(0), &looks("\\u{200b}prompt", "U+200B zero width space"));
        check("pr\u{43e}mpt", "prompt", Some(2), &looks("pr\\u{43e}mpt", "U+043E (Cyrillic, looks like `o`)"));
        check("\u{ff50}rompt", "prompt", Some(0), &looks("\\u{ff50}rompt", "U+FF50 fullwidth `p`"));
        check("prompt\t", "prompt", Some(6), &looks("prompt\\u{9}", "U+0009 tab"));
        check(" prompt", "prompt", Some(0), "the key ` prompt` has a space in it");
        check("Prompt", "prompt", None, "the key `Prompt` must be spelled `prompt`");
        check("schema_version", "schemaVersion", None, "the key `schema_version` must be spelled `schemaVersion`");
        check(
            "image\u{2011}ref",
            "image-ref",
            Some(5),
            "the key `image\\u{2011}ref` looks like `image-ref`, but has U+2011 non-breaking hyphen in it",
        );
    }

    #[test]
    fn ignores_other_keys() {
        for key in ["prompt", "prompts", "promt", "", "\u{a0}", "question", &"prompt\u{200b}".repeat(50)] {
            assert!(!looks_like(key, "prompt"), "{key:?}");
        }
    }
}
