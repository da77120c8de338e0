//! The texts of a record by what people call them.

use tunedrop_validation::{RecordTexts, TextRole};

/// A text of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Field {
    /// The system prompt.
    System,
    /// The prompt, or the last user turn before the completion.
    Prompt,
    /// The completion, or the last assistant turn.
    #[default]
    Completion,
    /// The text of a record without prompt and completion.
    Text,
}

impl Field {
    /// Their names in recipes.
    pub const NAMES: [(&'static str, Field); 4] = [
        ("system", Field::System),
        ("prompt", Field::Prompt),
        ("completion", Field::Completion),
        ("text", Field::Text),
    ];

    /// Returns its name in recipes.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::System => "system",
            Field::Prompt => "prompt",
            Field::Completion => "completion",
            Field::Text => "text",
        }
    }
}

/// Writes the text of a field into `text`. It is empty if the record has none. Blocks of one turn are joined by line
/// feeds.
pub(crate) fn field(field: Field, parts: &[(TextRole, &str)], text: &mut String) {
    text.clear();
    let of = |role: TextRole, parts: &[(TextRole, &str)], text: &mut String| {
        let end = parts.iter().rposition(|(its, _)| *its == role).map_or(0, |last| last + 1);
        let start = parts[..end].iter().rposition(|(its, _)| *its != role).map_or(0, |before| before + 1);
        for (at, (_, part)) in parts[start..end].iter().enumerate() {
            text.push_str(if at > 0 { "\n" } else { "" });
            text.push_str(part);
        }
        start
    };
    match field {
        Field::System => {
            of(TextRole::System, parts, text);
        }
        Field::Text => {
            of(TextRole::Document, parts, text);
        }
        Field::Completion => {
            of(TextRole::Answer, parts, text);
        }
        Field::Prompt => {
            let before = parts.iter().rposition(|(role, _)| *role == TextRole::Answer).unwrap_or(parts.len());
            of(TextRole::Prompt, &parts[..before], text);
        }
    }
}

/// Reads the texts of a record that have a name.
pub(crate) fn named<'b>(texts: RecordTexts<'b>, parts: &mut Vec<(TextRole, &'b str)>) {
    texts.collect(parts);
    parts.retain(|(role, _)| *role != TextRole::Other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_last_turns() {
        use TextRole::{Answer, Prompt, System};
        let parts =
            [(System, "s"), (Prompt, "a"), (Answer, "b"), (Prompt, "c"), (Prompt, "d"), (Answer, "e"), (Answer, "f")];
        let of = |wanted: Field| {
            let mut text = String::new();
            field(wanted, &parts, &mut text);
            text
        };
        assert_eq!([Field::System, Field::Prompt, Field::Completion, Field::Text].map(of), ["s", "c\nd", "e\nf", ""]);
    }
}
