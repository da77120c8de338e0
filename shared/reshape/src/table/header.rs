//! The names of a table's columns.

/// Returns the columns' names. A column without a name is named by its number.
pub fn named(names: impl Iterator<Item = String>) -> Vec<String> {
    names.zip(1..).map(|(name, at)| if name.is_empty() { format!("column {at}") } else { name }).collect()
}

/// Rejects a header with two columns of the same name.
pub fn repeated(header: &[String]) -> Result<(), String> {
    let mut at = header.iter().enumerate();
    match at.find(|(at, name)| header[..*at].contains(name)) {
        Some((_, name)) => {
            let end = name.char_indices().nth(40).map_or(name.len(), |(end, _)| end);
            Err(format!("the header names the column `{}` twice; rename one", &name[..end]))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_columns_without_a_name_by_their_number() {
        assert_eq!(named(["a", "", "b"].map(str::to_owned).into_iter()), ["a", "column 2", "b"]);
    }

    #[test]
    fn refuses_a_column_that_is_named_twice() {
        let header = ["prompt", "completion", "prompt"].map(str::to_owned);
        assert_eq!(repeated(&header), Err("the header names the column `prompt` twice; rename one".to_owned()));
        assert_eq!(repeated(&header[..2]), Ok(()));
    }
}
