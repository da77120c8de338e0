//! The key of the indexes of records: one for each stack.

use std::hash::{BuildHasher, RandomState};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use serde::Deserialize;
use tunedrop_run::SCHEMA;
use tunedrop_run::trace_index::TraceKey;

use super::{Ledger, from_item};
use crate::Failure;

/// The ledger's key of the item.
const PK: &str = "trace-key";

/// The item. It isn't in an index.
#[derive(Deserialize)]
struct Item {
    /// In hex.
    secret: String,
}

impl Item {
    fn key(&self) -> Option<TraceKey> {
        let mut key = [0; 32];
        if self.secret.len() != 64 || !self.secret.is_ascii() {
            return None;
        }
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(self.secret.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(key)
    }
}

impl Ledger {
    /// Reads the key. `None` if no run has an index yet.
    pub async fn trace_key(&self) -> Result<Option<TraceKey>, Failure> {
        Ok(self.get::<Item>(PK).await?.and_then(|item| item.key()))
    }

    /// Returns the key, which the first call creates. It is one conditional write, so two functions get the same key.
    pub async fn own_trace_key(&self) -> Result<Option<TraceKey>, Failure> {
        // The standard library's own source of chance, which guards its hash maps: 128 bits of it.
        let random = RandomState::new();
        let words = (0_u64..4).map(|at| format!("{:016x}", random.hash_one(at)));
        let call = format!("dynamodb:UpdateItem {PK}");
        let request = self.client.update_item().table_name(&self.table).key("pk", AttributeValue::S(PK.to_owned()));
        let request = request
            .update_expression("SET secret = if_not_exists(secret, :secret), #schema = if_not_exists(#schema, :schema)")
            .expression_attribute_names("#schema", "schema")
            .expression_attribute_values(":secret", AttributeValue::S(words.collect()))
            .expression_attribute_values(":schema", AttributeValue::N(SCHEMA.to_string()))
            .return_values(ReturnValue::AllNew);
        let answer = request.send().await.map_err(|error| Failure::new(call.clone(), &error))?;
        Ok(from_item::<Item>(answer.attributes.unwrap_or_default(), &call)?.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_32_bytes_in_hex() {
        let of = |secret: &str| Item { secret: secret.to_owned() }.key();
        assert_eq!(of(&"0a".repeat(32)), Some([10; 32]));
        for wrong in ["", "0a", &"0a".repeat(33), &"zz".repeat(32), &"é".repeat(32)] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
