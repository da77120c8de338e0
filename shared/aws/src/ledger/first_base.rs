//! The custom models that contents were first trained from, if their recipes name a deployment.

use serde::{Deserialize, Serialize};
use tunedrop_run::{OwnModel, SCHEMA};

use super::Ledger;
use crate::Failure;

/// The value of the attribute `kind`.
const KIND: &str = "base";

/// The item. It isn't in an index.
#[derive(Serialize, Deserialize)]
struct FirstBase {
    schema: u32,
    #[serde(flatten)]
    model: OwnModel,
}

impl Ledger {
    /// Returns the model that the content of this [key](tunedrop_run::first_base_key) was first trained from.
    pub async fn first_base(&self, key: &str) -> Result<Option<OwnModel>, Failure> {
        Ok(self.get::<FirstBase>(key).await?.map(|item| item.model))
    }

    /// Records that the content is trained from `model`, unless it was trained from another one first. Returns the first
    /// one.
    pub async fn keep_first_base(&self, key: &str, model: &OwnModel) -> Result<OwnModel, Failure> {
        let item = FirstBase { schema: SCHEMA, model: model.clone() };
        if self.put_new(key, KIND, &item).await? {
            return Ok(item.model);
        }
        Ok(self.first_base(key).await?.unwrap_or(item.model))
    }
}
