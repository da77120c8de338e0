//! Notices about the lifecycle of the base models that the stack's custom models were trained from.

use std::collections::{BTreeMap, BTreeSet};

use tracing::info;
use tunedrop_aws::Failure;
use tunedrop_run::decide::clean_up::{days, is_news};
use tunedrop_run::inventory::foundation_of;
use tunedrop_run::{ModelNotice, Timestamp};

use super::{Clean, Facts};
use crate::publish::now;

/// The most datasets that a notice names.
const DATASETS_MAX: usize = 10;

impl Clean {
    /// Notifies people once of each day that Bedrock names for a base model.
    pub(super) async fn lifecycles(&self, facts: &Facts) -> Result<(), Failure> {
        let mut bases: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for run in facts.runs.values().flatten().filter(|run| facts.exists(run)) {
            if let Some(base) = run.model_arn.as_deref().and_then(foundation_of) {
                bases.entry(base).or_default().insert(&run.dataset);
            }
        }
        for (base, datasets) in bases {
            let (_, dates) = self.bedrock.lifecycle(base).await?;
            let ahead = days(&dates, Timestamp::now());
            let was = facts.notices.get(&ModelNotice::base_key(base));
            let known = was.map(|was| was.known_days.clone()).unwrap_or_default();
            if !is_news(&ahead, &known) {
                continue;
            }
            let news: Vec<String> = ahead.into_iter().filter(|day| !known.contains(day)).collect();
            let datasets = datasets.into_iter().take(DATASETS_MAX).map(str::to_owned).collect();
            let notice = ModelNotice::announcement(base, news.clone(), datasets, &now());
            let known_days = known.into_iter().chain(news).collect();
            let next = match was {
                Some(was) => ModelNotice {
                    revision: was.revision + 1,
                    uploaded_at: was.uploaded_at.clone(),
                    known_days,
                    ..notice
                },
                None => ModelNotice { known_days, ..notice },
            };
            if self.ledger.write_model_notice(was, &next).await? {
                info!("the lifecycle of base model {base} has new days");
                self.publish(&next).await?;
            }
        }
        Ok(())
    }
}
