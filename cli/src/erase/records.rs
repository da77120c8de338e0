//! Finds what has certain records: uploads and held-out files by reading them, runs by their indexes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use tunedrop_aws::{Failure, Objects, Remains, Version};
use tunedrop_run::erasure::{Attempt, CertifiedRecords, with_descendants};
use tunedrop_run::trace_index::{RecordHash, TraceKey, Wanted, found_in};
use tunedrop_run::{Run, RunId, dataset_fault};

use super::found::{Ledgered, RUN_FOLDERS, Scope};
use crate::format::visible;
use crate::stack::{Stack, explain};
use crate::trace::search::{INDEX_MAX, each, in_body};
use crate::watch::bar;

/// Endings of files that have no records.
const MEDIA: [&str; 11] = ["png", "jpg", "jpeg", "gif", "webp", "bmp", "mp4", "mov", "mkv", "webm", "flv"];

/// The versions that may have the records.
struct Candidates {
    uploads: Vec<Version>,
    /// Held-out files that were uploaded for an evaluation.
    held_out: Vec<Version>,
    /// The runs' files. Those of runs with an index are read for a text only.
    files: Vec<Version>,
    indexes: Vec<Version>,
    /// First attempts of the runs that have an index or files.
    searched: BTreeSet<RunId>,
}

/// Everything that has one of the records, or was made from it. `attempts`: those of an interrupted erasure, whose findings
/// may be deleted already.
pub(super) async fn scope(
    stack: &Stack,
    key: TraceKey,
    wanted: &Wanted,
    ledgered: &Ledgered,
    attempts: &[Attempt],
) -> Result<Scope> {
    let (remains, bucket, objects) = (Remains::new(&stack.configs.all), stack.output("BucketName")?, stack.objects()?);
    let candidates = candidates(&remains, bucket, wanted).await?;
    let read = [&candidates.uploads, &candidates.held_out, &candidates.files].into_iter().flatten();
    let read: Vec<Version> = read.cloned().collect();
    let found = search_files(&objects, key, wanted, &read).await?;
    let mut hashes: BTreeSet<RecordHash> = match wanted {
        Wanted::Records(hashes) => hashes.clone(),
        Wanted::Text(_) => found.iter().flat_map(|(_, found)| found.iter().copied()).collect(),
    };
    let earlier = attempts.iter().filter_map(|one| one.records.as_ref());
    hashes.extend(earlier.clone().flat_map(|one| &one.hashes).filter_map(|hash| u64::from_str_radix(hash, 16).ok()));
    let mut firsts = search_indexes(&objects, &candidates.indexes, &hashes).await?;

    let mut scope = Scope::default();
    let (mut uploads, mut upload_again): (BTreeMap<String, Vec<Version>>, _) = (BTreeMap::new(), BTreeSet::new());
    for (version, _) in found.into_iter().filter(|(_, found)| !found.is_empty()) {
        let folder = version.key.split('/').nth(1).unwrap_or_default().to_owned();
        if version.key.starts_with("datasets/") {
            if version.is_latest {
                upload_again.insert(folder.clone());
            }
            scope.datasets.insert(folder);
            uploads.entry(version.key.clone()).or_default().push(version);
        } else if let Ok(run_id) = folder.parse::<RunId>() {
            let is_run = version.key.starts_with("runs/");
            if is_run {
                firsts.insert(run_id.first())
            } else {
                scope.evaluated.insert(run_id)
            };
        }
    }
    scope.datasets.extend(firsts.iter().map(|first| first.dataset().to_owned()));
    scope.datasets.extend(earlier.clone().flat_map(|one| one.datasets.iter().cloned()));
    upload_again.extend(earlier.flat_map(|one| one.upload_again.iter().cloned()));
    firsts.extend(attempts.iter().flat_map(|one| &one.runs).map(RunId::first));
    scope.datasets.retain(|dataset| dataset_fault(dataset).is_none());

    let ours = |run: &&Run| firsts.contains(&run.run_id.first());
    let runs = ledgered.runs.iter().filter(ours).cloned().collect();
    let runs = with_descendants(runs, &ledgered.runs);
    firsts.extend(runs.iter().map(|run| run.run_id.first()));
    let is_unknown = |run: &&Run| {
        let first = run.run_id.first();
        run.plan.is_some()
            && run.erased_at.is_none()
            && !candidates.searched.contains(&first)
            && !firsts.contains(&first)
    };
    let not_searched = ledgered.runs.iter().filter(is_unknown).map(|run| run.run_id.clone()).collect();
    scope.runs = Ledgered::fresh(stack, runs).await?;
    scope.evaluated.retain(|run_id| !firsts.contains(&run_id.first()));

    scope.hide = hidden(&uploads, &candidates.uploads);
    for (key, versions) in uploads {
        scope.add(key, versions);
    }
    for prefix in prefixes(&scope, &firsts) {
        let versions = remains.versions(bucket, &prefix).await.map_err(explain)?;
        let is_ours = |one: &Version| {
            one.key.starts_with("reports/") || run_id_of(&one.key).is_some_and(|id| firsts.contains(&id.first()))
        };
        let is_evaluated = |one: &Version| run_id_of(&one.key).is_some_and(|id| scope.evaluated.contains(&id));
        let versions = versions.into_iter().filter(|one| is_ours(one) || is_evaluated(one)).collect();
        scope.add(prefix, versions);
    }
    let hashes = hashes.iter().map(|hash| format!("{hash:016x}")).collect();
    scope.records = Some(CertifiedRecords { hashes, datasets: scope.datasets.clone(), upload_again, not_searched });
    Ok(scope)
}

