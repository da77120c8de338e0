//! The sweep repeats messages that weren't sent on every channel. They are sent on the channels that lack them.

use anyhow::{Context, Result, ensure};
use tunedrop_run::{MisnamedFile, Run, State, Timestamp, fingerprint};

use crate::data::nova;
use crate::harness::Harness;
use crate::stack::DeployedStack;

const REFUSED: &str = "base_model: nova-lite\nguard: { max_tokens: 10 }\n";

/// Longer than the sweep waits before it announces something again.
fn a_while_ago() -> Result<Timestamp> {
    Ok(Timestamp::from_second(Timestamp::now().as_second() - 600)?)
}

/// Returns a refused run, once nothing more has to happen to it.
async fn refused(w: &Harness, side: &DeployedStack, dataset: &str) -> Result<Run> {
    w.upload(side, dataset, "job.yaml", REFUSED).await?;
    w.upload(side, dataset, "train.jsonl", nova(20, dataset)).await?;
    let run = w.run_in(side, dataset, State::Refused).await?;
    closed(w, side, &run.run_id).await
}

async fn closed(w: &Harness, side: &DeployedStack, run_id: &str) -> Result<Run> {
    w.until(&format!("{run_id} to leave the sweep's view"), async || {
        side.ledger.run(run_id).await.ok()?.filter(|run| run.open.is_none())
    })
    .await
}

/// The chat topic failed while topic and bus worked: the run stays open, and only the chat topic gets the message.
pub(crate) async fn failed_channel_is_retried(w: &Harness) -> Result<()> {
    let (side, dataset) = (&w.guarded, "lost-in-the-chat");
    let run = refused(w, side, dataset).await?;
    ensure!(run.notified.contains_key("chat Refused"), "closed before the chat was notified: {:?}", run.notified);
    w.wait_for_messages(side, dataset, "Launch refused", 1).await?;
    let chat = w.subscribed(&side.deployed.outputs["ChatTopicArn"], "repeated-chat", None).await?;
    w.unmark(side, &Run::key(&run.run_id), "chat Refused").await?;
    w.set_changed_at(side, &run.run_id, a_while_ago()?).await?;
    w.sweep(side).await?;
    let run = closed(w, side, &run.run_id).await?;
    ensure!(run.notified.contains_key("chat Refused"), "{:?}", run.notified);
    let title = format!("Launch refused: {dataset}");
    let chat = w.taken(&chat).await?;
    let sent =
        chat.iter().filter(|message| message.pointer("/content/title").is_some_and(|text| *text == title)).count();
    ensure!(sent == 1 && side.messages(dataset).len() == 1, "{chat:#?} {:#?}", side.messages(dataset));
    Ok(())
}

/// A stack without a topic for chats doesn't wait for one.
pub(crate) async fn stack_without_chat_expects_no_chat_message(w: &Harness) -> Result<()> {
    let run = refused(w, &w.main, "without-a-chat").await?;
    ensure!(run.notified.keys().all(|mark| !mark.starts_with("chat")), "{:?}", run.notified);
    Ok(())
}

/// The answer to content that was uploaded again was lost with its event.
pub(crate) async fn lost_answer_is_sent_by_the_sweep(w: &Harness) -> Result<()> {
    let (side, dataset) = (&w.main, "lost-answer");
    let run = refused(w, side, dataset).await?;
    let key = Run::key(&run.run_id);
    w.set_text(side, &key, "reuploaded_at", &a_while_ago()?.to_string()).await?;
    w.set_text(side, &key, "open", "open").await?;
    w.sweep(side).await?;
    w.wait_for_messages(side, dataset, "uploaded again", 1).await?;
    let run = closed(w, side, &run.run_id).await?;
    ensure!(run.notified.get("Reuploaded") == run.reuploaded_at.as_ref(), "{run:?}");
    w.sweep(side).await?;
    w.settled().await;
    ensure!(side.messages(dataset).len() == 2, "{:#?}", side.messages(dataset));
    Ok(())
}

/// The message about a misnamed file was lost with its event.
pub(crate) async fn lost_message_about_a_misnamed_file_is_sent_by_the_sweep(w: &Harness) -> Result<()> {
    let (side, dataset) = (&w.main, "lost-misnamed");
    let key = format!("datasets/{dataset}/Train.JSONL");
    w.put(side, &key, b"{}".to_vec()).await?;
    let first = w.wait_for_messages(side, dataset, "train.jsonl", 1).await?;
    let pk = MisnamedFile::key(&fingerprint([side.bucket(), &key]));
    let done = async || {
        let open = w.item(side, &pk).await.ok()?.contains_key("open");
        (!open).then_some(())
    };
    w.until("the misnamed file to leave the sweep's view", done).await?;
    w.remove_marks(side, &pk).await?;
    w.set_since(side, &pk, a_while_ago()?).await?;
    w.sweep(side).await?;
    let messages = w.wait_for_messages(side, dataset, "train.jsonl", 2).await?;
    ensure!(messages[1].body == first[0].body && messages[1].attributes == first[0].attributes, "{messages:#?}");
    w.until("the misnamed file to leave the sweep's view", done).await.context("after the second message")
}
