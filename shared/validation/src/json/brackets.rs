//! Brackets that are missing, or one too many.

use super::context::{Context, closer, next};
use super::diagnosis::{Said, Wanted};

/// Diagnoses a bracket at byte `at` that can't be there; `None` for anything else.
pub(super) fn diagnose(line: &str, at: usize, wanted: Wanted, context: &Context, offset: usize) -> Option<Said> {
    let found = line.as_bytes()[at];
    match found {
        b'}' | b']' => closing(found, at, wanted, context, offset),
        b'{' | b'[' => opening(line, found, at, wanted, context),
        _ => None,
    }
}

fn closing(found: u8, at: usize, wanted: Wanted, context: &Context, offset: usize) -> Option<Said> {
    let shown = char::from(found);
    if wanted == Wanted::End {
        let message = format!("expected the end of the line, found an extra `{shown}`");
        return Some(Said::new(at, message, "remove it"));
    }
    if wanted == Wanted::Record {
        let message = format!("expected a JSON object, found `{shown}`");
        let help = "remove the line if the bracket closes a list of records; otherwise write each record on one line";
        return Some(Said::new(at, message, help));
    }
    let (inner, place) = context.innermost()?;
    let wanted_here = closer(inner);
    if wanted_here == shown || !(wanted.is_behind_value() || wanted == Wanted::Key) {
        return None;
    }
    if context.open.iter().any(|(open, _)| closer(*open) == shown) {
        let (inner, column) = (char::from(inner), offset + place + 1);
        let message = format!("expected `{wanted_here}` to close the `{inner}` in column {column}, found `{shown}`");
        return Some(Said::new(at, message, format!("add `{wanted_here}` before it")));
    }
    let open = if shown == '}' { '{' } else { '[' };
    let message = format!("unexpected `{shown}`: no `{open}` is open");
    Some(Said::new(at, message, format!("remove it, or write `{wanted_here}`")))
}

fn opening(line: &str, found: u8, at: usize, wanted: Wanted, context: &Context) -> Option<Said> {
    let shown = char::from(found);
    let expected = format!("expected {}, found `{shown}`", wanted.name());
    match wanted {
        Wanted::End if found == b'{' => Some(second_record(line, at, context)),
        Wanted::ElementEnd => Some(Said::new(at, expected, "add a comma between the elements")),
        Wanted::Key if found == b'{' && matches!(context.before, Some((b'{', _))) => {
            Some(Said::new(at, expected, "remove the extra `{`"))
        }
        Wanted::Key if matches!(context.before, Some((b',', _))) => {
            let help = "add the missing `}` before the comma, or a key";
            Some(Said::new(at, expected, help))
        }
        Wanted::Colon => Some(Said::new(at, expected, "add `:` between the key and its value")),
        _ => None,
    }
}

/// Another record behind the first one. Where only carriage returns stand between them, an old Mac program wrote them.
fn second_record(line: &str, at: usize, context: &Context) -> Said {
    let from = context.before.map_or(0, |(_, end)| end + 1);
    let between = &line[from..at];
    if between.contains('\r') {
        let message = "lines end with a carriage return (CR) alone: expected a line feed (LF)";
        let help = "convert the line ends: `tr '\\r' '\\n' < IN > OUT`";
        let place = from + between.find('\r').unwrap_or_default();
        return Said::new(place, message, help);
    }
    let message = "expected the end of the line, found another record";
    Said::new(at, message, "put each record on its own line")
}

/// What to remove or add where a comma comes before a closing bracket.
pub(super) fn trailing_comma(line: &str, comma: usize) -> (String, &'static str) {
    let close = next(line.as_bytes(), comma + 1).map_or('}', |(byte, _)| char::from(byte));
    (format!("trailing `,` before `{close}`"), "remove it")
}
