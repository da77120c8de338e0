//! Identifies sequences of JSON objects by what separates the objects, and by whether each is on its own line.

use super::{FileType, outline};

const FIX: &str = "write each record on its own line, without commas: `tunedrop fix IN --model MODEL -o OUT`";

const COMMAS: FileType = FileType::json("JSON objects with a comma after each line", FIX);
const LEADING_COMMAS: FileType =
    FileType::new("JSON objects with a comma before each line", "remove the commas: `sed 's/^ *,//' IN > OUT`");
const SEMICOLONS: FileType =
    FileType::new("JSON objects with a semicolon after each line", "remove the semicolons: `sed 's/; *$//' IN > OUT`");
const ON_ONE_LINE: FileType = FileType::new(
    "JSON objects separated by commas on one line",
    "write each object on its own line, for example with `(echo '['; cat IN; echo ']') | jq -c '.[]' > OUT`",
);
const JOINED: FileType = FileType::new(
    "JSON objects with no line break between them",
    "write each object on its own line, for example with `jq -c . IN > OUT`",
);
const NO_COMMAS: FileType = FileType::json(
    "a JSON array without commas between its elements",
    "write each element on its own line: `tunedrop fix IN --model MODEL -o OUT`",
);

/// Counts of the objects, and of what separates them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sequence {
    objects: usize,
    /// Objects that contain line breaks.
    spread: usize,
    /// Objects that begin on the line on which the previous one ends.
    joined: usize,
    /// Objects that are the first on their line.
    lines: usize,
    commas: usize,
    /// Commas at the beginning of a line.
    leading: usize,
    semicolons: usize,
    /// Whether the sequence ends with `]`.
    is_closed: bool,
}

/// Identifies a file whose objects aren't separated by line breaks alone. `ended`: the file has no more bytes.
pub(super) fn of(body: &[u8], ended: bool) -> Option<FileType> {
    let inside = body.strip_prefix(b"[");
    let objects = read(inside.unwrap_or(body), ended)?;
    if objects.objects < 2 {
        return None;
    }
    let between = objects.objects - 1;
    if inside.is_some() {
        let is_array = objects.is_closed || !ended;
        return (is_array && objects.commas == 0 && objects.semicolons == 0).then_some(NO_COMMAS);
    }
    // There may also be a separator after the last object.
    let all = |count: usize| count >= between;
    let kinds = [
        (objects.spread * 2 > objects.objects, super::values::PRETTY),
        (all(objects.leading), LEADING_COMMAS),
        (all(objects.commas) && objects.lines == 1 && objects.spread == 0, ON_ONE_LINE),
        (all(objects.commas) && objects.joined == 0, COMMAS),
        (all(objects.semicolons) && objects.joined == 0, SEMICOLONS),
        (objects.joined >= objects.lines && objects.commas == 0, JOINED),
    ];
    kinds.into_iter().find(|(is, _)| *is).map(|(_, kind)| kind)
}

/// Reads objects up to the end of the bytes. Returns `None` if anything else is between them.
fn read(body: &[u8], ended: bool) -> Option<Sequence> {
    let (mut found, mut at, mut broken) = (Sequence::default(), 0, true);
    while let Some(&byte) = body.get(at) {
        match byte {
            b'\n' => broken = true,
            // Line ends of old Macs are reported separately.
            b'\r' if body.get(at + 1) != Some(&b'\n') => return None,
            b',' | b';' if found.objects == 0 => return None,
            b',' if broken => {
                // A comma that is alone on its line is reported for that line.
                let behind = body[at + 1..].iter().find(|byte| !matches!(byte, b' ' | b'\t'));
                if behind != Some(&b'{') {
                    return None;
                }
                found.commas += 1;
                found.leading += 1;
            }
            b',' => found.commas += 1,
            b';' if broken => return None,
            b';' => found.semicolons += 1,
            b']' if body[at + 1..].trim_ascii_start().is_empty() => {
                found.is_closed = true;
                return Some(found);
            }
            b'{' => {
                let value = outline::read(&body[at..], false)?;
                found.objects += 1;
                found.lines += usize::from(broken);
                found.joined += usize::from(!broken);
                let end = match value.end {
                    Some(end) => end,
                    // The bytes end inside this object.
                    None if !ended => return Some(found),
                    None => return None,
                };
                found.spread += usize::from(body[at..at + end].contains(&b'\n'));
                at += end;
                broken = false;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => return None,
        }
        at += 1;
    }
    Some(found)
}
