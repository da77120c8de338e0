//! The verdict on an evaluated set: `report.html` and `report.json`.

mod data;
mod excerpt;
mod groups;
mod mended;
mod page;
mod remedy;
mod settings;
mod tokens;

use std::collections::BTreeMap;

pub use mended::Mended;
pub use settings::{Origin, Setting, settings};

use serde::Serialize;
use tunedrop_validation::{Findings, Statistics};

use crate::Billing;

/// Everything the verdict report shows.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// The schema's version: 1.
    pub version: u32,
    /// The stack's name.
    pub stack: String,
    /// The dataset's name.
    pub dataset: String,
    /// The run's id; absent while files are missing.
    pub run_id: Option<String>,
    /// `Rejected`, `Incomplete`, `Held`, `Queued` or `Superseded`; what the run's state was when this was written.
    pub state: String,
    /// RFC 3339: when the set's newest file was dropped.
    pub dropped_at: String,
    /// RFC 3339: before this an accepted update isn't launched, since further files may belong to it; absent where it is
    /// launched as soon as a job slot is free.
    pub launch_after: Option<String>,
    /// The base model's identifier, where the recipe could be read.
    pub base_model: Option<String>,
    /// The short name of the catalogue model whose rules the data was judged by.
    pub catalogue_model: Option<String>,
    /// `fine-tuning`, `continued-pre-training`, `distillation` or `reinforcement-fine-tuning`.
    pub customization: Option<String>,
    /// Hyperparameters by name: those of the recipe, which are sent, and those that the model takes beside.
    pub hyperparameters: BTreeMap<String, Setting>,
    /// The most tokens of a record that the model takes, where AWS says.
    pub record_tokens: Option<u64>,
    /// What the run would be billed; absent without a training file, and for images.
    pub billing: Option<Billing>,
    /// The files of the set that were read.
    pub files: Vec<FileVerdict>,
    /// What the set still waits for.
    pub waits_for: Vec<String>,
    /// Findings of the recipe, of the set as a whole, and of every file, in this order.
    pub findings: Findings,
    /// What is mended since the dataset's last rejection, where no set was accepted in between.
    pub mended: Option<Mended>,
    /// Whether the page shows what stands around a fault. The JSON never does.
    #[serde(skip)]
    pub show_excerpts: bool,
    /// A sentence on what stands between acceptance and launch, such as a withdrawn base model.
    pub note: Option<String>,
}

/// One file of the set.
#[derive(Debug, Clone, Serialize)]
pub struct FileVerdict {
    /// Its name, relative to the dataset's folder.
    pub name: String,
    /// `recipe`, `train` or `validation`.
    pub role: String,
    /// BLAKE3 of its bytes, in hex.
    pub blake3: String,
    /// The version that was read, by S3's ETag.
    pub etag: Option<String>,
    /// RFC 3339: when that version was dropped.
    pub dropped_at: Option<String>,
    /// What it holds; absent for the recipe.
    pub statistics: Option<Statistics>,
}

impl Verdict {
    /// `report.json`: all of it, for programs.
    pub fn json(&self) -> String {
        // Strings and numbers under string keys: nothing here can fail to serialize.
        let mut json = serde_json::to_string_pretty(self).expect("a verdict serializes");
        json.push('\n');
        json
    }

    /// `report.html`: one self-contained file.
    pub fn html(&self) -> String {
        page::render(self).expect("writing to a string doesn't fail")
    }

    /// Whether this is about a dropped file's name alone: there is no set, and nothing was judged.
    fn is_misnamed(&self) -> bool {
        self.run_id.is_none() && self.state == "Rejected" && self.files.is_empty()
    }
}

#[cfg(test)]
mod tests;
