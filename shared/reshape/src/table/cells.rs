//! Splits a row of CSV into cells.

use std::borrow::Cow;

/// The maximum number of cells in a row.
const MOST: usize = 10_000;

/// The cells of a row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cells<'r> {
    pub(super) cells: Vec<Cow<'r, [u8]>>,
    /// Whether an unquoted cell contains quotation marks, which are kept.
    pub(super) has_quotes: bool,
}

/// Splits a row in which all quoted cells are closed. The error says which quotation mark is misplaced.
pub(super) fn split(row: &[u8], separator: u8) -> Result<Cells<'_>, Cow<'static, str>> {
    let mut found = Cells::default();
    let mut rest = row;
    loop {
        let (cell, length) = match rest.strip_prefix(b"\"") {
            Some(inside) => quoted(inside),
            None => {
                let end = memchr::memchr(separator, rest).unwrap_or(rest.len());
                found.has_quotes |= check_unquoted(&rest[..end])?;
                (Cow::Borrowed(&rest[..end]), end)
            }
        };
        if found.cells.len() == MOST {
            return Err(format!("it has more than {MOST} cells").into());
        }
        found.cells.push(cell);
        match rest.get(length) {
            Some(_) => rest = &rest[length + 1..],
            None => return Ok(found),
        }
    }
}

/// Returns the text of a quoted cell, and the cell's length in bytes with both quotation marks.
fn quoted(inside: &[u8]) -> (Cow<'_, [u8]>, usize) {
    let mut text = Cow::Borrowed(&inside[..0]);
    let mut from = 0;
    loop {
        let end = memchr::memchr(b'"', &inside[from..]).map_or(inside.len(), |at| from + at);
        if from == 0 {
            text = Cow::Borrowed(&inside[..end]);
        } else {
            text.to_mut().extend_from_slice(&inside[from..end]);
        }
        if inside.get(end + 1) != Some(&b'"') {
            return (text, end + 2);
        }
        text.to_mut().push(b'"');
        from = end + 2;
    }
}

/// Whether an unquoted cell contains quotation marks. Pairs are text for every CSV parser. A single one is an error,
/// because it may belong to a quoted cell.
fn check_unquoted(cell: &[u8]) -> Result<bool, &'static str> {
    let mut quotes = memchr::memchr_iter(b'"', cell).peekable();
    if quotes.peek().is_none() {
        return Ok(false);
    }
    if quotes.clone().any(|at| at > 0 && cell[at - 1] == b'\\') {
        return Err("a backslash before a quotation mark: put the cell in quotation marks, and double those inside it");
    }
    if quotes.count() % 2 == 1 {
        return Err(
            "a single quotation mark inside a cell: put the cell in quotation marks, and double those inside it",
        );
    }
    Ok(true)
}

/// Whether a row with a misplaced quotation mark certainly ends here. It does if it has all cells when its quotation
/// marks are read as other programs write them: after a backslash or, in a row of one line, not doubled.
pub(super) fn ends(row: &[u8], separator: u8, columns: usize) -> bool {
    let is_escaped = |at: &usize| *at > 0 && row[at - 1] == b'\\';
    let has_escapes = has_escapes(row);
    // An odd number of quotation marks means that a cell isn't closed yet.
    let marks = memchr::memchr_iter(b'"', row).filter(|at| !is_escaped(at)).count();
    let ways: &[Way] = if has_escapes { &[Way::Escaped] } else { &[Way::Lone, Way::Doubled] };
    let is_certain = has_escapes || !row.contains(&b'\n');
    is_certain && marks % 2 == 0 && ways.iter().any(|way| count(row, separator, *way) == Some(columns))
}

/// Whether a quotation mark follows a backslash.
pub(super) fn has_escapes(row: &[u8]) -> bool {
    memchr::memchr_iter(b'"', row).any(|at| at > 0 && row[at - 1] == b'\\')
}

/// Which quotation marks close a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Those before a separator or the end, unless they follow a backslash.
    Escaped,
    /// Those before a separator or the end.
    Lone,
    /// Those before a separator or the end, unless they are doubled.
    Doubled,
}

/// Returns the number of cells in a row. `None` if the last one isn't closed.
fn count(row: &[u8], separator: u8, way: Way) -> Option<usize> {
    let (mut count, mut at) = (1, 0);
    let (mut begins, mut is_quoted) = (true, false);
    while let Some(&byte) = row.get(at) {
        let next = row.get(at + 1).copied();
        match byte {
            b'\\' if is_quoted && way == Way::Escaped => at += 1,
            b'"' if is_quoted && way != Way::Lone && next == Some(b'"') => at += 1,
            b'"' if is_quoted => {
                let after = row[at + 1..].iter().find(|byte| **byte == separator || !byte.is_ascii_whitespace());
                is_quoted = after.is_some_and(|byte| *byte != separator);
            }
            b'"' if begins => (is_quoted, begins) = (true, false),
            b' ' if begins => {}
            byte if byte == separator && !is_quoted => (count, begins) = (count + 1, true),
            _ => begins = false,
        }
        at += 1;
    }
    (!is_quoted).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row: &str, expected: Result<&[&str], &str>) {
        let cells = split(row.as_bytes(), b',')
            .map(|found| found.cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect::<Vec<_>>());
        match (cells, expected) {
            (Ok(cells), Ok(expected)) => assert_eq!(cells, expected, "{row}"),
            (Err(why), Err(expected)) => assert!(why.contains(expected), "{row}: {why}"),
            (cells, _) => panic!("{row}: {cells:?}"),
        }
    }

    #[test]
    fn splits_quoted_and_unquoted_cells() {
        check("", Ok(&[""]));
        check("a,b", Ok(&["a", "b"]));
        check("\"a,b\",,\"\"", Ok(&["a,b", "", ""]));
        check("\"a \"\"b\"\" c\",\"\"\"\"\"\"", Ok(&["a \"b\" c", "\"\""]));
        check("say \"hi\" now,b", Ok(&["say \"hi\" now", "b"]));
    }

    #[test]
    fn rejects_quotation_marks_that_may_belong_to_a_quoted_cell() {
        check("5\" pipe,b", Err("single quotation mark"));
        check("say \\\"hi\\\",b", Err("backslash"));
    }

    #[test]
    fn finds_the_end_of_rows_with_misplaced_quotation_marks() {
        for (row, expected) in [
            (r#""say \"hi\"",ok"#, true),
            (r#""he said "hi" and left",ok"#, true),
            (r#"a, "b, c""#, true),
            ("\"a\" b,c,d", false),
            ("\"a\" b,c", false),
            ("\"a\" ,c", true),
            (r#""say \"hi\""#, false),
            // Each of these rows may continue on the next line.
            (r#""say \"hi\", then"#, false),
            (r#""he said "hi", then"#, false),
            ("\"What is 1?,one\nWhat is 2?,\"two\"", false),
        ] {
            assert_eq!(ends(row.as_bytes(), b',', 2), expected, "{row}");
        }
    }
}
