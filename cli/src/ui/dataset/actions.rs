//! What the buttons of a draft's page do. Each leads back to the page.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use tunedrop_run::RECIPE_READ_MAX;

use super::drafts::Draft;
use super::receive::is_recipe;
use super::{form, look, names, sample, send, sentence, work};
use crate::format::visible;
use crate::submit::name_fault;
use crate::ui::console::Console;
use crate::ui::page::Fault;
use crate::write::whole_file;

/// What a form sent.
type Sent = BTreeMap<String, String>;

pub(super) async fn act(
    State(console): State<Arc<Console>>,
    Path((id, action)): Path<(String, String)>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let sent: Sent = sent.into_iter().collect();
    let begins = ["paste", "sample", "name"].contains(&action.as_str());
    let draft = match begins {
        true => console.drafts.find_or_create(&id).ok(),
        false => console.drafts.find(&id),
    };
    let Some(draft) = draft else {
        let words = "There is no such draft, or too many are open. Delete one first.";
        return Err(Fault::new(StatusCode::NOT_FOUND, "Draft not found", words));
    };
    if action == "delete" {
        console.drafts.delete(&id);
        return Ok(Redirect::to("/dataset").into_response());
    }
    draft.state().notice = None;
    if let Err(error) = does(&console, &draft, &action, &sent).await {
        let words = draft.shown(&sentence(&error));
        draft.state().notice = Some(words);
    }
    Ok(Redirect::to(&format!("/dataset/{id}")).into_response())
}

async fn does(console: &Arc<Console>, draft: &Arc<Draft>, action: &str, sent: &Sent) -> Result<()> {
    let get = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let is_change = !["ask", "unask", "submit", "stop", "forget"].contains(&action);
    {
        let mut state = draft.state();
        // The result of an upload is shown until the next action.
        state.sending = state.sending.take().filter(|sending| !sending.is_over());
        ensure!(!is_change || state.sending.is_none(), "the draft is being uploaded; wait, or cancel that first");
        if is_change {
            state.question = None;
        }
    }
    match action {
        "name" => {
            let name = get("name").trim().to_owned();
            let fault = Some(&name).filter(|name| !name.is_empty()).and_then(|name| name_fault(name));
            if let Some(why) = fault {
                bail!("{why}");
            }
            let is_new = std::mem::replace(&mut draft.state().name, name.clone()) != name;
            // The addresses of images depend on the name.
            if is_new && !draft.state().files.is_empty() {
                look::again(console, draft);
            }
        }
        "paste" => {
            let name = Some(get("name").trim()).filter(|name| !name.is_empty()).unwrap_or("train.jsonl");
            // A form sends line feeds as CR LF.
            add(draft, name, get("text").replace("\r\n", "\n").as_bytes())?;
            look::again(console, draft);
        }
        "sample" => {
            add(draft, "train.jsonl", sample::train().as_bytes())?;
            let mut state = draft.state();
            if state.name.is_empty() {
                state.name = "sample".to_owned();
            }
            drop(state);
            look::again(console, draft);
        }
        "remove" => {
            remove(draft, get("file"))?;
            look::again(console, draft);
        }
        "recipe" => {
            let text = get("text").replace("\r\n", "\n");
            ensure!(text.len() <= RECIPE_READ_MAX, "the recipe has more than {} KiB", RECIPE_READ_MAX >> 10);
            let name = draft.recipe().map_or("job.yaml", |(name, _)| name);
            whole_file(&draft.data().join(name), text.as_bytes())?;
            draft.state().has_own_recipe = true;
            look::again(console, draft);
        }
        "settings" => {
            form::save(draft, sent)?;
            look::again(console, draft);
        }
        "offer" => {
            let seen = draft.state().seen.clone().context("the files aren't checked yet")?;
            let offer = seen.offers.iter().find(|offer| offer.value() == get("offer"));
            work::begin(console, draft, offer.context("this isn't offered any longer")?);
        }
        "apply" => work::apply(console, draft)?,
        "forget" => draft.state().preview = None,
        "ask" => {
            let question = send::question(console, draft).await?;
            draft.state().question = Some(question);
        }
        "unask" => draft.state().question = None,
        "submit" => {
            ensure!(draft.state().question.is_some(), "the draft changed; look at the question again");
            send::begin(console, draft).await?;
        }
        "stop" => draft.state().sending.iter().for_each(|sending| sending.cancel()),
        _ => bail!("there is no such action"),
    }
    Ok(())
}

/// Adds a small file.
fn add(draft: &Draft, name: &str, bytes: &[u8]) -> Result<()> {
    if let Some(why) = names::fault(name) {
        bail!("{} wasn't taken: {why}", visible(name));
    }
    ensure!(!bytes.is_empty(), "the text is empty");
    let path = draft.data().join(name);
    ensure!(!name.contains('/') && !path.is_dir(), "{} wasn't taken: give it a name without folders", visible(name));
    whole_file(&path, bytes)?;
    let mut state = draft.state();
    state.files.insert(name.to_owned(), bytes.len() as u64);
    state.has_own_recipe |= is_recipe(name);
    Ok(())
}

/// Removes a file, or all files of a folder, whose name ends with a slash.
fn remove(draft: &Draft, name: &str) -> Result<()> {
    let is_listed = |file: &String| file == name || (name.ends_with('/') && file.starts_with(name));
    let listed: Vec<String> = draft.state().files.keys().filter(|file| is_listed(file)).cloned().collect();
    ensure!(!listed.is_empty(), "the draft has no such file");
    for file in &listed {
        fs::remove_file(draft.data().join(file)).with_context(|| format!("{} can't be removed", visible(file)))?;
    }
    if name.ends_with('/') {
        // It is a name of the list, so it leads nowhere else.
        let _ = fs::remove_dir_all(draft.data().join(name.trim_end_matches('/')));
    }
    let mut state = draft.state();
    state.files.retain(|file, _| !listed.contains(file));
    if is_recipe(name) {
        (state.has_own_recipe, state.chosen) = (false, None);
    }
    Ok(())
}
