//! Notes about cells that Excel shows differently from how they are read.

use super::formats::Sheet;
use crate::format::{counted, visible};

/// Returns a note for each column with formatted numbers, and for each one with formulas without values.
pub(super) fn of(sheet: &Sheet, columns: &[String]) -> Vec<String> {
    let formatted = sheet.formatted.iter().filter_map(|(column, found)| {
        let name = columns.get(*column as usize)?;
        let (count, format) = (counted(found.count, "number"), visible(&found.format));
        Some(format!(
            "wrote the plain value of {count} in the column {}, which Excel shows with a format ({format}); format the \
             column as text in Excel to keep what it shows",
            visible(name)
        ))
    });
    let formulas = sheet.formulas.iter().filter_map(|(column, count)| {
        let (name, count) = (visible(columns.get(*column as usize)?), counted(*count, "formula"));
        Some(format!(
            "{count} without a value in the column {name}; open the file in Excel and save it, so that it has the values"
        ))
    });
    formatted.chain(formulas).collect()
}