/// Reports on the datasets, which may quote a record, and everything of the runs. A run's prefix is also that of its later
/// attempts, and perhaps of another dataset's run.
fn prefixes(scope: &Scope, firsts: &BTreeSet<RunId>) -> Vec<String> {
    let reports = scope.datasets.iter().map(|dataset| format!("reports/{dataset}/"));
    let of_runs = firsts.iter().flat_map(|first| RUN_FOLDERS.map(|folder| format!("{folder}/{first}")));
    let evaluated = scope.evaluated.iter().map(|run_id| format!("evaluations/{run_id}/"));
    reports.chain(of_runs).chain(evaluated).collect()
}

/// The run of a key such as `output/<run-id>/…`.
fn run_id_of(key: &str) -> Option<RunId> {
    let mut parts = key.split('/');
    let folder = parts.next()?;
    RUN_FOLDERS.contains(&folder).then(|| parts.next()?.parse().ok())?
}

/// The uploads whose newest version is deleted while an older one stays, which must not become current again.
fn hidden(deleted: &BTreeMap<String, Vec<Version>>, uploads: &[Version]) -> Vec<String> {
    let hides = |(key, versions): &(&String, &Vec<Version>)| {
        let all = uploads.iter().filter(|one| one.key == **key).count();
        versions.iter().any(|one| one.is_latest) && all > versions.len()
    };
    deleted.iter().filter(hides).map(|(key, _)| key.clone()).collect()
}

async fn candidates(remains: &Remains, bucket: &str, wanted: &Wanted) -> Result<Candidates> {
    let bar = bar();
    bar.set_message("Listing objects");
    let list = async |prefix: &str| {
        let versions = remains.versions(bucket, prefix).await.map_err(explain)?;
        anyhow::Ok(versions.into_iter().filter(|one| !one.is_marker).collect::<Vec<Version>>())
    };
    let is_text = |one: &Version| {
        let ending = one.key.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        one.size > 0 && !MEDIA.contains(&ending.as_str())
    };
    let mut uploads = list("datasets/").await?;
    uploads.retain(is_text);
    let is_data = |one: &Version| one.key.split('/').nth(2) == Some("data");
    let mut held_out = list("evaluations/").await?;
    held_out.retain(is_data);
    let of_runs = list("runs/").await?;
    bar.finish_and_clear();
    let is_index = |one: &Version| one.key.split('/').nth(2) == Some("index.bin");
    let (indexes, mut files): (Vec<Version>, Vec<Version>) =
        of_runs.into_iter().filter(|one| is_index(one) || is_data(one)).partition(is_index);
    let firsts = |versions: &[Version]| -> BTreeSet<RunId> {
        versions.iter().filter_map(|one| Some(run_id_of(&one.key)?.first())).collect()
    };
    let indexed = firsts(&indexes);
    let searched = indexed.union(&firsts(&files)).cloned().collect();
    if let Wanted::Records(_) = wanted {
        files.retain(|one| run_id_of(&one.key).is_none_or(|run_id| !indexed.contains(&run_id.first())));
    }
    Ok(Candidates { uploads, held_out, files, indexes, searched })
}

