//! Names for new files that don't replace another file.

/// Returns `name`. If that `is_taken`, adds a number before its ending: `train-2.jsonl`.
pub(crate) fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let (stem, ending) = name.rsplit_once('.').map_or((name, String::new()), |(stem, end)| (stem, format!(".{end}")));
    let numbered = (2..).map(|number: u32| format!("{stem}-{number}{ending}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::free_name;

    #[test]
    fn numbers_a_name_that_is_taken() {
        assert_eq!(free_name("a.b.jsonl", |_| false), "a.b.jsonl");
        assert_eq!(free_name("a.b.jsonl", |name| name == "a.b.jsonl"), "a.b-2.jsonl");
        assert_eq!(free_name("train", |name| ["train", "train-2"].contains(&name)), "train-3");
    }
}
