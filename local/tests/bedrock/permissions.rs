//! What a caller's role must allow. The actions and resources are those of the Service Authorization Reference,
//! "Actions, resources, and condition keys for Amazon Bedrock".

use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::error::ProvideErrorMetadata;
use aws_sdk_bedrock::types::Tag;
use serde_json::{Value, json};

use crate::account::access_key;
use crate::evaluations;
use crate::harness::{NOVA, ROLE, TestSimulator, one};
use crate::objects::Objects;

/// A simulator that checks permissions, with a model and its deployment, and a caller whose role has one policy.
struct Checked {
    simulator: TestSimulator,
    objects: Objects,
    caller: Client,
    model: String,
    deployment: String,
}

async fn checked() -> Checked {
    let (simulator, objects) = TestSimulator::with_permissions().await;
    let model = simulator.train(&objects, "m", NOVA, &[("a", "b")]).await;
    let deployment = simulator.deploy("bot", &model).await;
    let caller = simulator.client(&access_key());
    Checked { simulator, objects, caller, model, deployment }
}

fn allow(action: &str, resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": format!("bedrock:{action}"), "Resource": resource })
}

fn under(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

/// The status that an operation of the runtime is answered with.
async fn status(checked: &Checked, operation: &str, id: &str) -> u16 {
    checked.simulator.call_as(&access_key(), operation, id, &one("a")).await.status().as_u16()
}

/// Each of `statements` is needed: without any of them the call is denied, and with all of them it is not.
async fn needs(checked: &Checked, statements: &[Value], denied: impl AsyncFn() -> bool) {
    for without in 0..statements.len() {
        let mut fewer = statements.to_vec();
        let removed = fewer.remove(without);
        checked.objects.allow(&fewer);
        assert!(denied().await, "allowed without {removed}");
    }
    checked.objects.allow(statements);
    assert!(!denied().await, "denied with {statements:?}");
}

fn is_denial<T, E: ProvideErrorMetadata>(result: Result<T, E>) -> bool {
    result.err().is_some_and(|error| error.code() == Some("AccessDeniedException"))
}

#[tokio::test]
async fn each_operation_of_deployments_needs_its_permission() {
    let checked = checked().await;
    let (caller, model, deployment) = (&checked.caller, checked.model.as_str(), checked.deployment.as_str());
    let any = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/*";
    needs(&checked, &[allow("GetCustomModelDeployment", deployment)], async || {
        is_denial(caller.get_custom_model_deployment().custom_model_deployment_identifier("bot").send().await)
    })
    .await;
    needs(&checked, &[allow("ListCustomModelDeployments", "*")], async || {
        is_denial(caller.list_custom_model_deployments().send().await)
    })
    .await;
    let update = [allow("UpdateCustomModelDeployment", deployment), allow("UpdateCustomModelDeployment", model)];
    needs(&checked, &update, async || {
        let update = caller.update_custom_model_deployment().custom_model_deployment_identifier("bot");
        is_denial(update.model_arn(model).send().await)
    })
    .await;
    checked.simulator.until("bot", |one| one.last_updated_at > Some(one.created_at)).await;
    let tag = Tag::builder().key("team").value("support").build().unwrap();
    let create = [allow("CreateCustomModelDeployment", model), allow("TagResource", any)];
    needs(&checked, &create, async || {
        let create = caller.create_custom_model_deployment().model_deployment_name("new").model_arn(model);
        is_denial(create.tags(tag.clone()).send().await)
    })
    .await;
    needs(&checked, &[allow("DeleteCustomModelDeployment", any)], async || {
        is_denial(caller.delete_custom_model_deployment().custom_model_deployment_identifier("bot").send().await)
    })
    .await;
}

#[tokio::test]
async fn inference_needs_invoke_model_on_what_answers() {
    let checked = checked().await;
    let deployment = checked.deployment.as_str();
    let (invoke, stream) = ("InvokeModel", "InvokeModelWithResponseStream");
    for (operation, action) in [("converse", invoke), ("converse-stream", stream)] {
        needs(&checked, &[allow(action, deployment)], async || status(&checked, operation, deployment).await == 403)
            .await;
        let lite = "amazon.nova-lite-v1:0";
        let base = format!("arn:aws:bedrock:us-east-1::foundation-model/{lite}");
        needs(&checked, &[allow(action, &base)], async || status(&checked, operation, lite).await == 403).await;
    }
    let profile = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0";
    let through = json!({ "StringEquals": { "bedrock:InferenceProfileArn": profile } });
    let base = |region: &str| {
        let arn = format!("arn:aws:bedrock:{region}::foundation-model/amazon.nova-lite-v1:0");
        under(allow(invoke, &arn), through.clone())
    };
    let all = [allow(invoke, profile), base("us-east-1"), base("us-east-2"), base("us-west-2")];
    needs(&checked, &all, async || status(&checked, "converse", "us.amazon.nova-lite-v1:0").await == 403).await;
    checked.objects.allow(&all);
    assert_eq!(status(&checked, "converse", "amazon.nova-lite-v1:0").await, 403);
}

#[tokio::test]
async fn each_operation_of_throughput_needs_its_permission() {
    let checked = checked().await;
    let (caller, model) = (&checked.caller, checked.model.as_str());
    let any = "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/*";
    needs(&checked, &[allow("CreateProvisionedModelThroughput", model)], async || {
        let create = caller.create_provisioned_model_throughput().provisioned_model_name("pt").model_id(model);
        is_denial(create.model_units(1).send().await)
    })
    .await;
    needs(&checked, &[allow("GetProvisionedModelThroughput", any)], async || {
        is_denial(caller.get_provisioned_model_throughput().provisioned_model_id("pt").send().await)
    })
    .await;
    needs(&checked, &[allow("ListProvisionedModelThroughputs", "*")], async || {
        is_denial(caller.list_provisioned_model_throughputs().send().await)
    })
    .await;
    let update = [allow("UpdateProvisionedModelThroughput", any), allow("UpdateProvisionedModelThroughput", model)];
    needs(&checked, &update, async || {
        let update = caller.update_provisioned_model_throughput().provisioned_model_id("pt");
        is_denial(update.desired_model_id(model).send().await)
    })
    .await;
    needs(&checked, &[allow("DeleteProvisionedModelThroughput", any)], async || {
        is_denial(caller.delete_provisioned_model_throughput().provisioned_model_id("pt").send().await)
    })
    .await;
}

#[tokio::test]
async fn an_evaluation_needs_permission_for_the_caller_and_for_its_role() {
    let checked = checked().await;
    checked.objects.put("set.jsonl", evaluations::dataset());
    let judge = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0";
    let pass = json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE,
        "Condition": { "StringEquals": { "iam:PassedToService": "bedrock.amazonaws.com" } } });
    let create = [allow("CreateEvaluationJob", judge), pass];
    needs(&checked, &create, async || is_denial(evaluations::judged(&checked.caller, "denied").send().await)).await;
    let root = &checked.simulator.bedrock;
    checked.objects.allow(&[allow("InvokeModel", judge)]);
    let arn = evaluations::judged(root, "profile").send().await.unwrap().job_arn;
    let failed = evaluations::ended(root, &arn).await;
    assert!(failed.failure_messages()[0].contains("inference-profile/us.amazon.nova-pro-v1:0"), "{failed:?}");
    let profile = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0";
    checked.objects.allow(&[allow("InvokeModel", judge), allow("InvokeModel", profile)]);
    let arn = evaluations::judged(root, "allowed").send().await.unwrap().job_arn;
    assert!(evaluations::ended(root, &arn).await.failure_messages().is_empty());
}

#[tokio::test]
async fn conditions_on_tags_decide() {
    let checked = checked().await;
    let (caller, model, deployment) = (&checked.caller, checked.model.as_str(), checked.deployment.as_str());
    let of_team = json!({ "StringEquals": { "aws:ResourceTag/team": "support" } });
    checked.objects.allow(&[under(allow("InvokeModel", deployment), of_team)]);
    assert_eq!(status(&checked, "converse", deployment).await, 403);
    let tag = |value: &str| Tag::builder().key("team").value(value).build().unwrap();
    checked.simulator.bedrock.tag_resource().resource_arn(deployment).tags(tag("support")).send().await.unwrap();
    assert_eq!(status(&checked, "converse", deployment).await, 200);

    let for_team = json!({ "StringEquals": { "aws:RequestTag/team": "support" },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } });
    let create =
        ["CreateCustomModelDeployment", "TagResource"].map(|action| under(allow(action, "*"), for_team.clone()));
    checked.objects.allow(&create);
    let create = |tags: Vec<Tag>| {
        let create = caller.create_custom_model_deployment().model_deployment_name("new").model_arn(model);
        create.set_tags(Some(tags)).send()
    };
    let other = Tag::builder().key("owner").value("ada").build().unwrap();
    for tags in [vec![], vec![tag("sales")], vec![tag("support"), other]] {
        assert!(is_denial(create(tags).await));
    }
    create(vec![tag("support")]).await.unwrap();
}
