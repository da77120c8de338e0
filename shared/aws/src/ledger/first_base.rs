//! The custom models that recipes name by a run or a deployment, and those that contents were first trained from.

use serde::{Deserialize, Serialize};
use tunedrop_run::{OwnBase, OwnLookup, OwnModel, SCHEMA, of_deployment, of_run};

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
    /// Looks up which custom model a recipe names.
    pub async fn own_base(&self, base: &OwnBase) -> Result<OwnLookup, Failure> {
        let found = match base {
            OwnBase::Deployed(name) => of_deployment(name, self.deployment(name).await?.as_ref()),
            OwnBase::Run(run_id) => match self.run(run_id).await? {
                None => {
                    let entry = self.dataset(run_id.dataset()).await?.unwrap_or_default();
                    of_run(run_id, None, entry.latest_run.as_ref())
                }
                Some(run) => of_run(run_id, Some(&run), None),
            },
        };
        Ok(found.map_or_else(OwnLookup::Fault, OwnLookup::Found))
    }

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
