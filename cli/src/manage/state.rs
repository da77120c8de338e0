//! What CloudFormation's states of a stack allow, and what to do in each.
//!
//! States: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html>

/// What a stack's state allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allows {
    /// It doesn't exist, or only has a change set.
    Create,
    Update,
    /// Something is in progress.
    Nothing,
    /// It can only be deleted.
    Delete,
    /// Its last update couldn't be taken back.
    Repair,
}

impl Allows {
    /// `None`: there is no such stack.
    pub(super) fn of(status: Option<&str>) -> Allows {
        match status {
            None | Some("DELETE_COMPLETE" | "REVIEW_IN_PROGRESS") => Allows::Create,
            Some("ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED") => Allows::Delete,
            Some("UPDATE_ROLLBACK_FAILED" | "UPDATE_FAILED") => Allows::Repair,
            Some(status) if status.ends_with("IN_PROGRESS") => Allows::Nothing,
            Some(_) => Allows::Update,
        }
    }
}

/// Why a stack in this state can't be deployed to, and what to do first.
pub(super) fn obstacle(status: &str, name: &str, named: &str) -> Option<String> {
    match Allows::of(Some(status)) {
        Allows::Create | Allows::Update => None,
        Allows::Nothing => Some(format!(
            "stack {name} is {status}; try again when that has ended. `tunedrop stack status{named}` shows it"
        )),
        Allows::Delete => Some(format!(
            "stack {name} is {status}, so it can only be deleted. `tunedrop stack status{named}` shows why. Then delete it with \
             `tunedrop stack delete{named}`, and deploy again"
        )),
        Allows::Repair => Some(format!(
            "stack {name} is {status}: CloudFormation couldn't take its last update back. `tunedrop stack status{named}` shows \
             why. Fix that, run `aws cloudformation continue-update-rollback --stack-name {name}`, and deploy again"
        )),
    }
}

/// What to do after an operation that ended in this state.
pub(super) fn advice(status: &str, name: &str, named: &str) -> String {
    match status {
        "ROLLBACK_COMPLETE" => format!(
            "The first deployment failed, and CloudFormation took it back. Fix the reason above. Then delete the stack, which \
             can't be updated in this state, and deploy again:\n\n  tunedrop stack delete{named}\n"
        ),
        "UPDATE_ROLLBACK_COMPLETE" => {
            "CloudFormation took the update back, so the stack works as before. Fix the reason above, and run the command \
             again\n"
                .to_owned()
        }
        "DELETE_FAILED" => format!(
            "Fix the reason above, and delete the stack again:\n\n  tunedrop stack delete{named}\n"
        ),
        status => obstacle(status, name, named).map_or_else(String::new, |words| {
            let mut letters = words.chars();
            let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
            format!("{first}{}\n", letters.as_str())
        }),
    }
}

/// Whether an operation that ended in this state did what it should.
pub(super) fn is_good(status: &str) -> bool {
    status.ends_with("_COMPLETE") && !status.contains("ROLLBACK")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state of the API reference (Stack, StackStatus).
    #[test]
    fn every_state_allows_what_cloudformation_allows() {
        use Allows::{Create, Delete, Nothing, Repair, Update};
        for (status, allows, good) in [
            ("CREATE_IN_PROGRESS", Nothing, false),
            ("CREATE_FAILED", Delete, false),
            ("CREATE_COMPLETE", Update, true),
            ("ROLLBACK_IN_PROGRESS", Nothing, false),
            ("ROLLBACK_FAILED", Delete, false),
            ("ROLLBACK_COMPLETE", Delete, false),
            ("DELETE_IN_PROGRESS", Nothing, false),
            ("DELETE_FAILED", Delete, false),
            ("DELETE_COMPLETE", Create, true),
            ("UPDATE_IN_PROGRESS", Nothing, false),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Nothing, false),
            ("UPDATE_COMPLETE", Update, true),
            ("UPDATE_FAILED", Repair, false),
            ("UPDATE_ROLLBACK_IN_PROGRESS", Nothing, false),
            ("UPDATE_ROLLBACK_FAILED", Repair, false),
            ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", Nothing, false),
            ("UPDATE_ROLLBACK_COMPLETE", Update, false),
            ("REVIEW_IN_PROGRESS", Create, false),
            ("IMPORT_IN_PROGRESS", Nothing, false),
            ("IMPORT_COMPLETE", Update, true),
            ("IMPORT_ROLLBACK_IN_PROGRESS", Nothing, false),
            ("IMPORT_ROLLBACK_FAILED", Update, false),
            ("IMPORT_ROLLBACK_COMPLETE", Update, false),
        ] {
            assert_eq!((Allows::of(Some(status)), is_good(status)), (allows, good), "{status}");
        }
        assert_eq!(Allows::of(None), Create);
    }

    #[test]
    fn each_failure_has_a_next_step() {
        let shown = [
            "ROLLBACK_COMPLETE",
            "ROLLBACK_FAILED",
            "UPDATE_ROLLBACK_COMPLETE",
            "UPDATE_ROLLBACK_FAILED",
            "DELETE_FAILED",
        ]
        .map(|status| format!("{status}: {}", advice(status, "tunedrop", " --stack tunedrop")))
        .join("");
        insta::assert_snapshot!(shown, @r"
        ROLLBACK_COMPLETE: The first deployment failed, and CloudFormation took it back. Fix the reason above. Then delete the stack, which can't be updated in this state, and deploy again:

          tunedrop stack delete --stack tunedrop
        ROLLBACK_FAILED: Stack tunedrop is ROLLBACK_FAILED, so it can only be deleted. `tunedrop stack status --stack tunedrop` shows why. Then delete it with `tunedrop stack delete --stack tunedrop`, and deploy again
        UPDATE_ROLLBACK_COMPLETE: CloudFormation took the update back, so the stack works as before. Fix the reason above, and run the command again
        UPDATE_ROLLBACK_FAILED: Stack tunedrop is UPDATE_ROLLBACK_FAILED: CloudFormation couldn't take its last update back. `tunedrop stack status --stack tunedrop` shows why. Fix that, run `aws cloudformation continue-update-rollback --stack-name tunedrop`, and deploy again
        DELETE_FAILED: Fix the reason above, and delete the stack again:

          tunedrop stack delete --stack tunedrop
        ");
        assert_eq!(obstacle("CREATE_COMPLETE", "tunedrop", ""), None);
    }
}
