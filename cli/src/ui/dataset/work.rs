//! Does what an offer says: first aside, to show what would change, and then in the draft.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tunedrop_reshape::Fixer;

use super::drafts::Draft;
use super::edit;
use super::look::{self, place};
use super::offers::{Kind, Made, Offer, Preview};
use crate::api::{self, ConvertRequest, FixRequest, SplitRequest};
use crate::catalogue::Rules;
use crate::convert::{Enough, first_records};
use crate::format::{counted, grouped};
use crate::reshape::each_json_record;
use crate::ui::console::Console;
use crate::watched::Watch;

/// Records that are shown before and after.
const SAMPLES: usize = 3;
/// The longest sample, in characters.
const SAMPLE_MAX: usize = 500;
/// The size of the validation file.
const VALIDATION_SHARE: &str = "5%";
/// The file with the records that are split off.
const VALIDATION: &str = "validation.jsonl";
/// The folder for images that records contained.
const IMAGES: &str = "images";

/// Begins to make what the offer says, aside.
pub(super) fn begin(console: &Arc<Console>, draft: &Arc<Draft>, offer: &Offer) {
    let (revision, rules, name) = {
        let mut state = draft.state();
        let Some(rules) = state.seen.as_ref().and_then(|seen| seen.rules) else { return };
        let revision = draft.revision();
        state.preview = Some(Preview { offer: offer.clone(), revision, outcome: None });
        (revision, rules, state.name.clone())
    };
    let bucket = console.stack.output("BucketName").ok().map(str::to_owned);
    let media = bucket.filter(|_| !name.is_empty()).map(|bucket| format!("s3://{bucket}/datasets/{name}/{IMAGES}/"));
    let (draft, offer) = (draft.clone(), offer.clone());
    tokio::task::spawn_blocking(move || {
        let watch = {
            let draft = draft.clone();
            move |_| draft.revision() == revision && is_current(&draft, revision)
        };
        let made =
            make(&draft, &offer, rules, media, Box::new(watch)).map_err(|error| draft.shown(&format!("{error:#}")));
        let made = made.map(|made| Made { notes: made.notes.iter().map(|note| draft.shown(note)).collect(), ..made });
        let mut state = draft.state();
        if let Some(preview) =
            state.preview.as_mut().filter(|preview| preview.revision == revision && preview.offer == offer)
        {
            preview.outcome = Some(made);
        }
    });
}

fn is_current(draft: &Draft, revision: u64) -> bool {
    draft.state().preview.as_ref().is_some_and(|preview| preview.revision == revision)
}

