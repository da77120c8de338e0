//! Which permission is proven by taking it away, by which journey; and which can't be here, with the reason.

use anyhow::{Result, ensure};

use crate::journeys::Journey;
use crate::site::FUNCTIONS;
use crate::template::{Permission, permissions};

/// How a permission's absence shows itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sign {
    /// The function's log, or the run's reason, has the service's denial of the very action.
    Denied,
    /// The run ended with these words as its reason.
    Reason(&'static str),
}

/// A permission, the journey that does not come to its end without it, and what is seen then.
pub(crate) struct Proof {
    pub(crate) role: &'static str,
    pub(crate) sid: &'static str,
    pub(crate) action: &'static str,
    pub(crate) journey: Journey,
    pub(crate) sign: Sign,
}

/// Permissions that the local stack can't put to the proof.
pub(crate) struct Unproven {
    /// Empty: of every role that has the statement.
    role: &'static str,
    sid: &'static str,
    actions: &'static [&'static str],
    pub(crate) reason: &'static str,
}

impl Proof {
    pub(crate) fn name(&self) -> String {
        format!("{}/{}/{}", self.role, self.sid, self.action)
    }

    /// The function whose role it is, if it is one's.
    pub(crate) fn function(&self) -> Option<String> {
        let name = self.role.strip_suffix("Role")?.to_lowercase();
        FUNCTIONS.contains(&name.as_str()).then_some(name)
    }

    /// What the deployer is told to leave out: the statement where the action is all of it, else the action, which
    /// must not stand in another statement of the role.
    pub(crate) fn withdrawal(&self) -> Result<String> {
        let all = permissions()?;
        let others = |own: &dyn Fn(&Permission) -> bool| all.iter().any(|other| other.role == self.role && own(other));
        if !others(&|other| other.sid == self.sid && other.action != self.action) {
            return Ok(format!("{}:{}", self.role, self.sid));
        }
        ensure!(!others(&|other| other.sid != self.sid && other.action == self.action), "{} stands twice", self.name());
        Ok(format!("{}:{}", self.role, self.action))
    }

    pub(crate) fn is_of(&self, permission: &Permission) -> bool {
        (self.role, self.sid, self.action) == (&permission.role, &permission.sid, &permission.action)
    }
}

impl Unproven {
    pub(crate) fn name(&self) -> String {
        let role = if self.role.is_empty() { "every role" } else { self.role };
        format!("{role}/{}/{}", self.sid, self.actions.join(" "))
    }

    pub(crate) fn is_of(&self, permission: &Permission) -> bool {
        (self.role.is_empty() || self.role == permission.role)
            && self.sid == permission.sid
            && self.actions.contains(&permission.action.as_str())
    }
}

const fn denied(role: &'static str, sid: &'static str, action: &'static str, journey: Journey) -> Proof {
    Proof { role, sid, action, journey, sign: Sign::Denied }
}

const fn shown(role: &'static str, sid: &'static str, action: &'static str, journey: Journey, sign: Sign) -> Proof {
    Proof { role, sid, action, journey, sign }
}

/// What is proven.
pub(crate) const PROOFS: &[Proof] = &[
    denied("ValidateRole", "Ledger", "dynamodb:GetItem", Journey::Accepted),
    denied("ValidateRole", "Ledger", "dynamodb:PutItem", Journey::Accepted),
    denied("ValidateRole", "Ledger", "dynamodb:UpdateItem", Journey::Accepted),
    denied("ValidateRole", "FindFiles", "s3:ListBucket", Journey::Rejected),
    denied("ValidateRole", "ReadFiles", "s3:GetObject", Journey::Rejected),
    denied("ValidateRole", "WriteReportsAndCopies", "s3:PutObject", Journey::Rejected),
    denied("ValidateRole", "PutOwnEvents", "events:PutEvents", Journey::Rejected),
    denied("ValidateRole", "DelayMessages", "sqs:ChangeMessageVisibility", Journey::Troubled("validate")),
    denied("LaunchRole", "QueryLedger", "dynamodb:Query", Journey::Accepted),
    denied("LaunchRole", "Ledger", "dynamodb:GetItem", Journey::Accepted),
    denied("LaunchRole", "Ledger", "dynamodb:PutItem", Journey::Retried),
    denied("LaunchRole", "Ledger", "dynamodb:UpdateItem", Journey::Accepted),
    denied("LaunchRole", "CreateJobs", "bedrock:CreateModelCustomizationJob", Journey::Accepted),
    denied("LaunchRole", "ReadAndStopJobs", "bedrock:GetModelCustomizationJob", Journey::CutOff),
    denied("LaunchRole", "ReadAndStopJobs", "bedrock:StopModelCustomizationJob", Journey::Stopped),
    denied("LaunchRole", "TagJobsAndModels", "bedrock:TagResource", Journey::Accepted),
    // Denied, launch goes by its catalogue, and it is the creation of the job that Bedrock refuses.
    shown(
        "LaunchRole",
        "ReadLifecycle",
        "bedrock:GetFoundationModel",
        Journey::Legacy,
        Sign::Reason("is in Legacy status; new customization jobs can't be created with it"),
    ),
    denied("LaunchRole", "HandRoleToBedrock", "iam:PassRole", Journey::Accepted),
    denied("LaunchRole", "WriteOutcomes", "s3:PutObject", Journey::Refused),
    denied("LaunchRole", "PutOwnEvents", "events:PutEvents", Journey::Accepted),
    denied("LaunchRole", "DelayMessages", "sqs:ChangeMessageVisibility", Journey::Troubled("launch")),
    denied("RecordRole", "Ledger", "dynamodb:GetItem", Journey::Accepted),
    denied("RecordRole", "Ledger", "dynamodb:UpdateItem", Journey::Accepted),
    denied("RecordRole", "ReadJobs", "bedrock:GetModelCustomizationJob", Journey::Accepted),
    denied("RecordRole", "FindOutput", "s3:ListBucket", Journey::Accepted),
    denied("RecordRole", "ReadOutput", "s3:GetObject", Journey::Accepted),
    denied("RecordRole", "WriteOutcomes", "s3:PutObject", Journey::Accepted),
    denied("RecordRole", "PutOwnEvents", "events:PutEvents", Journey::Accepted),
    denied("RecordRole", "DelayMessages", "sqs:ChangeMessageVisibility", Journey::Troubled("record")),
    denied("NotifyRole", "Ledger", "dynamodb:UpdateItem", Journey::Rejected),
    denied("NotifyRole", "TellPeople", "sns:Publish", Journey::Rejected),
    denied("NotifyRole", "TellChat", "sns:Publish", Journey::Rejected),
    denied("NotifyRole", "PutOwnEvents", "events:PutEvents", Journey::Rejected),
    denied("NotifyRole", "DelayMessages", "sqs:ChangeMessageVisibility", Journey::Troubled("notify")),
    denied("SweepRole", "QueryLedger", "dynamodb:Query", Journey::Swept),
    denied("SweepRole", "ReadHeads", "dynamodb:GetItem", Journey::HeldSwept),
    denied("SweepRole", "ReadJobs", "bedrock:GetModelCustomizationJob", Journey::Swept),
    denied("SweepRole", "PutOwnEvents", "events:PutEvents", Journey::Swept),
    shown(
        "JobRole",
        "ReadData",
        "s3:GetObject",
        Journey::Accepted,
        Sign::Reason("Could not validate GetObject permissions"),
    ),
    shown(
        "JobRole",
        "WriteOutput",
        "s3:PutObject",
        Journey::Accepted,
        Sign::Reason("Could not validate PutObject permissions"),
    ),
    shown(
        "JobRole",
        "FindInvocationLogs",
        "s3:ListBucket",
        Journey::FromLogs,
        Sign::Reason("Could not validate ListBucket permissions"),
    ),
    shown(
        "JobRole",
        "ReadInvocationLogs",
        "s3:GetObject",
        Journey::FromLogs,
        Sign::Reason("Could not validate GetObject permissions"),
    ),
];

