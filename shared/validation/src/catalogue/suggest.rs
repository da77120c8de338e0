//! Suggests models for an unknown name: a part of several names (`nova`, `lite`), a vendor, or a misspelling.

use super::{Catalogue, Lifecycle, Model};

/// The maximum number of models in a suggestion.
const MOST: usize = 8;

impl Catalogue {
    /// Returns a sentence that suggests models for an unknown name. `None` if no name is similar, or if
    /// [`why_not`](Catalogue::why_not) has a reason.
    pub fn suggestion(&self, name: &str) -> Option<String> {
        if self.find(name).is_some() || self.why_not(name).is_some() {
            return None;
        }
        let matches = self.matching(name);
        let (live, withdrawn): (Vec<&Model>, Vec<&Model>) =
            matches.into_iter().partition(|model| model.lifecycle == Lifecycle::Live);
        match (live.as_slice(), withdrawn.as_slice()) {
            ([], []) => self.nearest(name).map(|near| format!("did you mean {near}?")),
            ([], [first, ..]) => {
                let Lifecycle::Withdrawn { instead, .. } = &first.lifecycle else { return None };
                if withdrawn.len() == 1 {
                    let alias = &first.alias;
                    return Some(format!(
                        "did you mean {alias}? It can no longer be customized: use {instead} instead"
                    ));
                }
                Some(format!("{} can no longer be customized; use {instead} instead", listed(&withdrawn, "and")))
            }
            ([one], _) => Some(format!("did you mean {}?", one.alias)),
            (live, _) => Some(format!("choose one of {}", listed(live, "and"))),
        }
    }

    /// Returns the model that an unknown name stands for, if there is exactly one.
    pub fn meant(&self, name: &str) -> Option<&Model> {
        let suggestion = self.suggestion(name)?;
        self.find(suggestion.strip_prefix("did you mean ")?.strip_suffix('?')?)
    }

    /// Returns the models whose alias contains these words in sequence, or whose vendor has this name.
    fn matching(&self, name: &str) -> Vec<&Model> {
        let lower = name.trim().to_lowercase();
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        // Finds `nova-2-lite` for `nova-lite-v2`.
        let parts = |text: &str| {
            let number =
                |word: &String| word.strip_prefix('v').filter(|rest| rest.parse::<u8>().is_ok()).map(str::to_owned);
            let mut parts: Vec<String> = words(text).iter().map(|word| number(word).unwrap_or(word.clone())).collect();
            parts.sort();
            parts
        };
        let wanted = parts(&lower);
        if let Some(same) = self.models.iter().find(|model| parts(&model.alias) == wanted) {
            return vec![same];
        }
        let is_vendor = |word: &String| self.models.iter().any(|model| vendor(model) == word);
        let (vendors, rest): (Vec<String>, Vec<String>) = words(&lower).into_iter().partition(is_vendor);
        let wanted = rest.concat();
        let of_vendor = |model: &&Model| vendors.is_empty() || vendors.iter().any(|word| vendor(model) == word);
        let mut found: Vec<&Model> = self.models.iter().filter(of_vendor).collect();
        if wanted.len() >= 2 {
            let has = |model: &&Model| {
                let words = words(&model.alias);
                (0..words.len()).any(|at| words[at..].concat().starts_with(&wanted))
            };
            found.retain(has);
            let exact = |model: &&&Model| words(&model.alias).concat() == wanted;
            if let Some(exact) = found.iter().find(exact).copied() {
                return vec![exact];
            }
        } else if vendors.is_empty() || !wanted.is_empty() {
            return Vec::new();
        }
        found
    }
}

/// Returns `amazon` of `amazon.nova-lite-v1:0`.
fn vendor(model: &Model) -> &str {
    model.identifier.split('.').next().unwrap_or_default()
}

/// Returns `a, b and c`.
fn listed(models: &[&Model], and: &str) -> String {
    let more = models.len().saturating_sub(MOST);
    let mut names: Vec<String> = models.iter().take(MOST).map(|model| model.alias.clone()).collect();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {and} {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;

    #[test]
    fn suggests_every_live_model_that_a_part_of_a_name_could_mean() {
        for (name, expected) in [
            ("nova", "choose one of nova-micro, nova-lite, nova-pro and nova-2-lite"),
            ("Nova", "choose one of nova-micro, nova-lite, nova-pro and nova-2-lite"),
            ("amazon nova", "choose one of nova-micro, nova-lite, nova-pro and nova-2-lite"),
            ("lite", "choose one of nova-lite and nova-2-lite"),
            ("nova2", "did you mean nova-2-lite?"),
            ("nova_lite", "did you mean nova-lite?"),
            ("nova-lite-v2", "did you mean nova-2-lite?"),
            ("pro", "did you mean nova-pro?"),
            ("titan", "did you mean titan-multimodal-embeddings?"),
            ("nova-light", "did you mean nova-lite?"),
            ("embeddings", "did you mean titan-multimodal-embeddings?"),
        ] {
            assert_eq!(Catalogue::embedded().suggestion(name).as_deref(), Some(expected), "{name}");
        }
        let amazon = Catalogue::embedded().suggestion("amazon").unwrap_or_default();
        assert!(amazon.starts_with("choose one of nova-micro, ") && amazon.ends_with("-embeddings"), "{amazon}");
    }

    #[test]
    fn names_the_model_that_is_meant_only_where_there_is_one() {
        let meant = |name: &str| Catalogue::embedded().meant(name).map(|model| model.alias.as_str());
        assert_eq!((meant("nova-light"), meant("nova2")), (Some("nova-lite"), Some("nova-2-lite")));
        for name in ["nova", "llama", "gpt-4o", "nova-lite", "philosopher"] {
            assert_eq!(meant(name), None, "{name}");
        }
    }

    #[test]
    fn says_what_to_use_instead_where_only_withdrawn_models_fit() {
        for (name, starts) in [
            ("llama", "llama-3-1-8b, llama-3-1-70b, "),
            ("meta", "llama-3-1-8b, llama-3-1-70b, "),
            ("titan-text", "titan-text-express, titan-text-lite and titan-text-premier can no longer"),
            ("titan-image", "titan-image-generator-v2 and titan-image-generator-v1 can no longer"),
            ("cohere", "cohere-command and cohere-command-light can no longer"),
        ] {
            let note = Catalogue::embedded().suggestion(name).unwrap_or_default();
            assert!(
                note.starts_with(starts) && note.contains("; use ") && note.ends_with(" instead"),
                "{name}: {note}"
            );
        }
    }

    #[test]
    fn suggests_nothing_for_names_that_are_known_or_far_from_all() {
        for name in ["nova-lite", "claude", "gpt-4o", "mistral", "philosopher", "o", "", "🦀", "-", "."] {
            assert_eq!(Catalogue::embedded().suggestion(name), None, "{name}");
        }
    }
}
