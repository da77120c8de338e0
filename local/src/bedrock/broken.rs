//! Violations of the API model's constraints, which AWS reports all at once.

use super::errors::{self, Refusal};
use super::patterns;
use super::request::Tag;

/// The maximum number of tags of a resource.
const MOST_TAGS: usize = 50;

/// The violations so far.
#[derive(Default)]
pub(super) struct Broken(Vec<String>);

impl Broken {
    /// Checks a string, which may be required.
    pub(super) fn text(&mut self, at: &str, value: Option<&str>, required: bool, fits: impl Fn(&str) -> bool) {
        match value {
            None if required => {
                self.0.push(format!("Value null at '{at}' failed to satisfy constraint: Member must not be null"))
            }
            Some(value) if !fits(value) => {
                let constraint = "Member must satisfy its pattern, length and values";
                self.0.push(format!("Value '{value}' at '{at}' failed to satisfy constraint: {constraint}"));
            }
            _ => {}
        }
    }

    /// Adds a violation of any other kind, unless `fits`.
    pub(super) fn unless(&mut self, fits: bool, at: &str, constraint: &str) {
        if !fits {
            self.0.push(format!("Value at '{at}' failed to satisfy constraint: {constraint}"));
        }
    }

    /// Checks a new resource's tags: at most 200 by the API model.
    pub(super) fn tags(&mut self, at: &str, tags: &[Tag]) {
        self.unless(tags.len() <= 200, at, "Member must have length less than or equal to 200");
        for tag in tags {
            let fits = patterns::tag(&tag.key, 1, 128) && patterns::tag(&tag.value, 0, 256);
            self.unless(fits, at, "Member must satisfy regular expression pattern: [a-zA-Z0-9\\s._:/=+@-]*");
        }
    }

    /// Returns the error that names all violations, if there are any.
    pub(super) fn result(self) -> Result<(), Refusal> {
        let Self(broken) = self;
        match broken.len() {
            0 => Ok(()),
            1 => Err(errors::CONSTRAINT_BROKEN.with(&[&broken[0]])),
            n => Err(errors::CONSTRAINTS_BROKEN.with(&[&n, &broken.join("; ")])),
        }
    }
}

/// Returns an error if a resource would have too many tags.
pub(super) fn few_tags(tags: &[Tag]) -> Result<(), Refusal> {
    if tags.len() > MOST_TAGS { Err(errors::TOO_MANY_NEW_TAGS.refusal()) } else { Ok(()) }
}
