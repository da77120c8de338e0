//! Collects the inventory: Bedrock's lists, the ledger, tags, CloudWatch and the catalogue.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use indicatif::ProgressBar;
use serde::Serialize;
use tunedrop_aws::{Failure, Inventory, Invocations, Lifecycle};
use tunedrop_run::inventory::{
    BaseLife, BillingUnit, FoundDeployment, FoundModel, Line, Maker, billing, foundation_of, join_invocations,
};
use tunedrop_run::{RECIPE_READ_MAX, RunId, Timestamp};
use tunedrop_validation::Catalogue;

use crate::stack::{LOOKED_THROUGH, Stack, explain};
use crate::watch::bar;

/// The stack's own catalogue.
const CATALOGUE: &str = "config/catalogue.toml";

/// Everything that was found.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    pub(super) models: Vec<Line<FoundModel>>,
    pub(super) deployments: Vec<Line<FoundDeployment>>,
    pub(super) base_models: Vec<BaseLife>,
    /// The first day (`YYYY-MM-DD`) of which invocations are known; `None` if CloudWatch couldn't be asked.
    pub(super) invocations_since: Option<String>,
    /// The actions that the caller may not use.
    pub(super) missing_permissions: BTreeSet<String>,
}

/// What the ledger knows.
#[derive(Default)]
struct Known {
    /// Run and dataset, by the custom model's ARN.
    models: HashMap<String, (RunId, String)>,
    /// Deployment, dataset and served run, by ARN.
    deployments: HashMap<String, (String, String, Option<RunId>)>,
}

struct Gatherer<'s> {
    stack: &'s Stack,
    missing: BTreeSet<String>,
    bar: ProgressBar,
}

/// Collects the inventory. A missing permission leaves out what it would show; another failure is an error.
pub(super) async fn gather(stack: &Stack, days: i64, now: Timestamp) -> Result<Found> {
    let mut gatherer = Gatherer { stack, missing: BTreeSet::new(), bar: bar() };
    let found = gatherer.all(days, now).await;
    gatherer.bar.finish_and_clear();
    found
}