/// The records in each of these versions.
async fn search_files(
    objects: &Objects,
    key: TraceKey,
    wanted: &Wanted,
    versions: &[Version],
) -> Result<Vec<(Version, BTreeSet<RecordHash>)>> {
    let bar = bar();
    let work = |version: Version| {
        let (objects, wanted) = (objects.clone(), wanted.clone());
        async move {
            let Some(body) = objects.open_version(&version.key, &version.id).await? else {
                return Ok((version, BTreeSet::new()));
            };
            let found = in_body(body, key, &wanted).await?;
            Ok::<_, Failure>((version, found))
        }
    };
    let seen = |done| bar.set_message(format!("Reading files: {done} of {}", versions.len()));
    let found = each(versions, work, seen).await;
    bar.finish_and_clear();
    found.map_err(explain)
}

/// The first attempts of the runs whose index has one of the hashes, in any version.
async fn search_indexes(
    objects: &Objects,
    versions: &[Version],
    hashes: &BTreeSet<RecordHash>,
) -> Result<BTreeSet<RunId>> {
    let bar = bar();
    let wanted: Vec<RecordHash> = hashes.iter().copied().collect();
    let work = |version: Version| {
        let (objects, wanted) = (objects.clone(), wanted.clone());
        async move {
            let Some(mut body) = objects.open_version(&version.key, &version.id).await? else { return Ok(Ok(None)) };
            let mut index = Vec::new();
            while let Some(bytes) = body.next().await? {
                index.extend_from_slice(bytes.as_ref());
                if index.len() > INDEX_MAX {
                    break;
                }
            }
            let Some(found) = found_in(&index, &wanted) else { return Ok(Err(version.key)) };
            Ok::<_, Failure>(Ok((!found.is_empty()).then(|| run_id_of(&version.key)).flatten()))
        }
    };
    let seen = |done| bar.set_message(format!("Looking records up: {done} of {} runs", versions.len()));
    let found = each(versions, work, seen).await;
    bar.finish_and_clear();
    let mut firsts = BTreeSet::new();
    for one in found.map_err(explain)? {
        match one {
            Ok(run_id) => firsts.extend(run_id.map(|run_id| run_id.first())),
            Err(key) => bail!("{} is no index that this version can read; use the stack's version", visible(&key)),
        }
    }
    Ok(firsts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(key: &str, id: &str, is_latest: bool) -> Version {
        Version { key: key.to_owned(), id: id.to_owned(), size: 1, is_marker: false, is_latest }
    }

    #[test]
    fn older_version_never_becomes_current() {
        let all = [version("a", "2", true), version("a", "1", false), version("b", "2", true), version("c", "1", true)];
        let deleted = |versions: &[&Version]| {
            let mut by_key: BTreeMap<String, Vec<Version>> = BTreeMap::new();
            versions.iter().for_each(|one| by_key.entry(one.key.clone()).or_default().push((*one).clone()));
            hidden(&by_key, &all)
        };
        assert_eq!(deleted(&[&all[0], &all[2]]), ["a"], "b has no other version");
        assert_eq!(deleted(&[&all[1]]), Vec::<String>::new(), "the newest version stays");
        assert_eq!(deleted(&[&all[0], &all[1]]), Vec::<String>::new(), "no version stays");
    }

    #[test]
    fn keys_belong_to_runs_in_the_folders_of_runs_only() {
        let of = |key: &str| run_id_of(key).map(|run_id| run_id.to_string());
        assert_eq!(of("output/bot-000000000001-2/x/y").as_deref(), Some("bot-000000000001-2"));
        for key in ["datasets/bot-000000000001/x", "reports/bot-000000000001/x", "runs/bot/x", "runs"] {
            assert_eq!(of(key), None, "{key}");
        }
    }
}
