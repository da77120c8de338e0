//! Diagnoses missing and extra brackets.

use super::context::{Context, closer, next};
use super::diagnosis::{Diagnosis, Expected};

/// Diagnoses an unexpected bracket at byte `at`. Returns `None` for other characters.
pub(super) fn diagnose(
    line: &str,
    at: usize,
    expected: Expected,
    context: &Context,
    offset: usize,
) -> Option<Diagnosis> {
    let found = line.as_bytes()[at];
    match found {
        b'}' | b']' => closing(found, at, expected, context, offset),
        b'{' | b'[' => opening(line, found, at, expected, context),
        _ => None,
    }
}

fn closing(found: u8, at: usize, expected: Expected, context: &Context, offset: usize) -> Option<Diagnosis> {
    let shown = char::from(found);
    if expected == Expected::End {
        let message = format!("expected the end of the line, found an extra `{shown}`");
        return Some(Diagnosis::new(at, message, "remove it"));
    }
    if expected == Expected::Record {
        let message = format!("expected a JSON object, found `{shown}`");
        let help = "remove the line if the bracket closes a list of records; otherwise write each record on one line";
        return Some(Diagnosis::new(at, message, help));
    }
    let (inner, place) = context.innermost()?;
    let closer_here = closer(inner);
    if closer_here == shown || !(expected.is_after_value() || expected == Expected::Key) {
        return None;
    }
    if context.open.iter().any(|(open, _)| closer(*open) == shown) {
        let (inner, column) = (char::from(inner), offset + place + 1);
        let message = format!("expected `{closer_here}` to close the `{inner}` in column {column}, found `{shown}`");
        return Some(Diagnosis::new(at, message, format!("add `{closer_here}` before it")));
    }
    let open = if shown == '}' { '{' } else { '[' };
    let message = format!("unexpected `{shown}`: no `{open}` is open");
    Some(Diagnosis::new(at, message, format!("remove it, or write `{closer_here}`")))
}

fn opening(line: &str, found: u8, at: usize, expected: Expected, context: &Context) -> Option<Diagnosis> {
    let shown = char::from(found);
    let message = format!("expected {}, found `{shown}`", expected.name());
    match expected {
        Expected::End if found == b'{' => Some(second_record(line, at, context)),
        Expected::ElementEnd => Some(Diagnosis::new(at, message, "add a comma between the elements")),
        Expected::Key if found == b'{' && matches!(context.before, Some((b'{', _))) => {
            Some(Diagnosis::new(at, message, "remove the extra `{`"))
        }
        Expected::Key if matches!(context.before, Some((b',', _))) => {
            let help = "add the missing `}` before the comma, or a key";
            Some(Diagnosis::new(at, message, help))
        }
        Expected::Colon => Some(Diagnosis::new(at, message, "add `:` between the key and its value")),
        _ => None,
    }
}

/// Diagnoses another record after the first one. If there is a carriage return between them, the line ends are those of
/// old Macs.
fn second_record(line: &str, at: usize, context: &Context) -> Diagnosis {
    let from = context.before.map_or(0, |(_, end)| end + 1);
    let between = &line[from..at];
    if between.contains('\r') {
        let message = "lines end with a carriage return (CR) alone: expected a line feed (LF)";
        let help = "convert the line ends: `tr '\\r' '\\n' < IN > OUT`";
        let place = from + between.find('\r').unwrap_or_default();
        return Diagnosis::new(place, message, help);
    }
    let message = "expected the end of the line, found another record";
    Diagnosis::new(at, message, "put each record on its own line")
}

/// Returns the message and the help for a comma before a closing bracket.
pub(super) fn trailing_comma(line: &str, comma: usize) -> (String, &'static str) {
    let close = next(line.as_bytes(), comma + 1).map_or('}', |(byte, _)| char::from(byte));
    (format!("trailing `,` before `{close}`"), "remove it")
}
