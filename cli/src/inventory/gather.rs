//! Collects the inventory: Bedrock's lists, the ledger, tags, CloudWatch and the catalogue.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use indicatif::ProgressBar;
use serde::Serialize;
use tunedrop_aws::{Failure, Inventory, Invocations, Lifecycle};
use tunedrop_run::inventory::{
    BaseLife, FoundDeployment, FoundModel, Line, Maker, StandingCosts, billing_of_deployment, billing_of_model,
    foundation_of, join_invocations, standing_costs,
};
use tunedrop_run::{PriceList, RECIPE_READ_MAX, RunId, Timestamp};
use tunedrop_validation::Catalogue;

use crate::prices::listed;
use crate::stack::{LOOKED_THROUGH, Stack, explain};

/// The stack's own catalogue.
const CATALOGUE: &str = "config/catalogue.toml";

/// Everything that was found. The command prints it, and the console shows it on a page.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    pub(crate) models: Vec<Line<FoundModel>>,
    pub(crate) deployments: Vec<Line<FoundDeployment>>,
    /// What all of them cost as long as they exist.
    pub(crate) costs: StandingCosts,
    pub(crate) base_models: Vec<BaseLife>,
    /// The first day (`YYYY-MM-DD`) of which invocations are known; `None` if CloudWatch couldn't be asked.
    pub(crate) invocations_since: Option<String>,
    /// What can't be known of the prices, in one line.
    pub(crate) prices_fault: Option<String>,
    /// The actions that the caller may not use.
    pub(crate) missing_permissions: BTreeSet<String>,
}

/// What to look up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// How many days back to look for invocations.
    pub(crate) days: i64,
    /// Whether to read the AWS Price List now. Otherwise the ledger's copy is used, if the sweep stored one.
    pub(crate) price_list: bool,
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

/// Collects the inventory. A missing permission leaves out what it would show; another failure is an error. `bar` says what
/// is read.
pub(crate) async fn gather(stack: &Stack, wanted: Wanted, now: Timestamp, bar: ProgressBar) -> Result<Found> {
    let mut gatherer = Gatherer { stack, missing: BTreeSet::new(), bar };
    let found = gatherer.all(wanted, now).await;
    gatherer.bar.finish_and_clear();
    found
}

impl Gatherer<'_> {
    async fn all(&mut self, Wanted { days, price_list }: Wanted, now: Timestamp) -> Result<Found> {
        let bedrock = Inventory::new(&self.stack.configs.bedrock);
        self.bar.set_message("Listing models");
        let bar = self.bar.clone();
        let models = bedrock.models(|count| bar.set_message(format!("Listing models: {count}"))).await;
        let models = self.allowed(models)?.unwrap_or_default();
        let mut deployments = self.allowed(bedrock.deployments().await)?.unwrap_or_default();
        deployments.extend(self.allowed(bedrock.throughputs().await)?.unwrap_or_default());
        let known = self.ledger(&deployments).await?;
        let catalogue = self.catalogue().await?;
        let list = self.prices(price_list).await?;

        let is_known = |arn: &str| known.models.contains_key(arn) || known.deployments.contains_key(arn);
        let all: Vec<String> =
            models.iter().map(|one| &one.arn).chain(deployments.iter().map(|one| &one.arn)).cloned().collect();
        let others: Vec<String> = all.iter().filter(|arn| !is_known(arn)).cloned().collect();
        let tags = self.tags(&bedrock, &others).await?;
        let last = self.invocations(&all, days, now).await?;

        let priced = |base: Option<&str>| base.and_then(|base| catalogue.find(base));
        let line = |arn: &str, base: Option<&str>, maker: Option<Maker>| {
            let tags = tags.get(arn).cloned();
            let made_by = maker.unwrap_or_else(|| Maker::of_tags(tags.as_ref()));
            let last_invoked = last.as_ref().and_then(|last| last.get(arn).cloned());
            (base.map(str::to_owned), made_by, last_invoked, tags)
        };
        let stack = self.stack.name.as_str();
        let mut models: Vec<Line<FoundModel>> = models
            .into_iter()
            .map(|found| {
                let base = foundation_of(&found.arn).or(foundation_of(&found.base_arn));
                let maker = known.models.get(&found.arn);
                let maker = maker.map(|(run, dataset)| Maker::of_ledger(stack, dataset, Some(run.clone()), None));
                let (base_model, made_by, last_invoked, tags) = line(&found.arn, base, maker);
                let billing = billing_of_model(priced(base), list.as_ref());
                Line { base_model, made_by, last_invoked, billing, tags, found }
            })
            .collect();
        let deployments: Vec<Line<FoundDeployment>> = deployments
            .into_iter()
            .map(|found| {
                let maker = known.deployments.get(&found.arn);
                let maker = maker.map(|(name, dataset, run)| Maker::of_ledger(stack, dataset, run.clone(), Some(name)));
                let base = foundation_of(&found.model_arn);
                let (base_model, made_by, last_invoked, tags) = line(&found.arn, base, maker);
                let billing = billing_of_deployment(&found, priced(base), list.as_ref());
                Line { base_model, made_by, last_invoked, billing, tags, found }
            })
            .collect();
        join_invocations(&mut models, &deployments);
        let base_models = self.lifecycles(&bedrock, &models, &deployments, &catalogue).await?;
        let since = now.as_second() - (days - 1) * 86_400;
        let since = Timestamp::from_second(since)?.to_string().chars().take(10).collect();
        Ok(Found {
            costs: standing_costs(&models, &deployments),
            models,
            deployments,
            base_models,
            invocations_since: last.map(|_| since),
            prices_fault: list.and_then(|list| list.fault),
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

    /// The AWS Price List of the Region: read now, or the ledger's copy.
    async fn prices(&mut self, now: bool) -> Result<Option<PriceList>> {
        self.bar.set_message("Reading prices");
        let region = self.stack.configs.all.region().map(ToString::to_string);
        if let Some(region) = region.as_deref().filter(|_| now) {
            let list = listed(&self.stack.configs, region).await;
            if let Some(list) = self.allowed(list)? {
                return Ok(Some(list));
            }
        }
        let kept = self.stack.ledger()?.prices(region.as_deref()).await;
        Ok(self.allowed(kept)?.flatten())
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
