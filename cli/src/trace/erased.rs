//! Erasures of runs and of records, as far as they answer where a record went.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tunedrop_aws::{Failure, Objects};
use tunedrop_run::erasure::{Certificate, ERASURES, certificate_key};
use tunedrop_run::trace_index::RecordHash;
use tunedrop_run::{Run, RunId};

/// The most bytes of a certificate that is read. It has about 150 for each version.
const CERTIFICATE_MAX: usize = 1 << 30;

/// An erasure.
pub(super) struct Erased {
    /// RFC 3339.
    pub(super) at: String,
    /// The address of its certificate; absent if it isn't complete, or if an older version erased the runs.
    pub(super) certificate: Option<String>,
    /// Erased runs that can't be searched any more.
    pub(super) runs: Vec<RunId>,
    /// How many of the records it erased, if it was an erasure of records.
    pub(super) records: Option<usize>,
}

impl Erased {
    pub(super) fn json(&self) -> Value {
        json!({
            "erased_at": self.at, "certificate": self.certificate, "runs": self.runs, "records": self.records,
        })
    }
}

/// The erasures of these runs, and those of any of these records. `asked`: the prefix of the erasures of what is asked for,
/// which answers for a text whose records don't exist any more.
pub(super) async fn of(
    objects: &Objects,
    runs: Vec<Run>,
    hashes: &BTreeSet<RecordHash>,
    asked: &str,
) -> Result<Vec<Erased>, Failure> {
    let mut by_erasure: BTreeMap<Option<String>, Vec<Run>> = BTreeMap::new();
    for run in runs {
        by_erasure.entry(run.erasure.clone()).or_default().push(run);
    }
    let mut all = Vec::new();
    for (erasure, runs) in by_erasure {
        let mut certificate = None;
        if let Some(erasure) = erasure {
            certificate = objects.find(&certificate_key(&erasure)).await?.map(|one| objects.address(&one.key));
        }
        let at = runs.iter().filter_map(|run| run.erased_at.clone()).max().unwrap_or_default();
        let runs = runs.into_iter().map(|run| run.run_id).collect();
        all.push(Erased { at, certificate, runs, records: None });
    }
    for key in objects.keys(&format!("{ERASURES}records/"), usize::MAX).await? {
        if !key.ends_with("/certificate.json") {
            continue;
        }
        let Some(bytes) = objects.read(&key, None, CERTIFICATE_MAX).await? else { continue };
        // A later version may have another format.
        let Ok(certificate) = serde_json::from_slice::<Certificate>(&bytes) else { continue };
        let erased = certificate.records.map(|records| records.hashes).unwrap_or_default();
        let count = match key.starts_with(asked) {
            true => erased.len(),
            false => hashes.iter().filter(|hash| erased.contains(&format!("{hash:016x}"))).count(),
        };
        if count > 0 {
            let address = Some(objects.address(&key));
            match all.iter_mut().find(|one| one.certificate == address) {
                Some(known) => known.records = Some(count),
                None => all.push(Erased {
                    at: certificate.erased_at,
                    certificate: address,
                    runs: Vec::new(),
                    records: Some(count),
                }),
            }
        }
    }
    Ok(all)
}
