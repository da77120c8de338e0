//! How Bedrock serves a deployment's model: on demand, or on provisioned throughput.

use serde::{Deserialize, Serialize};

/// The most model units that the API can express: `modelUnits` is an integer from 1 (API reference,
/// CreateProvisionedModelThroughput). The stack's `MaxModelUnits` and the account's quota allow fewer.
pub const MODEL_UNITS_MAX: u32 = i32::MAX.unsigned_abs();

/// How Bedrock serves a deployment's model. A commitment term can't be expressed: provisioned throughput is bought by the
/// hour, and can be deleted at any time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Attributes", into = "Attributes")]
pub enum Capacity {
    /// On demand: the tokens of requests and answers are billed.
    #[default]
    OnDemand,
    /// On provisioned throughput: each model unit is billed by the hour, called or not.
    Provisioned {
        /// From 1 to [`MODEL_UNITS_MAX`].
        model_units: u32,
    },
}

/// The attributes in the ledger, in plans and in JSON. Items of earlier versions have neither.
#[derive(Clone, Serialize, Deserialize)]
struct Attributes {
    #[serde(rename = "type", default)]
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_units: Option<u32>,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    OnDemand,
    Provisioned,
}

impl From<Attributes> for Capacity {
    fn from(attributes: Attributes) -> Capacity {
        match attributes.kind {
            Kind::OnDemand => Capacity::OnDemand,
            Kind::Provisioned => Capacity::Provisioned { model_units: attributes.model_units.unwrap_or(1) },
        }
    }
}

impl From<Capacity> for Attributes {
    fn from(capacity: Capacity) -> Attributes {
        match capacity {
            Capacity::OnDemand => Attributes { kind: Kind::OnDemand, model_units: None },
            Capacity::Provisioned { model_units } => {
                Attributes { kind: Kind::Provisioned, model_units: Some(model_units) }
            }
        }
    }
}

impl Capacity {
    /// The recipe's name of the type.
    pub fn as_str(self) -> &'static str {
        match self {
            Capacity::OnDemand => "on-demand",
            Capacity::Provisioned { .. } => "provisioned",
        }
    }

    /// The capacity of the type with this name; `None` if there is no such type, if it has no units, or if their number is
    /// out of range. Provisioned throughput without a number has one unit.
    pub fn of(kind: &str, model_units: Option<u64>) -> Option<Capacity> {
        match (kind, model_units) {
            ("on-demand", None) => Some(Capacity::OnDemand),
            ("provisioned", units) => {
                let model_units = u32::try_from(units.unwrap_or(1)).ok()?;
                (1..=MODEL_UNITS_MAX).contains(&model_units).then_some(Capacity::Provisioned { model_units })
            }
            _ => None,
        }
    }

    /// Whether it is billed by the hour.
    pub fn is_provisioned(self) -> bool {
        self.model_units().is_some()
    }

    /// The model units, for provisioned throughput.
    pub fn model_units(self) -> Option<u32> {
        match self {
            Capacity::OnDemand => None,
            Capacity::Provisioned { model_units } => Some(model_units),
        }
    }

    /// Why a stack doesn't allow it. `units_max`: the stack's `MaxModelUnits`; `None`: not known.
    pub fn forbidden(self, units_max: Option<u32>) -> Option<String> {
        let (units, most) = self.model_units().zip(units_max)?;
        match most {
            0 => Some("this stack doesn't allow provisioned throughput (its parameter MaxModelUnits is 0)".to_owned()),
            _ if units > most => Some(format!(
                "this stack allows at most {most} model units for a deployment (its parameter MaxModelUnits)"
            )),
            _ => None,
        }
    }
}

/// In words: `on demand`, or `on 2 model units of provisioned throughput`.
impl std::fmt::Display for Capacity {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Capacity::OnDemand => out.write_str("on demand"),
            Capacity::Provisioned { model_units: 1 } => out.write_str("on 1 model unit of provisioned throughput"),
            Capacity::Provisioned { model_units } => {
                write!(out, "on {model_units} model units of provisioned throughput")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn type_and_units_are_read_and_written() {
        let two = Capacity::Provisioned { model_units: 2 };
        for (capacity, expected) in [
            (Capacity::OnDemand, json!({ "type": "on-demand" })),
            (two, json!({ "type": "provisioned", "model_units": 2 })),
        ] {
            assert_eq!(serde_json::to_value(capacity).expect("JSON"), expected);
            assert_eq!(serde_json::from_value::<Capacity>(expected).expect("a capacity"), capacity);
        }
        assert_eq!(serde_json::from_value::<Capacity>(json!({})).expect("an earlier version's"), Capacity::OnDemand);
        for (kind, units, expected) in [
            ("on-demand", None, Some(Capacity::OnDemand)),
            ("on-demand", Some(1), None),
            ("provisioned", None, Some(Capacity::Provisioned { model_units: 1 })),
            ("provisioned", Some(2), Some(two)),
            ("provisioned", Some(0), None),
            ("provisioned", Some(1 << 31), None),
            ("reserved", None, None),
        ] {
            assert_eq!(Capacity::of(kind, units), expected, "{kind} {units:?}");
        }
    }

    #[test]
    fn stack_limits_the_units_of_a_deployment() {
        let two = Capacity::Provisioned { model_units: 2 };
        for (capacity, most, words) in [
            (Capacity::OnDemand, Some(0), None),
            (two, None, None),
            (two, Some(2), None),
            (two, Some(1), Some("at most 1 model units")),
            (two, Some(0), Some("MaxModelUnits is 0")),
        ] {
            let forbidden = capacity.forbidden(most);
            assert_eq!(forbidden.is_some(), words.is_some(), "{forbidden:?}");
            assert!(words.is_none_or(|words| forbidden.as_deref().is_some_and(|why| why.contains(words))));
        }
    }
}
