//! Looks records up in the indexes of all runs.

use std::collections::{BTreeSet, VecDeque};

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tunedrop_aws::{Failure, Objects};
use tunedrop_run::trace_index::{RecordHash, TraceIndexer, TraceKey, found_in, index_key};
use tunedrop_run::{Deployment, Run, RunId};

use super::Wanted;
use crate::deployments::that_need;
use crate::stack::{Stack, explain};
use crate::watch::bar;

/// Requests at the same time.
const AT_ONCE: usize = 24;
/// The most bytes of an index: 8 for each of 4 million records, and its beginning.
const INDEX_MAX: usize = 8 * 4_000_000 + 8;

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

/// Looks the records up in every run.
pub(super) async fn search(stack: &Stack, wanted: &Wanted) -> Result<Found> {
    let (ledger, objects, bar) = (stack.ledger()?, stack.objects()?, bar());
    let (mut all, mut runs) = (ledger.recent(), Vec::new());
    while let Some(run) = all.next().await.map_err(explain)? {
        // Without a plan, nothing was copied or trained.
        if run.plan.is_some() {
            runs.push(run);
        }
        bar.set_message(format!("Reading the ledger: {} runs", runs.len()));
    }
    let Some(key) = ledger.trace_key().await.map_err(explain)? else {
        bail!("no run of stack {} has an index yet: they have one since this version validates them", stack.name);
    };
    let firsts: BTreeSet<RunId> = runs.iter().map(|run| run.run_id.first()).collect();
    let firsts: Vec<RunId> = firsts.into_iter().collect();
    let hashes = match wanted {
        Wanted::Records(bytes) => hashes_of(key, bytes),
        Wanted::Text(text) => {
            let work = |id: RunId| matching(objects.clone(), id, key, text.clone());
            let found =
                each(&firsts, work, |done| bar.set_message(format!("Searching files: {done} of {}", firsts.len())));
            let mut all: Vec<RecordHash> = found.await.map_err(explain)?.into_iter().flatten().collect();
            all.sort_unstable();
            all.dedup();
            all
        }
    };
    let work = |id: RunId| look_up(objects.clone(), id, key, hashes.clone());
    let seen = |done| bar.set_message(format!("Looking records up: {done} of {} runs", firsts.len()));
    let counts = each(&firsts, work, seen).await.map_err(explain)?;
    bar.finish_and_clear();
    let count_of = |run: &Run| {
        let at = firsts.binary_search(&run.run_id.first()).ok()?;
        counts.get(at).copied().flatten()
    };
    let (mut found, mut searched, mut not_searched) = (Vec::new(), 0, Vec::new());
    for run in runs {
        match count_of(&run) {
            Some(0) => searched += 1,
            Some(records) => {
                searched += 1;
                found.push(FoundRun { run, records });
            }
            None => not_searched.push(run.run_id),
        }
    }
    Ok(Found { records: hashes.len(), runs: found, searched, not_searched })
}

/// Does some work for each run, several at a time. The results are in the order of the runs.
async fn each<T, F>(runs: &[RunId], work: impl Fn(RunId) -> F, seen: impl Fn(usize)) -> Result<Vec<T>, Failure>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let (mut coming, mut all) = (VecDeque::new(), Vec::with_capacity(runs.len()));
    let mut next = runs.iter();
    loop {
        while coming.len() < AT_ONCE
            && let Some(run_id) = next.next()
        {
            coming.push_back(tokio::spawn(work(run_id.clone())));
        }
        let Some(answer) = coming.pop_front() else { return Ok(all) };
        let lost = |_| Failure { call: "a search".to_owned(), cause: "it was interrupted".to_owned(), words: None };
        all.push(answer.await.map_err(lost)??);
        seen(all.len());
    }
}

fn hashes_of(key: TraceKey, bytes: &[u8]) -> Vec<RecordHash> {
    let mut indexer = TraceIndexer::new(key);
    indexer.feed(bytes);
    indexer.hashes()
}

/// How many of the records a run has, by its index, or else by its files. `None` if it has neither.
async fn look_up(
    objects: Objects,
    id: RunId,
    key: TraceKey,
    wanted: Vec<RecordHash>,
) -> Result<Option<usize>, Failure> {
    if let Some(index) = objects.read(&index_key(&id), None, INDEX_MAX).await?
        && let Some(found) = found_in(&index, &wanted)
    {
        return Ok(Some(found.len()));
    }
    let keys = objects.keys(&format!("runs/{id}/data/"), usize::MAX).await?;
    let mut indexer = TraceIndexer::new(key);
    for one in &keys {
        let Some(mut body) = objects.open(one, None).await? else { continue };
        while let Some(bytes) = body.next().await? {
            indexer.feed(bytes.as_ref());
        }
        indexer.end_file();
    }
    let has = indexer.hashes();
    let found = wanted.iter().filter(|hash| has.binary_search(hash).is_ok()).count();
    Ok((!keys.is_empty()).then_some(found))
}

/// The hashes of a run's records that contain the text.
async fn matching(objects: Objects, id: RunId, key: TraceKey, text: String) -> Result<Vec<RecordHash>, Failure> {
    // As JSON has it, escapes included.
    let quoted = serde_json::to_string(&text).unwrap_or_default();
    let escaped = quoted.trim_matches('"').as_bytes().to_vec();
    let (mut indexer, mut line) = (TraceIndexer::new(key), Vec::new());
    let mut take = |line: &mut Vec<u8>| {
        let contains = |part: &[u8]| memchr::memmem::find(line, part).is_some();
        if contains(text.as_bytes()) || contains(&escaped) {
            indexer.feed(line);
            indexer.end_file();
        }
        line.clear();
    };
    for one in objects.keys(&format!("runs/{id}/data/"), usize::MAX).await? {
        let Some(mut body) = objects.open(&one, None).await? else { continue };
        while let Some(bytes) = body.next().await? {
            let mut rest = bytes.as_ref();
            while let Some(end) = memchr::memchr(b'\n', rest) {
                line.extend_from_slice(&rest[..end]);
                take(&mut line);
                rest = &rest[end + 1..];
            }
            line.extend_from_slice(rest);
        }
        take(&mut line);
    }
    Ok(indexer.hashes())
}
