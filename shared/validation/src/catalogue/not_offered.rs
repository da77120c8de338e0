//! Models that users name in recipes, but that no customization job accepts.

use serde::Deserialize;

use super::Catalogue;

/// A family of models that can't be customized with a Bedrock job, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotOffered {
    /// The beginnings of their names, in lower case, without the vendor and with hyphens.
    names: Vec<String>,
    /// The reason as a clause.
    why: String,
    /// The alias of a live model to use instead.
    pub(super) instead: String,
}

impl Catalogue {
    /// Returns a sentence that says why a model outside of the catalogue can't be customized, and what to use instead.
    /// `None` if the name isn't known.
    pub fn why_not(&self, name: &str) -> Option<String> {
        if self.find(name).is_some() {
            return None;
        }
        let name = plain(name);
        let begins = |known: &str| name.strip_prefix(known).is_some_and(|rest| !rest.starts_with(is_part(known)));
        let fits = |one: &&NotOffered| one.names.iter().any(|known| begins(known));
        let NotOffered { why, instead, .. } = self.not_offered.iter().find(fits)?;
        Some(format!("this model can't be used: {why}; use {instead} instead"))
    }
}

/// Returns a test for characters that continue the word of a known name. `phi-4` and `phi4` are Phi, `philosopher`
/// isn't.
fn is_part(known: &str) -> impl Fn(char) -> bool {
    let digits = known.ends_with(|last: char| last.is_ascii_digit());
    move |next| if digits { next.is_ascii_alphanumeric() } else { next.is_ascii_alphabetic() }
}

/// Returns the name in lower case, with hyphens, and without the beginning of an ARN, a geography or a vendor.
fn plain(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let name = name.rsplit('/').next().unwrap_or_default();
    let vendors = [
        "openai",
        "qwen",
        "amazon",
        "anthropic",
        "meta",
        "mistral",
        "deepseek",
        "cohere",
        "google",
        "ai21",
        "stability",
        "writer",
    ];
    let vendor = name.split('.').position(|part| vendors.contains(&part));
    let name = match vendor {
        Some(at) => name.split('.').skip(at + 1).collect::<Vec<_>>().join("."),
        None => name.to_owned(),
    };
    name.split(|odd: char| !odd.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;

    #[test]
    fn explains_common_names_that_are_not_offered() {
        for (name, why) in [
            ("gpt-oss-20b", "another API"),
            ("openai.gpt-oss-20b-1:0", "another API"),
            ("qwen.qwen3-32b-v1:0", "another API"),
            ("Qwen3 32B", "another API"),
            ("openai.gpt-oss-120b-1:0", "only gpt-oss-20b and qwen3-32b"),
            ("qwen2.5-7b", "only gpt-oss-20b and qwen3-32b"),
            ("gpt-4o-mini", "OpenAI's own"),
            ("gpt4", "OpenAI's own"),
            ("nova-premier", "shut down on 2026-09-14"),
            ("us.amazon.nova-premier-v1:0", "shut down on 2026-09-14"),
            ("Nova 2 Pro", "only Nova 2 Lite"),
            ("amazon.nova-2-pro-preview-20251202-v1:0", "only Nova 2 Lite"),
            ("amazon.nova-reel-v1:1", "never customized"),
            ("amazon.titan-embed-text-v2:0", "only those of images"),
            ("meta.llama3-1-405b-instruct-v1:0", "teacher"),
            ("llama-3-8b", "none of them can be today"),
            ("meta.llama4-scout-17b-instruct-v1:0", "none of them can be today"),
            ("claude-sonnet-4-5", "only Claude 3 Haiku"),
            ("anthropic.claude-3-5-haiku-20241022-v1:0", "only Claude 3 Haiku"),
            ("arn:aws:bedrock:us-east-1::foundation-model/mistral.mistral-7b-instruct-v0:2", "no customization"),
            ("phi-4", "no customization"),
        ] {
            let note = Catalogue::embedded().why_not(name).unwrap_or_default();
            assert!(note.contains(why) && note.contains("; use "), "{name}: {note:?}");
        }
        for name in
            ["nova-lite", "claude-3-haiku", "meta.llama3-3-70b-instruct-v1:0", "nova-light", "philosopher", "o", ""]
        {
            assert_eq!(Catalogue::embedded().why_not(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_named_instead_is_live() {
        let catalogue = Catalogue::embedded();
        for one in &catalogue.not_offered {
            let live = catalogue.find(&one.instead).filter(|model| model.withdrawn_note().is_none());
            assert!(live.is_some(), "{}", one.instead);
        }
    }
}
