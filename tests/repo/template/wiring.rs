//! Queues, rules, storage and parameters.

use serde_json::{Value, json};
use tunedrop_run::event::Kind;

use super::{FUNCTIONS, QUEUED, capital, many, named, properties, resource, template, text};

#[test]
fn the_names_of_functions_agree() {
    let template = template();
    let mut expected: Vec<String> = FUNCTIONS.iter().map(|function| format!("{}Function", capital(function))).collect();
    expected.sort();
    assert_eq!(named(&template, "AWS::Serverless::Function"), expected);
    for function in FUNCTIONS {
        let logical = format!("{}Function", capital(function));
        let package = format!("tunedrop-{function}");
        assert_eq!(resource(&template, &logical)["Metadata"]["BuildProperties"]["Binary"], package);
        assert_eq!(resource(&template, &logical)["Metadata"]["BuildMethod"], "rust-cargolambda");
        assert!(text(&format!("functions/{function}/Cargo.toml")).contains(&format!("name = \"{package}\"")));
        assert_eq!(template["Outputs"][format!("{logical}Name")]["Value"], logical);
    }
}

#[test]
fn each_function_has_a_queue_and_a_dead_letter_queue() {
    let template = template();
    for function in QUEUED {
        let name = capital(function);
        let queue = properties(&template, &format!("{name}Queue"));
        let fourteen_days = 14 * 24 * 60 * 60;
        assert_eq!(queue["MessageRetentionPeriod"], fourteen_days);
        assert_eq!(properties(&template, &format!("{name}DeadLetterQueue"))["MessageRetentionPeriod"], fourteen_days);
        assert_eq!(queue["RedrivePolicy"]["deadLetterTargetArn"], format!("{name}DeadLetterQueue.Arn"));

        let events = &properties(&template, &format!("{name}Function"))["Events"];
        assert_eq!(events.as_object().expect("a map of events").len(), 1, "{name} is fed by its queue alone");
        let source = &events["Queue"]["Properties"];
        assert_eq!(source["Queue"], format!("{name}Queue.Arn"));
        assert_eq!(source["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
        assert_eq!(source["BatchSize"], if ["validate", "evaluate"].contains(&function) { 1 } else { 10 });
    }
    for function in ["Sweep", "Clean"] {
        assert!(properties(&template, &format!("{function}Function"))["Events"].is_null());
        let target = &properties(&template, &format!("{function}Schedule"))["Targets"][0]["Arn"];
        assert_eq!(*target, format!("{function}Function.Arn"));
    }
}

#[test]
fn each_rule_has_a_queue_and_filters_on_the_account() {
    let template = template();
    for rule in named(&template, "AWS::Events::Rule") {
        let rule_properties = properties(&template, &rule);
        if ["SweepSchedule", "CleanSchedule"].contains(&rule.as_str()) {
            continue;
        }
        let pattern = &rule_properties["EventPattern"];
        // Another account may be allowed to put events on this bus. Events about its own jobs and files don't count.
        assert_eq!(pattern["account"], json!(["AWS::AccountId"]), "{rule}");
        match pattern["source"][0].as_str() {
            Some("tunedrop") => {
                assert_eq!(rule_properties["EventBusName"], "Bus", "{rule}: no rule reads our events from another bus");
                assert_eq!(pattern["detail"]["stack"], json!(["AWS::StackName"]), "{rule}");
            }
            Some("aws.s3") => {
                assert_eq!(pattern["detail"]["bucket"]["name"], json!(["Bucket"]));
                // `names` checks which names it accepts.
                assert!(pattern["detail"]["object"]["key"].is_array());
            }
            source => assert_eq!(source, Some("aws.bedrock"), "{rule}"),
        }
        let target = &rule_properties["Targets"][0];
        // A bus receives events without a queue in between.
        if rule == "ForwardRule" {
            assert!(target["Arn"].as_str().is_some_and(|arn| arn.ends_with(":event-bus/default")));
            assert_eq!(target["RoleArn"], "ForwardRole.Arn");
            continue;
        }
        let name = capital(target["Id"].as_str().expect("an id"));
        // EventBridge itself calls a webhook.
        let webhook = rule == "WebhookRule";
        let fed = if webhook { "Destination" } else { "Queue" };
        assert_eq!(target["Arn"], format!("{name}{fed}.Arn"), "{rule}");
        assert_eq!(target["DeadLetterConfig"]["Arn"], format!("{name}DeadLetterQueue.Arn"), "{rule}");
        for queue in ["Queue", "DeadLetterQueue"].into_iter().filter(|queue| !webhook || *queue == "DeadLetterQueue") {
            let policy = properties(&template, &format!("{name}{queue}Policy"));
            let sources = &policy["PolicyDocument"]["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"];
            assert!(many(sources).contains(&format!("{rule}.Arn").as_str()), "{name}{queue} takes nothing from {rule}");
        }
    }
}

#[test]
fn every_kind_of_event_has_a_reader() {
    let template = template();
    let heard: Vec<String> = named(&template, "AWS::Events::Rule")
        .iter()
        .flat_map(|rule| {
            let pattern = &properties(&template, rule)["EventPattern"];
            let ours = pattern["source"][0] == "tunedrop";
            if ours { many(&pattern["detail-type"]).into_iter().map(String::from).collect() } else { Vec::new() }
        })
        .collect();
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    for kind in &kinds {
        assert!(heard.iter().any(|other| other == kind), "no rule takes {kind}");
    }
    for other in &heard {
        assert!(kinds.contains(&other.as_str()), "a rule waits for {other}, which no function sends");
    }
}

#[test]
fn storage_is_retained_with_the_stack_deleted() {
    let template = template();
    // A bucket without its policy would accept plain HTTP. A rollback can't delete a protected table.
    for (name, policy) in
        [("Bucket", "RetainExceptOnCreate"), ("BucketPolicy", "RetainExceptOnCreate"), ("Table", "Retain")]
    {
        assert_eq!(resource(&template, name)["DeletionPolicy"], policy, "{name}");
        assert_eq!(resource(&template, name)["UpdateReplacePolicy"], "Retain", "{name}");
    }
    let table = properties(&template, "Table");
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["DeletionProtectionEnabled"], true);
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(properties(&template, "Bucket")["VersioningConfiguration"]["Status"], "Enabled");
}

#[test]
fn bucket_is_private_and_notifies_eventbridge() {
    let template = template();
    let bucket = properties(&template, "Bucket");
    let blocked = bucket["PublicAccessBlockConfiguration"].as_object().expect("a map");
    assert_eq!(blocked.len(), 4);
    assert!(blocked.values().all(|value| value == true));
    assert_eq!(bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"], "BucketOwnerEnforced");
    assert_eq!(bucket["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"], true);
}

#[test]
fn lifecycle_rules_cover_output_runs_and_old_versions() {
    let template = template();
    let rules = properties(&template, "Bucket")["LifecycleConfiguration"]["Rules"].as_array().expect("a list");
    let conditional = |condition: &str, prefix: &str| {
        let found = rules.iter().find(|rule| rule[0] == condition && rule[1]["Prefix"] == prefix);
        found.unwrap_or_else(|| panic!("no rule for {prefix} under {condition}"))[1].clone()
    };
    for (condition, prefix, parameter) in [
        ("ExpireDatasets", "datasets/", "DatasetExpirationDays"),
        ("ExpireOutput", "output/", "OutputExpirationDays"),
        ("ExpireRuns", "runs/", "RunExpirationDays"),
        ("ExpireRuns", "evaluations/", "RunExpirationDays"),
        ("ExpireReports", "reports/", "ReportExpirationDays"),
    ] {
        assert_eq!(conditional(condition, prefix)["ExpirationInDays"], parameter);
        assert!(template["Parameters"][parameter].is_object());
    }
    assert!(rules.iter().any(|rule| rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"].is_u64()));
    assert!(rules.iter().any(|rule| rule["NoncurrentVersionExpiration"]["NoncurrentDays"].is_u64()));
    assert!(!rules.iter().any(|rule| rule["Prefix"] == "datasets/"), "only people delete what they uploaded");
}

#[test]
fn own_kms_key_encrypts_everything() {
    let template = template();
    let bucket = &properties(&template, "Bucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    let (with, without) = (&bucket["ServerSideEncryptionByDefault"][1], &bucket["ServerSideEncryptionByDefault"][2]);
    assert_eq!((&with["SSEAlgorithm"], &with["KMSMasterKeyID"]), (&json!("aws:kms"), &json!("KmsKeyArn")));
    assert_eq!(without["SSEAlgorithm"], "AES256");
    let table = &properties(&template, "Table")["SSESpecification"];
    assert_eq!(table[0], "HasKey");
    assert_eq!((&table[1]["SSEEnabled"], &table[1]["KMSMasterKeyId"]), (&json!(true), &json!("KmsKeyArn")));
    let chosen = json!(["HasKey", "KmsKeyArn", "AWS::NoValue"]);
    assert_eq!(properties(&template, "Topic")["KmsMasterKeyId"], chosen);
    assert_eq!(properties(&template, "ChatMessages")["KmsMasterKeyId"], chosen);
    for queue in named(&template, "AWS::SQS::Queue") {
        assert_eq!(properties(&template, &queue)["KmsMasterKeyId"], chosen, "{queue}");
        let own = &properties(&template, &queue)["SqsManagedSseEnabled"];
        assert_eq!(own, &json!(["HasKey", "AWS::NoValue", true]), "{queue}");
    }
    let launch = properties(&template, "LaunchFunction");
    assert_eq!(launch["Environment"]["Variables"]["TUNEDROP_KMS_KEY_ARN"], "KmsKeyArn");
}

#[test]
fn chat_and_webhook_are_off_unless_asked_for() {
    let template = template();
    assert_eq!(template["Parameters"]["ChatTopic"]["Default"], "false");
    assert_eq!(template["Parameters"]["WebhookUrl"]["Default"], "");
    // A secret is passed by its ARN: a typed value is visible in shells and change sets, and `sam deploy --guided` asks
    // again and again for a hidden parameter without a value.
    for (name, parameter) in template["Parameters"].as_object().expect("parameters") {
        assert!(parameter["NoEcho"].is_null(), "{name}");
    }
    let connection = &properties(&template, "WebhookConnection")["AuthParameters"]["ApiKeyAuthParameters"];
    assert_eq!(connection["ApiKeyValue"], "{{resolve:secretsmanager:${WebhookSecretArn}}}");
    for (name, resource) in template["Resources"].as_object().expect("a map") {
        let condition = match name.as_str() {
            name if name.starts_with("Chat") => json!("HasChat"),
            name if name.starts_with("Webhook") => json!("HasWebhook"),
            _ => continue,
        };
        assert_eq!(resource["Condition"], condition, "{name}");
    }
    let target = &properties(&template, "WebhookRule")["Targets"][0];
    assert_eq!((&target["InputPath"], &target["RoleArn"]), (&json!("$.detail"), &json!("WebhookRole.Arn")));
}

#[test]
fn logs_are_kept_as_long_as_the_parameter_says() {
    let template = template();
    for function in FUNCTIONS {
        let name = capital(function);
        assert_eq!(properties(&template, &format!("{name}Logs"))["RetentionInDays"], "LogRetentionDays");
        assert_eq!(
            properties(&template, &format!("{name}Function"))["LoggingConfig"]["LogGroup"],
            format!("{name}Logs")
        );
    }
}

#[test]
fn every_parameter_is_explained_and_grouped() {
    let template = template();
    let groups = &template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"];
    let grouped: Vec<&str> =
        groups.as_array().expect("groups").iter().flat_map(|group| many(&group["Parameters"])).collect();
    let parameters = template["Parameters"].as_object().expect("parameters");
    assert_eq!(grouped.len(), parameters.len());
    for (name, parameter) in parameters {
        assert!(grouped.contains(&name.as_str()), "{name} is in no group");
        assert!(parameter["Description"].as_str().is_some_and(|words| words.len() > 20), "{name} is not explained");
        assert!(parameter.get("Default").is_some_and(|value| !Value::is_null(value)), "{name} has no default");
    }
}
