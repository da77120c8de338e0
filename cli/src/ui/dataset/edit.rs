//! Changes single settings in a recipe's text, and leaves everything else as it is: comments, order and other settings.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use tunedrop_run::{DeployPlan, Evaluate, Recipe, RecipeScope, read_recipe};
use tunedrop_validation::{Catalogue, Customization};

use super::drafts::Draft;
use crate::catalogue::Rules;
use crate::init::recipe::{hyperparameter_block, quoted, section};
use crate::write::whole_file;

/// What the form sets. `None` leaves a setting out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    pub(super) base_model: String,
    pub(super) customization: Customization,
    pub(super) train: Option<String>,
    pub(super) validation: Option<String>,
    pub(super) hyperparameters: BTreeMap<String, String>,
    pub(super) evaluate: bool,
    pub(super) deploy: bool,
}

impl Settings {
    /// What the recipe says.
    pub(super) fn of(recipe: &Recipe) -> Settings {
        Settings {
            base_model: recipe.base_model.clone().unwrap_or_default(),
            customization: recipe.customization,
            train: recipe.train.clone(),
            validation: recipe.validation.clone(),
            hyperparameters: recipe.hyperparameters.clone(),
            evaluate: recipe.evaluate.is_some(),
            deploy: recipe.deploy.is_some(),
        }
    }
}

/// Writes these settings into a recipe's text. The error says why the form can't do it.
pub(super) fn changed(text: &str, name: &str, settings: &Settings, rules: Option<Rules>) -> Result<String> {
    if name.ends_with(".json") {
        bail!("the form changes YAML only, and the recipe is job.json; change its text");
    }
    let (before, is_new_kind) = {
        let before = read(text, name);
        let is_new_kind = before.customization != settings.customization;
        (before, is_new_kind)
    };
    let now = Settings::of(&before);
    let mut out = text.to_owned();
    let mut set = |key: &str, block: Option<String>| out = with(&out, key, block.as_deref());
    let line = |key: &str, value: &str| format!("{key}: {}\n", quoted(value));
    if now.base_model != settings.base_model {
        set("base_model", Some(line("base_model", &settings.base_model)));
    }
    if is_new_kind {
        set("customization", Some(format!("customization: {}\n", settings.customization.as_str())));
        set("distillation", None);
        set("reinforcement", None);
        if let Some((key, block)) = rules.map(section).as_deref().and_then(keyed) {
            set(key, Some(block));
        }
    }
    if now.train != settings.train {
        set("train", settings.train.as_deref().map(|name| line("train", name)));
    }
    if now.validation != settings.validation {
        set("validation", settings.validation.as_deref().map(|name| line("validation", name)));
    }
    let is_new_model = now.base_model != settings.base_model || is_new_kind;
    if let Some(rules) = rules.filter(|_| is_new_model || now.hyperparameters != settings.hyperparameters) {
        let all = &rules.training.hyperparameters;
        let block = hyperparameter_block(all, &|one| settings.hyperparameters.get(&one.name).cloned());
        set("hyperparameters", Some(block).filter(|_| !all.is_empty()));
    }
    if now.evaluate != settings.evaluate {
        set("evaluate", settings.evaluate.then(|| "evaluate:\n  max_records: 200\n  against: [base]\n".to_owned()));
    }
    if now.deploy != settings.deploy {
        let when = if settings.evaluate { "kept" } else { "succeeded" };
        set("deploy", settings.deploy.then(|| format!("deploy:\n  when: {when}\n")));
    }
    verified(&out, name, &before, settings)?;
    Ok(out)
}

fn read(text: &str, name: &str) -> Recipe {
    read_recipe(text.as_bytes(), name, &RecipeScope::default(), Catalogue::embedded()).0
}

/// The setting and its lines in a text with comments.
fn keyed(text: &str) -> Option<(&'static str, String)> {
    let key = ["distillation", "reinforcement"].into_iter().find(|key| text.contains(&format!("\n{key}:")))?;
    let at = text.find(&format!("\n{key}:"))?;
    Some((key, text[at + 1..].to_owned()))
}

/// Checks that the new text means what the form says, and that nothing else changed.
fn verified(text: &str, name: &str, before: &Recipe, settings: &Settings) -> Result<()> {
    let after = read(text, name);
    let is_asked = Settings::of(&after) == *settings;
    // These are the form's, and others say on which line they are.
    let rest = |recipe: &Recipe| Recipe {
        base_model: None,
        customization: Customization::FineTuning,
        train: None,
        validation: None,
        hyperparameters: BTreeMap::new(),
        evaluate: None::<Evaluate>,
        deploy: None::<DeployPlan>,
        distillation: None,
        reinforcement: None,
        ..recipe.clone()
    };
    ensure!(
        is_asked && rest(&after) == rest(before),
        "the form can't change this recipe without changing something else in it; change its text"
    );
    Ok(())
}

