//! A change set that isn't executed yet, and what it leaves if it never is.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;

use crate::note;
use crate::stack::{Connection, explain};

/// The change set of this command.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// The stack's name, the change set's, and the options that name the stack.
    names: Option<(String, String, String)>,
    /// Whether the change set created the stack.
    is_new: bool,
    is_executed: bool,
}

/// A name for a change set, which must be unique among those of its stack: letters, digits and hyphens (API reference,
/// CreateChangeSet).
pub(super) fn name(version: &str) -> String {
    let version: String = version.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    format!("tunedrop-{version}-{now}")
}

impl Pending {
    /// A change set that is about to be created. `is_new`: there is no stack of this name.
    pub(super) fn begin(&mut self, stack: &str, set: &str, named: &str, is_new: bool) {
        *self = Pending { names: Some((stack.into(), set.into(), named.into())), is_new, is_executed: false };
    }

    pub(super) fn execute(&mut self) {
        self.is_executed = true;
    }

    /// The options that name the stack, if its change set is executed.
    pub(super) fn executed(&self) -> Option<&str> {
        self.names.as_ref().filter(|_| self.is_executed).map(|(_, _, named)| named.as_str())
    }

    /// Deletes the change set, and the stack if it is nothing but this change set: without it, the stack would stay as
    /// `REVIEW_IN_PROGRESS`.
    pub(super) async fn discard(&self, connection: &Connection) -> Result<()> {
        let Some((stack, set, _)) = self.names.as_ref().filter(|_| !self.is_executed) else { return Ok(()) };
        let left = |error: anyhow::Error| note(&format!("The change set {set} of stack {stack} is left: {error:#}"));
        let stacks = &connection.stacks;
        if let Err(failure) = stacks.delete_change_set(stack, set).await {
            left(explain(failure));
            return Ok(());
        }
        if self.is_new
            && let Ok(Some(found)) = stacks.find(stack).await
            && found.status == "REVIEW_IN_PROGRESS"
            && let Err(failure) = stacks.delete(&found.id).await
        {
            left(explain(failure));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_change_sets_are_valid() {
        let name = super::name("0.1.0-rc.1+build");
        assert!(name.starts_with("tunedrop-0-1-0-rc-1-build-"), "{name}");
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && name.len() < 128);
    }
}
