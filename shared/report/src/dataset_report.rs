//! The report on a dataset: `report.html` and `report.json`.

mod bars;
mod compared;
mod data;
mod excerpt;
mod groups;
mod page;
mod parts;
mod progress;
mod quality;
mod remedy;
mod settings;
mod tokens;

use std::collections::BTreeMap;

pub use parts::{TokenHistogram, token_histogram};
pub use progress::FixedFindings;
pub use settings::{Origin, Setting, settings};

use serde::Serialize;
use tunedrop_quality::Quality;
use tunedrop_validation::{Findings, Statistics};

use crate::Billing;

/// Everything that the report on a dataset shows.
#[derive(Debug, Clone, Serialize)]
pub struct DatasetReport {
    /// The schema's version: 1.
    pub version: u32,
    /// The stack's name.
    pub stack: String,
    /// The dataset's name.
    pub dataset: String,
    /// The run's id; absent if files are missing.
    pub run_id: Option<String>,
    /// The run's state at the time of the report: `Rejected`, `Incomplete`, `Held`, `Queued` or `Superseded`. Without a stack,
    /// `Valid` or `Invalid`.
    pub state: String,
    /// RFC 3339: when the dataset's newest file was uploaded. Empty without a stack.
    pub uploaded_at: String,
    /// RFC 3339: the earliest launch of an accepted update, for which more files may follow; absent if the run is launched
    /// as soon as a job slot is free.
    pub launch_after: Option<String>,
    /// The base model's identifier, if the recipe is readable.
    pub base_model: Option<String>,
    /// The catalogue's short name of the model whose rules were applied to the data.
    pub catalogue_model: Option<String>,
    /// `fine-tuning`, `continued-pre-training`, `distillation` or `reinforcement-fine-tuning`.
    pub customization: Option<String>,
    /// Hyperparameters by name: those of the recipe, and the others that the model has.
    pub hyperparameters: BTreeMap<String, Setting>,
    /// The model's limit of tokens per record, if AWS documents one.
    pub record_tokens: Option<u64>,
    /// The estimate of tokens and cost; absent without a training file, and for images.
    pub billing: Option<Billing>,
    /// The files of the dataset that were read.
    pub files: Vec<ReportFile>,
    /// The names of missing files.
    pub missing_files: Vec<String>,
    /// Findings of the recipe, of the dataset as a whole, and of each file, in this order.
    pub findings: Findings,
    /// The result of the second look at the data, if there was one. Its findings are among `findings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// The comparison with the dataset's last rejection, unless the dataset was accepted since.
    pub fixed: Option<FixedFindings>,
    /// Whether the HTML shows excerpts of the lines with findings. The JSON never does.
    #[serde(skip)]
    pub show_excerpts: bool,
    /// Why the launch may be refused, such as a withdrawn base model.
    pub note: Option<String>,
}

/// One file of the dataset.
#[derive(Debug, Clone, Serialize)]
pub struct ReportFile {
    /// Its name, relative to the dataset's folder.
    pub name: String,
    /// `recipe`, `train` or `validation`.
    pub role: String,
    /// BLAKE3 of its bytes, in hex.
    pub blake3: String,
    /// The S3 ETag of the version that was read.
    pub etag: Option<String>,
    /// RFC 3339: when that version was uploaded.
    pub uploaded_at: Option<String>,
    /// Statistics of its records; absent for the recipe.
    pub statistics: Option<Statistics>,
}

impl DatasetReport {
    /// Returns `report.json`.
    pub fn json(&self) -> String {
        // Strings and numbers under string keys: nothing here can fail to serialize.
        let mut json = serde_json::to_string_pretty(self).expect("a report serializes");
        json.push('\n');
        json
    }

    /// Returns `report.html`, a self-contained file.
    pub fn html(&self) -> String {
        page::render(self).expect("writing to a string doesn't fail")
    }

    /// Whether the data was checked without a stack: there is no run, and no folder in a bucket.
    fn is_local(&self) -> bool {
        self.state == "Valid" || self.state == "Invalid"
    }

    /// Whether the report is only about the name of a file that was ignored. There is no dataset then.
    fn is_misnamed(&self) -> bool {
        self.run_id.is_none() && self.state == "Rejected" && self.files.is_empty()
    }
}

#[cfg(test)]
mod tests;
