//! Identifies logs and exported chats.

use super::{FileType, Sample};

const LOG: FileType = FileType::new("a log", "write each record as a JSON object on its own line");
const CHAT: FileType = FileType::new(
    "a chat export (WhatsApp or similar)",
    "write a record for each question and its answer, each on its own line",
);

const LEVELS: [&str; 11] =
    ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL", "SEVERE", "ALERT"];

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

const WEEKDAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];

/// Identifies a chat: `[12.03.24, 10:15:00] Ann: …`, or `12/03/24, 10:15 - Ann: …`.
pub(super) fn chat(sample: &Sample) -> Option<FileType> {
    // A message may have several lines, and a notice has no name.
    let is = message(sample.first()).is_some()
        && sample.share(3, |line| message(line).is_some())
        && sample.share(4, |line| message(line) == Some(true));
    is.then_some(CHAT)
}

/// Whether a message begins with a name. `None` if the line isn't a message.
fn message(line: &[u8]) -> Option<bool> {
    let line = line.strip_prefix("\u{200e}".as_bytes()).unwrap_or(line);
    let (line, in_brackets) = line.strip_prefix(b"[").map_or((line, false), |inside| (inside, true));
    let (year_or_day, rest) = date(line)?;
    // In some languages there is no comma after the date. There is none in logs either, but their dates begin with the
    // year.
    let rest = rest.strip_prefix(b", ").or_else(|| rest.strip_prefix(b" ").filter(|_| year_or_day < 3))?;
    let rest = time(rest)?;
    let end: &[u8] = if in_brackets { b"] " } else { b" - " };
    // `AM` or `PM` may precede the end, after a narrow space.
    let at = rest.windows(end.len()).take(12).position(|part| part == end)?;
    let message = &rest[at + end.len()..];
    Some(message.windows(2).take(60).any(|part| part == b": "))
}

pub(super) fn of(sample: &Sample) -> Option<FileType> {
    // Half of the lines is enough, because the lines of a stack trace have no time.
    (is_entry(sample.first()) && sample.share(2, is_entry)).then_some(LOG)
}

fn is_entry(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let inside = line.strip_prefix(b"[").unwrap_or(line);
    is_dated(inside)
        || is_timed(inside)
        || is_syslog(line)
        || is_glog(line)
        || is_request(line)
        || has_level(line)
        || is_logfmt(line)
}

/// Whether the line begins with a date, year first, and a time, and isn't a row of a table.
fn is_dated(line: &[u8]) -> bool {
    let Some((4, rest)) = date(line) else { return false };
    let Some(rest) = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"T")).and_then(time) else { return false };
    match rest {
        [b',', a, b, c, ..] => a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit(),
        [b',' | b';' | b'\t', rest @ ..] => has_level(rest),
        [b'"', ..] => false,
        // In a list of files, the size follows.
        [b' ', b' ', rest @ ..] => !rest.trim_ascii_start().first().is_some_and(u8::is_ascii_digit),
        // A name and a colon may be a speaker's, so the line is no log entry.
        [b']', b' ', rest @ ..] => has_level(rest) || !rest.windows(2).take(40).any(|part| part == b": "),
        _ => true,
    }
}

/// Whether the line begins with a time of day and a level: `10:15:00.123 INFO …`.
fn is_timed(line: &[u8]) -> bool {
    let Some(rest) = time(line) else { return false };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit() || b"., ]-\t".contains(byte)).count();
    length > 0 && has_level(&rest[length..])
}

/// Whether the line begins with `Mar  3 10:15:00 host …`, also after a priority (`<34>`) or a weekday.
fn is_syslog(line: &[u8]) -> bool {
    let line = match line.strip_prefix(b"<") {
        Some(rest) => {
            let Some(end) = rest.iter().take(4).position(|byte| *byte == b'>') else { return false };
            let rest = &rest[end + 1..];
            if end > 0 && rest.starts_with(b"1 ") && date(&rest[2..]).is_some() {
                return true;
            }
            rest
        }
        None => line.strip_prefix(b"[").unwrap_or(line),
    };
    let line = WEEKDAYS.iter().find_map(|day| line.strip_prefix(*day)?.strip_prefix(b" ")).unwrap_or(line);
    let Some(rest) = MONTHS.iter().find_map(|month| line.strip_prefix(*month)) else { return false };
    let rest = rest.trim_ascii_start();
    number(rest, 2).is_some_and(|(_, rest)| rest.strip_prefix(b" ").and_then(time).is_some())
}

/// Whether the line begins with `I0312 10:15:00.000000 …`.
fn is_glog(line: &[u8]) -> bool {
    let rest = line.strip_prefix(b"I").or_else(|| line.strip_prefix(b"W")).or_else(|| line.strip_prefix(b"E"));
    let Some((4, rest)) = rest.and_then(|rest| number(rest, 4)) else { return false };
    rest.strip_prefix(b" ").and_then(time).is_some()
}

/// Whether the line is a web server's: `… [12/Mar/2024:10:15:00 +0000] "GET …`.
fn is_request(line: &[u8]) -> bool {
    let head = &line[..line.len().min(120)];
    let Some(at) = head.windows(2).position(|part| part == b" [") else { return false };
    let date = &head[at + 2..];
    date.get(2) == Some(&b'/') && date.get(3..6).is_some_and(|month| MONTHS.contains(&month))
}

/// Whether the line begins with a level: `[INFO] …`, `ERROR: …`.
fn has_level(line: &[u8]) -> bool {
    let inside = line.strip_prefix(b"[").unwrap_or(line);
    let length = inside.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let (level, rest) = inside.split_at(length);
    let is_level = LEVELS.iter().any(|known| known.as_bytes() == level);
    is_level && matches!(rest.first(), Some(b']' | b':' | b' ' | b'\t'))
}

/// Whether the line is in logfmt: `time=… level=info msg="…"`.
fn is_logfmt(line: &[u8]) -> bool {
    let begins = [b"time=".as_slice(), b"ts=", b"level=", b"lvl=", b"t="].iter().any(|key| line.starts_with(key));
    begins && [b" level=".as_slice(), b" msg=", b" lvl="].iter().any(|key| memchr::memmem::find(line, key).is_some())
}

/// Reads the date that `line` begins with. Returns the number of digits of its first part, and the rest of the line.
fn date(line: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = number(line, 4)?;
    let separator = *rest.first().filter(|byte| b"./-".contains(byte))?;
    let (_, rest) = number(&rest[1..], 2)?;
    let rest = rest.strip_prefix(&[separator])?;
    let (_, rest) = number(rest, 4)?;
    Some((first, rest))
}

/// Reads a time of day, `10:15` or `10:15:00`. Returns the rest of the line.
fn time(line: &[u8]) -> Option<&[u8]> {
    let (_, rest) = number(line, 2)?;
    let (2, rest) = number(rest.strip_prefix(b":")?, 2)? else { return None };
    let seconds = rest.strip_prefix(b":").and_then(|rest| number(rest, 2));
    Some(seconds.map_or(rest, |(_, rest)| rest))
}

/// Returns the number of digits that `line` begins with, if it is at most `most`, and the rest of the line.
fn number(line: &[u8], most: usize) -> Option<(usize, &[u8])> {
    let length = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=most).contains(&length).then(|| (length, &line[length..]))
}