const KEY: &str = "only with a key of one's own, which the emulator takes as a setting and encrypts nothing with";
const NETWORK: &str = "no network interface is made for a job of the stand-in";

const fn key(sid: &'static str, actions: &'static [&'static str]) -> Unproven {
    Unproven { role: "", sid, actions, reason: KEY }
}

const fn network(sid: &'static str, actions: &'static [&'static str]) -> Unproven {
    Unproven { role: "JobNetworkPolicy", sid, actions, reason: NETWORK }
}

/// What is not, and why. Its text is checked by cfn-lint and by the tests of the house.
pub(crate) const UNPROVEN: &[Unproven] = &[
    Unproven {
        role: "",
        sid: "WriteLogs",
        actions: &["logs:CreateLogStream", "logs:PutLogEvents"],
        reason: "the emulator keeps a function's log itself, without asking the role",
    },
    Unproven {
        role: "",
        sid: "TakeMessages",
        actions: &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        reason: "the emulator takes messages from the queue itself, without asking the role",
    },
    Unproven {
        role: "ValidateRole",
        sid: "DropUnfinishedCopies",
        actions: &["s3:AbortMultipartUpload"],
        reason: "only for files above 256 MiB that are replaced while they are copied, and its failure is left to the lifecycle",
    },
    Unproven {
        role: "LaunchRole",
        sid: "CountJobs",
        actions: &["bedrock:ListModelCustomizationJobs"],
        reason: "without an answer launch takes every quota for the job slots, and goes on: no journey stops for it",
    },
    Unproven {
        role: "JobRole",
        sid: "FindFiles",
        actions: &["s3:ListBucket"],
        reason: "the stand-in reads and writes by name; it lists invocation logs only",
    },
    Unproven {
        role: "WebhookRole",
        sid: "CallWebhook",
        actions: &["events:InvokeApiDestination"],
        reason: "the emulator makes no API destinations from a template",
    },
    Unproven {
        role: "ForwardRole",
        sid: "ForwardEvents",
        actions: &["events:PutEvents"],
        reason: "the emulator forwards events itself, without asking the role",
    },
    Unproven {
        role: "JobRole",
        sid: "AskTeacher",
        actions: &["bedrock:InvokeModel"],
        reason: "the stand-in asks no teacher",
    },
    Unproven {
        role: "JobRole",
        sid: "AskGrader",
        actions: &["lambda:InvokeFunction"],
        reason: "the stand-in calls no grader",
    },
    key("UseKey", &["kms:Decrypt", "kms:GenerateDataKey"]),
    key("UseKeyForQueue", &["kms:Decrypt"]),
    key("UseKeyForFiles", &["kms:Decrypt", "kms:GenerateDataKey"]),
    key("UseKeyForTopic", &["kms:Decrypt", "kms:GenerateDataKey"]),
    key("UseKeyForModels", &["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]),
    key("GrantKeyForModels", &["kms:CreateGrant"]),
    key(
        "UseKeyForTable",
        &[
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
    ),
    network(
        "LookAround",
        &[
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ],
    ),
    network("MakeInterface", &["ec2:CreateNetworkInterface"]),
    network("MakeInterfaceInSubnets", &["ec2:CreateNetworkInterface"]),
    network("MakeInterfaceInSecurityGroups", &["ec2:CreateNetworkInterface"]),
    network("TagInterface", &["ec2:CreateTags"]),
    network(
        "UseInterface",
        &["ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"],
    ),
];
