//! Number formats of cells, which calamine doesn't apply: a ZIP code 00501 is the number 501, and 25 % is 0.25.
//!
//! The parts of the workbook were uncompressed once before, so their sizes are limited.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// Maximum number of characters of a format that are shown.
const LONGEST: usize = 40;

/// How many numbers of a column have a format, and one of the formats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Formatted {
    pub(super) count: u64,
    pub(super) format: String,
}

/// The cells of a sheet that Excel shows differently from how they are read, by column, from 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Numbers and dates whose format changes what Excel shows.
    pub(super) formatted: BTreeMap<u32, Formatted>,
    /// How many formulas have no value: the program that wrote the file didn't calculate them.
    pub(super) formulas: BTreeMap<u32, u64>,
}

/// Returns the cells of a sheet that Excel shows differently from how they are read. Rewinds the file. A part that
/// can't be read has no formats, because calamine reports it.
pub(super) fn of(file: &mut File, sheet: &str) -> Sheet {
    let found = ZipArchive::new(&mut *file).ok().and_then(|mut archive| read(&mut archive, sheet));
    let is_rewound = file.rewind().is_ok();
    found.filter(|_| is_rewound).unwrap_or_default()
}

fn read(archive: &mut ZipArchive<&mut File>, sheet: &str) -> Option<Sheet> {
    let mut id = None;
    each_tag(archive, "xl/workbook.xml", &mut |name, tag| {
        if name == b"sheet" && attribute(tag, b"name").as_deref() == Some(sheet) {
            id = attribute(tag, b"id");
        }
    })?;
    let id = id?;
    let mut path = None;
    each_tag(archive, "xl/_rels/workbook.xml.rels", &mut |name, tag| {
        if name == b"Relationship" && attribute(tag, b"Id").as_ref() == Some(&id) {
            path = attribute(tag, b"Target");
        }
    })?;
    let path = path?;
    let path = path.strip_prefix('/').map_or_else(|| format!("xl/{path}"), str::to_owned);
    let formulas = formulas_without_value(archive, &path)?;
    let styles = styles(archive).unwrap_or_default();
    let mut columns: BTreeMap<u32, Formatted> = BTreeMap::new();
    each_tag(archive, &path, &mut |name, tag| {
        let is_number = || attribute(tag, b"t").is_none_or(|kind| kind == "n");
        if name != b"c" || !is_number() {
            return;
        }
        let style = attribute(tag, b"s").and_then(|style| style.parse::<usize>().ok());
        let format = style.and_then(|style| styles.get(style)).and_then(Option::as_ref);
        if let (Some(format), Some(column)) = (format, attribute(tag, b"r").and_then(|cell| column(&cell))) {
            let new = || Formatted { count: 0, format: format.clone() };
            columns.entry(column).or_insert_with(new).count += 1;
        }
    })?;
    Some(Sheet { formatted: columns, formulas })
}

/// How many formulas of each column have no value.
fn formulas_without_value(archive: &mut ZipArchive<&mut File>, path: &str) -> Option<BTreeMap<u32, u64>> {
    let part = archive.by_name(path).ok()?;
    let mut reader = Reader::from_reader(BufReader::new(part.take(super::MOST)));
    let (mut buffer, mut found) = (Vec::new(), BTreeMap::new());
    let (mut cell, mut is_formula, mut in_value, mut has_value) = (None, false, false, false);
    loop {
        match next(&mut reader, &mut buffer)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                b"c" => {
                    cell = attribute(&tag, b"r").and_then(|cell| column(&cell));
                    (is_formula, has_value) = (false, false);
                }
                b"f" => is_formula = true,
                b"v" => in_value = true,
                _ => {}
            },
            Event::Empty(tag) => is_formula |= tag.local_name().as_ref() == b"f",
            Event::End(tag) => match tag.local_name().as_ref() {
                b"v" => in_value = false,
                b"c" if is_formula && !has_value => {
                    if let Some(column) = cell {
                        *found.entry(column).or_insert(0) += 1;
                    }
                }
                _ => {}
            },
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => has_value |= in_value,
            Event::Eof => return Some(found),
            _ => {}
        }
        buffer.clear();
    }
}

/// Returns the format of each style, if it changes what is shown.
fn styles(archive: &mut ZipArchive<&mut File>) -> Option<Vec<Option<String>>> {
    let (mut own, mut styles, mut in_cells) = (HashMap::new(), Vec::new(), false);
    each_tag(archive, "xl/styles.xml", &mut |name, tag| match name {
        b"numFmt" => {
            if let (Some(id), Some(code)) = (attribute(tag, b"numFmtId"), attribute(tag, b"formatCode")) {
                own.insert(id, code);
            }
        }
        b"cellXfs" => in_cells = true,
        b"cellStyles" | b"dxfs" | b"tableStyles" => in_cells = false,
        b"xf" if in_cells => {
            let id = attribute(tag, b"numFmtId").unwrap_or_default();
            styles.push(own.get(&id).cloned().or_else(|| built_in(&id).map(str::to_owned)));
        }
        _ => {}
    })?;
    let is_plain = |format: &String| matches!(format.as_str(), "General" | "@" | "0");
    let shown = |format: String| format.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    Some(styles.into_iter().map(|format| format.filter(|format| !is_plain(format)).map(shown)).collect())
}

