//! What a user expects of a dataset's records.

use std::fmt;
use std::sync::Arc;

use jsonschema::{PatternOptions, Validator};
use regex::Regex;

use crate::fields::Field;

/// The largest compiled pattern, in bytes.
const PATTERN_MAX: usize = 1 << 20;

/// An expectation, as a recipe's `expect` has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expectation {
    /// The text that it is about.
    pub field: Field,
    /// The name of a file with a JSON schema, relative to the dataset's folder. The text is JSON that matches it.
    pub json_schema: Option<String>,
    /// The text is one of these, apart from white space around it.
    pub one_of: Vec<String>,
    /// How many records of the training file have each of `one_of`, at least.
    pub min_each: Option<u64>,
    /// The least number of characters.
    pub min_chars: Option<u64>,
    /// The greatest number of characters.
    pub max_chars: Option<u64>,
    /// A regular expression that is found in the text.
    pub matches: Option<String>,
    /// Whether no two records of a file have the same text.
    pub unique: bool,
    /// Texts that the training file and the validation file must both have.
    pub required: Vec<String>,
}

/// Expectations that are ready to be checked.
#[derive(Clone, Default)]
pub struct Expectations {
    pub(crate) all: Vec<Arc<Expected>>,
}

impl fmt::Debug for Expectations {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.all.iter().map(|expected| &expected.expectation)).finish()
    }
}

/// An expectation with its schema and its pattern.
pub(crate) struct Expected {
    pub(crate) expectation: Expectation,
    pub(crate) schema: Option<Validator>,
    pub(crate) pattern: Option<Regex>,
}

/// Returns what is wrong with a regular expression.
pub fn pattern_fault(pattern: &str) -> Option<String> {
    match compiled(pattern) {
        Ok(_) => None,
        Err(regex::Error::CompiledTooBig(_)) => Some("the regular expression is too large".to_owned()),
        Err(_) => Some("expected a regular expression of the Rust crate regex".to_owned()),
    }
}

fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    regex::RegexBuilder::new(pattern).size_limit(PATTERN_MAX).build()
}

impl Expectations {
    /// Adds an expectation. `schema` is the content of the file that its `json_schema` names. The error says what is wrong
    /// with the schema, or with the pattern.
    pub fn add(&mut self, expectation: Expectation, schema: Option<&[u8]>) -> Result<(), String> {
        let schema = schema.map(validator).transpose()?;
        let pattern = match expectation.matches.as_deref() {
            Some(pattern) => Some(compiled(pattern).map_err(|_| pattern_fault(pattern).unwrap_or_default())?),
            None => None,
        };
        self.all.push(Arc::new(Expected { expectation, schema, pattern }));
        Ok(())
    }

    /// Adds other expectations.
    pub fn extend(&mut self, others: Expectations) {
        self.all.extend(others.all);
    }

    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// Reads a JSON schema. Patterns are matched in linear time, and no other schema is fetched.
fn validator(schema: &[u8]) -> Result<Validator, String> {
    let schema: serde_json::Value = serde_json::from_slice(schema)
        .map_err(|error| format!("it isn't JSON: line {}, column {}", error.line(), error.column()))?;
    let options = jsonschema::options().with_pattern_options(PatternOptions::regex().size_limit(PATTERN_MAX));
    // The error's own words may have values of the file, which may be a data file by mistake.
    options
        .build(&schema)
        .map_err(|_| "it isn't a JSON schema that can be used; it may refer to other files".to_owned())
}
