//! The settings of a function: environment variables that the template sets. An empty one counts as not set.

use std::env;

use tunedrop_run::LaunchDefault;

/// Reads a variable that the template always sets.
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

/// Reads what happens to an accepted dataset. An unknown value stops the function, because a typing mistake must not
/// skip an approval.
pub(crate) fn launch_default() -> Result<LaunchDefault, lambda_runtime::Error> {
    let word = optional("TUNEDROP_LAUNCH_DEFAULT").unwrap_or_else(|| "auto".to_owned());
    LaunchDefault::parse(&word)
        .ok_or_else(|| format!("TUNEDROP_LAUNCH_DEFAULT must be auto, manual or always-manual, and is {word:?}").into())
}

/// Reads `true` or `false`; without a value, `false`. Any other value stops the function, because a typing mistake must not
/// turn a check off.
pub(crate) fn flag(name: &str) -> Result<bool, lambda_runtime::Error> {
    match optional(name).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(word) => Err(format!("{name} must be true or false, and is {word:?}").into()),
    }
}

/// Reads a number. An invalid one stops the function, because a typing mistake must not disable a guard.
pub(crate) fn number<T: std::str::FromStr>(name: &str) -> Result<Option<T>, lambda_runtime::Error> {
    let parse = |text: String| text.parse().map_err(|_| format!("{name} must be a number, and is {text:?}").into());
    optional(name).map(parse).transpose()
}
