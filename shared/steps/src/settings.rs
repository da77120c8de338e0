//! What the template tells a function, by environment variables. An empty one is not set.

use std::env;

use tunedrop_run::LaunchDefault;

/// A variable that the template always sets.
pub(crate) fn required(name: &str) -> Result<String, lambda_runtime::Error> {
    optional(name).ok_or_else(|| format!("the environment variable {name} is not set; template.yaml sets it").into())
}

/// A variable that may be empty.
pub(crate) fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A comma-separated list.
pub(crate) fn list(name: &str) -> Vec<String> {
    let text = optional(name).unwrap_or_default();
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// What happens to an accepted dataset; a word that isn't known stops the function, for an approval must not be lost by a
/// slip.
pub(crate) fn launch_default() -> Result<LaunchDefault, lambda_runtime::Error> {
    let word = optional("TUNEDROP_LAUNCH").unwrap_or_else(|| "auto".to_owned());
    LaunchDefault::parse(&word)
        .ok_or_else(|| format!("TUNEDROP_LAUNCH must be auto, manual or always, and is {word:?}").into())
}

/// A number; one that can't be read stops the function, for a guard must not be off by a slip.
pub(crate) fn number<T: std::str::FromStr>(name: &str) -> Result<Option<T>, lambda_runtime::Error> {
    let parse = |text: String| text.parse().map_err(|_| format!("{name} must be a number, and is {text:?}").into());
    optional(name).map(parse).transpose()
}
