//! The instructions for a running stack, to read and to copy from.

use anyhow::Result;
use tunedrop_local::{ACCOUNT, REGION, SECRET, Stack};

/// Returns the whole text.
pub(crate) fn text(stack: &Stack, queue: &str) -> Result<String> {
    let deployment = stack.deployment();
    let (endpoint, bucket) = (stack.endpoint(), deployment.bucket()?);
    Ok(format!(
        r#"
The stack {name} is up; Ctrl-C stops it.

  endpoint      {endpoint}
  credentials   {ACCOUNT} / {SECRET}, Region {REGION}
  bucket        {bucket}
  ledger        {table}
  messages      {queue}
                (a queue subscribed to the topic {topic})
  Bedrock       {bedrock} (the simulator)
  log           {log}

tunedrop, with --local
  cargo run --bin tunedrop -- submit tests/samples/crates/nova --local --follow

AWS CLI
  export AWS_ENDPOINT_URL={endpoint}
  export AWS_ENDPOINT_URL_BEDROCK={bedrock} AWS_ENDPOINT_URL_BEDROCK_RUNTIME={bedrock} AWS_ENDPOINT_URL_PRICING={bedrock}
  export AWS_ACCESS_KEY_ID={ACCOUNT} AWS_SECRET_ACCESS_KEY={SECRET} AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}
  aws s3 cp tests/samples/crates/nova/ s3://{bucket}/datasets/my-first/ --recursive
  aws sqs receive-message --endpoint-url $AWS_ENDPOINT_URL --queue-url {queue} --wait-time-seconds 20 --query 'Messages[].Body' --output text
  aws s3 cp s3://{bucket}/reports/my-first/latest.html .

Python (boto3), with the same exports
  import boto3
  boto3.client("s3").upload_file("train.jsonl", "{bucket}", "datasets/my-first/train.jsonl")
  boto3.client("sqs").receive_message(QueueUrl="{queue}", WaitTimeSeconds=20)

Any SDK that reads these variables works the same way. A dataset is a folder below datasets/ with a job.yaml
and the files it names; a run starts when all of them are there."#,
        name = deployment.name,
        table = deployment.table()?,
        topic = deployment.topic()?,
        bedrock = stack.bedrock_endpoint(),
        log = stack.log_file().display(),
    ))
}
