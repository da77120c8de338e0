//! Looks records up in the indexes of all runs.

use std::collections::{BTreeSet, VecDeque};

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tunedrop_aws::{Body, Failure, Objects};
use tunedrop_run::erasure::Subject;
use tunedrop_run::trace_index::{RecordHash, RecordSearch, TraceKey, Wanted, found_in, index_key};
use tunedrop_run::{Deployment, Run, RunId};

use super::Asked;
use super::erased::{self, Erased};
use crate::deployments::that_need;
use crate::stack::{Stack, explain};
use crate::watch::bar;

/// Requests at the same time.
const AT_ONCE: usize = 24;
/// The most bytes of an index: 8 for each of 4 million records, and its beginning.
pub(crate) const INDEX_MAX: usize = 8 * 4_000_000 + 8;

/// What was found.
pub(super) struct Found {
    /// Different records that were looked up.
    pub(super) records: usize,
    /// The runs with at least one of them, newest first.
    pub(super) runs: Vec<FoundRun>,
    /// Runs that have an index, or files.
    pub(super) searched: usize,
    /// Runs that have neither, and may have had the records.
    pub(super) not_searched: Vec<RunId>,
    /// Erasures of such runs, and of the records.
    pub(super) erased: Vec<Erased>,
}

/// A run with some of the records.
pub(super) struct FoundRun {
    pub(super) run: Run,
    /// How many of them.
    pub(super) records: usize,
}

impl FoundRun {
    pub(super) fn json(&self, all: &[Deployment]) -> Value {
        let deployments: Vec<&str> = that_need(all, &self.run.run_id).iter().map(|one| one.name.as_str()).collect();
        json!({
            "run_id": self.run.run_id, "dataset": self.run.dataset, "state": self.run.state, "records": self.records,
            "model_arn": self.run.model_arn, "deployments": deployments, "erased_at": self.run.erased_at,
        })
    }
}

/// The key of a stack's indexes. Without one, no run has an index.
pub(crate) async fn trace_key(stack: &Stack) -> Result<TraceKey> {
    let Some(key) = stack.ledger()?.trace_key().await.map_err(explain)? else {
        bail!("no run of stack {} has an index yet: they have one since this version validates them", stack.name);
    };
    Ok(key)
}

/// Looks the records up in every run.
pub(super) async fn search(stack: &Stack, asked: &Asked) -> Result<Found> {
    let (ledger, objects, bar) = (stack.ledger()?, stack.objects()?, bar());
    let (mut all, mut runs) = (ledger.recent(), Vec::new());
    while let Some(run) = all.next().await.map_err(explain)? {
        // Without a plan, nothing was copied or trained.
        if run.plan.is_some() {
            runs.push(run);
        }
        bar.set_message(format!("Reading the ledger: {} runs", runs.len()));
    }
    let key = trace_key(stack).await?;
    let firsts: BTreeSet<RunId> = runs.iter().map(|run| run.run_id.first()).collect();
    let firsts: Vec<RunId> = firsts.into_iter().collect();
    let wanted = asked.wanted(key);
    let hashes = match &wanted {
        Wanted::Records(hashes) => hashes.clone(),
        Wanted::Text(_) => {
            let work = |id: RunId| in_files(objects.clone(), id, key, wanted.clone());
            let seen = |done| bar.set_message(format!("Searching files: {done} of {}", firsts.len()));
            let found = each(&firsts, work, seen).await.map_err(explain)?;
            found.into_iter().flatten().flatten().collect()
        }
    };
    let work = |id: RunId| look_up(objects.clone(), id, key, hashes.clone());
    let seen = |done| bar.set_message(format!("Looking records up: {done} of {} runs", firsts.len()));
    let counts = each(&firsts, work, seen).await.map_err(explain)?;
    let count_of = |run: &Run| {
        let at = firsts.binary_search(&run.run_id.first()).ok()?;
        counts.get(at).copied().flatten()
    };
    let (mut found, mut searched, mut not_searched, mut erased) = (Vec::new(), 0, Vec::new(), Vec::new());
    for run in runs {
        match count_of(&run) {
            Some(0) => searched += 1,
            Some(records) => {
                searched += 1;
                found.push(FoundRun { run, records });
            }
            None if run.erased_at.is_some() => erased.push(run),
            None => not_searched.push(run.run_id),
        }
    }
    bar.set_message("Reading certificates");
    let asked = Subject::Records(wanted.fingerprint(key)).prefix();
    let erased = erased::of(&objects, erased, &hashes, &asked).await.map_err(explain)?;
    bar.finish_and_clear();
    Ok(Found { records: hashes.len(), runs: found, searched, not_searched, erased })
}

/// Does some work for each item, several at a time. The results are in the order of the items.
pub(crate) async fn each<I, T, F>(items: &[I], work: impl Fn(I) -> F, seen: impl Fn(usize)) -> Result<Vec<T>, Failure>
where
    I: Clone,
    T: Send + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let (mut coming, mut all) = (VecDeque::new(), Vec::with_capacity(items.len()));
    let mut next = items.iter();
    loop {
        while coming.len() < AT_ONCE
            && let Some(item) = next.next()
        {
            coming.push_back(tokio::spawn(work(item.clone())));
        }
        let Some(answer) = coming.pop_front() else { return Ok(all) };
        let lost = |_| Failure { call: "a search".to_owned(), cause: "it was interrupted".to_owned(), words: None };
        all.push(answer.await.map_err(lost)??);
        seen(all.len());
    }
}

/// How many of the records a run has, by its index, or else by its files. `None` if it has neither.
async fn look_up(
    objects: Objects,
    id: RunId,
    key: TraceKey,
    hashes: BTreeSet<RecordHash>,
) -> Result<Option<usize>, Failure> {
    let sorted: Vec<RecordHash> = hashes.iter().copied().collect();
    if let Some(index) = objects.read(&index_key(&id), None, INDEX_MAX).await?
        && let Some(found) = found_in(&index, &sorted)
    {
        return Ok(Some(found.len()));
    }
    let found = in_files(objects, id, key, Wanted::Records(hashes)).await?;
    Ok(found.map(|found| found.len()))
}

/// The hashes of the records in a run's files. `None` if it has none.
async fn in_files(
    objects: Objects,
    id: RunId,
    key: TraceKey,
    wanted: Wanted,
) -> Result<Option<BTreeSet<RecordHash>>, Failure> {
    let keys = objects.keys(&format!("runs/{id}/data/"), usize::MAX).await?;
    let mut found = BTreeSet::new();
    for one in &keys {
        let Some(body) = objects.open(one, None).await? else { continue };
        found.extend(in_body(body, key, &wanted).await?);
    }
    Ok((!keys.is_empty()).then_some(found))
}

/// The hashes of the records in a file.
pub(crate) async fn in_body(mut body: Body, key: TraceKey, wanted: &Wanted) -> Result<BTreeSet<RecordHash>, Failure> {
    let mut search = RecordSearch::new(key, wanted);
    while let Some(bytes) = body.next().await? {
        search.feed(bytes.as_ref());
    }
    Ok(search.finish())
}
