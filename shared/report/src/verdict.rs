//! The verdict on an evaluated set: `report.html` and `report.json`.

mod excerpt;
mod page;

use std::collections::BTreeMap;

use serde::Serialize;
use tunedrop_validation::{Findings, Statistics};

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
    /// The base model's identifier, where the recipe could be read.
    pub base_model: Option<String>,
    /// `fine-tuning`, `continued-pre-training`, `distillation` or `reinforcement-fine-tuning`.
    pub customization: Option<String>,
    /// Hyperparameters as they will be sent; an unset one is not sent.
    pub hyperparameters: BTreeMap<String, String>,
    /// The files of the set that were read.
    pub files: Vec<FileVerdict>,
    /// What the set still waits for.
    pub waits_for: Vec<String>,
    /// Findings of the recipe, of the set as a whole, and of every file, in this order.
    pub findings: Findings,
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
