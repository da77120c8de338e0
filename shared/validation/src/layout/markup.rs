//! Identifies markup, e-mail messages, and formats of keys and values.

use super::{FileType, Sample};

const RECORDS: &str = "write each record as a JSON object on its own line";

const HTML: FileType = FileType::new(
    "an HTML page",
    "check that the download worked, or extract the text; then write each record as a JSON object",
);
const XML: FileType = FileType::new("XML", RECORDS);
const MAIL: FileType = FileType::new("an e-mail message", RECORDS);
const MAILBOX: FileType = FileType::new("a mailbox (mbox)", RECORDS);
const CALENDAR: FileType = FileType::new("a calendar", RECORDS);
const CONTACTS: FileType = FileType::new("a list of contacts (vCard)", RECORDS);
const YAML: FileType = FileType::new("YAML", "write each record as JSON on its own line, for example with `yq`");
const SETTINGS: FileType = FileType::new("an INI or TOML file", RECORDS);

/// Identifies a page or a document by its beginning, also if it has only one line.
pub(super) fn page(sample: &Sample) -> Option<FileType> {
    let first = sample.first();
    let begins = |beginning: &str| {
        first.get(..beginning.len()).is_some_and(|part| part.eq_ignore_ascii_case(beginning.as_bytes()))
    };
    if begins("<!doctype html") || begins("<html") || begins("<head") || begins("<body") {
        return Some(HTML);
    }
    (begins("<?xml") || begins("<!doctype ") || begins("<svg")).then_some(XML)
}

/// Identifies markup and messages.
pub(super) fn of(sample: &Sample) -> Option<FileType> {
    match sample.first() {
        _ if is_element(sample) => Some(XML),
        b"BEGIN:VCALENDAR" => Some(CALENDAR),
        b"BEGIN:VCARD" => Some(CONTACTS),
        first if first.starts_with(b"From ") && headers(&sample.lines[1..]) > 2 => Some(MAILBOX),
        _ if headers(&sample.lines) > 2 => Some(MAIL),
        _ => None,
    }
}

/// Whether the whole file is one element. Chat templates have tags too: `<s>`, `<user>…</user>`, `<|user|>`.
fn is_element(sample: &Sample) -> bool {
    let Some(inside) = sample.body.strip_prefix(b"<") else { return false };
    let length = inside.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b":_-.".contains(byte)).count();
    let (name, rest) = inside.split_at(length);
    let is_name = name.first().is_some_and(u8::is_ascii_alphabetic);
    let is_tag = is_name && matches!(rest.first(), Some(b'>' | b' ' | b'/' | b'\n' | b'\r' | b'\t'));
    let closing = [b"</", name, b">"].concat();
    let end = memchr::memmem::find(sample.body, &closing);
    // If the file has more bytes, its end isn't known.
    let is_root = end.map_or(!sample.ended, |end| end + closing.len() == sample.body.len());
    is_tag && is_root && sample.share(2, |line| line.trim_ascii_start().starts_with(b"<"))
}

/// Returns the number of well-known e-mail headers in the first lines, or 0 if none of them occurs only in e-mail.
fn headers(lines: &[crate::lines::Line]) -> usize {
    const OWN: [&str; 7] =
        ["received", "return-path", "mime-version", "message-id", "subject", "delivered-to", "x-gm-thrid"];
    const COMMON: [&str; 9] =
        ["from", "to", "cc", "date", "reply-to", "content-type", "sender", "content-transfer-encoding", "in-reply-to"];
    let name = |line: &[u8]| {
        let end = line.iter().take(40).position(|byte| *byte == b':')?;
        std::str::from_utf8(&line[..end]).ok().map(str::to_lowercase)
    };
    let mut names = lines.iter().take(12).filter_map(|line| name(line.head()));
    let is_extra = |name: &str| name.starts_with("x-") || name.starts_with("dkim-") || name.starts_with("arc-");
    let known: Vec<String> = match names.next() {
        Some(first) if OWN.contains(&first.as_str()) || COMMON.contains(&first.as_str()) || is_extra(&first) => {
            std::iter::once(first).chain(names).collect()
        }
        _ => return 0,
    };
    let count = |list: &[&str]| known.iter().filter(|name| list.contains(&name.as_str())).count();
    if count(&OWN) > 0 { count(&OWN) + count(&COMMON) } else { 0 }
}

/// Identifies formats of keys and values. They are tried last, because plain text resembles them most.
pub(super) fn of_keys(sample: &Sample) -> Option<FileType> {
    if is_settings(sample) {
        return Some(SETTINGS);
    }
    is_yaml(sample).then_some(YAML)
}

fn is_settings(sample: &Sample) -> bool {
    let is_section = |line: &[u8]| line.starts_with(b"[") && line.ends_with(b"]");
    let is_comment = |line: &[u8]| line.starts_with(b"#") || line.starts_with(b";");
    let is_setting = |line: &[u8]| {
        let key = line.iter().position(|byte| *byte == b'=').map(|at| line[..at].trim_ascii());
        key.is_some_and(|key| {
            !key.is_empty() && key.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.\"".contains(byte))
        })
    };
    let is_any = |line: &[u8]| is_section(line) || is_comment(line) || is_setting(line);
    let has_section = sample.lines.iter().any(|line| is_section(line.head()));
    has_section && sample.share(1, is_any) && sample.share(4, is_setting)
}

/// Whether the file has keys with indented lines below them. A dialogue (`Ann: hello`) has no such lines.
fn is_yaml(sample: &Sample) -> bool {
    let key = |line: &[u8]| {
        let line = line.strip_prefix(b"- ").unwrap_or(line);
        let end = line.iter().position(|byte| *byte == b':')?;
        let is_word = line[..end].iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.\"'".contains(byte));
        let ends = line.get(end + 1).is_none_or(|byte| *byte == b' ');
        (end > 0 && is_word && ends).then_some(())
    };
    let is_list = |line: &[u8]| line == b"-" || line.starts_with(b"- ");
    let is_mark = |line: &[u8]| line == b"---" || line == b"..." || line.starts_with(b"#") || line.starts_with(b"%");
    let is_indented = |line: &[u8]| line.starts_with(b"  ");
    let is_any = |line: &[u8]| is_mark(line) || is_indented(line) || key(line).is_some() || is_list(line);
    let is_inner_key = |line: &[u8]| is_indented(line) && key(line.trim_ascii_start()).is_some();
    let is_outer_key = |line: &[u8]| key(line).is_some();
    let is_block =
        |line: &[u8]| key(line).is_some() && [b": |".as_slice(), b": >", b": |-"].iter().any(|end| line.ends_with(end));
    let lines = || sample.lines.iter().map(|line| line.head());
    let has_marks = sample.first() == b"---" && lines().any(is_outer_key);
    sample.share(1, is_any)
        && (has_marks || (lines().any(is_outer_key) && lines().any(is_inner_key)) || lines().any(is_block))
}
