//! What was not sent on every way is announced again by the sweep, and sent on the ways that lack it.

use anyhow::{Context, Result, ensure};
use tunedrop_run::{Note, Run, State, Timestamp, fingerprint};

use crate::data::nova;
use crate::side::Side;
use crate::world::World;

const REFUSED: &str = "base_model: nova-lite\nguard: { max_tokens: 10 }\n";

/// Longer than the sweep waits before it announces something again.
fn a_while_ago() -> Result<Timestamp> {
    Ok(Timestamp::from_second(Timestamp::now().as_second() - 600)?)
}

/// A refused run, once nothing more has to happen to it.
async fn refused(w: &World, side: &Side, dataset: &str) -> Result<Run> {
    w.drop(side, dataset, "job.yaml", REFUSED).await?;
    w.drop(side, dataset, "train.jsonl", nova(20, dataset)).await?;
    let run = w.run_in(side, dataset, State::Refused).await?;
    closed(w, side, &run.run_id).await
}

async fn closed(w: &World, side: &Side, run_id: &str) -> Result<Run> {
    w.until(&format!("{run_id} to leave the sweep's view"), async || {
        side.ledger.run(run_id).await.ok()?.filter(|run| run.open.is_none())
    })
    .await
}

/// The chat failed while topic and bus worked: the run stays open, and the chat alone gets the message.
pub(crate) async fn way_that_failed_is_repeated(w: &World) -> Result<()> {
    let (side, dataset) = (&w.guarded, "lost-in-the-chat");
    let run = refused(w, side, dataset).await?;
    ensure!(run.told.contains_key("chat Refused"), "closed before the chat was notified: {:?}", run.told);
    w.told(side, dataset, "launch refused", 1).await?;
    let chat = w.subscribed(&side.deployed.outputs["ChatTopicArn"], "repeated-chat", None).await?;
    w.unmark(side, &Run::key(&run.run_id), "chat Refused").await?;
    w.set_changed_at(side, &run.run_id, a_while_ago()?).await?;
    w.sweep(side).await?;
    let run = closed(w, side, &run.run_id).await?;
    ensure!(run.told.contains_key("chat Refused"), "{:?}", run.told);
    let title = format!("{dataset}: launch refused");
    let chat = w.taken(&chat).await?;
    let said = chat.iter().filter(|said| said.pointer("/content/title").is_some_and(|text| *text == title)).count();
    ensure!(said == 1 && side.messages(dataset).len() == 1, "{chat:#?} {:#?}", side.messages(dataset));
    Ok(())
}

/// A stack without a topic for chats doesn't wait for one.
pub(crate) async fn stack_without_a_chat_waits_for_none(w: &World) -> Result<()> {
    let run = refused(w, &w.main, "without-a-chat").await?;
    ensure!(run.told.keys().all(|mark| !mark.starts_with("chat")), "{:?}", run.told);
    Ok(())
}

/// The answer to content that was uploaded again was lost with its event.
pub(crate) async fn lost_answer_is_announced_again(w: &World) -> Result<()> {
    let (side, dataset) = (&w.main, "lost-answer");
    let run = refused(w, side, dataset).await?;
    let key = Run::key(&run.run_id);
    w.set_text(side, &key, "redropped_at", &a_while_ago()?.to_string()).await?;
    w.set_text(side, &key, "open", "open").await?;
    w.sweep(side).await?;
    w.told(side, dataset, "dropped again", 1).await?;
    let run = closed(w, side, &run.run_id).await?;
    ensure!(run.told.get("again") == run.redropped_at.as_ref(), "{run:?}");
    w.sweep(side).await?;
    w.settled().await;
    ensure!(side.messages(dataset).len() == 2, "{:#?}", side.messages(dataset));
    Ok(())
}

/// The message about a misnamed file was lost with its event.
pub(crate) async fn lost_message_about_a_misnamed_file_is_announced_again(w: &World) -> Result<()> {
    let (side, dataset) = (&w.main, "lost-misnamed");
    let key = format!("datasets/{dataset}/Train.JSONL");
    w.put(side, &key, b"{}".to_vec()).await?;
    let first = w.told(side, dataset, "train.jsonl", 1).await?;
    let pk = Note::key(&fingerprint([side.bucket(), &key]));
    let done = async || {
        let open = w.item(side, &pk).await.ok()?.contains_key("open");
        (!open).then_some(())
    };
    w.until("the misnamed file to leave the sweep's view", done).await?;
    w.forget_told(side, &pk).await?;
    w.set_since(side, &pk, a_while_ago()?).await?;
    w.sweep(side).await?;
    let told = w.told(side, dataset, "train.jsonl", 2).await?;
    ensure!(told[1].body == first[0].body && told[1].attributes == first[0].attributes, "{told:#?}");
    w.until("the misnamed file to leave the sweep's view", done).await.context("after the second message")
}
