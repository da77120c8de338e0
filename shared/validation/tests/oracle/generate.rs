//! Files of records that are valid or nearly so, from a stream of bytes.

mod records;
mod texts;

use arbitrary::{Result, Unstructured};

use super::Case;

/// A value to be written; texts hold what stands between the quotes.
pub(super) enum Value {
    Text(Vec<u8>),
    List(Vec<Value>),
    Object(Vec<(&'static str, Value)>),
    /// Written as it is.
    Raw(&'static str),
}

/// What a value may be replaced by.
const STRAYS: [&str; 16] = [
    "null",
    "true",
    "0",
    "-1.5e+300",
    "1e999",
    "01",
    "[]",
    "{}",
    "\"\"",
    "[[\"x\"]]",
    "{\"a\": 0, \"a\": 0}",
    "NaN",
    "tru",
    "'x'",
    "\"open",
    "{\"text\": \"x\"}",
];

/// Keys that don't belong, or only in places.
const STRAY_KEYS: [&str; 10] =
    ["extra", "Prompt", "text", "name", "bytes", "toolUse", "tools", "output", "reference_answer", "id"];

/// True once in `times` calls, depending on the bytes. Without bytes, false.
pub(super) fn rarely(from: &mut Unstructured, times: u16) -> Result<bool> {
    Ok(from.int_in_range(1..=times)? == times)
}

/// A file of at most eight records, most of them valid under `case`.
pub(super) fn file(case: &Case, from: &mut Unstructured) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    // A file has few kinds of faults, or hardly a record would be valid.
    let faults = *from.choose(&[u16::MAX, 400, 100, 25])?;
    for _ in 0..from.int_in_range(1..=8)? {
        let start = file.len();
        if rarely(from, 64)? {
            file.extend_from_slice("\u{feff}".as_bytes());
        }
        let record = records::record(case, from)?;
        write(&mut file, &record, faults, from)?;
        if rarely(from, 32)? {
            overwrite(&mut file[start..], from)?;
        }
        if rarely(from, 16)? {
            file.extend_from_within(start..);
        }
        let ends: [&[u8]; 8] = [b"\n", b"\n", b"\n", b"\n", b"\n", b"\r\n", b"\n\n", b""];
        file.extend_from_slice(from.choose(&ends)?);
    }
    Ok(file)
}

/// One byte becomes another.
fn overwrite(record: &mut [u8], from: &mut Unstructured) -> Result<()> {
    if !record.is_empty() {
        let at = from.choose_index(record.len())?;
        record[at] = if from.arbitrary()? { from.arbitrary()? } else { *from.choose(b"{}[]\",:\\\r\n 0-")? };
    }
    Ok(())
}

fn write(file: &mut Vec<u8>, value: &Value, faults: u16, from: &mut Unstructured) -> Result<()> {
    space(file, from)?;
    if rarely(from, faults)? {
        file.extend_from_slice(from.choose(&STRAYS)?.as_bytes());
        return space(file, from);
    }
    match value {
        Value::Raw(text) => file.extend_from_slice(text.as_bytes()),
        Value::Text(text) => {
            file.push(b'"');
            file.extend_from_slice(text);
            file.push(b'"');
        }
        Value::List(values) => {
            file.push(b'[');
            for (index, value) in values.iter().enumerate() {
                separate(file, index, faults, from)?;
                write(file, value, faults, from)?;
            }
            end(file, b']', faults, from)?;
        }
        Value::Object(members) => {
            file.push(b'{');
            for (index, (key, value)) in shuffled(members, faults, from)?.into_iter().enumerate() {
                separate(file, index, faults, from)?;
                write_key(file, key, faults, from)?;
                write(file, value, faults, from)?;
            }
            end(file, b'}', faults, from)?;
        }
    }
    space(file, from)
}

/// The members in some order; seldom one is missing, or one occurs twice.
fn shuffled<'v>(
    members: &'v [(&'static str, Value)],
    faults: u16,
    from: &mut Unstructured,
) -> Result<Vec<(&'static str, &'v Value)>> {
    let mut order: Vec<_> = members.iter().map(|(key, value)| (*key, value)).collect();
    if rarely(from, 3)? {
        let turn = from.choose_index(order.len().max(1))?;
        order.rotate_left(turn);
    }
    if rarely(from, faults)? && !order.is_empty() {
        order.remove(from.choose_index(order.len())?);
    }
    if rarely(from, faults)? && !order.is_empty() {
        order.push(order[from.choose_index(order.len())?]);
    }
    if rarely(from, faults)? && !order.is_empty() {
        let value = order[0].1;
        order.push((from.choose(&STRAY_KEYS)?, value));
    }
    Ok(order)
}

fn write_key(file: &mut Vec<u8>, key: &str, faults: u16, from: &mut Unstructured) -> Result<()> {
    space(file, from)?;
    file.push(b'"');
    if rarely(from, 24)? {
        // The first letter as an escape: the same key.
        let (first, rest) = key.split_at(1);
        file.extend_from_slice(format!("\\u{:04x}{rest}", first.as_bytes()[0]).as_bytes());
    } else if rarely(from, faults)? {
        file.extend_from_slice(key.to_uppercase().as_bytes());
    } else {
        file.extend_from_slice(key.as_bytes());
    }
    file.push(b'"');
    space(file, from)?;
    if !rarely(from, faults)? {
        file.push(b':');
    }
    Ok(())
}

fn separate(file: &mut Vec<u8>, index: usize, faults: u16, from: &mut Unstructured) -> Result<()> {
    if index > 0 && !rarely(from, faults)? {
        file.push(b',');
    }
    Ok(())
}

fn end(file: &mut Vec<u8>, bracket: u8, faults: u16, from: &mut Unstructured) -> Result<()> {
    if rarely(from, faults)? {
        file.push(b',');
    }
    if !rarely(from, faults)? {
        file.push(bracket);
    }
    Ok(())
}

fn space(file: &mut Vec<u8>, from: &mut Unstructured) -> Result<()> {
    if rarely(from, 6)? {
        let spaces: [&[u8]; 8] = [b" ", b" ", b"  ", b"\t", b"\r", b" \t \r ", b"        ", b"\x0c"];
        // The last one is no white space of JSON's.
        let kinds = if rarely(from, 32)? { spaces.len() } else { spaces.len() - 1 };
        file.extend_from_slice(spaces[from.choose_index(kinds)?]);
    }
    Ok(())
}