/// The formats that Excel knows by number (ECMA-376, part 1, 18.8.30), except those of dates in other languages.
fn built_in(id: &str) -> Option<&'static str> {
    Some(match id {
        "2" => "0.00",
        "3" => "#,##0",
        "4" => "#,##0.00",
        "9" => "0%",
        "10" => "0.00%",
        "11" => "0.00E+00",
        "12" | "13" => "a fraction",
        "14" | "15" | "16" | "17" | "22" => "a date",
        "18" | "19" | "20" | "21" | "45" | "46" | "47" => "a time",
        "37" | "38" | "39" | "40" => "#,##0 with brackets",
        "5" | "6" | "7" | "8" | "41" | "42" | "43" | "44" => "a currency",
        "48" => "##0.0E+0",
        _ => return None,
    })
}

/// Calls the function with the tags of a part. `None` if there is no such part, or it isn't XML.
fn each_tag(archive: &mut ZipArchive<&mut File>, path: &str, take: &mut dyn FnMut(&[u8], &BytesStart)) -> Option<()> {
    let part = archive.by_name(path).ok()?;
    let mut reader = Reader::from_reader(BufReader::new(part.take(super::MOST)));
    let mut buffer = Vec::new();
    loop {
        match next(&mut reader, &mut buffer)? {
            Event::Start(tag) | Event::Empty(tag) => take(tag.local_name().as_ref(), &tag),
            Event::Eof => return Some(()),
            _ => {}
        }
        buffer.clear();
    }
}

fn next<'b>(reader: &mut Reader<impl BufRead>, buffer: &'b mut Vec<u8>) -> Option<Event<'b>> {
    reader.read_event_into(buffer).ok()
}

fn attribute(tag: &BytesStart, name: &[u8]) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let text = std::str::from_utf8(&found.value).ok()?;
    Some(quick_xml::escape::unescape(text).ok()?.into_owned())
}

/// Returns the column of a cell such as `AB12`, from 0.
fn column(cell: &str) -> Option<u32> {
    let letters = cell.bytes().take_while(u8::is_ascii_uppercase);
    let column = letters.take(3).fold(0, |column, letter| column * 26 + u32::from(letter - b'A') + 1);
    column.checked_sub(1)
}

/// Returns the letters of a column, as Excel shows them. `column` counts from 0.
pub(super) fn letters(mut column: u32) -> String {
    let mut letters = Vec::new();
    loop {
        letters.insert(0, char::from(b'A' + (column % 26) as u8));
        match column / 26 {
            0 => return letters.into_iter().collect(),
            rest => column = rest - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::xlsx::tests::archive;

    const WORKBOOK: &str =
        r#"<workbook xmlns:r="x"><sheets><sheet name="A &amp; B" sheetId="1" r:id="rId7"/></sheets></workbook>"#;
    const RELATIONS: &str =
        r#"<Relationships><Relationship Id="rId7" Target="worksheets/sheet1.xml"/></Relationships>"#;
    const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="&quot;$&quot;0.00"/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="9"/><xf numFmtId="165"/><xf numFmtId="14"/><xf numFmtId="49"/></cellXfs><cellStyles/></styleSheet>"#;

    #[test]
    fn counts_the_formatted_numbers_of_each_column() {
        let sheet = r#"<worksheet><sheetData><row r="2"><c r="A2" s="1"><v>501</v></c><c r="B2" s="2"><v>0.25</v></c><c r="C2" s="1" t="s"><v>0</v></c><c r="D2"><v>1</v></c><c r="AA2" s="4"><v>46355</v></c></row><row r="3"><c r="A3" s="1"><v>2134</v></c><c r="B3" s="3" t="n"><v>9.5</v></c><c r="C3" s="5"><v>1</v></c><c r="D3" s="0"><v>1</v></c></row></sheetData></worksheet>"#;
        let parts = [
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", RELATIONS),
            ("xl/styles.xml", STYLES),
            ("xl/worksheets/sheet1.xml", sheet),
        ];
        let found = of(&mut archive(&parts), "A & B");
        let found: Vec<_> =
            found.formatted.iter().map(|(column, found)| (*column, found.count, found.format.as_str())).collect();
        assert_eq!(found, [(0, 2, "00000"), (1, 2, "0%"), (26, 1, "a date")]);
        assert_eq!(of(&mut archive(&parts), "Other"), Sheet::default());
        assert_eq!(of(&mut archive(&parts[..2]), "A & B"), Sheet::default());
    }

    #[test]
    fn counts_formulas_without_a_value() {
        let sheet = r#"<worksheet><sheetData><row r="2"><c r="A2"><f>B1</f><v></v></c><c r="B2"><f>B1</f><v>7</v></c></row><row r="3"><c r="A3"><f>B1</f><v/></c><c r="B3"><f>B1</f></c><c r="C3" t="str"><f>B1</f><v>&amp;</v></c><c r="D3"/><c r="E3"><v>1</v></c></row></sheetData></worksheet>"#;
        let parts = [
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", RELATIONS),
            ("xl/worksheets/sheet1.xml", sheet),
        ];
        let found = of(&mut archive(&parts), "A & B");
        assert_eq!(found.formulas, BTreeMap::from([(0, 2), (1, 1)]));
        let notes = crate::tables::xlsx::notes::of(&found, &["question".to_owned()]);
        let expected = "2 formulas without a value in the column question; open the file in Excel and save it, so that it has the values";
        assert_eq!(notes, [expected]);
    }

    #[test]
    fn reads_the_names_of_columns() {
        assert_eq!([0, 25, 26, 16_383].map(letters), ["A", "Z", "AA", "XFD"]);
        assert_eq!(["A1", "Z9", "AA1", "XFD1", "1"].map(column), [Some(0), Some(25), Some(26), Some(16_383), None]);
    }
}