/// Names the validation file in the draft's recipe.
pub(super) fn set_validation(draft: &Draft, validation: &str) -> Result<()> {
    let Some((name, bytes)) = draft.recipe() else { return Ok(()) };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let recipe = read(&text, name);
    let settings = Settings { validation: Some(validation.to_owned()), ..Settings::of(&recipe) };
    let text = changed(&text, name, &settings, None)?;
    whole_file(&draft.data().join(name), text.as_bytes())
}

/// The text with another block for a key: in the place of its lines, or of a comment that shows it, else at the end.
fn with(text: &str, key: &str, block: Option<&str>) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let begins = |line: &&str, mark: &str| {
        line.strip_prefix(mark)
            .and_then(|rest| rest.strip_prefix(key))
            .is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    let found = lines.iter().position(|line| begins(line, ""));
    let at = found.or_else(|| lines.iter().position(|line| begins(line, "# ")).filter(|_| block.is_some()));
    let Some(at) = at else {
        let Some(block) = block else { return text.to_owned() };
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{gap}{block}");
    };
    let is_below = |line: &str| {
        line.starts_with([' ', '\t']) || line.starts_with("#  ") || line.starts_with("- ") || line.trim_end() == "-"
    };
    let mut end = at + 1;
    loop {
        // Blank lines and comments belong to the block if more of it follows.
        let next = (end..lines.len()).find(|at| {
            let line = lines[*at];
            !(line.trim().is_empty() || line.starts_with('#')) || is_below(line)
        });
        match next {
            Some(next) if is_below(lines[next]) && !(lines[next].starts_with('#') && next > end) => end = next + 1,
            _ => break,
        }
    }
    let (before, after) = (lines[..at].concat(), lines[end..].concat());
    format!("{before}{}{after}", block.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::rules;

    const TEXT: &str = "# A comment.\nbase_model: nova-lite\n\ncustomization: fine-tuning\ntrain: train.jsonl\n# validation: validation.jsonl\n\n# Without a value, the default applies.\n# hyperparameters:\n#   epochCount: 2    # 1 to 5; default\n#   learningRate: 0.00001\n\n# tags:\n#   owner: you\nguard:\n  # Mine.\n  max_tokens: 2000000\n\n  max_cost_usd: 40 # enough\nnotify: [a@example.com]\n";

    fn nova() -> Rules<'static> {
        let model = crate::catalogue::find(Catalogue::embedded(), "nova-lite").unwrap();
        rules(model, None).unwrap()
    }

    #[test]
    fn sets_settings_and_keeps_everything_else() {
        let mut settings = Settings::of(&read(TEXT, "job.yaml"));
        assert_eq!(changed(TEXT, "job.yaml", &settings, Some(nova())).unwrap(), TEXT);
        settings.validation = Some("held out.jsonl".to_owned());
        settings.hyperparameters.insert("epochCount".to_owned(), "3".to_owned());
        settings.deploy = true;
        let text = changed(TEXT, "job.yaml", &settings, Some(nova())).unwrap();
        assert!(text.contains("\nvalidation: \"held out.jsonl\"\n"), "{text}");
        assert!(text.contains("\nhyperparameters:\n  epochCount: 3    # 1 to 5; default"), "{text}");
        for kept in [
            "# A comment.",
            "# tags:\n#   owner: you",
            "  # Mine.\n  max_tokens: 2000000\n\n  max_cost_usd: 40 # enough",
        ] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        let recipe = read(&text, "job.yaml");
        assert_eq!(Settings::of(&recipe), settings);
        assert_eq!(recipe.guard.max_cost_usd, Some(40.0));
        // And back.
        let before = Settings::of(&read(TEXT, "job.yaml"));
        let text = changed(&text, "job.yaml", &before, Some(nova())).unwrap();
        assert_eq!(Settings::of(&read(&text, "job.yaml")), before);
    }

    #[test]
    fn another_model_keeps_what_it_knows() {
        let set =
            "base_model: nova-lite\nhyperparameters: { epochCount: 3,\n  learningRate: 0.00001 }\ntags:\n- key: a\n";
        let before = read(set, "job.yaml");
        assert_eq!(before.hyperparameters.len(), 2);
        let model = crate::catalogue::find(Catalogue::embedded(), "nova-micro").unwrap();
        let other = rules(model, None).unwrap();
        let settings = Settings { base_model: "nova-micro".to_owned(), ..Settings::of(&before) };
        let text = changed(set, "job.yaml", &settings, Some(other)).unwrap();
        assert!(text.starts_with("base_model: nova-micro\nhyperparameters:\n  epochCount: 3"), "{text}");
    }

    #[test]
    fn refuses_a_recipe_that_it_would_damage() {
        for text in ["{base_model: nova-lite, train: a.jsonl}\n", "\"base_model\": nova-lite\n"] {
            let mut settings = Settings::of(&read(text, "job.yaml"));
            settings.base_model = "nova-pro".to_owned();
            let error = changed(text, "job.yaml", &settings, Some(nova())).expect_err(text);
            assert!(error.to_string().contains("change its text"), "{error}");
        }
        changed("{}", "job.json", &Settings::of(&Recipe::default()), None).expect_err("JSON");
    }
}
