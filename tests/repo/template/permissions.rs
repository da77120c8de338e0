//! Policies are as narrow as the API allows, and each of them is explained.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{QUEUED, all_statements, capital, many, named, properties, statements, template, text};

/// The roles whose policies docs/permissions.md explains.
fn roles(template: &Value) -> Vec<String> {
    let mut names = named(template, "AWS::IAM::Role");
    names.extend(named(template, "AWS::IAM::Policy"));
    names.extend(named(template, "AWS::IAM::ManagedPolicy"));
    names
}

/// Returns what a role may do: its own statements, without the trust policy.
fn allowances<'a>(template: &'a Value, role: &str) -> Vec<&'a Value> {
    let mut own = properties(template, role).clone();
    own.as_object_mut().expect("a map").remove("AssumeRolePolicyDocument");
    let sids: BTreeSet<String> =
        statements(&own).iter().map(|statement| statement["Sid"].as_str().expect("a Sid").to_owned()).collect();
    let every = statements(properties(template, role));
    every.into_iter().filter(|statement| statement["Sid"].as_str().is_some_and(|sid| sids.contains(sid))).collect()
}

/// The statement of that name.
#[track_caller]
fn statement<'a>(template: &'a Value, role: &str, sid: &str) -> &'a Value {
    let found = allowances(template, role).into_iter().find(|statement| statement["Sid"] == sid);
    found.unwrap_or_else(|| panic!("{role} has no statement {sid}"))
}

#[test]
fn no_allowed_action_has_a_wildcard() {
    let template = template();
    for (name, statements) in all_statements(&template) {
        for statement in statements.iter().filter(|statement| statement["Effect"] == "Allow") {
            assert!(statement["NotAction"].is_null() && statement["NotResource"].is_null(), "{name}");
            assert!(!many(&statement["Action"]).is_empty(), "{name}: {statement}");
            for action in many(&statement["Action"]) {
                assert!(!action.contains('*'), "{name} allows {action}");
            }
        }
    }
}

#[test]
fn only_the_denial_of_plain_http_has_a_wildcard() {
    let template = template();
    let mut held = Vec::new();
    for (name, statements) in all_statements(&template) {
        for statement in statements.iter().filter(|statement| statement["Sid"] == "TlsOnly") {
            assert_eq!(statement["Effect"], "Deny", "{name}");
            assert_eq!(statement["Condition"], json!({"Bool": {"aws:SecureTransport": "false"}}), "{name}");
            held.push(name);
        }
    }
    let queues = named(&template, "AWS::SQS::Queue");
    assert_eq!(held.len(), queues.len() + 3, "bucket, both topics and every queue deny plain HTTP: {held:?}");
}

#[test]
fn every_statement_is_explained() {
    let (template, page) = (template(), text("docs/permissions.md"));
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let explained = |role: &str, sid: &str| {
        rows.iter().any(|row| {
            let queued = row[1] == "all but SweepRole and CleanRole" && !["SweepRole", "CleanRole"].contains(&role);
            let meant = row[1] == role || row[1] == "every" || queued;
            row[2] == sid && meant
        })
    };
    let mut known = BTreeSet::new();
    for role in roles(&template) {
        for statement in allowances(&template, &role) {
            let sid = statement["Sid"].as_str().expect("a Sid");
            assert!(explained(&role, sid), "docs/permissions.md doesn't explain {role} / {sid}");
            known.insert((role.clone(), sid.to_owned()));
        }
    }
    let headed = |row: &&Vec<&str>| row[1] != "Role" && (row[1].ends_with("Role") || row[1].ends_with("Policy"));
    for row in rows.iter().filter(headed) {
        for sid in row[2].split(", ").filter(|_| !row[1].contains(' ')) {
            let pair = (row[1].to_owned(), sid.to_owned());
            assert!(known.contains(&pair), "docs/permissions.md explains {pair:?}, which the template doesn't have");
        }
    }
}

#[test]
fn each_wildcard_resource_is_listed_with_a_reason() {
    let (template, page) = (template(), text("docs/permissions.md"));
    let section = page.split("\n## ").find(|part| part.starts_with("`*` as a resource")).expect("the section");
    let (listed, _) = section.split_once("Nearly as wide").expect("the list ends there");
    let mut wide = 0;
    for (name, statements) in all_statements(&template) {
        for statement in statements.iter().filter(|statement| many(&statement["Resource"]).contains(&"*")) {
            let sid = statement["Sid"].as_str().expect("a Sid");
            assert!(listed.contains(&format!("| {name} | {sid} |")), "{name} / {sid} has * as a resource");
            wide += 1;
        }
    }
    assert_eq!(listed.lines().filter(|line| line.starts_with("| ")).count(), wide + 2, "rows beyond the header's two");
}

