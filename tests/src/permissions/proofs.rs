//! The scenario that proves each permission when it is removed.

use anyhow::{Result, ensure};

use crate::permissions::scenarios::Scenario;
use crate::permissions::stack::FUNCTIONS;
use crate::permissions::template::{Permission, permissions};

/// How a missing permission becomes visible.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    /// The function's log, or the run's reason, has the service's denial of the action.
    Denied,
    /// The run ended with this reason.
    Reason(&'static str),
    /// The log of evaluate has these words of Bedrock about the judge's job.
    Judge(&'static str),
}

/// A permission, the scenario that doesn't complete without it, and the sign of the denial.
pub(super) struct Proof {
    pub(super) role: &'static str,
    pub(super) sid: &'static str,
    pub(super) action: &'static str,
    pub(super) scenario: Scenario,
    pub(super) sign: Sign,
}

impl Proof {
    pub(super) fn name(&self) -> String {
        format!("{}/{}/{}", self.role, self.sid, self.action)
    }

    /// Returns the function that the role belongs to, if there is one.
    pub(super) fn function(&self) -> Option<String> {
        let name = self.role.strip_suffix("Role")?.to_lowercase();
        FUNCTIONS.contains(&name.as_str()).then_some(name)
    }

    /// What the deployer removes: the whole statement if it has one action, or else the action, which must not be in
    /// another statement of the role.
    pub(super) fn withdrawal(&self) -> Result<String> {
        let all = permissions()?;
        let others = |own: &dyn Fn(&Permission) -> bool| all.iter().any(|other| other.role == self.role && own(other));
        if !others(&|other| other.sid == self.sid && other.action != self.action) {
            return Ok(format!("{}:{}", self.role, self.sid));
        }
        ensure!(!others(&|other| other.sid != self.sid && other.action == self.action), "{} occurs twice", self.name());
        Ok(format!("{}:{}", self.role, self.action))
    }

    pub(super) fn is_of(&self, permission: &Permission) -> bool {
        (self.role, self.sid, self.action) == (&permission.role, &permission.sid, &permission.action)
    }
}

const fn denied(role: &'static str, sid: &'static str, action: &'static str, scenario: Scenario) -> Proof {
    Proof { role, sid, action, scenario, sign: Sign::Denied }
}

const fn shown(role: &'static str, sid: &'static str, action: &'static str, scenario: Scenario, sign: Sign) -> Proof {
    Proof { role, sid, action, scenario, sign }
}

/// The permissions that are proven.
pub(super) const PROOFS: &[Proof] = &[
    denied("ValidateRole", "Ledger", "dynamodb:GetItem", Scenario::Accepted),
    denied("ValidateRole", "Ledger", "dynamodb:PutItem", Scenario::Accepted),
    denied("ValidateRole", "Ledger", "dynamodb:UpdateItem", Scenario::Accepted),
    denied("ValidateRole", "FindFiles", "s3:ListBucket", Scenario::Rejected),
    denied("ValidateRole", "ReadFiles", "s3:GetObject", Scenario::Rejected),
    denied("ValidateRole", "FindSketches", "s3:ListBucket", Scenario::Compared),
    denied("ValidateRole", "ReadSketches", "s3:GetObject", Scenario::Compared),
    denied("ValidateRole", "WriteReportsAndCopies", "s3:PutObject", Scenario::Rejected),
    denied("ValidateRole", "PutOwnEvents", "events:PutEvents", Scenario::Rejected),
    denied("ValidateRole", "DelayMessages", "sqs:ChangeMessageVisibility", Scenario::FailingLedger("validate")),
    denied("LaunchRole", "QueryLedger", "dynamodb:Query", Scenario::Accepted),
    denied("LaunchRole", "Ledger", "dynamodb:GetItem", Scenario::Accepted),
    denied("LaunchRole", "Ledger", "dynamodb:PutItem", Scenario::Retried),
    denied("LaunchRole", "Ledger", "dynamodb:UpdateItem", Scenario::Accepted),
    denied("LaunchRole", "CreateJobs", "bedrock:CreateModelCustomizationJob", Scenario::Accepted),
    denied("LaunchRole", "ReadAndStopJobs", "bedrock:GetModelCustomizationJob", Scenario::InterruptedLaunch),
    denied("LaunchRole", "ReadAndStopJobs", "bedrock:StopModelCustomizationJob", Scenario::Stopped),
    denied("LaunchRole", "TagJobsAndModels", "bedrock:TagResource", Scenario::Accepted),
    // If this is denied, launch uses its catalogue, and Bedrock rejects the creation of the job.
    shown(
        "LaunchRole",
        "ReadLifecycle",
        "bedrock:GetFoundationModel",
        Scenario::Legacy,
        Sign::Reason("is in Legacy status; new customization jobs can't be created with it"),
    ),
    denied("LaunchRole", "HandRoleToBedrock", "iam:PassRole", Scenario::Accepted),
    denied("LaunchRole", "WriteOutcomes", "s3:PutObject", Scenario::Refused),
    denied("LaunchRole", "PutOwnEvents", "events:PutEvents", Scenario::Refused),
    denied("LaunchRole", "DelayMessages", "sqs:ChangeMessageVisibility", Scenario::FailingLedger("launch")),
    denied("RecordRole", "Ledger", "dynamodb:GetItem", Scenario::Accepted),
    denied("RecordRole", "Ledger", "dynamodb:UpdateItem", Scenario::Accepted),
    denied("RecordRole", "ReadJobs", "bedrock:GetModelCustomizationJob", Scenario::Accepted),
    denied("RecordRole", "FindOutput", "s3:ListBucket", Scenario::Accepted),
    denied("RecordRole", "ReadOutput", "s3:GetObject", Scenario::Accepted),
    denied("RecordRole", "FindSuspects", "s3:ListBucket", Scenario::Compared),
    denied("RecordRole", "ReadSuspects", "s3:GetObject", Scenario::Compared),
    denied("RecordRole", "WriteOutcomes", "s3:PutObject", Scenario::Accepted),
    denied("RecordRole", "PutOwnEvents", "events:PutEvents", Scenario::Accepted),
    denied("RecordRole", "DelayMessages", "sqs:ChangeMessageVisibility", Scenario::FailingLedger("record")),
    denied("SweepRole", "ReadPrices", "pricing:GetProducts", Scenario::Priced),
    denied("SweepRole", "KeepPrices", "dynamodb:PutItem", Scenario::Priced),
    denied("DeployRole", "Ledger", "dynamodb:GetItem", Scenario::Deployed),
    denied("DeployRole", "Ledger", "dynamodb:PutItem", Scenario::Deployed),
    denied("DeployRole", "Ledger", "dynamodb:UpdateItem", Scenario::Deployed),
    denied("DeployRole", "CreateDeployments", "bedrock:CreateCustomModelDeployment", Scenario::Deployed),
    denied("DeployRole", "TagDeployments", "bedrock:TagResource", Scenario::Deployed),
    denied("DeployRole", "ReadDeployments", "bedrock:GetCustomModelDeployment", Scenario::Deployed),
    denied("DeployRole", "ChangeDeployments", "bedrock:UpdateCustomModelDeployment", Scenario::Deployed),
    denied("DeployRole", "ChangeDeployments", "bedrock:DeleteCustomModelDeployment", Scenario::Deployed),
    denied("DeployRole", "CreateThroughput", "bedrock:CreateProvisionedModelThroughput", Scenario::Provisioned),
    denied("DeployRole", "TagThroughput", "bedrock:TagResource", Scenario::Provisioned),
    denied("DeployRole", "UpdateThroughput", "bedrock:UpdateProvisionedModelThroughput", Scenario::Provisioned),
    denied("DeployRole", "ReadThroughput", "bedrock:GetProvisionedModelThroughput", Scenario::Provisioned),
    denied("DeployRole", "DeleteThroughput", "bedrock:DeleteProvisionedModelThroughput", Scenario::Provisioned),
    denied("DeployRole", "PutOwnEvents", "events:PutEvents", Scenario::Deployed),
    denied("DeployRole", "DelayMessages", "sqs:ChangeMessageVisibility", Scenario::FailingLedger("deploy")),
    denied("EvaluateRole", "Ledger", "dynamodb:GetItem", Scenario::Evaluated),
    denied("EvaluateRole", "Ledger", "dynamodb:PutItem", Scenario::Evaluated),
    denied("EvaluateRole", "Ledger", "dynamodb:UpdateItem", Scenario::Evaluated),
    denied("EvaluateRole", "FindFiles", "s3:ListBucket", Scenario::Evaluated),
    denied("EvaluateRole", "ReadFiles", "s3:GetObject", Scenario::Evaluated),
    denied("EvaluateRole", "WriteEvaluations", "s3:PutObject", Scenario::Evaluated),
    denied("EvaluateRole", "AskBaseModels", "bedrock:InvokeModel", Scenario::Evaluated),
    denied("EvaluateRole", "AskProfiles", "bedrock:InvokeModel", Scenario::EvaluatedByProfile),
    denied("EvaluateRole", "AskModelsOfProfiles", "bedrock:InvokeModel", Scenario::EvaluatedByProfile),
    denied("EvaluateRole", "AskDeployments", "bedrock:InvokeModel", Scenario::Evaluated),
    denied("EvaluateRole", "AskThroughput", "bedrock:InvokeModel", Scenario::Provisioned),
    denied("EvaluateRole", "CreateJudgeJobs", "bedrock:CreateEvaluationJob", Scenario::Judged),
    denied("EvaluateRole", "TagJudgeJobs", "bedrock:TagResource", Scenario::Judged),
    denied("EvaluateRole", "ReadAndStopJudgeJobs", "bedrock:GetEvaluationJob", Scenario::Judged),
    denied("EvaluateRole", "ReadAndStopJudgeJobs", "bedrock:StopEvaluationJob", Scenario::JudgeStopped),
    denied("EvaluateRole", "FindJudgeJobs", "bedrock:ListEvaluationJobs", Scenario::JudgeStopped),
    denied("EvaluateRole", "HandRoleToJudge", "iam:PassRole", Scenario::Judged),
    denied("EvaluateRole", "PutOwnEvents", "events:PutEvents", Scenario::Evaluated),
    denied("EvaluateRole", "DelayMessages", "sqs:ChangeMessageVisibility", Scenario::FailingLedger("evaluate")),
    denied("NotifyRole", "Ledger", "dynamodb:UpdateItem", Scenario::Rejected),
    denied("NotifyRole", "PublishMessages", "sns:Publish", Scenario::Rejected),
    denied("NotifyRole", "PublishToChat", "sns:Publish", Scenario::Rejected),
    denied("NotifyRole", "PutOwnEvents", "events:PutEvents", Scenario::Rejected),
    denied("NotifyRole", "DelayMessages", "sqs:ChangeMessageVisibility", Scenario::FailingLedger("notify")),
    denied("SweepRole", "QueryLedger", "dynamodb:Query", Scenario::LostEvent),
    denied("SweepRole", "ReadHeads", "dynamodb:GetItem", Scenario::SweptWhileHeld),
    denied("SweepRole", "ReadJobs", "bedrock:GetModelCustomizationJob", Scenario::LostEvent),
    denied("SweepRole", "PutOwnEvents", "events:PutEvents", Scenario::LostEvent),
    denied("CleanRole", "QueryLedger", "dynamodb:Query", Scenario::Cleaned),
    denied("CleanRole", "Ledger", "dynamodb:GetItem", Scenario::Cleaned),
    denied("CleanRole", "Ledger", "dynamodb:PutItem", Scenario::Cleaned),
    denied("CleanRole", "Ledger", "dynamodb:UpdateItem", Scenario::Cleaned),
    denied("CleanRole", "ListModels", "bedrock:ListCustomModels", Scenario::Cleaned),
    denied("CleanRole", "ListModels", "bedrock:ListCustomModelDeployments", Scenario::Cleaned),
    denied("CleanRole", "ListModels", "bedrock:ListProvisionedModelThroughputs", Scenario::Cleaned),
    denied("CleanRole", "ReadTags", "bedrock:ListTagsForResource", Scenario::Cleaned),
    denied("CleanRole", "ReadBaseModels", "bedrock:GetFoundationModel", Scenario::Cleaned),
    denied("CleanRole", "DeleteModels", "bedrock:DeleteCustomModel", Scenario::Cleaned),
    denied("CleanRole", "PutOwnEvents", "events:PutEvents", Scenario::Cleaned),
    shown(
        "JobRole",
        "ReadData",
        "s3:GetObject",
        Scenario::Accepted,
        Sign::Reason("Could not validate GetObject permissions"),
    ),
    shown(
        "JobRole",
        "WriteOutput",
        "s3:PutObject",
        Scenario::Accepted,
        Sign::Reason("Could not validate PutObject permissions"),
    ),
    shown(
        "JobRole",
        "FindInvocationLogs",
        "s3:ListBucket",
        Scenario::FromLogs,
        Sign::Reason("Could not validate ListBucket permissions"),
    ),
    shown(
        "JobRole",
        "ReadInvocationLogs",
        "s3:GetObject",
        Scenario::FromLogs,
        Sign::Reason("Could not validate GetObject permissions"),
    ),
    shown(
        "JudgeRole",
        "ReadAnswers",
        "s3:GetObject",
        Scenario::Judged,
        Sign::Judge("Could not validate GetObject permissions"),
    ),
    shown(
        "JudgeRole",
        "WriteScores",
        "s3:PutObject",
        Scenario::Judged,
        Sign::Judge("Could not validate PutObject permissions"),
    ),
    shown(
        "JudgeRole",
        "AskJudge",
        "bedrock:InvokeModel",
        Scenario::Judged,
        Sign::Judge("not authorized to perform: bedrock:InvokeModel"),
    ),
];
