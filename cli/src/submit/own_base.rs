//! The run or deployment that the recipe continues from: which custom model it is, according to the stack's ledger.

use std::io::Read;

use anyhow::{Context, Result};
use tunedrop_run::{OwnLookup, OwnModel, RECIPE_READ_MAX, RecipeScope, own_base};

use super::{SubmitArgs, files};
use crate::format::visible;
use crate::print;
use crate::stack::{explain, or_interrupted, run};

/// Looks the recipe's base model up, and prints what it is; `None` after Ctrl-C. A dry run asks no stack, unless an option
/// names one.
pub(super) fn look_up(args: &SubmitArgs) -> Result<Option<OwnLookup>> {
    if args.dry_run && !args.stack.local && args.stack.stack.is_none() {
        return Ok(Some(OwnLookup::AtUpload));
    }
    let path = args.dir.join(files::recipe(&args.dir)?);
    let mut recipe = Vec::new();
    let file = std::fs::File::open(&path).with_context(|| format!("{} can't be read", path.display()))?;
    file.take(RECIPE_READ_MAX as u64)
        .read_to_end(&mut recipe)
        .with_context(|| format!("{} can't be read", path.display()))?;
    let Some(base) = own_base(&recipe, &RecipeScope::default()) else {
        return Ok(Some(OwnLookup::AtUpload));
    };
    let found = run(or_interrupted(async {
        let stack = args.stack.find().await?;
        stack.ledger()?.own_base(&base).await.map_err(explain)
    }))?;
    if let Some(OwnLookup::Found(OwnModel { run_id, model_arn })) = &found {
        let (run_id, arn) = (visible(run_id), visible(model_arn));
        print(&format!("base_model {base} is the custom model of run {run_id}: {arn}\n\n"))?;
    }
    Ok(found)
}
