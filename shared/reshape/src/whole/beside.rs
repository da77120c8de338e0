//! Keys next to the list with a file's records.

use std::borrow::Cow;

use super::Take;
use crate::convert::{SYSTEM, changes_records, is_empty, is_viewed, shown};
use crate::json::{self, Members, Raw};

/// Keys that describe the table.
const OF_TABLES: [&str; 6] = ["schema", "features", "columns", "index", "index_names", "column_names"];

/// The effect of these keys on the records.
#[derive(Debug, Default)]
pub(super) struct Beside<'t> {
    /// The system prompt of every record.
    system: Option<(&'static str, Raw<'t>)>,
    /// Why every record is left out.
    why: Option<String>,
    /// Keys without an effect on the records. They are dropped.
    pub(super) dropped: Vec<String>,
}

impl<'t> Beside<'t> {
    /// Reads the keys next to `list`.
    pub(super) fn of(members: &Members<'t>, list: &str) -> Beside<'t> {
        let mut beside = Beside::default();
        let others = members.iter().filter(|(key, _)| key != list && !OF_TABLES.contains(&key.as_ref()));
        for (key, raw) in others.filter(|(_, raw)| !is_empty(raw)) {
            let name = key.trim().to_ascii_lowercase();
            let system = SYSTEM.into_iter().find(|known| *known == name);
            match system.filter(|_| beside.system.is_none()) {
                Some(system) => beside.system = Some((system, raw)),
                None if system.is_some() || changes_records(&name, raw) => {
                    beside.why.get_or_insert_with(|| {
                        format!(
                            "`{}` is beside the list of records (`{list}`) and changes what they mean; write it into each record, or remove it",
                            shown(key)
                        )
                    });
                }
                None => beside.dropped.push(shown(key)),
            }
        }
        beside
    }

    /// Calls `take` with a record and the system prompt, or with the reason why the record is left out.
    pub(super) fn pass(&self, number: u64, record: &str, take: Take) -> bool {
        match self.applied(record) {
            Ok(record) => take(number, Ok(&record)),
            Err(why) => take(number, Err(why)),
        }
    }

    fn applied<'r>(&self, record: &'r str) -> Result<Cow<'r, str>, String> {
        if let Some(why) = &self.why {
            return Err(why.clone());
        }
        let Some((key, system)) = self.system else { return Ok(record.into()) };
        // Other values aren't records. They are left out with another reason.
        let Some(members) = json::members(record).filter(|members| !members.is_empty()) else {
            return Ok(record.into());
        };
        if is_viewed(&members) {
            return Err(format!("the file has a system prompt beside the list (`{key}`); write it into each `row`"));
        }
        if has_system(&members) {
            return Err(format!(
                "it has a system prompt of its own, and the file has one beside the list (`{key}`); keep only one"
            ));
        }
        let rest = record.trim_ascii_start().trim_start_matches('{');
        Ok(format!("{{\"{key}\":{},{rest}", system.get()).into())
    }
}

/// Whether a record has a system prompt, next to its messages or as one of them.
fn has_system(members: &Members) -> bool {
    let is_system = |message: Raw| {
        let Some(fields) = json::members(message.get()) else { return false };
        let role = ["role", "from"].iter().find_map(|key| json::text(json::field(&fields, key)?.get()));
        role.is_some_and(|role| ["system", "developer"].contains(&role.trim().to_ascii_lowercase().as_str()))
    };
    members.iter().any(|(key, raw)| {
        let name = key.trim().to_ascii_lowercase();
        let is_prompt =
            SYSTEM.contains(&name.as_str()) || ["systeminstruction", "system_instruction"].contains(&name.as_str());
        is_prompt && !is_empty(raw) || json::elements(raw.get()).is_some_and(|list| list.into_iter().any(is_system))
    })
}
