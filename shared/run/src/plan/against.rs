//! What an evaluation compares a model with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tunedrop_evaluation::{BASE, DEPLOYED};

use crate::RunId;

/// What a model is compared with: `base`, `deployed`, or a run's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Against {
    /// The base model that it was trained from.
    Base,
    /// The model behind the dataset's deployment when the evaluation begins.
    Deployed,
    /// The model of another run of this stack.
    Run(RunId),
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Against::Base => BASE,
            Against::Deployed => DEPLOYED,
            Against::Run(run_id) => run_id,
        })
    }
}

impl FromStr for Against {
    type Err = String;

    /// The error is a clause that says what was expected.
    fn from_str(text: &str) -> Result<Against, String> {
        match text {
            BASE => Ok(Against::Base),
            DEPLOYED => Ok(Against::Deployed),
            _ => match text.parse() {
                Ok(run_id) => Ok(Against::Run(run_id)),
                Err(_) => Err(format!("expected {BASE}, {DEPLOYED} or a run's id")),
            },
        }
    }
}

impl Serialize for Against {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Against {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Against, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Against;

    #[test]
    fn words_and_run_ids_round_trip() {
        for text in ["base", "deployed", "support-bot-0123456789ab"] {
            assert_eq!(text.parse::<Against>().expect("it parses").to_string(), text);
        }
        for text in ["", "Base", "nova-lite", "support-bot"] {
            let error = text.parse::<Against>().expect_err(text);
            assert_eq!(error, "expected base, deployed or a run's id");
        }
    }
}
