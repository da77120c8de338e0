//! A recipe's section `expect`: what the user expects of the records.

use tunedrop_quality::{Expectation, Field, pattern_fault};
use tunedrop_validation::{Code, Finding, Findings};

use super::check::invalid;
use super::reader::Reader;
use crate::yaml::{Node, Value};

const KEYS: &[&str] =
    &["field", "json_schema", "one_of", "min_each", "min_chars", "max_chars", "matches", "unique", "required"];

/// More expectations would take too long to check.
const EXPECTATIONS_MAX: usize = 50;

/// More values would make messages unreadable.
const VALUES_MAX: usize = 1_000;

impl Reader<'_> {
    /// Reads a list of expectations.
    pub(super) fn expect(&mut self, node: &Node, at: &str) -> Vec<Expectation> {
        let Value::List(items) = &node.value else {
            self.wrong(node, at, "a list, such as - { field: completion, max_chars: 4000 }");
            return Vec::new();
        };
        if items.len() > EXPECTATIONS_MAX {
            let message = format!("at most {EXPECTATIONS_MAX} expectations are checked");
            invalid(self, at, &message, "remove some of them");
            return Vec::new();
        }
        items
            .iter()
            .enumerate()
            .filter_map(|(number, item)| self.expectation(item, &format!("{at}/{number}")))
            .collect()
    }

    fn expectation(&mut self, node: &Node, at: &str) -> Option<Expectation> {
        self.places.insert(at.to_owned(), node.place);
        let (mut expected, mut field) = (Expectation::default(), None);
        for (entry, at) in self.entries(node, at, KEYS) {
            let (node, at) = (&entry.value, at.as_str());
            match entry.key.as_str() {
                "field" => field = self.choice(node, at, &Field::NAMES),
                "json_schema" => expected.json_schema = self.text(node, at).filter(|name| self.is_schema(name, at)),
                "one_of" => expected.one_of = self.values(node, at),
                "min_each" => expected.min_each = self.whole_number(node, at),
                "min_chars" => expected.min_chars = self.whole_number(node, at),
                "max_chars" => expected.max_chars = self.whole_number(node, at),
                "matches" => expected.matches = self.text(node, at).filter(|pattern| self.is_pattern(pattern, at)),
                "unique" => expected.unique = self.choice(node, at, &[("true", true), ("false", false)])?,
                _ => expected.required = self.values(node, at),
            }
        }
        if !matches!(node.value, Value::Map(_)) {
            return None;
        }
        if !self.has(&format!("{at}/field")) {
            let names = Field::NAMES.map(|(name, _)| name).join(", ");
            let message = "an expectation names the text that it is about".to_owned();
            self.at(at, Code::RecipeMissingKey, message, format!("add `field`, which is one of {names}"));
            return None;
        }
        if expected.min_each.is_some() && expected.one_of.is_empty() {
            let message = "`min_each` counts the texts of `one_of`, which is missing";
            invalid(self, &format!("{at}/min_each"), message, "add `one_of`");
        }
        if expected.min_chars.zip(expected.max_chars).is_some_and(|(least, most)| least > most) {
            invalid(self, &format!("{at}/max_chars"), "`max_chars` is less than `min_chars`", "exchange them");
        }
        expected.field = field?;
        if expected == (Expectation { field: expected.field, ..Expectation::default() }) && self.findings.errors == 0 {
            let help = format!("add one of {}", KEYS[1..].join(", "));
            invalid(self, at, "the expectation names a text and expects nothing of it", &help);
            return None;
        }
        Some(expected)
    }

    fn values(&mut self, node: &Node, at: &str) -> Vec<String> {
        let values = self.list(node, at);
        if values.len() > VALUES_MAX {
            let message = format!("at most {VALUES_MAX} texts are compared");
            invalid(self, at, &message, "remove some of them, or use `matches`");
            return Vec::new();
        }
        values
    }

    fn is_pattern(&mut self, pattern: &str, at: &str) -> bool {
        let fault = pattern_fault(pattern);
        if let Some(fault) = &fault {
            invalid(self, at, fault, "correct it; look-around and backreferences aren't supported");
        }
        fault.is_none()
    }

    /// A schema is next to the data. Its name can't be that of a recipe or a data file.
    fn is_schema(&mut self, name: &str, at: &str) -> bool {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_name = name.ends_with(".json") && !name.starts_with('.') && name.chars().all(is_plain);
        let is_schema = is_name && name.len() <= 200 && name != "job.json";
        if !is_schema {
            invalid(
                self,
                at,
                "expected the name of a file with a JSON schema in the dataset's folder",
                "use letters, digits and -_. and an ending of .json, such as answer.schema.json",
            );
        }
        is_schema
    }
}

/// Reads the expectations in a file of their own: a list, or a map with the key `expect`.
pub fn read_expectations(bytes: &[u8], file: &str) -> (Vec<Expectation>, Findings) {
    let mut reader = Reader::new(file);
    if bytes.len() as u64 > super::SIZE_MAX {
        let message = format!("the file has {} bytes, and at most {} are allowed", bytes.len(), super::SIZE_MAX);
        let help = "keep only expectations in it".to_owned();
        reader.findings.push(Finding::of_file(Code::RecipeTooLarge, file, message, help));
        return (Vec::new(), reader.findings);
    }
    let expected = match reader.parse(bytes) {
        None => Vec::new(),
        Some(root) if matches!(root.value, Value::Map(_)) => {
            let entries = reader.entries(&root, "", &["expect"]);
            entries.into_iter().flat_map(|(entry, at)| reader.expect(&entry.value, &at)).collect()
        }
        Some(root) => reader.expect(&root, ""),
    };
    (expected, reader.findings)
}