impl Gatherer<'_> {
    async fn all(&mut self, days: i64, now: Timestamp) -> Result<Found> {
        let bedrock = Inventory::new(&self.stack.configs.bedrock);
        self.bar.set_message("Listing models");
        let bar = self.bar.clone();
        let models = bedrock.models(|count| bar.set_message(format!("Listing models: {count}"))).await;
        let models = self.allowed(models)?.unwrap_or_default();
        let mut deployments = self.allowed(bedrock.deployments().await)?.unwrap_or_default();
        deployments.extend(self.allowed(bedrock.throughputs().await)?.unwrap_or_default());
        let known = self.ledger(&deployments).await?;
        let catalogue = self.catalogue().await?;

        let is_known = |arn: &str| known.models.contains_key(arn) || known.deployments.contains_key(arn);
        let all: Vec<String> =
            models.iter().map(|one| &one.arn).chain(deployments.iter().map(|one| &one.arn)).cloned().collect();
        let others: Vec<String> = all.iter().filter(|arn| !is_known(arn)).cloned().collect();
        let tags = self.tags(&bedrock, &others).await?;
        let last = self.invocations(&all, days, now).await?;

        let priced = |base: Option<&str>| base.and_then(|base| catalogue.find(base));
        let line = |arn: &str, unit, quantity, base: Option<&str>, maker: Option<Maker>| {
            let tags = tags.get(arn).cloned();
            let made_by = maker.unwrap_or_else(|| Maker::of_tags(tags.as_ref()));
            let last_invoked = last.as_ref().and_then(|last| last.get(arn).cloned());
            (base.map(str::to_owned), made_by, last_invoked, billing(unit, quantity, priced(base)), tags)
        };
        let stack = self.stack.name.as_str();
        let mut models: Vec<Line<FoundModel>> = models
            .into_iter()
            .map(|found| {
                let base = foundation_of(&found.arn).or(foundation_of(&found.base_arn));
                let maker = known.models.get(&found.arn);
                let maker = maker.map(|(run, dataset)| Maker::of_ledger(stack, dataset, Some(run.clone()), None));
                let (base_model, made_by, last_invoked, billing, tags) =
                    line(&found.arn, BillingUnit::ModelMonth, 1, base, maker);
                Line { base_model, made_by, last_invoked, billing, tags, found }
            })
            .collect();
        let deployments: Vec<Line<FoundDeployment>> = deployments
            .into_iter()
            .map(|found| {
                let maker = known.deployments.get(&found.arn);
                let maker = maker.map(|(name, dataset, run)| Maker::of_ledger(stack, dataset, run.clone(), Some(name)));
                let unit = if found.model_units.is_some() { BillingUnit::UnitHour } else { BillingUnit::Tokens };
                let (base_model, made_by, last_invoked, billing, tags) = line(
                    &found.arn,
                    unit,
                    found.model_units.unwrap_or_default(),
                    foundation_of(&found.model_arn),
                    maker,
                );
                Line { base_model, made_by, last_invoked, billing, tags, found }
            })
            .collect();
        join_invocations(&mut models, &deployments);
        let base_models = self.lifecycles(&bedrock, &models, &deployments, &catalogue).await?;
        let since = now.as_second() - (days - 1) * 86_400;
        let since = Timestamp::from_second(since)?.to_string().chars().take(10).collect();
        Ok(Found {
            models,
            deployments,
            base_models,
            invocations_since: last.map(|_| since),
            missing_permissions: std::mem::take(&mut self.missing),
        })
    }

    /// The result of a call; `None` if the caller lacks its permission.
    fn allowed<T>(&mut self, done: Result<T, Failure>) -> Result<Option<T>> {
        match done {
            Ok(value) => Ok(Some(value)),
            Err(failure) if failure.is_denied() => {
                let action = failure.call.split(' ').next().unwrap_or_default();
                self.missing.insert(action.to_owned());
                Ok(None)
            }
            Err(failure) => Err(explain(failure)),
        }
    }

    /// Reads the runs and the deployments of the ledger.
    async fn ledger(&mut self, found: &[FoundDeployment]) -> Result<Known> {
        self.bar.set_message("Reading the ledger");
        let (ledger, mut known) = (self.stack.ledger()?, Known::default());
        let mut runs = ledger.recent();
        for _ in 0..LOOKED_THROUGH {
            let next = runs.next().await;
            let Some(Some(run)) = self.allowed(next)? else { break };
            if let Some(arn) = run.model_arn {
                known.models.insert(arn, (run.run_id, run.dataset));
            }
        }
        let deployments = ledger.deployments().await;
        for one in self.allowed(deployments)?.unwrap_or_default().0 {
            // A deployment that is being created has no ARN in the ledger yet.
            let at_bedrock = found.iter().find(|found| found.name == one.bedrock_name);
            if let Some(arn) = at_bedrock.map(|found| found.arn.clone()).or(one.arn) {
                known.deployments.insert(arn, (one.name, one.dataset, one.serving));
            }
        }
        Ok(known)
    }

    /// The built-in catalogue, extended by the stack's own.
    async fn catalogue(&mut self) -> Result<Cow<'static, Catalogue>> {
        let read = self.stack.objects()?.read(CATALOGUE, None, RECIPE_READ_MAX).await;
        let own = self.allowed(read)?.flatten().and_then(|bytes| String::from_utf8(bytes).ok());
        // validate reports an invalid catalogue.
        let own = own.and_then(|text| Catalogue::with_overlay(&text).ok());
        Ok(own.map_or(Cow::Borrowed(Catalogue::embedded()), Cow::Owned))
    }

    /// The tags of resources that the ledger doesn't know, by ARN.
    async fn tags(
        &mut self,
        bedrock: &Inventory,
        arns: &[String],
    ) -> Result<HashMap<String, BTreeMap<String, String>>> {
        let (bar, total) = (self.bar.clone(), arns.len());
        let tags = bedrock.tags(arns, |done| bar.set_message(format!("Reading tags: {done} of {total}"))).await;
        let tags = self.allowed(tags)?.unwrap_or_default();
        Ok(arns.iter().cloned().zip(tags).filter_map(|(arn, tags)| Some((arn, tags?))).collect())
    }

    /// The last day on which each was invoked; `None` if CloudWatch can't be asked.
    async fn invocations(
        &mut self,
        ids: &[String],
        days: i64,
        now: Timestamp,
    ) -> Result<Option<BTreeMap<String, String>>> {
        self.bar.set_message("Reading invocations");
        let (bar, total) = (self.bar.clone(), ids.len());
        let cloudwatch = Invocations::new(&self.stack.configs.all);
        let seen = |done| bar.set_message(format!("Reading invocations: {done} of {total}"));
        let last = cloudwatch.last(ids, days, now, seen).await;
        self.allowed(last)
    }

    /// The lifecycle of every base model, by Bedrock's word, or else the catalogue's.
    async fn lifecycles(
        &mut self,
        bedrock: &Inventory,
        models: &[Line<FoundModel>],
        deployments: &[Line<FoundDeployment>],
        catalogue: &Catalogue,
    ) -> Result<Vec<BaseLife>> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for base in models.iter().filter_map(|one| one.base_model.as_deref()) {
            *counts.entry(base).or_default() += 1;
        }
        for base in deployments.iter().filter_map(|one| one.base_model.as_deref()) {
            counts.entry(base).or_default();
        }
        let mut all = Vec::new();
        for (base, count) in counts {
            self.bar.set_message(format!("Reading the lifecycle of {base}"));
            let read = bedrock.lifecycle(base).await;
            let (life, dates) = self.allowed(read)?.unwrap_or((Lifecycle::Unknown, Default::default()));
            let status = match life {
                Lifecycle::Active => "active",
                Lifecycle::Legacy => "legacy",
                Lifecycle::Unknown => "unknown",
            };
            all.push(BaseLife {
                model: base.to_owned(),
                status,
                legacy_at: dates.legacy.map(|time| time.to_string()),
                end_of_life_at: dates.end_of_life.map(|time| time.to_string()),
                note: catalogue.find(base).and_then(|model| model.withdrawn_note()),
                models: count,
            });
        }
        Ok(all)
    }
}
