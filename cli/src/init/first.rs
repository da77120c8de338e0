//! What to do with a folder's files before a recipe can name them.

use std::path::Path;

use anyhow::{Result, anyhow};
use tunedrop_run::data_file::TRAINING;
use tunedrop_run::{data_name_doubt, data_name_fault, working_name};
use tunedrop_validation::{Model, Role};

use super::data::{Found, capitalized, is_called};
use super::typed;
use crate::format::visible;
use crate::free_name::free_name;
use crate::location::Location;
use crate::near_miss::{NearMiss, Remedy, Target, near_misses};

/// The data files of a folder that aren't read.
fn unread(dir: &Path, any: bool) -> Result<Vec<NearMiss>> {
    let near = near_misses(&Location::Local(dir.to_owned()), any);
    let mut near = near.map_err(|error| anyhow!("{}: {}", error.path, error.why))?;
    near.retain(|near| !near.is_recipe());
    Ok(near)
}

impl Found {
    /// What to do first if the training data is in a file that isn't read. A `.jsonl` file for training wins over
    /// everything else in the folder.
    pub(super) fn near_misses(&self, dir: &Path, target: Target) -> Result<Option<String>> {
        if self.train.as_ref().is_some_and(|name| is_called(name, &TRAINING)) {
            return Ok(None);
        }
        let near = unread(dir, self.train.is_none())?;
        if self.train.is_some() && !near.iter().any(|near| is_called(&near.meant, &TRAINING)) {
            return Ok(None);
        }
        let step = |near: &NearMiss| {
            let (why, remedy) = near.remedy(&Location::Local(dir.to_owned()), &near.meant, target);
            let what = match remedy {
                Remedy::Run(command) => command,
                Remedy::Do(sentence) => capitalized(&visible(&sentence)),
            };
            format!("{} isn't read: {}\n  {what}\n", visible(&near.name), visible(&why))
        };
        let steps: String = near.iter().map(step).collect();
        let first =
            if near.len() > 1 { "Take these steps, then run init again:" } else { "Do this, then run init again:" };
        Ok((!near.is_empty()).then(|| format!("{first}\n{steps}")))
    }

    /// How to use a validation file that isn't read, for a folder without one that is.
    pub(super) fn validation_aside(&self, dir: &Path, target: Target) -> Result<Option<String>> {
        let near = unread(dir, false)?.into_iter().find(|near| near.role == Some(Role::Validation));
        let Some(near) = near.filter(|_| self.validation.is_none()) else { return Ok(None) };
        let (why, remedy) = near.remedy(&Location::Local(dir.to_owned()), &near.meant, target);
        let what = match remedy {
            Remedy::Run(command) => format!("Run this, then run init again with --force:\n    {command}"),
            Remedy::Do(sentence) => {
                format!("Do this, then run init again with --force:\n    {}", capitalized(&visible(&sentence)))
            }
        };
        Ok(Some(format!("  {} isn't read: {}. {what}\n", visible(&near.name), visible(&why))))
    }

    /// What to do first if Bedrock rejects a file's name, or may.
    pub(super) fn renaming(&self, dir: &Path, model: &Model) -> Option<String> {
        let mut out = String::new();
        let mut taken: Vec<String> = Vec::new();
        for name in [&self.train, &self.validation].into_iter().flatten() {
            let doubt = || data_name_doubt(name, model).map(|doubt| ("may reject", doubt));
            if let Some((rejects, fault)) = data_name_fault(name).map(|fault| ("rejects", fault)).or_else(doubt) {
                let works = free_name(&working_name(name), |name| {
                    dir.join(name).exists() || taken.iter().any(|taken| taken == name)
                });
                out.push_str(&format!(
                    "Bedrock {rejects} a data file named {}: {fault}. Rename it, then run init again:\n  mv {} {}\n",
                    visible(name),
                    typed(&dir.join(name)),
                    typed(&dir.join(&works))
                ));
                taken.push(works);
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// What to do first if the training file has no records.
    pub(super) fn filling(&self, dir: &Path) -> Option<String> {
        let train = self.train.as_ref().filter(|_| self.is_blank)?;
        let path = dir.join(train).display().to_string();
        Some(format!("{} is empty. Write the training data to it, then run init again\n", visible(&path)))
    }
}