fn make(draft: &Draft, offer: &Offer, rules: Rules, media: Option<String>, watch: Watch) -> Result<Made> {
    let (data, aside) = (draft.data(), draft.aside());
    fs::remove_dir_all(&aside).ok();
    fs::create_dir_all(&aside).context("the preview's folder can't be created")?;
    let input = data.join(&offer.input);
    let bare = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let output = aside.join(bare(&offer.output));
    let model = rules.model.alias.clone();
    let customization = Some(rules.customization.as_str().to_owned());
    let made = |notes, samples, files| Made { notes, samples, files };
    let main = || (output.clone(), offer.output.clone());
    match offer.kind {
        Kind::Rename => Ok(made(Vec::new(), Vec::new(), Vec::new())),
        Kind::Convert => {
            let request = ConvertRequest {
                input: input.clone(),
                output: output.clone(),
                model,
                customization,
                from: "auto".to_owned(),
                sheet: None,
                media,
                force: true,
                catalogue: None,
            };
            let done = api::convert(request, watch)?;
            if done.written == 0 {
                bail!("{}", done.notes.join("\n"));
            }
            let before = first_records(&input, SAMPLES).unwrap_or_default();
            let after = lines(&output, SAMPLES)?;
            let samples = before.iter().zip(&after).map(|(a, b)| (short(a), short(b))).collect();
            let mut files = vec![main()];
            for entry in fs::read_dir(&aside).context("the preview's folder can't be read")?.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if entry.path() != output {
                    files.push((entry.path(), format!("{IMAGES}/{name}")));
                }
            }
            Ok(made(done.notes, samples, files))
        }
        Kind::Fix | Kind::Drop => {
            let request = FixRequest {
                input: input.clone(),
                output: output.clone(),
                model,
                customization,
                drop_invalid: offer.kind == Kind::Drop,
                dedupe: "exact".to_owned(),
                redact: false,
                force: true,
                catalogue: None,
            };
            let done = api::fix(request, watch)?;
            Ok(made(done.notes, fixed(&input)?, vec![main()]))
        }
        Kind::Split => {
            let validation = aside.join(VALIDATION);
            let request = SplitRequest {
                input,
                validation: VALIDATION_SHARE.to_owned(),
                seed: 0,
                at_most: rules.training.validation_max,
                by_group: false,
                stratify: false,
                train: Some(output.clone()),
                out_validation: Some(validation.clone()),
                force: true,
            };
            let done = api::split(request, watch)?;
            let note = format!(
                "{} stay in {}, and {} go to {VALIDATION}. Duplicates go to the same file.",
                counted(done.train_records, "record"),
                offer.output,
                grouped(done.validation_records)
            );
            Ok(made(vec![note], Vec::new(), vec![main(), (validation, VALIDATION.to_owned())]))
        }
    }
}

/// The first records that fixing changes.
fn fixed(input: &Path) -> Result<Vec<(String, String)>> {
    let (mut fixer, mut samples) = (Fixer::default(), Vec::new());
    let read = each_json_record(input, &String::new, None, &mut |at, record| {
        let Some(record) = record else { return Ok(()) };
        let line = fixer.fix(at.number, record).line;
        let after = line.map_or_else(|| "(removed)".to_owned(), |line| String::from_utf8_lossy(&line).into_owned());
        let before = String::from_utf8_lossy(record);
        if before != after {
            samples.push((short(&before), short(&after)));
        }
        if samples.len() == SAMPLES { Err(Enough.into()) } else { Ok(()) }
    });
    match read {
        Err(error) if !error.is::<Enough>() => Err(error),
        _ => Ok(samples),
    }
}

/// The first lines of a file.
fn lines(path: &Path, most: usize) -> Result<Vec<String>> {
    let file = BufReader::new(File::open(path).context("the result can't be read")?.take(1 << 20));
    file.split(b'\n')
        .take(most)
        .map(|line| Ok(String::from_utf8_lossy(&line.context("the result can't be read")?).into_owned()))
        .collect()
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SAMPLE_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Puts the result of the preview into the draft.
pub(super) fn apply(console: &Arc<Console>, draft: &Arc<Draft>) -> Result<()> {
    let preview = draft.state().preview.take().context("there is nothing to confirm")?;
    if preview.revision != draft.revision() {
        bail!("the draft changed meanwhile; look again at what would change");
    }
    let offer = &preview.offer;
    if offer.kind == Kind::Rename {
        let data = draft.data();
        if data.join(&offer.output).exists() {
            bail!("{} exists already", offer.output);
        }
        place(draft, &data.join(&offer.input), &offer.output).context("the file can't be renamed")?;
    } else {
        let Some(Ok(made)) = &preview.outcome else { bail!("the result isn't ready") };
        for (from, name) in &made.files {
            place(draft, from, name).with_context(|| format!("{name} can't be replaced"))?;
        }
    }
    draft.list_again();
    let validation = match offer.kind {
        Kind::Split => Some(VALIDATION),
        _ => Some(offer.output.as_str()).filter(|name| *name == VALIDATION),
    };
    let has_own_recipe = draft.state().has_own_recipe;
    if let (Some(name), true) = (validation, has_own_recipe) {
        edit::set_validation(draft, name)?;
    }
    look::again(console, draft);
    Ok(())
}
