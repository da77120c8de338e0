//! The permissions that can't be proven here, with reasons.

use crate::permissions::template::Permission;

/// Permissions that the local stack can't prove.
pub(super) struct Unproven {
    /// Empty: of every role that has the statement.
    role: &'static str,
    sid: &'static str,
    actions: &'static [&'static str],
    pub(super) reason: &'static str,
}

impl Unproven {
    pub(super) fn name(&self) -> String {
        let role = if self.role.is_empty() { "every role" } else { self.role };
        format!("{role}/{}/{}", self.sid, self.actions.join(" "))
    }

    pub(super) fn is_of(&self, permission: &Permission) -> bool {
        (self.role.is_empty() || self.role == permission.role)
            && self.sid == permission.sid
            && self.actions.contains(&permission.action.as_str())
    }
}

const KEY: &str = "only with a custom key, which the emulator stores but doesn't encrypt with";
const NETWORK: &str = "the simulator creates no network interface for a job";
const INTERFACES: &str = "the emulator runs functions without a VPC; AWSLambdaVPCAccessExecutionRole has these actions";

const fn key(sid: &'static str, actions: &'static [&'static str]) -> Unproven {
    Unproven { role: "", sid, actions, reason: KEY }
}

const fn network(sid: &'static str, actions: &'static [&'static str]) -> Unproven {
    Unproven { role: "JobNetworkPolicy", sid, actions, reason: NETWORK }
}

const fn interfaces(sid: &'static str, actions: &'static [&'static str]) -> Unproven {
    Unproven { role: "FunctionNetworkPolicy", sid, actions, reason: INTERFACES }
}

/// The permissions that aren't proven, and why. cfn-lint and the repository tests check their text.
pub(super) const UNPROVEN: &[Unproven] = &[
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
        reason: "the emulator receives messages from the queue itself, without the role",
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
        reason: "without an answer, launch assumes that job slots are the quota, and continues: every scenario still completes",
    },
    Unproven {
        role: "JobRole",
        sid: "FindFiles",
        actions: &["s3:ListBucket"],
        reason: "the simulator reads and writes by name; it lists invocation logs only",
    },
    Unproven {
        role: "JudgeRole",
        sid: "FindFiles",
        actions: &["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        reason: "the simulator reads and writes by name; AWS's page on the judge's role has these actions",
    },
    Unproven {
        role: "JudgeRole",
        sid: "WriteScores",
        actions: &["s3:AbortMultipartUpload"],
        reason: "the simulator writes scores at once; AWS's page on the judge's role has this action",
    },
    Unproven {
        role: "JudgeRole",
        sid: "AskJudgeInBatches",
        actions: &["bedrock:CreateModelInvocationJob", "bedrock:StopModelInvocationJob"],
        reason: "the simulator asks the judge record by record; AWS's page on the judge's role has these actions",
    },
    Unproven {
        role: "JudgeRole",
        sid: "AskModelsOfProfiles",
        actions: &["bedrock:InvokeModel"],
        reason: "in the simulator's Region, the judge of the scenarios is asked without a profile",
    },
    Unproven {
        role: "WebhookRole",
        sid: "CallWebhook",
        actions: &["events:InvokeApiDestination"],
        reason: "the emulator creates no API destinations from a template",
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
        reason: "the simulator asks no teacher",
    },
    Unproven {
        role: "JobRole",
        sid: "AskGrader",
        actions: &["lambda:InvokeFunction"],
        reason: "the simulator calls no grader",
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
    interfaces("FindInterfaces", &["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]),
    interfaces(
        "ManageInterfaces",
        &[
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ],
    ),
    interfaces("MakeInterfaceInSubnets", &["ec2:CreateNetworkInterface"]),
    interfaces("MakeInterfaceInSecurityGroups", &["ec2:CreateNetworkInterface"]),
    Unproven {
        role: "TracingPolicy",
        sid: "SendTraces",
        actions: &["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        reason: "the emulator sends no traces",
    },
];