#[test]
fn only_the_roles_of_jobs_are_passed_and_only_to_bedrock() {
    let template = template();
    let passing: Vec<(&str, &Value)> = all_statements(&template)
        .into_iter()
        .flat_map(|(name, statements)| statements.into_iter().map(move |statement| (name, statement)))
        .filter(|(_, statement)| many(&statement["Action"]).contains(&"iam:PassRole"))
        .collect();
    let passed: BTreeSet<(&str, &str)> =
        passing.iter().map(|(name, statement)| (*name, statement["Resource"].as_str().expect("one role"))).collect();
    assert_eq!(passed, BTreeSet::from([("EvaluateRole", "JudgeRole.Arn"), ("LaunchRole", "JobRole.Arn")]));
    for (name, statement) in passing {
        let service = json!({"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}});
        assert_eq!(statement["Condition"], service, "{name}");
    }
}

#[test]
fn bedrock_assumes_roles_for_jobs_of_this_account_only() {
    let template = template();
    for (role, jobs) in [("JobRole", "model-customization-job"), ("JudgeRole", "evaluation-job")] {
        let trust = &properties(&template, role)["AssumeRolePolicyDocument"]["Statement"];
        assert_eq!(trust.as_array().map(Vec::len), Some(1));
        assert_eq!(trust[0]["Principal"], json!({"Service": "bedrock.amazonaws.com"}));
        let condition = &trust[0]["Condition"];
        assert_eq!(condition["StringEquals"]["aws:SourceAccount"], "AWS::AccountId");
        let source = condition["ArnEquals"]["aws:SourceArn"].as_str().expect("an ARN");
        assert!(source.ends_with(&format!(":${{AWS::Region}}:${{AWS::AccountId}}:{jobs}/*")), "{source}");
    }
}

#[test]
fn judge_reads_and_writes_its_own_files_only() {
    let template = template();
    let of = |sid| &statement(&template, "JudgeRole", sid)["Resource"];
    assert_eq!(of("ReadAnswers"), "${Bucket.Arn}/evaluations/*/judge/*");
    assert_eq!(of("WriteScores"), "${Bucket.Arn}/evaluations/*/judge/output/*");
}

#[test]
fn each_function_reads_its_own_queue_and_writes_its_own_log() {
    let template = template();
    for function in QUEUED {
        let (name, role) = (capital(function), format!("{}Role", capital(function)));
        assert_eq!(statement(&template, &role, "TakeMessages")["Resource"], format!("{name}Queue.Arn"));
        assert_eq!(statement(&template, &role, "WriteLogs")["Resource"], format!("{name}Logs.Arn"));
    }
}

/// Actions of S3 that change nothing.
const READS: [&str; 4] = ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"];

#[test]
fn uploads_can_only_be_read() {
    let template = template();
    for role in roles(&template) {
        for statement in allowances(&template, &role) {
            let writes =
                many(&statement["Action"]).iter().any(|action| action.starts_with("s3:") && !READS.contains(action));
            for resource in many(&statement["Resource"]).iter().filter(|_| writes) {
                assert!(!resource.contains("datasets/"), "{role} may write {resource}");
                assert!(resource.contains("${Bucket.Arn}/"), "{role} may write all of {resource}");
            }
        }
    }
}

#[test]
fn only_validate_may_write_validated_copies() {
    let template = template();
    let outcomes = json!(["${Bucket.Arn}/runs/*/outcome.html", "${Bucket.Arn}/runs/*/outcome.json"]);
    assert_eq!(statement(&template, "LaunchRole", "WriteOutcomes")["Resource"], outcomes);
    let denial = statement(&template, "RecordRole", "LeaveDataAlone");
    assert_eq!((&denial["Effect"], &denial["Resource"]), (&json!("Deny"), &json!("${Bucket.Arn}/runs/*/data/*")));
    // Held-out files that people upload are as they were, too.
    let denial = statement(&template, "EvaluateRole", "LeaveDataAlone");
    assert_eq!(
        (&denial["Effect"], &denial["Resource"]),
        (&json!("Deny"), &json!("${Bucket.Arn}/evaluations/*/data/*"))
    );
    assert_eq!(statement(&template, "EvaluateRole", "WriteEvaluations")["Resource"], "${Bucket.Arn}/evaluations/*");
}

#[test]
fn notifying_roles_may_not_read_the_ledger() {
    let template = template();
    assert_eq!(statement(&template, "NotifyRole", "Ledger")["Action"], "dynamodb:UpdateItem");
    let sids: Vec<&str> = allowances(&template, "SweepRole").iter().filter_map(|one| one["Sid"].as_str()).collect();
    assert!(!sids.contains(&"Ledger"), "the sweep reads the index of open runs, and writes nothing");
    assert_eq!(statement(&template, "SweepRole", "ReadHeads")["Action"], "dynamodb:GetItem");
}

/// evaluate can spend money by asking models, and a judge. It can't create, change or delete anything else at Bedrock.
#[test]
fn evaluate_may_ask_models_and_a_judge_and_do_nothing_else_at_bedrock() {
    let template = template();
    let mut asked = Vec::new();
    for statement in allowances(&template, "EvaluateRole") {
        let actions = many(&statement["Action"]);
        let sid = statement["Sid"].as_str().expect("a Sid");
        if sid.ends_with("JudgeJobs") {
            let jobs = ["bedrock:CreateEvaluationJob", "bedrock:GetEvaluationJob", "bedrock:ListEvaluationJobs"];
            let own = ["bedrock:StopEvaluationJob", "bedrock:TagResource"];
            assert!(actions.iter().all(|action| jobs.contains(action) || own.contains(action)), "{sid}: {actions:?}");
            let condition = &statement["Condition"]["StringEquals"];
            let tags = ["aws:RequestTag/tunedrop:stack", "aws:ResourceTag/tunedrop:stack"];
            let is_own = tags.iter().any(|tag| condition[*tag] == "AWS::StackName");
            assert!(is_own || sid == "FindJudgeJobs", "{sid} isn't limited to this stack's jobs");
            if sid == "TagJudgeJobs" {
                let keys = &statement["Condition"]["ForAllValues:StringEquals"]["aws:TagKeys"];
                assert_eq!(*keys, json!(["tunedrop:stack"]), "it may set no other tag");
            }
        } else if actions.iter().any(|action| action.starts_with("bedrock:")) {
            assert_eq!(actions, ["bedrock:InvokeModel"], "{}", statement["Sid"]);
            asked.push((statement["Resource"].as_str().expect("one resource"), &statement["Condition"]));
        }
    }
    let profiles = "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:inference-profile/*";
    let (own, through) = (json!(null), json!({"ArnLike": {"bedrock:InferenceProfileArn": profiles}}));
    let tagged = json!({"StringEquals": {"aws:ResourceTag/tunedrop:stack": "AWS::StackName"}});
    let expected = [
        ("arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/*", &own),
        (profiles, &own),
        ("arn:${AWS::Partition}:bedrock:*::foundation-model/*", &through),
        ("arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:custom-model-deployment/*", &tagged),
        ("arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:provisioned-model/*", &tagged),
    ];
    assert_eq!(asked, expected);
}

/// Provisioned throughput is billed by the hour. Without `MaxModelUnits` a stack can't create or update it, and it can always
/// delete its own.
#[test]
fn kms_key_is_used_only_if_set_and_through_a_service() {
    let template = template();
    for role in roles(&template) {
        for statement in allowances(&template, &role) {
            if !many(&statement["Action"]).iter().any(|action| action.starts_with("kms:")) {
                continue;
            }
            assert_eq!(statement["Resource"], "KmsKeyArn", "{role}");
            assert!(!many(&statement["Condition"]["StringEquals"]["kms:ViaService"]).is_empty(), "{role}");
            let conditional = properties(&template, &role)["Policies"][0]["PolicyDocument"]["Statement"]
                .as_array()
                .is_some_and(|list| list.iter().any(|entry| entry[0] == "HasKey" && &entry[1] == statement));
            assert!(conditional, "{role}: {} stands without a key, too", statement["Sid"]);
        }
    }
}

#[test]
fn documented_key_policy_covers_every_user_of_the_key() {
    let page = text("docs/kms.md");
    let block = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a policy");
    let policy: Value = serde_json::from_str(block).expect("the policy is JSON");
    let served: BTreeSet<&str> =
        statements(&policy).iter().filter_map(|statement| statement["Principal"]["Service"].as_str()).collect();
    let expected = ["events.amazonaws.com", "cloudwatch.amazonaws.com", "sns.amazonaws.com"];
    assert_eq!(served, BTreeSet::from(expected));

    let template = template();
    for role in named(&template, "AWS::IAM::Role") {
        for statement in allowances(&template, &role) {
            let via = many(&statement["Condition"]["StringEquals"]["kms:ViaService"]);
            for (action, service) in
                many(&statement["Action"]).iter().flat_map(|action| via.iter().map(move |via| (action, via)))
            {
                let service = service.replace("${AWS::Region}", "us-east-1");
                let granted = statements(&policy).iter().any(|statement| {
                    let services = many(&statement["Condition"]["StringEquals"]["kms:ViaService"]);
                    services.contains(&service.as_str()) && many(&statement["Action"]).contains(action)
                });
                assert!(granted, "docs/kms.md doesn't let {role} do {action} through {service}");
            }
        }
    }
}
