//! Names of deployments: the stack's, which people use, and Bedrock's.

use crate::identity::dataset_fault;

/// Characters of a name: Bedrock's has at most 63, and `-<12 hex>` follows.
pub const DEPLOYMENT_NAME_MAX: usize = 40;

/// What the names of evaluations' temporary deployments begin with. 12 hexadecimal digits follow.
pub(crate) const TEMPORARY: &str = "evaluation-";

/// What is wrong with a deployment's name, as a clause; `None` for a valid one. The rule is that of datasets, whose names
/// are the default.
pub fn deployment_name_fault(name: &str) -> Option<&'static str> {
    dataset_fault(name)
        .map(|_| "expected a deployment name of at most 40 letters, digits, and single hyphens between them")
}

/// What is wrong with the name of a deployment that a recipe or a person asks for, as a clause; `None` for a valid one. An
/// evaluation's temporary deployments have names of their own.
pub fn requested_name_fault(name: &str) -> Option<&'static str> {
    let digits = name.strip_prefix(TEMPORARY).unwrap_or_default();
    let reserved = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let fault = "`evaluation-` and 12 hexadecimal digits is the name of a temporary deployment; choose another one";
    deployment_name_fault(name).or_else(|| reserved.then_some(fault))
}

/// The name at Bedrock, which must be unique in an account and Region, while several stacks may have a deployment of the
/// same name. API reference, CreateCustomModelDeployment: `([0-9a-zA-Z][_-]?){1,63}`.
pub fn bedrock_name(stack: &str, account: &str, name: &str) -> String {
    let mut hash = blake3::Hasher::new();
    for part in [account, stack, name] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    format!("{name}-{}", &hash.finalize().to_hex()[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bedrock_name_differs_between_stacks_accounts_and_names() {
        let names = [
            bedrock_name("prod", "111122223333", "support-bot"),
            bedrock_name("test", "111122223333", "support-bot"),
            bedrock_name("prod", "444455556666", "support-bot"),
            bedrock_name("prod", "111122223333", "support"),
        ];
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name), "{name}");
        }
        assert_eq!(names[0], bedrock_name("prod", "111122223333", "support-bot"));
    }

    #[test]
    fn names_of_temporary_deployments_cant_be_asked_for() {
        assert_eq!(deployment_name_fault("evaluation-0123456789ab"), None);
        assert!(requested_name_fault("evaluation-0123456789ab").is_some_and(|fault| fault.contains("temporary")));
        assert_eq!(requested_name_fault("evaluations"), None);
        assert_eq!(requested_name_fault("evaluation"), None);
        assert_eq!(requested_name_fault("a b"), deployment_name_fault("a b"));
    }

    #[test]
    fn longest_name_fits_bedrocks_limit() {
        let name = "a".repeat(DEPLOYMENT_NAME_MAX);
        assert_eq!(deployment_name_fault(&name), None);
        assert!(bedrock_name("prod", "111122223333", &name).len() <= 63);
        assert!(deployment_name_fault(&format!("{name}a")).is_some());
    }
}
