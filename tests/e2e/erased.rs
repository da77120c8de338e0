//! Searches every place that could have a text of a record.

use anyhow::{Context, Result, ensure};

use crate::harness::Harness;

/// The queues of a stack, each with a dead-letter queue.
const QUEUES: [&str; 6] = ["Validate", "Launch", "Record", "Deploy", "Evaluate", "Notify"];

/// The keys of all versions in the bucket whose content has the text.
pub(crate) async fn found_in_bucket(w: &Harness, text: &str) -> Result<Vec<String>> {
    let (mut found, mut after) = (Vec::new(), (None, None));
    loop {
        let list = w.s3.list_object_versions().bucket(w.main.bucket());
        let page = list.set_key_marker(after.0.take()).set_version_id_marker(after.1.take()).send().await?;
        for one in page.versions() {
            let (key, version) = (one.key().unwrap_or_default(), one.version_id().unwrap_or_default());
            let object = w.s3.get_object().bucket(w.main.bucket()).key(key).version_id(version).send().await?;
            let bytes = object.body.collect().await?.to_vec();
            if key.contains(text) || String::from_utf8_lossy(&bytes).contains(text) {
                found.push(key.to_owned());
            }
        }
        if !page.is_truncated().unwrap_or_default() || page.next_key_marker().is_none() {
            return Ok(found);
        }
        after = (page.next_key_marker, page.next_version_id_marker);
    }
}

/// Everywhere that the text is: the bucket in all versions, the ledger, the queues and dead-letter queues, the functions' logs,
/// the messages that people got, and the simulator.
pub(crate) async fn found_anywhere(w: &Harness, text: &str) -> Result<Vec<String>> {
    let mut found = found_in_bucket(w, text).await?;
    let mut items = w.dynamodb.scan().table_name(w.main.deployed.table()?).into_paginator().items().send();
    while let Some(item) = items.next().await {
        let item = format!("{:?}", item?);
        if item.contains(text) {
            found.push(item);
        }
    }
    for output in QUEUES.iter().flat_map(|queue| [format!("{queue}QueueUrl"), format!("{queue}DeadLetterQueueUrl")]) {
        let url = w.main.deployed.outputs.get(&output).with_context(|| format!("no output {output}"))?;
        let receive = w.sqs.receive_message().queue_url(url).visibility_timeout(0).max_number_of_messages(10);
        let messages = receive.send().await?;
        if messages.messages().iter().any(|message| message.body().unwrap_or_default().contains(text)) {
            found.push(output);
        }
    }
    // The emulator's own log has the functions' output, too.
    let log = String::from_utf8_lossy(&std::fs::read(w.stack.log_file())?).into_owned();
    ensure!(log.contains("is Succeeded"), "the log isn't that of the functions");
    found.extend(log.lines().filter(|line| line.contains(text)).map(|line| format!("log: {line}")));
    let sent = w.main.outbox.lock().expect("no collector panics").clone();
    let quotes = sent.iter().filter(|one| format!("{one:?}").contains(text));
    found.extend(quotes.map(|one| format!("message: {}", one.subject)));
    found.extend(w.found_in_simulator(text).await?);
    Ok(found)
}

/// Fails unless the text is nowhere.
pub(crate) async fn is_nowhere(w: &Harness, text: &str) -> Result<()> {
    let found = found_anywhere(w, text).await?;
    ensure!(found.is_empty(), "{text} is in: {found:#?}");
    Ok(())
}
