//! Escapes text from files and services for a terminal.

use tunedrop_report::is_hidden;

/// The character as an escape, if it is a control, invisible or bidirectional character.
pub(crate) fn escaped(c: char) -> Option<String> {
    match c {
        '\t' => Some("\\t".to_owned()),
        '\n' => Some("\\n".to_owned()),
        '\r' => Some("\\r".to_owned()),
        _ if is_hidden(c) => Some(format!("\\u{{{:x}}}", u32::from(c))),
        _ => None,
    }
}

/// `text` with these characters escaped.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match escaped(c) {
            Some(escape) => shown.push_str(&escape),
            None => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn escapes_control_and_invisible_characters() {
        assert_eq!(visible("a\u{1b}[31mb\u{9b}c\u{7f}"), "a\\u{1b}[31mb\\u{9b}c\\u{7f}");
        assert_eq!(visible("x\u{202e}y\u{2066}\u{200b}\u{e0041}"), "x\\u{202e}y\\u{2066}\\u{200b}\\u{e0041}");
        assert_eq!(visible("tab\tline\r\n"), "tab\\tline\\r\\n");
    }

    #[test]
    fn keeps_text_of_all_languages() {
        for text in ["Grüße", "漢字かな", "👩‍👩‍👧", "می‌خواهم", "\\u{1b}"] {
            assert_eq!(visible(text), text);
        }
    }
}
